"""How long a text may be and how far out a node may lie."""

from __future__ import annotations

MAX_TEXT = 20_000

MAX_POSITION = 1e7


def is_text(text: str, *, lines: bool = True) -> bool:
    """True for printable characters (and line breaks and tabs, with `lines`)."""
    return (text.replace("\n", "").replace("\t", "") if lines else text).isprintable()
