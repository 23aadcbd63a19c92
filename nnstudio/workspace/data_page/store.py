"""Where the spec of the open project is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from psygnal import Signal, SignalInstance

from nnstudio.project.data.spec import DataSpec
from nnstudio.workspace.workspace import Workspace


class SpecStore(Protocol):
    """Holds the spec of the open project. `changed()` whenever it may be another one."""

    @property
    def changed(self) -> SignalInstance: ...

    @property
    def spec(self) -> DataSpec: ...

    @property
    def folder(self) -> Path | None:
        """The folder to which the paths of the spec are relative; None without a file."""

    def set_spec(self, spec: DataSpec, title: str) -> None:
        """Put another spec in place, as one undo step of that title. Raises `Refusal`."""


class WorkspaceSpec:
    """The spec beside an open project."""

    changed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._spec = DataSpec()
        workspace.opened.connect(self._on_opened)

    @property
    def spec(self) -> DataSpec:
        return self._spec

    @property
    def folder(self) -> Path | None:
        path = self._workspace.path
        return None if path is None else path.parent

    def set_spec(self, spec: DataSpec, title: str) -> None:
        self._spec = spec
        self.changed.emit()

    def _on_opened(self) -> None:
        self._spec = DataSpec()
        self.changed.emit()
