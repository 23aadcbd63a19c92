"""Numbers that were prepared back in the units of the data."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.preparation.fit import FittedField, FittedPreparation
from nnstudio.project.data.fields import Target
from nnstudio.project.data.spec import DataSpec


def columns_of(spec: DataSpec, target: Target) -> tuple[str, ...]:
    """The names of the numbers of a target: its fields, those of several values numbered."""
    found: list[str] = []
    for name in target.fields:
        count = prod(spec.by_name[name].shape)
        found += [name] if count == 1 else [f"{name} {k + 1}" for k in range(count)]
    return tuple(found)


class Undo:
    """Brings the numbers (n, k) of a target back into the units of the data.

    kept: titles of the steps that cannot be undone; with such steps they stay as they are.
    """

    def __init__(self, preparation: FittedPreparation, spec: DataSpec, target: Target) -> None:
        fields = [(preparation.fields.get(n), prod(spec.by_name[n].shape)) for n in target.fields]
        self._fields: list[tuple[FittedField | None, int]] = fields
        tried = np.zeros((1, 1))
        self.kept = tuple(
            step.title
            for one, _ in fields
            for step, fitted in (zip(one.steps, one.fitted, strict=True) if one else ())
            if step.undo(tried, fitted) is None
        )

    def __call__(self, values: NDArray[Any]) -> NDArray[Any]:
        """The numbers as the data have them."""
        if self.kept or not any(one is not None and one.steps for one, _ in self._fields):
            return values
        made, begin = [], 0
        for one, count in self._fields:
            columns = values[:, begin : begin + count]
            begin += count
            if one is not None:
                for step, fitted in reversed(list(zip(one.steps, one.fitted, strict=True))):
                    undone = step.undo(columns, fitted)
                    assert undone is not None
                    columns = undone
            made.append(columns)
        return np.concatenate(made, 1)
