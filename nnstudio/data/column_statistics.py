"""What the values of one field are like: how many, how spread, as figures and bars. No torch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.project.data.fields import Field

MOST_VALUES = 2_000_000
"""Values that are looked at; of more, so many at even distances."""
BARS = 24
"""Bars of a histogram."""
MOST_WORDS = 24
"""Words with a bar of their own; the others share the last one."""
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class ColumnStatistics:
    """Figures of one field.

    count: samples looked at, of which `missing` have no value and `distinct` values differ
    (None where nobody would count: pictures, sound). bars: counts, between the values of `edges`,
    one more than bars, for numbers; else of the words in `words`. exact: all were looked at.
    """

    field: str
    count: int
    missing: int
    distinct: int | None
    bars: tuple[int, ...] = ()
    edges: tuple[float, ...] = ()
    words: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None
    mean: float | None = None
    median: float | None = None
    deviation: float | None = None
    exact: bool = True


def column_statistics(field: Field, values: NDArray[Any]) -> ColumnStatistics:
    """The figures of a field with its values, (n, *shape), as `Samples` has them."""
    per_sample = int(np.prod(values.shape[1:], dtype=np.int64)) if values.ndim > 1 else 1
    most = max(1, MOST_VALUES // max(1, per_sample))
    exact = len(values) <= most
    looked = values if exact else values[:: -(-len(values) // most)]
    if field.kind == "category":
        return _of_categories(field, looked, exact)
    if values.dtype == object:
        return _of_words(field, looked, exact)
    return _of_numbers(field, looked, exact, scalar=values.ndim == 1)


def _of_categories(field: Field, values: NDArray[Any], exact: bool) -> ColumnStatistics:
    flat = values.ravel()
    known = flat[flat >= 0]
    counts = np.bincount(known, minlength=len(field.classes))
    names = [field.classes[k] if k < len(field.classes) else str(k) for k in range(len(counts))]
    bars, words = _with_others([int(count) for count in counts], names)
    return ColumnStatistics(
        field.name,
        len(values),
        int(flat.size - known.size),
        int(np.count_nonzero(counts)),
        bars,
        words=words,
        exact=exact,
    )


def _of_words(field: Field, values: NDArray[Any], exact: bool) -> ColumnStatistics:
    known = [str(value) for value in values.ravel() if value is not None]
    counts = Counter(known).most_common()
    bars, words = _with_others([count for _, count in counts], [word for word, _ in counts])
    if counts and counts[0][1] == 1:  # each one is its own: bars would say nothing
        bars, words = (), ()
    missing = values.size - len(known)
    return ColumnStatistics(
        field.name, len(values), missing, len(counts), bars, words=words, exact=exact
    )


def _with_others(counts: list[int], names: list[str]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    if len(counts) <= MOST_WORDS:
        return tuple(counts), tuple(names)
    rest = sum(counts[MOST_WORDS - 1 :])
    return (*counts[: MOST_WORDS - 1], rest), (*names[: MOST_WORDS - 1], OTHERS)


def _of_numbers(
    field: Field, values: NDArray[Any], exact: bool, *, scalar: bool
) -> ColumnStatistics:
    flat = values.ravel().astype(np.float64)
    known = flat[np.isfinite(flat)]
    missing = int(flat.size - known.size)
    if not known.size:
        return ColumnStatistics(field.name, len(values), missing, 0, exact=exact)
    distinct = len(np.unique(known)) if scalar else None
    bars, edges = _histogram(known)
    with np.errstate(over="ignore"):  # of the largest numbers there is no square
        mean, deviation = float(known.mean()), float(known.std())
    return ColumnStatistics(
        field.name,
        len(values),
        missing,
        distinct,
        bars,
        edges,
        lowest=float(known.min()),
        highest=float(known.max()),
        mean=mean,
        median=float(np.median(known)),
        deviation=deviation,
        exact=exact,
    )


def _histogram(
    values: NDArray[np.float64],
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    low, high = float(values.min()), float(values.max())
    whole = bool(np.all(values == np.round(values))) and abs(low) < 2**53 and abs(high) < 2**53
    if whole and high - low < BARS:  # a bar for each number
        edges = np.arange(low - 0.5, high + 1.0)
    elif low == high or not np.isfinite(high - low):
        return (values.size,), (low, high)
    else:
        edges = np.linspace(low, high, BARS + 1)
    counts, _ = np.histogram(values, edges)
    return tuple(int(count) for count in counts), tuple(float(edge) for edge in edges)
