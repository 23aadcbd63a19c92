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
MOST = 20_000_000
"""Scores (answers times classes) up to which curves are made."""
_GRID = 101

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
    steps (scikit-learn's `average_precision_score`).
    """

    roc: tuple[Curve, ...]
    roc_micro: Curve
    roc_macro: Curve
    precision_recall: tuple[Curve, ...]
    precision_recall_micro: Curve
    average_precision_macro: Figure


def curves_of(
    right: NDArray[np.bool_], scores: NDArray[np.floating], classes: Sequence[str]
) -> Curves:
    """Curves of what is right (n, classes) and the scores (n, classes) of each class."""
    roc, steps = [], []
    whole: list[tuple[Floats, Floats]] = []
    for k, name in enumerate(classes):
        reason = _reason(right[:, k])
        if reason:
            roc.append(Curve(name, (), (), unknown(reason)))
            steps.append(Curve(name, (), (), unknown(reason)))
            continue
        made, x, y = _roc(name, right[:, k], scores[:, k])
        roc.append(made)
        whole.append((x, y))
        steps.append(_precision_recall(name, right[:, k], scores[:, k]))
    nothing = "no class can be told from the rest in these samples"
    macro_area = mean_of([curve.area for curve in roc], nothing)
    mean = _mean_curve(whole)
    flat_right, flat_scores = right.ravel(), scores.ravel()
    if _reason(flat_right):
        micro = steps_micro = Curve("micro", (), (), unknown(nothing))
    else:
        micro = _roc("micro", flat_right, flat_scores)[0]
        steps_micro = _precision_recall("micro", flat_right, flat_scores)
    return Curves(
        tuple(roc),
        micro,
        Curve("macro", *mean, macro_area),
        tuple(steps),
        steps_micro,
        mean_of([curve.area for curve in steps], nothing),
    )


def _reason(right: NDArray[np.bool_]) -> str:
    if not right.any():
        return "none of these samples has it"
    return "all of these samples have it" if right.all() else ""


def _roc(
    name: str, right: NDArray[np.bool_], scores: NDArray[np.floating]
) -> tuple[Curve, Floats, Floats]:
    from sklearn.metrics import auc, roc_curve

    x, y, _ = roc_curve(right, scores)
    return Curve(name, *thinned(x, y), known(auc(x, y))), x, y


def _precision_recall(name: str, right: NDArray[np.bool_], scores: NDArray[np.floating]) -> Curve:
    from sklearn.metrics import average_precision_score, precision_recall_curve

    precision, recall, _ = precision_recall_curve(right, scores)
    area = known(average_precision_score(right, scores))
    return Curve(name, *thinned(recall[::-1], precision[::-1]), area)


def _mean_curve(whole: list[tuple[Floats, Floats]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if not whole:
        return (), ()
    grid = np.linspace(0, 1, _GRID)
    mean = np.mean([np.interp(grid, x, y) for x, y in whole], axis=0)
    return (0.0, *grid.tolist()), (0.0, *mean.tolist())


def thinned(x: Floats, y: Floats) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """At most `POINTS` points of a curve, spread along its length; the ends stay."""
    if len(x) > POINTS:
        along = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
        places = np.searchsorted(along, np.linspace(0, along[-1], POINTS))
        places[0], places[-1] = 0, len(x) - 1
        places = np.unique(places)
        x, y = x[places], y[places]
    return tuple(x.tolist()), tuple(y.tolist())
