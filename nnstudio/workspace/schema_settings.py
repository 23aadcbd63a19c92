"""What a form needs to know of a checked value: its properties, read from the JSON schema."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError


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
    found = []
    for name, told in model.model_json_schema()["properties"].items():
        if name in left_out:
            continue
        parts: list[dict[str, Any]] = told.get("anyOf", [told])
        types = {part.get("type") for part in parts}
        choices = next((tuple(part["enum"]) for part in parts if "enum" in part), ())
        kind = "choice" if choices else "bool" if "boolean" in types else "text"
        found.append(
            Setting(
                name,
                told.get("title", name),
                told.get("description", ""),
                kind,
                choices,
                "null" in types,
                told.get("shown_when", {}),
                bool(types & {"integer", "number"}),
            )
        )
    return tuple(found)


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


_KINDS = {
    "a valid integer": "a whole number",
    "a valid number": "a number",
    "a valid boolean": "true or false",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
    "less than": "below",
    "greater than": "above",
}


def sentence_of(error: ValidationError, setting: Setting) -> str:
    """The first problem of `error` in one sentence: what was expected, what came."""
    first = error.errors(include_url=False)[0]
    expected = first["msg"].removeprefix("Input should ").partition(", unable")[0]
    for told, plain in _KINDS.items():
        expected = expected.replace(told, plain)
    return f"{setting.title} must {expected}, not {first['input']!r}."
