"""What people should know of the values: numbers that are none, one class only, axes moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.reading.arrays.axes import in_order
from nnstudio.data.reading.arrays.stored import BLOCK
from nnstudio.data.samples import Finding, Fix
from nnstudio.project.data.fields import Field, Missing
from nnstudio.project.data.spec import DataSpec

LEFT_AS_IS = {"HWC": "", "HW": "", "WH": "", "HWCN": "ABDN", "HWN": "ABN", "CHWN": "CHWN"}
"""The order that moves no more than the samples."""


def about_values(
    spec: DataSpec, fields: Mapping[str, NDArray[Any]], among: str = ""
) -> tuple[Finding, ...]:
    """NaN and infinite numbers of each field, classes that there is only one of."""
    found = []
    for field in spec.fields:
        values = fields.get(field.name)
        if values is None or field.role == "ignored":
            continue
        if values.dtype.kind == "f":
            found += _not_finite(spec, field, values, among)
        if field.role == "target" and field.kind == "category" and not among:
            found += _classes(field, values)
    return tuple(found)


def _not_finite(spec: DataSpec, field: Field, values: NDArray[Any], among: str) -> list[Finding]:
    """Counted in blocks, so that a memory map is not drawn into memory."""
    rows = max(1, BLOCK // max(1, values[:1].nbytes))
    counts, firsts = {"nan": 0, "infinite": 0}, {"nan": -1, "infinite": -1}
    for start in range(0, len(values), rows):
        block = values[start : start + rows]
        if np.isfinite(block).all():
            continue
        for what, here in (("nan", np.isnan(block)), ("infinite", np.isinf(block))):
            counts[what] += int(here.sum())
            if firsts[what] < 0 and here.any():
                hit = here.reshape(len(block), -1).any(1)
                firsts[what] = start + int(np.flatnonzero(hit)[0])
    found = []
    if counts["nan"]:
        sentence = (
            f"'{field.name}' has {_many(counts['nan'], 'missing number')} (NaN){among}, the first "
            f"in sample {firsts['nan'] + 1:,}."
        )
        fixes = _filled(spec, field) if field.missing == "refuse" else ()
        severity: Any = "error" if field.missing == "refuse" else "note"
        found.append(Finding(severity, "missing", sentence, field.name, fixes))
    if counts["infinite"]:
        sentence = (
            f"'{field.name}' has {_many(counts['infinite'], 'infinite number')}{among}, the first "
            f"in sample {firsts['infinite'] + 1:,}."
        )
        fixes = (_without(spec, field),) if field.role == "input" else ()
        found.append(Finding("error", "infinite", sentence, field.name, fixes))
    return found


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' if count != 1 else ''}"


def _filled(spec: DataSpec, field: Field) -> tuple[Fix, ...]:
    rules: list[tuple[str, Missing]] = [("Leave these samples out", "drop")]
    if field.role == "input":
        rules += [("Put the mean in their place", "mean"), ("Put 0 in their place", "zero")]
    return tuple(
        Fix(title, with_field(spec, field.with_values(missing=rule))) for title, rule in rules
    )


def _without(spec: DataSpec, field: Field) -> Fix:
    ignored = field.with_values(role="ignored")
    return Fix(f"Leave '{field.name}' out", with_field(spec, ignored))


def _classes(field: Field, values: NDArray[Any]) -> list[Finding]:
    none = int((values < 0).sum())
    found = []
    if none:
        sentence = f"'{field.name}' has {_many(none, 'value')} without a class."
        found.append(Finding("error", "missing", sentence, field.name))
    if len(np.unique(values[values >= 0])) < 2:
        sentence = (
            f"'{field.name}' has one class only, '{field.classes[0] if field.classes else ''}': "
            "there is nothing to tell apart."
        )
        found.append(Finding("error", "one_class", sentence, field.name))
    return found


def about_axes(spec: DataSpec, forms: Mapping[str, tuple[int, ...]]) -> tuple[Finding, ...]:
    """Each order of axes that was guessed and not confirmed, with the fix to leave it.

    `forms`: the shape of one sample as stored, by field.
    """
    open_guesses = {guess.about for guess in spec.guesses if not guess.confirmed}
    found = []
    for field in spec.fields:
        moved = field.axes not in ("", "HW") and set(field.axes) <= set("CHWN")
        if not moved or field.name not in forms or f"fields.{field.name}.axes" not in open_guesses:
            continue
        sentence = (
            f"'{field.name}' is stored as {in_order(field.axes)} and read as "
            f"{in_order(_handed_on(field.axes))}."
        )
        left = LEFT_AS_IS.get(field.axes, "")
        form = forms[field.name]
        kept = field.with_values(axes=left, shape=(1, *form) if len(form) == 2 else form)
        fixes = (Fix("Leave it as it is", with_field(spec, kept)),) if left != field.axes else ()
        found.append(Finding("note", "axes", sentence, field.name, fixes))
    return tuple(found)


def _handed_on(axes: str) -> str:
    letters = axes.replace("N", "")
    return "".join(sorted(letters, key="CHW".index))


def with_field(spec: DataSpec, changed: Field) -> DataSpec:
    """The spec with that field in place of the one of its name."""
    fields = (changed if field.name == changed.name else field for field in spec.fields)
    return spec.with_values(fields=tuple(fields))
