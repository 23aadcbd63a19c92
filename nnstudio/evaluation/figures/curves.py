"""ROC and precision-recall curves of each class against the rest, by scikit-learn.

Areas are those of the whole curves. What is kept to be drawn are few points of each: the ends, and
points at equal distances along it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.evaluation.figures.figure import Figure, Told, known, mean_of, unknown

POINTS = 200
"""Points of a curve that are kept."""
MOST = 10_000_000
"""Scores (answers times classes) up to which curves are made."""
_STEPS = 101

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curve(Told):
    """A curve by its points, and the area below it; no points where the area has a reason."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    area: Figure


@dataclass(frozen=True)
class Curves(Told):
    """By class, and all together.

    ROC: x is the false positive rate, y the true positive rate, the area ROC AUC. micro: all
    decisions of all classes as one; macro: the mean of the classes, its area the mean of theirs.
    Precision-recall: x is the recall, y the precision, the area the average precision, a sum of
    steps (scikit-learn's `average_precision_score`). macro: at each recall the mean of the
    precisions at which the classes reach it, its area the mean of theirs.
    """

    roc: tuple[Curve, ...]
    roc_micro: Curve
    roc_macro: Curve
    precision_recall: tuple[Curve, ...]
    precision_recall_micro: Curve
    precision_recall_macro: Curve
    average_precision_macro: Figure


def curves_of(
    right: NDArray[np.bool_], scores: NDArray[np.floating], classes: Sequence[str]
) -> Curves:
    """Curves of what is right (n, classes) and the scores (n, classes) of each class."""
    roc, steps = [], []
    levels: list[Floats] = []
    precisions: list[Floats] = []
    for k, name in enumerate(classes):
        reason = _reason(right[:, k])
        if reason:
            roc.append(Curve(name, (), (), unknown(reason)))
            steps.append(Curve(name, (), (), unknown(reason)))
            continue
        both, level, precise = _both(name, right[:, k], scores[:, k])
        roc.append(both[0])
        steps.append(both[1])
        levels.append(level)
        precisions.append(precise)
    nothing = "no class can be told from the rest in these samples"
    macro_area = mean_of([curve.area for curve in roc], nothing)
    mean = _mean_curve(levels)
    average = mean_of([curve.area for curve in steps], nothing)
    flat_right, flat_scores = right.ravel(), scores.ravel()
    micro = steps_micro = Curve("micro", (), (), unknown(nothing))
    if not _reason(flat_right):
        (micro, steps_micro), _, _ = _both("micro", flat_right, flat_scores)
    return Curves(
        tuple(roc),
        micro,
        Curve("macro", *mean, macro_area),
        tuple(steps),
        steps_micro,
        Curve("macro", *_mean_steps(precisions), average),
        average,
    )


def _reason(right: NDArray[np.bool_]) -> str:
    if not right.any():
        return "none of these samples has it"
    return "all of these samples have it" if right.all() else ""


def _both(
    name: str, right: NDArray[np.bool_], scores: NDArray[np.floating]
) -> tuple[tuple[Curve, Curve], Floats, Floats]:
    """ROC and precision-recall curve from one look at the scores, and both at equal steps.

    The second is what `precision_recall_curve` and `average_precision_score` give, which would
    each sort the scores once more.
    """
    from sklearn.metrics import auc, roc_curve

    x, y, _ = roc_curve(right, scores, drop_intermediate=False)
    positive = int(right.sum())
    found = np.rint(y[1:] * positive)
    wrong = np.rint(x[1:] * (len(right) - positive))
    precision = np.concatenate([[1.0], found / (found + wrong)])
    average = float((np.diff(y) * precision[1:]).sum())
    roc = Curve(name, *thinned(x, y), known(auc(x, y)))
    reached = precision[np.searchsorted(y, _grid(), side="left").clip(max=len(y) - 1)]
    curve = Curve(name, *thinned(y, precision), known(average))
    return (roc, curve), np.interp(_grid(), x, y), reached


def _grid() -> Floats:
    return np.linspace(0, 1, _STEPS)


def _mean_curve(levels: list[Floats]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if not levels:
        return (), ()
    return (0.0, *_grid().tolist()), (0.0, *np.mean(levels, axis=0).tolist())


def _mean_steps(precisions: list[Floats]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if not precisions:
        return (), ()
    return tuple(_grid().tolist()), tuple(np.mean(precisions, axis=0).tolist())


def thinned(x: Floats, y: Floats) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """At most `POINTS` points of a curve, spread along its length; the ends stay."""
    if len(x) > POINTS:
        along = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
        places = np.searchsorted(along, np.linspace(0, along[-1], POINTS))
        places[0], places[-1] = 0, len(x) - 1
        places = np.unique(places)
        x, y = x[places], y[places]
    return tuple(x.tolist()), tuple(y.tolist())
