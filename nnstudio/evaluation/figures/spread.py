"""How a figure spreads over several trainings, such as the folds of a cross-validation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnstudio.evaluation.figures.curves import Curve
from nnstudio.evaluation.figures.figure import Figure, Told

_STEPS = 101


@dataclass(frozen=True)
class Spread(Told):
    """One figure over trainings.

    values: of each, None where it has none. count: how many have one. deviation: the standard
    deviation with n - 1 in the denominator, None below two values. reason: why there is no mean.
    """

    values: tuple[float | None, ...]
    count: int
    mean: float | None
    deviation: float | None
    lowest: float | None
    highest: float | None
    reason: str = ""


def spread_of(figures: Sequence[Figure]) -> Spread:
    """The spread of those that there are."""
    values = tuple(one.value for one in figures)
    there = np.array([value for value in values if value is not None], np.float64)
    if not len(there):
        reason = figures[0].reason if figures else "nothing was trained"
        return Spread(values, 0, None, None, None, None, reason)
    deviation = float(there.std(ddof=1)) if len(there) > 1 else None
    ends = float(there.min()), float(there.max())
    return Spread(values, len(there), float(there.mean()), deviation, *ends)


@dataclass(frozen=True)
class Band(Told):
    """A ROC curve over trainings at equal steps: x is the false positive rate, y the mean true
    positive rate, deviation (n - 1) its own at each step. area: the spread of the areas."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    deviation: tuple[float, ...]
    area: Spread


def band_of(curves: Sequence[Curve]) -> Band:
    """The mean of curves of one class, from those that there are.

    At each false positive rate the mean of the true positive rates: vertical averaging, Fawcett
    2006, An introduction to ROC analysis, Pattern Recognition Letters 27.
    """
    area = spread_of([one.area for one in curves])
    there = [one for one in curves if one.x]
    if not there:
        return Band(curves[0].name if curves else "", (), (), (), area)
    grid = np.linspace(0, 1, _STEPS)
    levels = np.stack([np.interp(grid, one.x, one.y) for one in there])
    spread = levels.std(0, ddof=1) if len(there) > 1 else np.zeros(_STEPS)
    # a curve begins at the origin, whatever it rises to at once
    x, y = (0.0, *grid.tolist()), (0.0, *levels.mean(0).tolist())
    return Band(there[0].name, x, y, (0.0, *spread.tolist()), area)
