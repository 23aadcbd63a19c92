"""Tips that say a text as it is, where Qt would take it for markup."""

from __future__ import annotations

from html import escape

from PySide6.QtGui import Qt


def plain_tip(text: str) -> str:
    """The text of a tip that looks as `text` does, also if it holds something like `<b>`."""
    if not Qt.mightBeRichText(text):
        return text
    return f"<p style='white-space: pre-wrap'>{escape(text)}</p>"
