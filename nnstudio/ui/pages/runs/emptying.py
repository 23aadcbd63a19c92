"""Emptying the trash: measured, asked, removed in a thread, told in a line."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from nnstudio.errors import UserError
from nnstudio.studies.study import Among
from nnstudio.ui.pages.jobs import ReadingJobs
from nnstudio.ui.widgets.question import ask
from nnstudio.workspace.trash import Trash, empty_trash, trash_of


class Emptying:
    """`ask_whether` is an attribute, so that a test can answer it."""

    def __init__(
        self,
        window: QWidget,
        jobs: ReadingJobs,
        among: Among,
        done: Callable[[str], object],
        refused: Callable[[str], object],
    ) -> None:
        """done: is told what was removed; refused: why nothing was, one sentence each."""
        self._window = window
        self._jobs = jobs
        self._among = among
        self._done = done
        self._refused = refused
        self.ask_whether: Callable[[Trash], bool] = self._ask_whether

    def begin(self) -> None:
        """Look how much is in the trash, then ask."""
        self._jobs.ask("trash", lambda: trash_of(self._among), self._on_measured, self._on_failed)

    def _on_measured(self, found: object) -> None:
        assert isinstance(found, Trash)
        if found.is_empty:
            self._refused("The trash is empty.")
        elif self.ask_whether(found):
            self._jobs.ask(
                "empty", lambda: empty_trash(self._among), self._on_emptied, self._on_failed
            )

    def _on_emptied(self, gone: object) -> None:
        self._done(f"Removed {gone} from the trash.")

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, UserError | OSError):
            raise error
        self._refused(str(error))

    def _ask_whether(self, what: Trash) -> bool:
        told = f"In it are {what}. They are removed for good: this cannot be undone."
        told = f"{told} {what.warning}".strip()
        return ask(self._window, "Empty the trash?", told, ("Empty the trash",), safe=True) == 0
