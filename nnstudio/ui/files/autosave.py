"""When the side file is written: in the first quiet moment after an act, and soon in any case."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.project.storage.fields import FileError
from nnstudio.ui.background import Background
from nnstudio.ui.files.recovery import AutosaveFile, UnsavedWork
from nnstudio.workspace.workspace import Workspace

QUIET = 600
"""Milliseconds without an act before the side file is written."""
LATEST = 1_000
"""Milliseconds after which it is written while one act follows the other."""
SOON = 50
"""Milliseconds until the next try while it is being written."""
RETRY = 5_000
"""Milliseconds until the next try where it could not be written."""


class Autosave(QObject):
    """Keeps the unsaved work of one window. `failed(sentence)` once, until it has worked again."""

    failed = Signal(str)

    def __init__(
        self,
        workspace: Workspace,
        folder: Path,
        is_unsaved: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._is_unsaved = is_unsaved
        self.file = AutosaveFile(folder)
        self._failing = False
        self._quiet = QTimer(self, singleShot=True, interval=QUIET)
        self.latest = QTimer(self, singleShot=True, interval=LATEST)
        for timer in (self._quiet, self.latest):
            timer.timeout.connect(self._keep_beside)
        self._writing = Background("autosave", self)
        self._writing.done.connect(self._on_kept)
        self._writing.failed.connect(self._on_failed)

    def follow(self) -> None:
        """Note an act: the side file is not up to date."""
        self._quiet.start()
        if not self.latest.isActive() or self.latest.interval() != LATEST:
            self.latest.start(LATEST)

    def keep(self) -> bool:
        """Write the side file, or remove it if nothing is unsaved; False if that failed."""
        self.rest()
        if not self._is_unsaved():
            self.file.remove()
            return True
        try:
            self.file.write(UnsavedWork.of(self._workspace))
        except FileError as error:
            self._on_failed(error)
            return False
        self._on_kept()
        return True

    def _keep_beside(self) -> None:
        """Do so beside the window, which goes on meanwhile."""
        self._quiet.stop()
        self.latest.stop()
        if not self._is_unsaved():
            self.keep()
        elif not self._writing.start(partial(self.file.write, UnsavedWork.of(self._workspace))):
            self.latest.start(SOON)

    def _on_kept(self, _nothing: object = None) -> None:
        self._failing = False

    def _on_failed(self, error: object) -> None:
        if not self._failing:
            self.failed.emit(f"Unsaved work cannot be kept for recovery: {error}")
        self._failing = True
        self.latest.start(RETRY)

    def forget(self) -> None:
        """Remove the side file: the work is saved, or not wanted."""
        self.rest()
        self.file.remove()

    def rest(self) -> None:
        """Write nothing before the next act; waits for what is being written."""
        self._quiet.stop()
        self.latest.stop()
        self._writing.wait()
