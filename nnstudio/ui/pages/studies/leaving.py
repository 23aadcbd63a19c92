"""What becomes of studies that this window works at when it closes: they go on, or wait."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from PySide6.QtWidgets import QWidget

from nnstudio.ui.widgets.question import ask
from nnstudio.workspace.studies_page.controller import StudiesPage


class StudyAnswer(Enum):
    """What to do with studies whose processes were started here."""

    GO_ON = "go on"
    PAUSE = "pause"
    CANCEL = "cancel"


class LeavingStudies:
    """Asks before the window closes. `ask_quit` is an attribute, so that a test can answer it."""

    def __init__(self, window: QWidget, page: StudiesPage) -> None:
        self._window, self._page = window, page
        self.ask_quit: Callable[[tuple[str, ...]], StudyAnswer] = self._ask

    def may_quit(self) -> bool:
        """True if the window may close; what was chosen for the studies is done then."""
        rows = self._page.worked_at
        if not rows:
            return True
        answer = self.ask_quit(tuple(row.title for row in rows))
        if answer is StudyAnswer.CANCEL:
            return False
        self._page.leave(pausing=answer is StudyAnswer.PAUSE)
        return True

    def _ask(self, names: tuple[str, ...]) -> StudyAnswer:
        listed = ", ".join(f"'{name}'" for name in names)
        one = len(names) == 1
        chosen = ask(
            self._window,
            "Quit while a study runs?" if one else "Quit while studies run?",
            f"{listed} {'has' if one else 'have'} processes of {'its' if one else 'their'} own, "
            "which go on without the window. If they pause, each training is left with a "
            "checkpoint. Either way the page Studies shows it when the program is opened again, "
            "and Resume goes on with it.",
            ("Let it go on" if one else "Let them go on", "Pause and quit"),
        )
        return (StudyAnswer.GO_ON, StudyAnswer.PAUSE, StudyAnswer.CANCEL)[chosen]
