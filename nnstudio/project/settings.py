"""All settings by name, of the data and of the training, as one list: for people and scripts."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from nnstudio.project.data import settings as data_settings
from nnstudio.project.refused_value import SettingsError
from nnstudio.project.training_settings import TrainingSettings, no_such_setting
from nnstudio.project.values import Project


@cache
def schemas() -> Mapping[str, Mapping[str, Any]]:
    """The JSON schema of each setting by name, in the order in which they are listed."""
    return {
        **data_settings.schemas(),
        **TrainingSettings.model_json_schema()["properties"],
    }


def values_of(project: Project) -> dict[str, Any]:
    """Each setting by name, as the project has it."""
    return {**data_settings.values_of(project.data), **project.training.model_dump()}


def with_settings(project: Project, values: Mapping[str, Any]) -> Project:
    """The project with other values of settings. Raises `SettingsError`, one sentence."""
    of_data = {name: value for name, value in values.items() if name in data_settings.PLACES}
    others = {name: value for name, value in values.items() if name not in of_data}
    return replace(
        project,
        data=data_settings.with_values(project.data, of_data),
        training=project.training.with_values(**others) if others else project.training,
    )


def value_of_text(name: str, text: str) -> object:
    """Read what a text says for a setting; what it cannot be is left to `with_settings` to refuse.

    Raises `SettingsError` if there is no such setting.
    """
    known = schemas()
    if name not in known:
        near = difflib.get_close_matches(name, known, 1) or [", ".join(known)]
        raise SettingsError(f"{no_such_setting(name)[:-1]}: there is {near[0]}.")
    kinds = {part.get("type") for part in known[name].get("anyOf", [known[name]])}
    if "null" in kinds and text.lower() in ("", "none"):
        return None
    for kind, read in (("integer", int), ("number", float)):
        if kind in kinds:
            with contextlib.suppress(ValueError):
                return read(text)
    return text
