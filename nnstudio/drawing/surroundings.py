"""What a project has besides its blocks, as a script gives it: values, data, training and so on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from nnstudio.drawing.script import refusal
from nnstudio.graph.values import FrozenMap
from nnstudio.project.checks import canonical
from nnstudio.project.given import kind_of
from nnstudio.project.settings import with_settings
from nnstudio.project.values import Project

_BLOCKS = ("root", "blocks")


def with_rest(project: Project, rest: Mapping[str, Any]) -> Project:
    """The project with `values`, `data`, `training` and so on.

    training, values: as in a project, or by name, ``{"epochs": 3}``. data: as in a project, or what
    `nnstudio.train` takes. Raises `UserError` for what is neither.
    """
    known = [field.name for field in fields(Project) if field.name not in _BLOCKS]
    for name, given in rest.items():
        if name not in known:
            raise refusal(f"a project has no '{name}'; it has: {', '.join(known)}")
        project = _with(project, name, given)
    return project


def _with(project: Project, name: str, given: Any) -> Project:
    own = getattr(project, name)
    if isinstance(given, type(own)):
        return replace(project, **{name: given})
    if name == "values" and isinstance(given, Mapping):
        values = {key: canonical(value) for key, value in given.items()}
        return replace(project, values=FrozenMap(values))
    if name == "training" and isinstance(given, Mapping):
        return replace(project, training=project.training.with_values(**given))
    if name == "data":
        return with_settings(project, {"data": given})
    expected = "settings by name" if name in ("training", "values") else type(own).__name__
    raise refusal(f"{name} expects {expected}, received {kind_of(given)}")
