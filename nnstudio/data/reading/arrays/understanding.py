"""From the arrays of a file to a spec: fields, targets and tasks, each guess with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnstudio.data.info import DataError
from nnstudio.data.reading.arrays.kinds import Reading, dtype_of, reading_of
from nnstudio.data.reading.arrays.layout import Group, Layout
from nnstudio.data.reading.arrays.roles import Heads, Roles
from nnstudio.data.reading.arrays.stored import Hint
from nnstudio.data.reading.arrays.tasks import Asked, Beside, task_of
from nnstudio.data.reading.arrays.values import class_names
from nnstudio.project.data.fields import Field, Kind, Target, TaskKind
from nnstudio.project.data.source import Arrays
from nnstudio.project.data.spec import DataSpec, Guess
from nnstudio.project.data.split import Split

NAMED = ("category", "mask", "tokens")
"""Kinds whose values are numbers of classes or of tokens."""


@dataclass(frozen=True)
class Evidence:
    """What was read of the groups to understand them: (rows, *form) by name.

    Of a target all values, if they are few enough (`whole`), else the first ones.
    """

    heads: Heads
    whole: frozenset[str]


def understand(
    source: Arrays, layout: Layout, roles: Roles, evidence: Evidence, hints: Mapping[str, Hint]
) -> DataSpec:
    """The spec that is guessed for a file of arrays whose roles are known."""
    inputs = [
        Beside(group, reading_of(group, head, hints.get(group.name, Hint())), head)
        for group in layout.groups
        for head in (evidence.heads[group.name],)
        if roles[group.name][0] == "input"
    ]
    asked = {
        group.name: task_of(
            group, evidence.heads[group.name], inputs, hints.get(group.name, Hint())
        )
        for group in layout.groups
        if roles[group.name][0] == "target"
    }
    tokens = {name for one in asked.values() for name in one.tokens}
    fields, guesses = [], []
    for group in layout.groups:
        reading = _reading(group, evidence, hints, asked, tokens)
        labels = group.name in asked and asked[group.name].task == "labels"
        field = _field(group, reading, roles, labels)
        fields.append(field.with_values(classes=_classes(field, group, layout, evidence, hints)))
        guesses += _guesses(group, reading, roles)
    targets = [_target(name, one, fields) for name, one in asked.items()]
    guesses += [_task_guess(name, one, len(asked)) for name, one in asked.items()]
    if not targets:
        name = inputs[0].group.name
        targets = [Target(name=name, fields=(name,), task="reconstruction")]
        guesses.append(Guess(about="task", why="reconstruction: there is no target."))
    split = Split()
    if layout.parts:
        split = Split(by="given")
        why = f"the arrays come as {' and '.join(layout.parts)}."
        guesses.append(Guess(about="split.by", why=why))
    return DataSpec(
        source=source,
        fields=tuple(fields),
        targets=tuple(targets),
        split=split,
        guesses=tuple(guesses),
    )


def _reading(
    group: Group,
    evidence: Evidence,
    hints: Mapping[str, Hint],
    asked: Mapping[str, Asked],
    tokens: set[str],
) -> Reading:
    if group.name in asked:
        return asked[group.name].reading
    reading = reading_of(group, evidence.heads[group.name], hints.get(group.name, Hint()))
    if group.name in tokens:
        return Reading("tokens", reading.shape, reading.axes, "its target holds tokens")
    return reading


def _classes(
    field: Field,
    group: Group,
    layout: Layout,
    evidence: Evidence,
    hints: Mapping[str, Hint],
) -> tuple[str, ...]:
    """The classes of a field by what the file tells or by all values, if they were looked at."""
    if field.kind not in ("category", "mask"):
        return ()  # tokens are counted when all are read
    told = hints.get(group.name, Hint()).classes
    if told or group.name not in evidence.whole:
        return told
    values = evidence.heads[group.name]
    if field.kind == "category" and not group.is_text:
        for words in layout.words:
            names = tuple(str(word) for word in evidence.heads[words.name].reshape(-1))
            finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
            fits = len(finite) and finite.min() >= 0 and finite.max() < len(names)
            if fits and len(set(names)) == len(names):
                return names
    return class_names(layout.file, field, values)


def _field(group: Group, reading: Reading, roles: Roles, labels: bool) -> Field:
    dtype = np.dtype(np.uint8) if labels else dtype_of(reading.kind, group.dtype, reading.shape)
    return Field(
        name=group.name,
        origin=None,
        kind=reading.kind,
        role=roles[group.name][0],
        shape=reading.shape,
        axes=reading.axes,
        dtype=dtype.name,
    )


def _one_vocabulary(fields: list[Field]) -> list[Field]:
    """The fields, those of tokens with the same tokens: a text and its continuation."""
    named = [field.classes for field in fields if field.kind == "tokens"]
    if not all(named):
        return fields
    most = max(named, key=len, default=())
    return [
        field.with_values(classes=most) if field.kind == "tokens" else field for field in fields
    ]


def _guesses(group: Group, reading: Reading, roles: Roles) -> list[Guess]:
    place = f"fields.{group.name}"
    guesses = [Guess(about=f"{place}.role", why=f"{roles[group.name][1]}.")]
    guesses.append(Guess(about=f"{place}.kind", why=f"{reading.why}."))
    if reading.axes:
        why = reading.why
        if group.last:
            why = f"its last axis has as many values as there are samples; {why}"
        guesses.append(Guess(about=f"{place}.axes", why=f"{why}."))
    return guesses


def _task_guess(name: str, asked: Asked, targets: int) -> Guess:
    where = f"{name}, " if targets > 1 else ""
    return Guess(about="task", why=f"{where}{asked.task}: {asked.why}.")


def _target(name: str, asked: Asked, fields: list[Field]) -> Target:
    classes = next(field.classes for field in fields if field.name == name)
    return Target(name=name, fields=(name,), task=asked.task, classes=classes)


def with_classes(spec: DataSpec, classes: Mapping[str, tuple[str, ...]]) -> DataSpec:
    """The spec with the classes that reading found, in fields and targets."""
    fields = [
        field.with_values(classes=classes[field.name])
        if field.name in classes and field.kind in NAMED
        else field
        for field in spec.fields
    ]
    if any(target.task == "next_token" for target in spec.targets):
        fields = _one_vocabulary(fields)
    found = {field.name: field.classes for field in fields if field.kind in NAMED}
    targets = tuple(
        target.with_values(classes=found[target.fields[0]])
        if not target.classes and len(target.fields) == 1 and found.get(target.fields[0])
        else target
        for target in spec.targets
    )
    return spec.with_values(fields=tuple(fields), targets=targets)


def settled(spec: DataSpec) -> DataSpec:
    """The spec with fields of the kinds that their tasks need, whatever was guessed of them."""
    changed: dict[str, Field] = {}
    for target in spec.targets:
        for name in target.fields:
            field = spec.by_name.get(name)
            if field is None:
                raise DataError(
                    f"The target '{target.name}' needs the field '{name}': there is none."
                )
            kind, dtype = _needed(target.task, field)
            if (kind, dtype) != (field.kind, field.dtype):
                changed[name] = field.with_values(kind=kind, dtype=dtype, classes=())
    fields = tuple(changed.get(field.name, field) for field in spec.fields)
    return spec.with_values(fields=fields) if changed else spec


def _needed(task: TaskKind, field: Field) -> tuple[Kind, str]:
    """Kind and type that a field has as the target of a task."""
    match task:
        case "classes" | "per_position" if field.kind in ("number", "category"):
            return "category", "int64"
        case "labels" if field.kind in ("number", "category"):
            return "category", "uint8" if field.shape else "int64"
        case "number" if field.kind == "category":
            return "number", "float32"
        case "per_pixel" if field.kind in ("image", "number"):
            return "mask", "uint8"
        case _:
            return field.kind, field.dtype
