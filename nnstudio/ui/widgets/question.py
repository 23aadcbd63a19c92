"""A question that must be answered before anything else can happen: one line, why, the answers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.title import PROGRAM

WIDTH = 400


class Question(QDialog):
    """Asks once; `chosen` is the number of the act, their count if it was called off.

    Return chooses the first act; in a `safe` question it calls off.
    """

    def __init__(
        self,
        parent: QWidget | None,
        question: str,
        more: str,
        acts: Sequence[str],
        *,
        safe: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(PROGRAM)
        self.chosen = len(acts)
        asked = QLabel(question, wordWrap=True)
        asked.setFont(theme.text_font(15, QFont.Weight.DemiBold))
        told = QLabel(more, wordWrap=True)
        told.setProperty("role", "muted")
        for label in (asked, told):
            label.setTextFormat(Qt.TextFormat.PlainText)  # names may look like markup
            label.setFixedWidth(WIDTH)
            label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.MinimumExpanding)
        role = QDialogButtonBox.ButtonRole
        buttons = QDialogButtonBox()
        self.buttons = [
            buttons.addButton(act, role.DestructiveRole if n else role.AcceptRole)
            for n, act in enumerate(acts)
        ]
        self.cancel = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        for n, button in enumerate(self.buttons):
            self._prepare(button, n)
        self.cancel.setAutoDefault(False)
        first = self.cancel if safe else self.buttons[0]
        first.setProperty("role", "primary")
        first.setDefault(True)
        first.setFocus()
        self.cancel.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(8)
        column.addWidget(asked)
        column.addWidget(told)
        column.addSpacing(12)
        column.addWidget(buttons)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)

    def _prepare(self, button: QPushButton, number: int) -> None:
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self._choose(number))

    def _choose(self, number: int) -> None:
        self.chosen = number
        self.accept()


def ask(
    parent: QWidget | None, question: str, more: str, acts: Sequence[str], *, safe: bool = False
) -> int:
    """Ask in a dialog; the number of the act that was chosen, their count if none was."""
    dialog = Question(parent, question, more, acts, safe=safe)
    dialog.exec()
    dialog.deleteLater()
    return dialog.chosen
