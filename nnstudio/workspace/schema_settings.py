"""What a form needs to know of a checked value: its properties, read from the JSON schema."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from nnstudio.project.refused_value import refused_value


@dataclass(frozen=True, slots=True)
class Setting:
    """One property of the schema, as far as a form needs it.

    kind: `choice`, `bool` or `text`; numeric: texts are read as numbers; optional: it may be None.
    """

    name: str
    title: str
    note: str
    kind: str
    choices: tuple[str, ...]
    optional: bool
    shown_when: dict[str, list[str]]
    numeric: bool = False


def settings_of(model: type[BaseModel], without: Iterable[str] = ()) -> list[Setting]:
    """The properties of `model` in the order of its schema."""
    return list(_settings_of(model, frozenset(without)))


@cache
def _settings_of(model: type[BaseModel], left_out: frozenset[str]) -> tuple[Setting, ...]:
    properties = model.model_json_schema()["properties"]
    return tuple(
        setting_of(name, told) for name, told in properties.items() if name not in left_out
    )


def setting_of(name: str, told: Mapping[str, Any]) -> Setting:
    """A property with what the schema tells of it."""
    parts: list[Mapping[str, Any]] = told.get("anyOf", [told])
    types = {part.get("type") for part in parts}
    choices = next((tuple(part["enum"]) for part in parts if "enum" in part), ())
    return Setting(
        name,
        told.get("title", name),
        told.get("description", ""),
        "choice" if choices else "bool" if "boolean" in types else "text",
        choices,
        "null" in types,
        told.get("shown_when", {}),
        bool(types & {"integer", "number"}),
    )


def value_of(setting: Setting, text: str) -> object:
    """What a text of the form stands for; what it cannot be is left to the model to refuse."""
    if setting.optional and text.strip().lower() in ("", "none"):
        return None
    if setting.kind == "bool":
        return text == "True"
    if setting.numeric:
        for read in (int, float):
            with contextlib.suppress(ValueError):
                return read(text.replace(",", "") if text.count(",") else text)
    return text


def text_of(value: object) -> str:
    """A value as a field of a form shows it."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def sentence_of(error: ValidationError, model: type[BaseModel], setting: Setting) -> str:
    """The first problem of `error`, which `model` has raised, by the setting's own title."""
    refused = refused_value(error, model)
    _, found, rest = refused.sentence.partition(" must ")
    own = bool(found) and refused.place.startswith(setting.name)
    return f"{setting.title} must {rest}" if own else refused.sentence
