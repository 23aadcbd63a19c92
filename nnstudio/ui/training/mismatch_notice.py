"""Says that the data do not fit the model, and offers to fit them to each other."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from nnstudio.ui.theme import icons

NARROW = 460
"""Below this width the button stands under the sentence."""
SIDE, TOP, SPACING = 12, 8, 8
TIGHT = 4
"""Above, between and below, where room is scarce."""


class MismatchNotice(QFrame):
    """A sentence with its button, always as high as the sentence needs.

    It places both itself: a layout that changes its direction keeps its old height.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice-warning")
        self.sentence = QLabel(self, wordWrap=True)
        self.button = QPushButton("Fit the model to the data", self)
        icons.attach(self.button, "data", size=16)

    def show_text(self, sentence: str, role: str) -> None:
        """Say something else, as a warning or as advice."""
        self.sentence.setText(sentence)
        if self.property("role") != role:
            self.setProperty("role", role)
            self.style().polish(self)
        self._place()

    def _place(self) -> None:
        width, button = self.width() - 2 * SIDE, self.button.sizeHint()
        is_narrow = self.width() < NARROW
        room = max(width if is_narrow else width - button.width() - SPACING, 1)
        words = self.sentence.heightForWidth(room)
        top = TIGHT if is_narrow else TOP
        if is_narrow:
            inner = words + TIGHT + button.height()
            place = QPoint(SIDE, top + words + TIGHT)
        else:
            words = inner = max(words, button.height())
            place = QPoint(SIDE + room + SPACING, top + (inner - button.height()) // 2)
        self.sentence.setGeometry(SIDE, top, room, words)
        self.button.setGeometry(QRect(place, button))
        self.setFixedHeight(inner + 2 * top)

    # -- Qt -----------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(self.button.sizeHint().width() + 2 * SIDE, self.minimumHeight())

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # not now: the layout around it is at work, and would not hear of another height
        QTimer.singleShot(0, self, self._place)
