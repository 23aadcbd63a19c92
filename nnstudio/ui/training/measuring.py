"""Measures the training of the open project in a thread: how long it takes, and whether it fits."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from nnstudio.compiler.errors import CompileError
from nnstudio.errors import UserError
from nnstudio.project.same_model import is_same_model
from nnstudio.project.values import Project
from nnstudio.training.measured import Measured
from nnstudio.training.priority import give_way
from nnstudio.ui.background import Background
from nnstudio.workspace.measuring import measured
from nnstudio.workspace.workspace import Workspace

Measure = Callable[[Project, Callable[[], bool]], Measured]


def measured_giving_way(project: Project, stopping: Callable[[], bool]) -> Measured:
    """As a training from the window would run: it takes a core while nothing else wants it."""
    give_way()
    return measured(project, project.training, stopping=stopping)


class Measuring(QObject):
    """One measurement at a time; `changed` when there is something else to say, `noted(sentence)`
    what came of one.

    found: what the last one says, None if there is none. refusal: why there is none, "" if nobody
    asked. Both hold as long as model, data and settings are the measured ones.
    """

    changed = Signal()
    noted = Signal(str)

    def __init__(
        self,
        workspace: Workspace,
        parent: QObject | None = None,
        measure: Measure = measured_giving_way,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.measure = measure
        self._background = Background("measuring", self)
        self._background.done.connect(self._on_done)
        self._background.failed.connect(self._on_failed)
        self._called_off = threading.Event()
        self._then: Callable[[], object] | None = None
        self._of: Project | None = None
        self._has_told = True
        self.found: Measured | None = None
        self.refusal = ""
        workspace.changed.connect(self._on_changed)
        workspace.opened.connect(self._on_opened)

    @property
    def is_busy(self) -> bool:
        """True from `start` until its end has been told."""
        return not self._has_told

    @property
    def is_ending(self) -> bool:
        """True if it is busy and has been called off."""
        return self.is_busy and self._called_off.is_set()

    def start(self) -> None:
        """Measure the project as it is now."""
        if self.is_busy:
            return
        self._called_off = called_off = threading.Event()
        self._of = project = self._workspace.project
        self.found, self.refusal, self._then, self._has_told = None, "", None, False
        self._background.start(lambda: self.measure(project, called_off.is_set))
        self.changed.emit()

    def call_off(self, then: Callable[[], object] | None = None) -> None:
        """End it before its next step; `then` is called when it has ended."""
        if self.is_busy:
            self._then = then
            self._called_off.set()
            self.changed.emit()

    def close(self) -> None:
        """Leave no thread behind; waits for the step that is being done."""
        self._called_off.set()
        self._workspace.changed.disconnect(self._on_changed, missing_ok=True)
        self._workspace.opened.disconnect(self._on_opened, missing_ok=True)
        self._background.close()

    def _on_done(self, found: Measured) -> None:
        if not self._called_off.is_set():
            self.found = found
            self.noted.emit(f"Measured on {found.device}: {found.sentence}")
        self._end()

    def _on_failed(self, error: Exception) -> None:
        is_told = isinstance(error, UserError | CompileError | OSError)
        if is_told and not self._called_off.is_set():
            self.refusal = str(error)
            self.noted.emit(f"The training cannot be measured: {error}")
        self._end()
        if not is_told:
            raise error

    def _end(self) -> None:
        self._background.wait()  # its last instant: the next one may be begun by what follows
        self._has_told = True
        then, self._then = self._then, None
        self.changed.emit()
        if then is not None:
            then()

    def _on_changed(self, _before: Project, after: Project) -> None:
        """Another model, other data or other settings: what was found no longer holds."""
        of = self._of
        same = of is not None and (of.data, of.training) == (after.data, after.training)
        if of is None or (same and is_same_model(of, after)):
            return
        self._forget()

    def _on_opened(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._of, self.found, self.refusal = None, None, ""
        self.call_off()
        self.changed.emit()
