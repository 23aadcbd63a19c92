"""What people say of data by hand: how to read them, what is asked of them, which Input gets what.

Each act takes what was understood and gives another spec, or raises `DataError`, one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from nnstudio.data.info import DataError
from nnstudio.data.pipeline.understanding import existing, understand
from nnstudio.data.reading.registry import reader_of
from nnstudio.data.reading.table.labels import separator_of
from nnstudio.data.reading.table.roles import task_of_numbers
from nnstudio.data.samples import Samples
from nnstudio.project.data.fields import Feed, Field, Kind, Role, Target, TaskKind
from nnstudio.project.data.named import source_as, source_named, word_of
from nnstudio.project.data.places import absolute, place_of
from nnstudio.project.data.source import Hub, Source
from nnstudio.project.data.spec import DataSpec, Guess

TASKS: tuple[TaskKind, ...] = get_args(TaskKind)
_KINDS: Mapping[TaskKind, Kind] = {"classes": "category", "number": "number"}
"""What a field is read as for a task; for the others it stays what it is."""
_TASKS: Mapping[Kind, TaskKind] = {
    "category": "classes",
    "mask": "per_pixel",
    "tokens": "tokens",
    "image": "reconstruction",
    "audio": "reconstruction",
}
_INPUTS: tuple[Kind, ...] = ("number", "category", "image", "signal", "audio", "tokens")


@dataclass(frozen=True)
class Asked:
    """What an Output is to give: the name of the target, of which fields; task: None to guess."""

    name: str
    fields: tuple[str, ...]
    task: TaskKind | None = None


def chosen_source(place: str, read_as: str, options: Mapping[str, object]) -> Source:
    """The source at `place`, read as a word of `named.READ_AS` ("": as it looks), with options.

    Relative paths in options are taken from the present folder, as the place is.
    Raises `SettingsError` for options that there are not, `DataError` for what cannot be read.
    """
    if not read_as and isinstance(source_named(place), Hub):
        read_as = "hub"
    elif not read_as:
        path = existing(place)
        read_as = word_of(reader_of(path, None).glance(path, None).spec.source)
    return absolute(source_as(place, read_as, options), Path.cwd())


def read_as_chosen(spec: DataSpec, source: Source) -> DataSpec:
    """The spec of the data read as `source` says, understood anew.

    Relative paths are taken from the present folder.
    """
    source = absolute(source, Path.cwd())
    fresh = spec.with_values(source=source, fields=(), targets=(), feeds=(), guesses=())
    return understand(place_of(source), fresh, chosen=True).spec


def with_targets(samples: Samples, asked: Sequence[Asked]) -> DataSpec:
    """The spec of the samples with these targets in place of its own, read accordingly."""
    spec = samples.spec
    guesses = [guess for guess in spec.guesses if guess.about != "task"]
    targets = [_target(samples, one, guesses) for one in asked]
    tasks = {name: target.task for target in targets for name in target.fields}
    fields = []
    for field in spec.fields:
        if field.name in tasks:
            field = _as_target(field, tasks[field.name])
        elif field.role == "target":
            role: Role = "input" if field.kind in _INPUTS else "ignored"
            field = field.with_values(role=role)
            why = "it is asked for no more."
            guesses = [g for g in guesses if g.about != f"fields.{field.name}.role"]
            guesses.append(Guess(about=f"fields.{field.name}.role", why=why))
        fields.append(field)
    guesses = [g for g in guesses if g.about.removesuffix(".role") not in _places(tasks)]
    changed = spec.with_values(fields=tuple(fields), targets=tuple(targets), guesses=tuple(guesses))
    return understand(place_of(spec.source), changed).spec


def with_feeds(spec: DataSpec, feeds: Mapping[str, Sequence[str]]) -> DataSpec:
    """The spec with the fields that each Input gets, by the names of the Inputs.

    Fields that no Input gets are left out.
    """
    fed = {name for names in feeds.values() for name in names}
    for name in sorted(fed):
        _field(spec, name)
    empty = next((name for name, names in feeds.items() if not names), None)
    if empty is not None:
        raise DataError(f"{empty} is fed no field: expected one at least.")
    fields = tuple(
        field
        if field.role == "target" or (field.role == "input") == (field.name in fed)
        else field.with_values(role="input" if field.name in fed else "ignored")
        for field in spec.fields
    )
    found = tuple(Feed(input=name, fields=tuple(names)) for name, names in feeds.items())
    return spec.with_values(fields=fields, feeds=found)


def _places(names: Mapping[str, object]) -> set[str]:
    return {f"fields.{name}" for name in names}


def _field(spec: DataSpec, name: str) -> Field:
    if name not in spec.by_name:
        there = ", ".join(list(spec.by_name)[:20]) + (", ..." if len(spec.by_name) > 20 else "")
        data = Path(spec.source.path).name
        raise DataError(f"{data} has no field named '{name:.60}': there are {there}.")
    return spec.by_name[name]


def _target(samples: Samples, asked: Asked, guesses: list[Guess]) -> Target:
    spec = samples.spec
    fields = [_field(spec, name) for name in asked.fields]
    if not fields:
        raise DataError(f"The target {asked.name} has no field: expected one at least.")
    before = next((one for one in spec.targets if one.fields == asked.fields), None)
    task = asked.task or (before.task if before else None)
    if task is None:
        task, why = _guessed(samples, fields)
        about = "task" if not any(guess.about == "task" for guess in guesses) else ""
        guesses.append(Guess(about=about or f"targets.{asked.name}.task", why=f"{task}: {why}"))
    if before is not None and before.task == task:
        return before.with_values(name=asked.name)
    separator = ""
    if task == "labels" and len(fields) == 1 and not fields[0].shape:
        separator = _separator(samples, fields[0])
    return Target(name=asked.name, fields=asked.fields, task=task, separator=separator)


def _guessed(samples: Samples, fields: Sequence[Field]) -> tuple[TaskKind, str]:
    first, *more = fields
    if more:
        return "number", "several fields together are numbers."
    if first.kind == "category" and first.shape:
        return "labels", f"{first.name} holds several labels."
    if first.kind in _TASKS:
        return _TASKS[first.kind], f"{first.name} is of the kind {first.kind}."
    if first.kind == "number" and not first.shape:
        return task_of_numbers(first.name, samples.fields[first.name])
    return "number", f"{first.name} holds numbers."


def _separator(samples: Samples, field: Field) -> str:
    """What cuts the cells of a column of words. Raises `DataError` if nothing does."""
    cells = samples.fields[field.name]
    words = (
        [field.classes[k] for k in cells.tolist() if k >= 0]
        if field.classes
        else [word for word in cells.tolist() if word]
    )
    found = separator_of([str(word) for word in words], [1] * len(words))
    if not found:
        raise DataError(
            f"The cells of '{field.name}' hold one word each: expected several labels with "
            "'|', ';', ',', '/' or blanks between them, or the task classes."
        )
    return found


def _as_target(field: Field, task: TaskKind) -> Field:
    """The field read for a task; what was known of it as another kind is forgotten."""
    kind = _KINDS.get(task, field.kind)
    scalar = not field.shape and kind != field.kind and field.kind in ("number", "category", "text")
    if not scalar:
        return field.with_values(role="target")
    return Field(
        name=field.name, origin=field.origin, kind=kind, role="target", missing=field.missing
    )
