"""Trainings that this window has started in processes of their own; it does not hold them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.project.storage.fields import FileError
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.store import RunStore
from nnstudio.studies.assignment import Assignment, unfinished
from nnstudio.workspace.assignments.worker import StudyWish, StudyWorker, studies_beside
from nnstudio.workspace.worker import Worker
from nnstudio.workspace.workspace import Workspace

LOOK = 300
"""Milliseconds between two looks at the processes."""


class Workers(QObject):
    """Starts them. `began(title)`: a run is among the others; `refused(sentence)`: none will be.

    `reported(title, path)`: the report on a document is there.
    """

    began = Signal(str)
    refused = Signal(str)
    reported = Signal(str, str)

    def __init__(self, workspace: Workspace, store_folder: Path, parent: QObject) -> None:
        """store_folder: of the store that takes their runs."""
        super().__init__(parent)
        self._workspace = workspace
        self._store_folder = store_folder
        self._starting: list[Worker | StudyWorker] = []
        self._going: list[Worker | StudyWorker] = []
        self._timer = QTimer(self, interval=LOOK)
        self._timer.timeout.connect(self._look)

    @property
    def starting(self) -> tuple[Worker | StudyWorker, ...]:
        """Those whose run has not begun yet."""
        return tuple(self._starting)

    def start(self) -> None:
        """Train the open project as it is now."""
        self._start(lambda store: Worker(self._workspace.project, self._workspace.title, store))

    def unfinished(self, plan: Assignment) -> list[Path]:
        """The folders of those of a document that can be gone on with, the newest first."""
        return unfinished(plan, studies_beside(self._store_folder))

    def study(self, wish: StudyWish) -> None:
        """Do all that a document asks for."""
        self._start(lambda store: StudyWorker(wish, store))

    def _start(self, make: Callable[[RunStore], Worker | StudyWorker]) -> None:
        try:
            worker = make(RunStore(self._store_folder))
        except (FileError, OSError, RunStoreError) as error:
            self.refused.emit(f"No process could be started: {str(error).rstrip('.')}.")
            return
        self._starting.append(worker)
        self._timer.start()

    def _look(self) -> None:
        for worker in [one for one in self._starting if one.has_begun]:
            self._starting.remove(worker)
            self._going.append(worker)
            self.began.emit(worker.title)
        for worker in [one for one in (*self._starting, *self._going) if one.is_over]:
            (self._starting if worker in self._starting else self._going).remove(worker)
            said = worker.last_words()
            if said:
                self.refused.emit(said)
            report = worker.report if isinstance(worker, StudyWorker) else None
            if report is not None:
                self.reported.emit(worker.title, str(report))
        if not self._starting and not self._going:
            self._timer.stop()
