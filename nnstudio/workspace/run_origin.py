"""Which project a training belongs to, and which version of its model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from nnstudio.compiler.source import Source
from nnstudio.project.same_model import is_same_model
from nnstudio.project.storage.atomic import same_place
from nnstudio.project.storage.file import digest
from nnstudio.project.values import Project
from nnstudio.workspace.workspace import Workspace

_LETTERS = 7


@dataclass(frozen=True)
class RunOrigin:
    """A project as it was when its training began. `version` names the text that is trained."""

    title: str
    path: Path | None
    project: Project
    version: str

    @classmethod
    def of(cls, workspace: Workspace, source: Source) -> RunOrigin:
        """Note the open project as the one that is trained now."""
        version = digest(source.text.encode("utf-8"))[:_LETTERS]
        return cls(workspace.title, workspace.path, workspace.project, version)

    def is_of_file(self, path: Path | None) -> bool:
        """Tell whether that is the file of the project; one without a file has none."""
        return self.path is not None and path is not None and same_place(self.path, path)

    def is_stale(self, project: Project) -> bool:
        """Tell whether the model has been edited since."""
        return not is_same_model(self.project, project)

    def saved_as(self, workspace: Workspace) -> RunOrigin:
        """This project under the name that it has been saved under since."""
        return replace(self, title=workspace.title, path=workspace.path)
