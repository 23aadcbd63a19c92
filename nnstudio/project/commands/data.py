"""The command on the data of a project."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnstudio.project.data.spec import DataSpec
from nnstudio.project.values import Project


@dataclass(frozen=True)
class SetData:
    """Change which data the model is trained on, and how they are prepared."""

    spec: DataSpec
    title: str = "Change the data"

    def apply(self, project: Project) -> Project:
        return replace(project, data=self.spec)
