"""The settings of the data by name, as people give them: `data`, `validation`, `split_seed`.

`PLACES` is the one list of the names that belong to the data and not to the training.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from nnstudio.errors import in_one_line
from nnstudio.project.data.named import source_named
from nnstudio.project.data.part import Part
from nnstudio.project.data.places import absolute, place_of
from nnstudio.project.data.source import Arrays, BuiltIn, Folder, Hub, Source, Table, Text
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.data.split import Split
from nnstudio.project.data.steps import steps_of_text, text_of_steps
from nnstudio.project.refused_value import SettingsError, refused_value

P = TypeVar("P", bound=Part)

PLACES: Mapping[str, tuple[str, ...]] = {
    "data": ("source",),
    "resize": ("resize",),
    "max_samples": ("split", "max_samples"),
    "validation": ("split", "validation"),
    "test": ("split", "test"),
    "split": ("split", "by"),
    "split_seed": ("split", "seed"),
    "duplicates_apart": ("split", "duplicates_apart"),
    "balance": ("balance",),
    "missing": ("missing",),
    "prepare": ("preparation",),
    "augment": ("augmentation",),
}
"""Name of the setting -> where it stands in a `DataSpec`. The last word is its name in variants."""

IN_VARIANTS: Mapping[str, str] = {place[-1]: name for name, place in PLACES.items()}
"""Name of a setting in the `data` of a variant -> name of the setting."""

STEPS = ("prepare", "augment")
"""Settings that are lists of steps, given as a text."""

_STEPS = {
    "prepare": {
        "title": "Preparation",
        "description": (
            "Steps before a model gets the samples, fitted on the training part: standardise, "
            "clip:share=0.05, log_mel:bands=40."
        ),
        "type": "string",
    },
    "augment": {
        "title": "Augmentation",
        "description": "Changes of each batch while training: flip, crop:border=4, mixup.",
        "type": "string",
    },
}

_SOURCE = {
    "title": "Data set",
    "description": "A built-in data set, such as digits, a path, or hub:NAME.",
    "type": "string",
}


@cache
def schemas() -> Mapping[str, Mapping[str, Any]]:
    """The JSON schema of each setting by name: title, description, limits."""
    own = DataSpec.model_json_schema()["properties"]
    parts = {"split": Split.model_json_schema()["properties"]}
    found: dict[str, dict[str, Any]] = {}
    for name, place in PLACES.items():
        found[name] = (own if len(place) == 1 else parts[place[0]])[place[-1]]
    return {**found, **_STEPS, "data": _SOURCE}


def values_of(spec: DataSpec) -> dict[str, Any]:
    """Each setting by name: the source as a built-in name or a path, the others as they are."""
    found: dict[str, Any] = {}
    for name, place in PLACES.items():
        value: Any = spec
        for step in place:
            value = getattr(value, step)
        found[name] = value
    steps = {name: text_of_steps(found[name]) for name in STEPS}
    return {**found, **steps, "data": place_of(spec.source)}


def in_variant(spec: DataSpec) -> dict[str, Any]:
    """Each setting by the name that it has in the `data` of a variant."""
    values = values_of(spec)
    return {name: values[setting] for name, setting in IN_VARIANTS.items()}


def with_values(spec: DataSpec, values: Mapping[str, Any]) -> DataSpec:
    """The spec with other values of settings. Raises `SettingsError`, one sentence.

    Another source is one that nobody has looked at: fields, targets, feeds and guesses, and steps
    for named fields, go with the old one. The same path anew keeps them, and takes what lies there
    now. A path is taken from the present folder.
    """
    own: dict[str, object] = {}
    split: dict[str, object] = {}
    for name, value in values.items():
        place = PLACES[name]
        if name in STEPS and isinstance(value, str):
            value = steps_of_text(value)
        if name != "data":
            (own if len(place) == 1 else split)[place[-1]] = value
    if "data" in values:
        spec = _with_source(spec, values["data"])
    if split:
        own["split"] = _checked(spec.split, split)
    return _checked(spec, own) if own else spec


def _checked(part: P, values: Mapping[str, object]) -> P:
    try:
        return part.with_values(**values)
    except ValidationError as error:
        raise SettingsError(refused_value(error, type(part)).sentence) from error


def _with_source(spec: DataSpec, given: object) -> DataSpec:
    source = _source(given)
    if source == spec.source or place_of(source) == place_of(spec.source):
        if not isinstance(given, str | os.PathLike):
            return spec.with_values(source=source)
        if getattr(spec.source, "fingerprint", None) is None:
            return spec
        return spec.with_values(source=spec.source.model_copy(update={"fingerprint": None}))
    return spec.with_values(
        source=source,
        fields=(),
        targets=(),
        feeds=(),
        guesses=(),
        preparation=tuple(step for step in spec.preparation if not step.fields),
        augmentation=tuple(step for step in spec.augmentation if not step.fields),
    )


def _source(given: object) -> Source:
    if isinstance(given, BuiltIn | Table | Arrays | Folder | Text | Hub):
        return given
    text = os.fspath(given) if isinstance(given, os.PathLike) else given
    if not isinstance(text, str) or not text:
        raise SettingsError(
            f"Data set must be the name of a set or a path, not {in_one_line(repr(given)):.60}."
        )
    found = source_named(text)
    if isinstance(found, BuiltIn | Hub):
        return found
    path = str(Path(found.path).expanduser())
    return absolute(found.model_copy(update={"path": path}), Path.cwd())
