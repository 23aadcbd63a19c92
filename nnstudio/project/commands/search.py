"""Commands on the search of hyper-parameters: what is varied, and the best point taken over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from nnstudio.project.commands.search_points import check_space, project_at
from nnstudio.project.search.space import Space
from nnstudio.project.values import Project


@dataclass(frozen=True)
class SetSearchSpace:
    """Change what a search of the model varies. `apply` raises `UserError` if it does not fit."""

    space: Space
    title: str = "Change what is searched"

    def apply(self, project: Project) -> Project:
        check_space(project, self.space)
        return replace(project, search=self.space)


@dataclass(frozen=True)
class UsePoint:
    """Give the model and its training the values of one point of a search, in one step."""

    point: Mapping[str, Any]
    title: str = "Use the best values"

    def apply(self, project: Project) -> Project:
        return project_at(project, self.point)
