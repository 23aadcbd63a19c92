"""Says that the window closes by itself, and lets it stay."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from nnstudio.ui.training.leaving import LeavingTraining
from nnstudio.ui.widgets.notice_bar import Choice, NoticeBar


class WaitingNotice(NoticeBar):
    """A line while the window waits for the end of a training to close."""

    def __init__(self, leaving: LeavingTraining, parent: QWidget | None = None) -> None:
        super().__init__(parent, tone="info")
        self._leaving = leaving
        leaving.waiting.connect(self._follow)

    def _follow(self, waiting: bool) -> None:
        if waiting:
            stay = Choice("Stay open", self._leaving.stay)
            self.show_notice("This window closes when the training has ended.", [stay])
        else:
            self.hide()
