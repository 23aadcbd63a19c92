"""How often a class was taken for another: counted once, as cells that are not empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.evaluation.figures.figure import Told

MOST = 256
"""Classes up to which there is a matrix to look at."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Cells:
    """Pairs of a right and a given class that occur, and how often: each (k,)."""

    right: Ints
    given: Ints
    times: Ints

    @property
    def total(self) -> int:
        """How many answers there are."""
        return int(self.times.sum())

    def sums(self, classes: int) -> tuple[Ints, Ints, Ints]:
        """By class: how often it is right, is given, and is both."""
        both = self.right == self.given
        return (
            _summed(self.right, self.times, classes),
            _summed(self.given, self.times, classes),
            _summed(self.right[both], self.times[both], classes),
        )


def cells_of(right: NDArray[Any], given: NDArray[Any], classes: int) -> Cells:
    """Count right classes (n,) against given ones (n,)."""
    pairs = right.astype(np.int64) * classes + given
    if classes <= MOST:
        counts = np.bincount(pairs, minlength=classes * classes)
        there = np.flatnonzero(counts)
        return Cells(there // classes, there % classes, counts[there].astype(np.int64))
    there, times = np.unique(pairs, return_counts=True)
    return Cells(there // classes, there % classes, times.astype(np.int64))


def _summed(which: Ints, times: Ints, classes: int) -> Ints:
    return np.bincount(which, weights=times, minlength=classes).astype(np.int64)


@dataclass(frozen=True)
class ConfusionMatrix(Told):
    """counts[i][j]: how often class i is right and class j was given."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    def as_array(self) -> Ints:
        """(classes, classes)."""
        return np.array(self.counts, np.int64).reshape(len(self.classes), len(self.classes))

    def by_row(self) -> NDArray[np.float64]:
        """Each cell as a share of the answers of its right class; NaN for one that has none.

        The diagonal is the recall.
        """
        return _shares(self.as_array(), 1)

    def by_column(self) -> NDArray[np.float64]:
        """Each cell as a share of the answers that were given so; NaN for a class never given.

        The diagonal is the precision.
        """
        return _shares(self.as_array(), 0)


def _shares(counts: Ints, axis: int) -> NDArray[np.float64]:
    sums = counts.sum(axis, keepdims=True).astype(np.float64)
    whole = np.broadcast_to(sums, counts.shape)
    found = np.full(counts.shape, np.nan)
    np.divide(counts, whole, out=found, where=whole > 0)
    return found


def matrix_of(cells: Cells, classes: tuple[str, ...]) -> ConfusionMatrix:
    """All cells, the empty ones too."""
    counts = np.zeros((len(classes), len(classes)), np.int64)
    counts[cells.right, cells.given] = cells.times
    return ConfusionMatrix(classes, tuple(tuple(row) for row in counts.tolist()))
