"""Streams: what the Inputs of a model can get, one or several fields of the data each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from nnstudio.data.info import DataError
from nnstudio.data.preparation.numbers import OneHot, classes_in
from nnstudio.data.preparation.registry import preparation
from nnstudio.data.preparation.step import Form, Preparation
from nnstudio.project.data.fields import Field
from nnstudio.project.data.spec import DataSpec

TABLE = "x"
"""The stream of the numbers and categories of a table, side by side."""

_SCALARS = ("number", "category")


@dataclass(frozen=True)
class Stream:
    """Fields that are given together. `form`: the shape of a sample after the preparation.

    vocabulary: how many token numbers there are; 0 for anything but tokens.
    """

    name: str
    fields: tuple[Field, ...]
    form: Form
    vocabulary: int = 0


def steps_for(spec: DataSpec, field: Field) -> tuple[Preparation, ...]:
    """The steps that a field goes through, in order; a category ends as numbers."""
    found = []
    for step in spec.preparation:
        made = preparation(step)
        if step.fields and field.name in step.fields and field.kind not in made.kinds:
            raise DataError(
                f"{made.title} works on {' or '.join(sorted(made.kinds))}, but {field.name} is "
                f"of the kind {field.kind}."
            )
        if field.kind in made.kinds and (field.name in step.fields or not step.fields):
            found.append(made)
    if field.kind == "category" and not any(made.name in ("one_hot", "index") for made in found):
        found.append(OneHot())
    return tuple(found)


def form_of(spec: DataSpec, field: Field) -> Form:
    """The shape of a sample of the field after its preparation."""
    form = field.shape
    for step in steps_for(spec, field):
        form = step.form(form, field)
    return form


def streams(spec: DataSpec) -> tuple[Stream, ...]:
    """What the Inputs of a model can get, in order.

    The numbers and categories of a table are one stream, everything else has its own, unless
    `spec.feeds` puts fields together by hand. Raises `DataError` if there is nothing to give.
    """
    _refuse_answers_as_inputs(spec)
    if spec.feeds:
        return tuple(_stream(spec, feed.input, _named(spec, feed.fields)) for feed in spec.feeds)
    inputs = spec.having("input")
    table = [field for field in inputs if _is_scalar(spec, field)]
    scalars = {field.name for field in table}  # by name: tables have thousands of fields
    found = []
    for field in inputs:
        if field.kind in ("text", "date", "path"):
            raise DataError(
                f"The field {field.name} is {field.kind}, which no model takes as it is: give it "
                "another kind, or the role ignored."
            )
        if field.name not in scalars:
            found.append(_stream(spec, field.name, (field,)))
        elif field is table[0]:
            found.append(_stream(spec, TABLE if len(table) > 1 else field.name, tuple(table)))
    if not found:
        raise DataError("No field has the role input: there is nothing to give to a model.")
    return tuple(found)


def _refuse_answers_as_inputs(spec: DataSpec) -> None:
    fed = {name for feed in spec.feeds for name in feed.fields}
    given = fed or {field.name for field in spec.having("input")}
    for target in spec.targets:
        both = given.intersection(target.fields)
        if both and target.task not in ("reconstruction", "next_token"):
            raise DataError(
                f"The field {min(both)} is an input and what is asked for at once: the model would "
                "read the answer; give it another role, or choose another target."
            )


def _is_scalar(spec: DataSpec, field: Field) -> bool:
    embedded = any(step.name == "index" for step in steps_for(spec, field))
    return field.kind in _SCALARS and not field.shape and not embedded


def _named(spec: DataSpec, names: tuple[str, ...]) -> tuple[Field, ...]:
    missing = [name for name in names if name not in spec.by_name]
    if missing:
        raise DataError(f"The data have no field named {missing[0]}.")
    return tuple(spec.by_name[name] for name in names)


def _stream(spec: DataSpec, name: str, fields: tuple[Field, ...]) -> Stream:
    if len(fields) == 1:
        (field,) = fields
        form = form_of(spec, field)
        tokens = field.kind == "tokens" or "index" in (s.name for s in steps_for(spec, field))
        vocabulary = _vocabulary(spec, field) if tokens else 0
        scalar = field.kind in _SCALARS and not form and not vocabulary
        return Stream(name, fields, (1,) if scalar else form, vocabulary)
    width = sum(_width(spec, field) for field in fields)
    return Stream(name, fields, (width,))


def _vocabulary(spec: DataSpec, field: Field) -> int:
    """How many tokens a field has: its own classes, or those of the tokens that it is asked for.

    1 where nobody knows.
    """
    if field.classes or field.kind != "tokens":
        return classes_in(field)
    asked = (t.classes for t in spec.targets if t.task in ("next_token", "tokens"))
    return max((len(classes) for classes in asked), default=1) or 1


def _width(spec: DataSpec, field: Field) -> int:
    form = form_of(spec, field)
    if len(form) > 1:
        raise DataError(
            f"The field {field.name} has {len(form)} dimensions: only numbers and categories can "
            "be put side by side."
        )
    return prod(form)


def every_field(spec: DataSpec) -> Iterator[Field]:
    """The fields that are given to a model, each once."""
    seen = set()
    for stream in streams(spec):
        for field in stream.fields:
            if field.name not in seen:
                seen.add(field.name)
                yield field
