"""Steps for numbers and categories: scaling, and how a category becomes numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Limits

from nnstudio.data.preparation.step import Fitted, Form, Preparation
from nnstudio.project.data.fields import Field, Kind

_AT_ONCE = 64_000_000
"""Bytes of float64 that are looked at together."""
_SCALED: tuple[Kind, ...] = ("number", "signal", "audio", "image")


class Affine(Preparation):
    """(values - offset) * factor, both of one number per channel or for all.

    Pictures of whole numbers are on the scale of 0 to 1 when they come here.
    """

    kinds = _SCALED

    def apply(
        self, values: NDArray[Any], fitted: Fitted, field: Field | None = None
    ) -> NDArray[Any]:
        shape = (1, -1) + (1,) * (values.ndim - 2) if values.ndim > 1 else (-1,)
        offset, factor = (fitted[name].reshape(shape) for name in ("offset", "factor"))
        return ((values - offset) * factor).astype(np.float32)

    def undo(self, values: NDArray[Any], fitted: Fitted) -> NDArray[Any] | None:
        """In float64."""
        if fitted["factor"].size != 1:
            return None
        return np.asarray(values.astype(np.float64) / fitted["factor"] + fitted["offset"])


def classes_in(field: Field) -> int:
    """How many classes a category has for a model: its own, and one for missing values if asked."""
    return max(1, len(field.classes) + (field.missing == "own_category"))


def _flat(values: NDArray[Any], field: Field | None) -> NDArray[np.float64]:
    """Values of each channel of pictures, sound and signals, else of all: (count, channels)."""
    number = field is None or field.kind == "number"
    channels = values.shape[1] if not number and values.ndim > 2 else 1
    moved = np.moveaxis(values, 1, -1) if channels > 1 else values
    return moved.reshape(-1, channels).astype(np.float64)


def _parts(values: NDArray[Any]) -> Iterator[NDArray[Any]]:
    rows = max(1, _AT_ONCE // (8 * max(1, values[:1].size)))
    return (values[start : start + rows] for start in range(0, len(values), rows))


def _inverse(spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / spread; what does not vary stays as it is."""
    varies = spread > np.finfo(np.float64).tiny  # 1 / less than that is no number
    return np.where(varies, 1 / np.where(varies, spread, 1), 1.0)


class Standardise(Affine):
    """Subtract the mean, divide by the standard deviation."""

    name = "standardise"
    title = "Standardise"

    def fit(self, values: NDArray[Any], field: Field | None = None) -> Fitted:
        # two passes over parts: pictures may be larger than memory
        sums = [(_flat(part, field).sum(0), part.size) for part in _parts(values)]
        channels = len(sums[0][0])
        count = sum(size for _, size in sums) / channels
        mean = sum(total for total, _ in sums) / count
        square = sum(((_flat(part, field) - mean) ** 2).sum(0) for part in _parts(values))
        return {"offset": np.asarray(mean), "factor": _inverse(np.sqrt(square / count))}


class MinMax(Affine):
    """Bring the smallest value to 0 and the largest to 1."""

    name = "min_max"
    title = "Scale to 0 to 1"

    def fit(self, values: NDArray[Any], field: Field | None = None) -> Fitted:
        ends = [(flat.min(0), flat.max(0)) for flat in (_flat(p, field) for p in _parts(values))]
        low = np.min([low for low, _ in ends], 0)
        high = np.max([high for _, high in ends], 0)
        return {"offset": low, "factor": _inverse(high - low)}


class Robust(Affine):
    """Subtract the median, divide by the distance of the quartiles."""

    name = "robust"
    title = "Scale by quartiles"

    def fit(self, values: NDArray[Any], field: Field | None = None) -> Fitted:
        low, middle, high = np.nanpercentile(_flat(values, field), (25, 50, 75), axis=0)
        return {"offset": middle, "factor": _inverse(high - low)}


class Logarithm(Preparation):
    """sign(x) * log(1 + |x|): brings values of many sizes together."""

    name = "log"
    title = "Logarithm"
    kinds = ("number", "signal")

    def apply(
        self, values: NDArray[Any], fitted: Fitted, field: Field | None = None
    ) -> NDArray[Any]:
        numbers = values.astype(np.float64)
        return (np.sign(numbers) * np.log1p(np.abs(numbers))).astype(np.float32)

    def undo(self, values: NDArray[Any], fitted: Fitted) -> NDArray[Any] | None:
        """In float64."""
        numbers = values.astype(np.float64)
        return np.asarray(np.sign(numbers) * np.expm1(np.abs(numbers)))


class OneHot(Preparation):
    """A number for each class of a category: 1 for its own, 0 for the others."""

    name = "one_hot"
    title = "One-hot"
    kinds = ("category",)

    def form(self, form: Form, field: Field) -> Form:
        return (*form, classes_in(field))

    def apply(
        self, values: NDArray[Any], fitted: Fitted, field: Field | None = None
    ) -> NDArray[Any]:
        assert field is not None
        known: NDArray[np.float32] = np.eye(classes_in(field), dtype=np.float32)
        return np.asarray(known[values])


class ClassIndex(Preparation):
    """The class's number itself, for an embedding."""

    name = "index"
    title = "Class number"
    kinds = ("category",)

    def apply(
        self, values: NDArray[Any], fitted: Fitted, field: Field | None = None
    ) -> NDArray[Any]:
        return values.astype(np.int64)


class Clip(Preparation):
    """Limit values to quantiles of the training part."""

    name = "clip"
    title = "Limit outliers"
    kinds = ("number", "signal")
    share: float = Limits(
        0.01, gt=0.0, lt=0.5, title="Share", description="Cut at each end: 0.01 is one in 100."
    )

    def fit(self, values: NDArray[Any], field: Field | None = None) -> Fitted:
        low, high = np.nanquantile(_flat(values, field), (self.share, 1 - self.share), axis=0)
        return {"low": low, "high": high}

    def apply(
        self, values: NDArray[Any], fitted: Fitted, field: Field | None = None
    ) -> NDArray[Any]:
        low, high = fitted["low"][0], fitted["high"][0]
        return np.asarray(np.clip(values, low, high), np.float32)
