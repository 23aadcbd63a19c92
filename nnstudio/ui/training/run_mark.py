"""Whose results are shown: of the open project or of an earlier one, of its model now or before."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from nnstudio.compiler.source import Source
from nnstudio.workspace.run_origin import RunOrigin
from nnstudio.workspace.workspace import Workspace


class RunMark(QObject):
    """Follows the workspace from the start of a run on. `changed()`; `left()` when another project
    has been opened, to which the run does not belong.
    """

    changed = Signal()
    left = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.origin: RunOrigin | None = None
        self.is_foreign = False
        self.is_stale = False
        workspace.changed.connect(self._on_changed)
        workspace.opened.connect(self._on_opened)
        workspace.saved.connect(self._on_saved)

    def begin(self, source: Source) -> None:
        """The open project is trained now."""
        self.origin = RunOrigin.of(self._workspace, source)
        self.is_foreign = self.is_stale = False
        self.changed.emit()

    def forget(self) -> None:
        """There are no results any more."""
        self.origin = None
        self.is_foreign = self.is_stale = False
        self.changed.emit()

    def close(self) -> None:
        """Follow no more."""
        for signal, slot in (
            (self._workspace.changed, self._on_changed),
            (self._workspace.opened, self._on_opened),
            (self._workspace.saved, self._on_saved),
        ):
            signal.disconnect(slot, missing_ok=True)

    @property
    def title(self) -> str:
        """Return the name of the project that was trained."""
        return self.origin.title if self.origin is not None else ""

    @property
    def whose(self) -> str:
        """Say ` of` which project where it is not the open one; nothing where it is."""
        return f" of {self.title}" if self.is_foreign else ""

    @property
    def sentence(self) -> str:
        """Say what keeps the results from being those of what is shown; nothing if they are."""
        if self.is_foreign:
            return f"These results belong to {self.title}, which is not the open project."
        return "The model was edited since this run." if self.is_stale else ""

    def _on_changed(self, _before: object, _after: object) -> None:
        self._look()

    def _on_opened(self) -> None:
        if self.origin is None:
            return
        self.is_foreign = not self.origin.is_of_file(self._workspace.path)
        self._look(anyway=True)
        if self.is_foreign:
            self.left.emit()

    def _on_saved(self) -> None:
        if self.origin is not None and not self.is_foreign:
            self.origin = self.origin.saved_as(self._workspace)
            self.changed.emit()

    def _look(self, *, anyway: bool = False) -> None:
        if self.origin is None:
            return
        stale = not self.is_foreign and self.origin.is_stale(self._workspace.project)
        if stale != self.is_stale or anyway:
            self.is_stale = stale
            self.changed.emit()
