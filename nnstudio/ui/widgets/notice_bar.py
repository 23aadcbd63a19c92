"""A line above the canvas that says what has happened and offers what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.empty_state import IconLabel

Tone = Literal["warning", "info"]
NARROW = 640
"""Below this width the buttons stand under the sentence."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One button of a notice."""

    title: str
    act: Callable[[], object]
    tip: str = ""


class NoticeBar(QFrame):
    """One sentence with its choices; nothing waits for an answer. `dismissed()` when closed."""

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None, *, tone: Tone = "warning") -> None:
        """tone: a `warning` can be closed, an `info` is there as long as it is true."""
        super().__init__(parent)
        warns = tone == "warning"
        self.setProperty("role", f"bar-{tone}")
        self.sentence = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.sentence.setMinimumWidth(0)
        self.sentence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.buttons: list[QPushButton] = []
        self._icon = IconLabel(tone, "warning" if warns else "accent", 16)
        told = QHBoxLayout()
        told.setSpacing(8)
        told.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        told.addWidget(self.sentence, 1)
        self._choices = QHBoxLayout()
        self._choices.setSpacing(6)
        self._choices.addStretch(1)
        self._both = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._both.setSpacing(8)
        self._both.addLayout(told, 1)
        self._both.addLayout(self._choices)
        self.close_button = QToolButton(autoRaise=True)
        self.close_button.setToolTip("Close; saving asks again")
        self.close_button.setAccessibleName("Close the notice")
        self.close_button.setIconSize(icons.size(16))
        icons.attach(self.close_button, "close", "muted", 16)
        self.close_button.clicked.connect(self._dismiss)
        if not warns:
            self.close_button.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        row.addLayout(self._both, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_notice(self, sentence: str, choices: Sequence[Choice], detail: str = "") -> None:
        """Say something and offer choices; `detail` is read where the mouse rests."""
        self.sentence.setText(sentence)
        self.sentence.setToolTip(detail)
        self.setAccessibleName(sentence)
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons = [self._button(choice) for choice in choices]
        for button in self.buttons:
            self._choices.insertWidget(self._choices.count() - 1, button)
        self.show()

    def _button(self, choice: Choice) -> QPushButton:
        button = QPushButton(choice.title)
        button.setProperty("role", "small")
        button.setToolTip(choice.tip)
        button.clicked.connect(lambda: choice.act())
        return button

    def choose(self, title: str) -> None:
        """Press the button of a title."""
        next(button for button in self.buttons if button.text() == title).click()

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()

    # -- Qt -----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < NARROW
        direction = QBoxLayout.Direction
        self._choices.setContentsMargins(24 if narrow else 0, 0, 0, 0)
        self._both.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
