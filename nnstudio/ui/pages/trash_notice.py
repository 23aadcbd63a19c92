"""What stands above a page after something was deleted, with the way back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from nnstudio.ui.widgets.notice_bar import Choice, NoticeBar


class TrashNotice(NoticeBar):
    """What was deleted, until it is taken back or the notice is closed."""

    def __init__(self, undo: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent, tone="info")
        self._undo = undo
        self.close_button.show()
        self.close_button.setToolTip("Close; the files stay in the trash")

    def show_deleted(self, sentence: str | None) -> None:
        """Say what was deleted; None when it was taken back."""
        if sentence is None:
            self.hide()
        else:
            self.show_notice(sentence, [Choice("Undo", self._undo, "Take it out of the trash")])
