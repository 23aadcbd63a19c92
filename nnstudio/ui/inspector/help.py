"""What a layer does, in two sentences, and where to read more."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget


class HelpText(QWidget):
    """A paragraph and a link to the documentation, opened by the system's browser."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = QLabel(wordWrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._link = QLabel(openExternalLinks=True)
        self._link.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(6)
        column.addWidget(self._text)
        column.addWidget(self._link)

    def show_text(self, text: str, link: str) -> None:
        """Show the text and, if there is one, the link."""
        self._text.setText(text)
        self._link.setText(f'<a href="{link}">PyTorch documentation</a>' if link else "")
        self._link.setToolTip(link)
        self._link.setVisible(bool(link))
