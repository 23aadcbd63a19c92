"""From the arrays of a file to a spec: fields, targets and tasks, each guess with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnstudio.data.info import DataError
from nnstudio.data.reading.arrays.kinds import Reading, dtype_of, reading_of
from nnstudio.data.reading.arrays.layout import Group, Layout
from nnstudio.data.reading.arrays.roles import Heads, Roles, roles_of
from nnstudio.data.reading.arrays.stored import Hint
from nnstudio.data.reading.arrays.tasks import Asked, Beside, task_of
from nnstudio.data.reading.arrays.values import class_names
from nnstudio.project.data.fields import Field, Kind, Target
from nnstudio.project.data.source import Arrays
from nnstudio.project.data.spec import DataSpec, Guess
from nnstudio.project.data.split import Split


@dataclass(frozen=True)
class Evidence:
    """What was read of the groups to understand them: (rows, *form) by name.

    Of a target all values, if they are few enough (`whole`), else the first ones.
    """

    heads: Heads
    whole: frozenset[str]


def understand(
    source: Arrays, layout: Layout, evidence: Evidence, hints: Mapping[str, Hint]
) -> DataSpec:
    """The spec that is guessed for a file of arrays."""
    roles = roles_of(layout, evidence.heads, hints)
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
        field = _field(group, reading, roles)
        fields.append(field.with_values(classes=_classes(field, group, layout, evidence, hints)))
        guesses += _guesses(group, reading, roles)
    targets = [_target(name, one, fields) for name, one in asked.items()]
    guesses += [Guess(about=f"targets.{name}.task", why=one.why) for name, one in asked.items()]
    if not targets:
        targets = [_reconstruction(inputs[0].group.name)]
        guesses.append(
            Guess(about=f"targets.{targets[0].name}.task", why="there is no target beside it")
        )
    split = Split()
    if layout.parts:
        split = Split(by="given")
        why = f"the arrays come as {' and '.join(layout.parts)}"
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
        return ()
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


def _field(group: Group, reading: Reading, roles: Roles) -> Field:
    dtype = dtype_of(reading.kind, group.dtype, reading.shape)
    return Field(
        name=group.name,
        origin=None,
        kind=reading.kind,
        role=roles[group.name][0],
        shape=reading.shape,
        axes=reading.axes,
        dtype=dtype.name,
    )


def _guesses(group: Group, reading: Reading, roles: Roles) -> list[Guess]:
    place = f"fields.{group.name}"
    guesses = [Guess(about=f"{place}.role", why=roles[group.name][1])]
    guesses.append(Guess(about=f"{place}.kind", why=reading.why))
    if reading.axes:
        why = reading.why
        if group.last:
            why = f"its last axis has as many values as there are samples; {why}"
        guesses.append(Guess(about=f"{place}.axes", why=why))
    return guesses


def _target(name: str, asked: Asked, fields: list[Field]) -> Target:
    classes = next(field.classes for field in fields if field.name == name)
    if asked.task == "labels":
        classes = tuple(str(k) for k in range(asked.reading.shape[0]))
    return Target(name=name, fields=(name,), task=asked.task, classes=classes)


def _reconstruction(name: str) -> Target:
    return Target(name=name, fields=(name,), task="reconstruction")


def with_classes(spec: DataSpec, classes: Mapping[str, tuple[str, ...]]) -> DataSpec:
    """The spec with the classes that reading found, in fields and targets.

    Tokens have none in their field; their target counts the tokens that there are.
    """
    fields = tuple(
        field.with_values(classes=classes[field.name])
        if field.name in classes and field.kind in ("category", "mask")
        else field
        for field in spec.fields
    )
    return spec.with_values(
        fields=fields, targets=tuple(_answered(target, spec, classes) for target in spec.targets)
    )


def _answered(target: Target, spec: DataSpec, classes: Mapping[str, tuple[str, ...]]) -> Target:
    if target.task in ("number", "reconstruction", "labels") or len(target.fields) != 1:
        return target
    found = classes.get(target.fields[0], ())
    if target.task == "next_token":
        tokens = [field.name for field in spec.fields if field.kind == "tokens"]
        found = max((classes.get(name, ()) for name in tokens), key=len, default=found)
    return target.with_values(classes=found) if found and not target.classes else target


def settled(spec: DataSpec) -> DataSpec:
    """The spec with fields of the kinds that their tasks need, whatever was guessed of them."""
    kinds: dict[str, Kind] = {}
    for target in spec.targets:
        for name in target.fields:
            field = spec.by_name.get(name)
            if field is None:
                raise DataError(
                    f"The target '{target.name}' needs the field '{name}': there is none."
                )
            if target.task in ("classes", "per_position") and field.kind == "number":
                kinds[name] = "category"
            elif target.task == "number" and field.kind == "category":
                kinds[name] = "number"
            elif target.task == "per_pixel" and field.kind in ("image", "number"):
                kinds[name] = "mask"
    if not kinds:
        return spec
    fields = (
        field.with_values(kind=kinds[field.name], classes=()) if field.name in kinds else field
        for field in spec.fields
    )
    return spec.with_values(fields=tuple(fields))
