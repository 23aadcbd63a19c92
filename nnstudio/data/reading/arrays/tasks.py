"""What is asked of a target, by its values and by the inputs beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.answer import in_words
from nnstudio.data.reading.arrays.axes import as_handed_on
from nnstudio.data.reading.arrays.kinds import Reading, is_tokens, is_whole, reading_of
from nnstudio.data.reading.arrays.layout import Group
from nnstudio.data.reading.arrays.stored import Hint
from nnstudio.project.data.fields import Kind, TaskKind

MOST_CLASSES = 100
SHARE = 5


@dataclass(frozen=True)
class Beside:
    """An input as it was understood, with its first values (rows, *form)."""

    group: Group
    reading: Reading
    head: NDArray[Any]


@dataclass(frozen=True)
class Asked:
    """The task of a target, how its field is read, and why."""

    task: TaskKind
    reading: Reading
    why: str
    tokens: tuple[str, ...] = ()
    """Inputs that are tokens, because the target is."""


def most_classes(count: int) -> float:
    """So many different whole numbers may be classes, among `count` values."""
    return min(MOST_CLASSES, max(2.0, count / SHARE))


def task_of(group: Group, values: NDArray[Any], inputs: Sequence[Beside], hint: Hint) -> Asked:
    """The task of a target. `values`: (rows, *form), of all samples or of the first ones."""
    plain = reading_of(group, values, Hint())
    form = tuple(size for size in group.form if size != 1)
    if hint.kind == "category" and not form:
        return Asked("classes", Reading("category", (), plain.axes, hint.why), hint.why)
    if not form:
        return _of_one(group, values, plain)
    if len(form) == 1:
        found = _of_several(group, values.reshape(len(values), form[0]), inputs, plain)
    elif len(form) == 2:
        found = _of_sides(group, values, form, inputs, plain)
    else:
        found = None
    return found or _like_an_input(group, values, inputs, plain)


def _of_one(group: Group, values: NDArray[Any], plain: Reading) -> Asked:
    why = ""
    if group.is_text:
        why = "it holds words"
    elif group.dtype.kind == "b":
        why = "it holds yes and no"
    elif is_whole(values):
        distinct, most = different(values), most_classes(len(values))
        why = f"it holds {distinct} different whole numbers in {len(values):,} samples"
        if distinct > most:
            return Asked(
                "number", Reading("number", (), plain.axes, why), f"{why}, too many for classes"
            )
    if why:
        return Asked("classes", Reading("category", (), plain.axes, why), why)
    why = "it holds numbers that are not whole"
    return Asked("number", Reading("number", (), plain.axes, why), why)


def different(values: NDArray[Any]) -> int:
    """How many different values there are, NaN not counted."""
    found = np.unique(values)
    return int((found == found).sum()) if found.dtype.kind == "f" else len(found)


def _of_several(
    group: Group, values: NDArray[Any], inputs: Sequence[Beside], plain: Reading
) -> Asked | None:
    """(n, k): classes or tokens per position, labels, one class in ones and zeros; else None."""
    length = values.shape[1]
    if group.is_text or is_whole(values):
        along = [one for one in inputs if _has_positions(one, length)]
        if along and not group.is_text:
            told = _told_as_tokens(group, values, along)
            if told:
                return told
        few = group.is_text or different(values) <= most_classes(values.size)
        if along and few:
            why = f"it holds a class for each of the {length} positions of {along[0].group.name}"
            return Asked("per_position", Reading("category", (length,), plain.axes, why), why)
        if not group.is_text and _only_zero_and_one(values):
            return _zeros_and_ones(values, plain)
        if not group.is_text:
            return _to_tokens(group, values, inputs)
    return None


def _has_positions(one: Beside, length: int) -> bool:
    """True if a sample of the input has that many steps: (length,) of a signal, (length, k)."""
    form = one.reading.shape
    if len(form) == 1:
        steps = one.reading.kind in ("signal", "tokens") or is_tokens(one.head)
        return steps and form[0] == length
    return len(form) == 2 and length in (form[0], form[-1])


def _only_zero_and_one(values: NDArray[Any]) -> bool:
    return values.dtype.kind == "b" or bool(((values == 0) | (values == 1)).all())


def _zeros_and_ones(values: NDArray[Any], plain: Reading) -> Asked:
    count = values.shape[1]
    if bool((values.sum(1) == 1).all()):
        why = f"of its {count} values each sample has exactly one 1"
        return Asked("classes", Reading("category", (), plain.axes, why), why)
    why = f"it holds {count} values per sample that are 0 or 1"
    return Asked("labels", Reading("category", (count,), plain.axes, why), why)


def _told_as_tokens(group: Group, values: NDArray[Any], along: Sequence[Beside]) -> Asked | None:
    """Next token, if the target is its input one position on."""
    for one in along:
        head = one.head.reshape(len(one.head), -1)
        rows = min(len(head), len(values))
        shifted = head.shape[1] == values.shape[1] > 2 and is_tokens(head) and is_tokens(values)
        if shifted and np.array_equal(head[:rows, 1:], values[:rows, :-1]):
            why = f"it is {one.group.name} one position on"
            reading = Reading("tokens", (values.shape[1],), _order(group), why)
            return Asked("next_token", reading, why, (one.group.name,))
    return None


def _to_tokens(group: Group, values: NDArray[Any], inputs: Sequence[Beside]) -> Asked | None:
    """Tokens to tokens, if the target and an input are whole numbers in rows and none negative."""
    if values.shape[1] < 3 or not is_tokens(values):
        return None
    rows = [one for one in inputs if len(one.reading.shape) == 1 and is_tokens(one.head)]
    rows = [one for one in rows if one.reading.shape[0] > 2]
    if not rows:
        return None
    why = f"it and {rows[0].group.name} hold whole numbers in rows, as tokens do"
    reading = Reading("tokens", (values.shape[1],), _order(group), why)
    return Asked("tokens", reading, why, tuple(one.group.name for one in rows))


def _order(group: Group) -> str:
    return "FN" if group.last else ""


def _of_sides(
    group: Group,
    values: NDArray[Any],
    sides: tuple[int, ...],
    inputs: Sequence[Beside],
    plain: Reading,
) -> Asked | None:
    """(n, H, W) whole numbers beside a picture of the same sides: a class per pixel."""
    if group.is_text or not is_whole(values):
        return None
    for one in inputs:
        if one.reading.kind == "image" and one.reading.shape[1:] == sides:
            same = group.form == one.group.form and _equal(values, one.head)
            if same or different(values) > most_classes(values.size):
                continue
            why = f"it holds a class for each of the {in_words(sides)} pixels of {one.group.name}"
            axes = plain.axes if group.last else ""
            return Asked("per_pixel", Reading("mask", sides, axes, why), why)
    return None


def _like_an_input(
    group: Group, values: NDArray[Any], inputs: Sequence[Beside], plain: Reading
) -> Asked:
    """The same as an input, or numbers of whatever shape."""
    for one in inputs:
        if one.group.form == group.form:
            reading = Reading(
                "image" if one.reading.kind == "image" else "number",
                as_handed_on(group.form, one.reading.axes)
                if one.reading.axes
                else one.reading.shape,
                one.reading.axes,
                f"it has the form of {one.group.name}",
            )
            if _equal(values, one.head):
                return Asked("reconstruction", reading, f"it is equal to {one.group.name}")
            return Asked("number", reading, f"it has the form of {one.group.name}")
    kind: Kind = "image" if plain.kind == "image" and len(group.form) > 2 else "number"
    shape = plain.shape if kind == "image" else group.form
    axes = plain.axes if kind == plain.kind else ""
    why = f"samples of {in_words(group.form)} numbers"
    if group.is_text:
        kind, shape, axes = "category", group.form, plain.axes
    return Asked("number", Reading(kind, shape, axes, why), why)


def _equal(values: NDArray[Any], head: NDArray[Any]) -> bool:
    rows = min(len(values), len(head))
    return bool(np.array_equal(values[:rows], head[:rows], equal_nan=values.dtype.kind == "f"))
