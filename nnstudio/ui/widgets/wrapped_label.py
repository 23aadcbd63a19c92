"""A label of several lines in which no word is cut: a word too long for a line ends in dots."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class WrappedLabel(QLabel):
    """Wraps `full_text` at its spaces, and says it whole on hover where a word has no room.

    It takes the width that it is given and never widens what it stands in.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent, wordWrap=True)
        self.full_text = text
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._fit()

    def set_full_text(self, text: str) -> None:
        """Show another text."""
        if text != self.full_text:
            self.full_text = text
            self._fit()

    def _fit(self) -> None:
        room = self.contentsRect().width() - 2
        lines = (
            " ".join(self._fitted(word, room) for word in line.split(" "))
            for line in self.full_text.split("\n")
        )
        shown = "\n".join(lines)
        if shown != self.text():
            self.setText(shown)
        self.setToolTip(self.full_text if shown != self.full_text else "")
        self.setAccessibleName(self.full_text)

    def _fitted(self, word: str, room: int) -> str:
        # Not in its middle: Qt breaks lines after dots.
        return self.fontMetrics().elidedText(word, Qt.TextElideMode.ElideRight, room)

    # -- Qt -----------------------------------------------------------------------------------

    def setFont(self, font: QFont) -> None:  # type: ignore[override]
        super().setFont(font)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
