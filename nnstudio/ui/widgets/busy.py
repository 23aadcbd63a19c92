"""Work that may take long: the window waits for it, and its user may call it off."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QProgressBar, QVBoxLayout, QWidget

from nnstudio.symbols.work import Cancelled, CancelledError
from nnstudio.ui.background import Background
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.title import PROGRAM

SOON = 0.25
"""Seconds for which nothing is shown: most work is done by then."""
WIDTH = 360
Result = TypeVar("Result")


class Busy(QDialog):
    """Says what is being done, until it is done; `called_off` is set by Cancel or Escape."""

    def __init__(self, parent: QWidget | None, doing: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(PROGRAM)
        self.called_off = threading.Event()
        self._doing = QLabel(doing, wordWrap=True)
        self._doing.setFont(theme.text_font(15, QFont.Weight.DemiBold))
        self._doing.setFixedWidth(WIDTH)
        bar = QProgressBar(textVisible=False)
        bar.setRange(0, 0)  # how far it is cannot be known
        bar.setFixedHeight(6)
        bar.setAccessibleName(doing)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        self.cancel.setAutoDefault(False)  # a second Return after the dialog of files is no answer
        self.cancel.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self._doing)
        column.addWidget(bar)
        column.addWidget(buttons)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)

    def reject(self) -> None:
        """Call it off; the dialog goes when the work has ended."""
        self.called_off.set()
        self._doing.setText("Cancelling")
        self.cancel.setEnabled(False)


def wait_for(parent: QWidget, doing: str, work: Callable[[Cancelled], Result]) -> Result:
    """Do something in a thread and return what it gives; what it raises is raised here.

    Nothing else can be done in the window meanwhile. After a quarter of a second it says what it is
    `doing`, with a button that calls it off. Raises `CancelledError` then.
    """
    dialog = Busy(parent, doing)
    results: list[Result] = []
    errors: list[Exception] = []

    def do() -> None:
        try:
            results.append(work(dialog.called_off.is_set))
        except Exception as error:  # raised again where it was asked for
            errors.append(error)

    background = Background("busy", dialog)
    background.done.connect(dialog.accept)  # comes by the loop of events, so never before `exec`
    background.start(do)
    background.wait(SOON)
    if background.is_busy:
        dialog.exec()
    background.close()
    was_called_off = dialog.called_off.is_set()
    dialog.deleteLater()
    if was_called_off:
        raise CancelledError(doing)
    if errors:
        raise errors[0]
    return results[0]
