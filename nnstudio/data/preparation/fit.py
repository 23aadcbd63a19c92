"""The preparation fitted on one part, and what it makes of samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.preparation.missing import filled, fit_filling
from nnstudio.data.preparation.numbers import Affine
from nnstudio.data.preparation.pictures import PictureSize
from nnstudio.data.preparation.step import Fitted, Preparation
from nnstudio.data.preparation.streams import Stream, every_field, steps_for
from nnstudio.data.samples import Samples
from nnstudio.project.data.fields import Field
from nnstudio.project.data.spec import DataSpec

Indices = NDArray[np.intp]


ENOUGH = 1_000_000_000
"""Bytes of a field, as float32, that are looked at to fit its steps."""


@dataclass(frozen=True)
class Scale:
    """What is left to be done on the device: (values - offset) * factor for each channel."""

    offset: NDArray[np.float32]
    factor: NDArray[np.float32]


@dataclass(frozen=True)
class FittedField:
    """A field with its steps and what each has fitted; `filling` is what fills its gaps."""

    field: Field
    steps: tuple[Preparation, ...]
    fitted: tuple[Fitted, ...]
    filling: Fitted

    @property
    def is_stored_small(self) -> bool:
        """True for pictures that are only scaled, and have their size: they stay bytes."""
        return (
            self.field.kind == "image"
            and all(
                isinstance(step, Affine)
                or step.form(self.field.shape, self.field) == self.field.shape
                for step in self.steps
                if isinstance(step, Affine | PictureSize)
            )
            and all(isinstance(step, Affine | PictureSize) for step in self.steps)
        )


@dataclass(frozen=True)
class FittedPreparation:
    """Everything that is known of the training part, by field."""

    fields: Mapping[str, FittedField]

    def stream(
        self, samples: Samples, indices: Indices | None, stream: Stream
    ) -> tuple[NDArray[Any], Scale | None]:
        """What an Input gets: (n, *form) float32, int64 for tokens; or pictures with their scale.

        indices: those samples; None: all. Pictures of whole numbers are not copied then.
        """
        if len(stream.fields) == 1:
            one = self.fields[stream.fields[0].name]
            values = samples.fields[one.field.name]
            rows = values if indices is None else values[indices]
            if one.is_stored_small and values.dtype.kind == "u":
                return rows, scale_of(one, values.dtype)
            done = _prepared(rows, one)
            kept = done if done.dtype.kind in "iu" and stream.vocabulary else _floats(done)
            return kept.reshape(len(rows), *stream.form), None
        count = len(samples) if indices is None else len(indices)
        table = np.empty((count, *stream.form), np.float32)
        begin = 0
        for field in stream.fields:
            values = samples.fields[field.name]
            done = _prepared(
                values if indices is None else values[indices], self.fields[field.name]
            )
            columns = done.reshape(count, prod(done.shape[1:]))
            table[:, begin : begin + columns.shape[1]] = columns
            begin += columns.shape[1]
        return table, None

    def values(self, samples: Samples, name: str, indices: Indices) -> NDArray[Any]:
        """The values of one field after its preparation: (n, *shape)."""
        rows = samples.fields[name][indices]
        return _prepared(rows, self.fields[name]) if name in self.fields else rows


def fit_preparation(samples: Samples, spec: DataSpec, train: Indices) -> FittedPreparation:
    """Fit all steps on the samples `train` and on no others; see `ENOUGH`."""
    fields = {field.name: field for field in every_field(spec)}
    for target in spec.targets:
        for name in target.fields:
            if target.task == "number" and spec.by_name[name].name not in fields:
                fields[name] = spec.by_name[name]
    return FittedPreparation(
        {name: _fit(samples.fields[name], field, spec, train) for name, field in fields.items()}
    )


def _fit(values: NDArray[Any], field: Field, spec: DataSpec, train: Indices) -> FittedField:
    steps = steps_for(spec, field) if field.role == "input" else _named_steps(spec, field)
    if not steps and field.missing in ("refuse", "drop"):
        return FittedField(field, (), (), {})
    rows = values[_enough(values, train)]
    filling = fit_filling(rows, field)
    rows = _on_scale(filled(rows, filling, field), field)
    fitted = []
    for step in steps:
        with np.errstate(over="ignore", invalid="ignore"):
            fitted.append(step.fit(rows, field))
        if not all(np.isfinite(found).all() for found in fitted[-1].values()):
            raise _too_large(rows, field)
        rows = step.apply(rows, fitted[-1], field) if step is not steps[-1] else rows
    return FittedField(field, steps, tuple(fitted), filling)


def _enough(values: NDArray[Any], train: Indices) -> Indices:
    """The samples to fit on: all for training, of very large fields evenly spaced ones."""
    most = max(1, ENOUGH // (4 * max(1, prod(values.shape[1:]))))
    if len(train) <= most:
        return train
    return train[np.linspace(0, len(train) - 1, most).round().astype(np.intp)]


def _named_steps(spec: DataSpec, field: Field) -> tuple[Preparation, ...]:
    """A target goes only through steps that name it."""
    named = tuple(step for step in spec.preparation if field.name in step.fields)
    return steps_for(spec.with_values(preparation=named), field) if named else ()


def _prepared(values: NDArray[Any], one: FittedField) -> NDArray[Any]:
    if not len(values):  # a part without samples: no step has to know what to do with none
        form = one.field.shape
        for step in one.steps:
            form = step.form(form, one.field)
        return np.zeros((0, *form), np.float32)
    rows = _on_scale(filled(values, one.filling, one.field), one.field)
    with np.errstate(over="ignore", invalid="ignore"):
        for step, fitted in zip(one.steps, one.fitted, strict=True):
            rows = step.apply(rows, fitted, one.field)
        if (rows is not values and rows.dtype.kind == "f") or rows.dtype == np.float64:
            rows = rows.astype(np.float32, copy=False)
            if not np.isfinite(rows).all():
                raise _too_large(values, one.field)
    return rows


def _too_large(values: NDArray[Any], field: Field) -> DataError:
    """For numbers that float32, in which models compute, cannot hold."""
    largest = np.abs(values[np.isfinite(values)]).max(initial=0)
    return DataError(
        f"The values in '{field.name}' go up to {largest:.3g} in size, too large for the numbers "
        "that models compute with (float32, up to 3.4e+38): write them in a larger unit, or give "
        "the field the role ignored."
    )


def _on_scale(values: NDArray[Any], field: Field) -> NDArray[Any]:
    """Pictures of whole numbers as 0 to 1."""
    if field.kind != "image" or values.dtype.kind != "u":
        return values
    return values.astype(np.float32) / np.float32(np.iinfo(values.dtype).max)


def _floats(values: NDArray[Any]) -> NDArray[np.float32]:
    return np.ascontiguousarray(values, np.float32)


def scale_of(one: FittedField, dtype: np.dtype[Any]) -> Scale:
    """The scaling to 0 to 1 and all affine steps after it, in one."""
    channels = one.field.shape[0] if len(one.field.shape) == 3 else 1
    offset, factor = np.zeros(channels), np.full(channels, 1 / np.iinfo(dtype).max)
    for fitted in (found for found in one.fitted if found):
        # (x - o) * f, then (y - p) * g  =  (x - (o + p / f)) * f * g
        offset = offset + np.broadcast_to(fitted["offset"], channels) / factor
        factor = factor * np.broadcast_to(fitted["factor"], channels)
    return Scale(offset.astype(np.float32), factor.astype(np.float32))
