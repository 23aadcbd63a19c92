"""A number with its name above it, and a state in words and colour."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from nnstudio.ui.theme import current as theme

NOTHING: Final = "–"
"""What stands where there is no figure yet."""


class Figure(QWidget):
    """A small title, and below it the figure in digits of one width."""

    def __init__(self, name: str, width: int, parent: QWidget | None = None) -> None:
        """width: the least width in pixels, so that growing figures move nothing."""
        super().__init__(parent)
        self.title = QLabel(name)
        self.title.setFont(theme.text_font(theme.SMALL_SIZE))
        self.title.setProperty("role", "muted")
        self.value = QLabel(NOTHING)
        self.value.setFont(theme.mono_font(13, QFont.Weight.Medium))
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setMinimumWidth(width)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.title)
        column.addWidget(self.value)

    def show_text(self, text: str, title: str | None = None) -> None:
        """Show another figure, and another title if given."""
        self.value.setText(text)
        if title is not None:
            self.title.setText(title)


class Pill(QLabel):
    """A word on a ground of its colour: accent, good, warning, error, or muted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "pill")
        self.setFixedHeight(22)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFont(theme.text_font(12, QFont.Weight.DemiBold))

    def show_word(self, word: str, tone: str) -> None:
        """Show another word."""
        if (word, tone) == (self.text(), self.property("tone")):
            return
        self.setText(word)
        self.setProperty("tone", tone)
        self.style().unpolish(self)
        self.style().polish(self)
