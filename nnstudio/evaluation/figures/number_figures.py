"""Figures of numbers, in the units of the data: errors are what was given minus what is right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.evaluation.figures import bootstrap
from nnstudio.evaluation.figures.figure import Figure, Told, known, unknown
from nnstudio.evaluation.predictions import OutputPredictions

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
BINS = 41
MOST = 64
"""Numbers of an output up to which each has figures of its own."""
_CONSTANT = "the right numbers are all the same"

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Residuals(Told):
    """How the errors lie. quantiles: at 5, 25, 50, 75 and 95 %. edges: of the bins of `counts`,
    one more than those; the outermost bins end at the lowest and the highest error."""

    mean: float
    deviation: float
    lowest: float
    highest: float
    quantiles: tuple[float, ...]
    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class OneNumber(Told):
    """One of the numbers of an output, or all of them together.

    mae: mean absolute error. rmse: root of the mean squared one. r2: the share of the variance
    that is explained; together, of the variances of all numbers. median: of the absolute errors.
    """

    name: str
    mae: Figure
    rmse: Figure
    r2: Figure
    median: Figure


@dataclass(frozen=True)
class NumberFigures(Told):
    """Of all numbers. scale: what errors are measured in, "" for the units of the data."""

    kind: str
    samples: int
    scale: str
    together: OneNumber
    loss: Figure
    by_number: tuple[OneNumber, ...]
    residuals: dict[str, Residuals]

    def head(self) -> dict[str, Figure]:
        """The figures that are looked at first."""
        one = self.together
        return {
            "MAE": one.mae,
            "RMSE": one.rmse,
            "R2": one.r2,
            "median error": one.median,
            "loss": self.loss,
        }


def number_figures(predictions: OutputPredictions) -> NumberFigures:
    """The figures, by scikit-learn; R2 only where there is a variance to explain."""
    names = predictions.question.classes
    given = predictions.arrays["values"].astype(np.float64)
    right = predictions.arrays["target"].astype(np.float64)
    loss = predictions.arrays["loss"].astype(np.float64)
    between = _intervals(given, right, loss)
    few = len(names) <= MOST
    rows = tuple(
        _one(name, given[:, k : k + 1], right[:, k : k + 1], {})
        for k, name in enumerate(names if few else ())
    )
    error = given - right
    return NumberFigures(
        kind="numbers",
        samples=len(predictions),
        scale=predictions.question.scale,
        together=_one("together", given, right, between),
        loss=known(float(loss.mean()), between.get("loss")),
        by_number=rows,
        residuals={name: _residuals(error[:, k]) for k, name in enumerate(names)}
        if few
        else {"together": _residuals(error.ravel())},
    )


def _one(
    name: str, given: Floats, right: Floats, between: dict[str, bootstrap.Interval]
) -> OneNumber:
    from sklearn import metrics

    spread = float(((right - right.mean(0)) ** 2).sum())
    squared = float(((given - right) ** 2).sum())
    # of rounding alone, where all are the same
    varies = spread > np.finfo(np.float64).eps * float((right**2).sum())
    return OneNumber(
        name,
        known(metrics.mean_absolute_error(right, given), between.get("mae")),
        known(float(metrics.mean_squared_error(right, given) ** 0.5), between.get("rmse")),
        known(1.0 - squared / spread, between.get("r2")) if varies else unknown(_CONSTANT),
        known(metrics.median_absolute_error(right.ravel(), given.ravel())),
    )


def _intervals(given: Floats, right: Floats, loss: Floats) -> dict[str, bootstrap.Interval]:
    samples, numbers = right.shape
    if samples < 2:
        return {}
    error, centred = given - right, right - right.mean(0)
    few = [np.abs(error).mean(1), (error**2).mean(1), loss, (error**2).sum(1)]
    table = np.concatenate([np.stack(few, 1), centred, centred**2], 1)
    sums = bootstrap.drawn_sums(table)
    first, second = sums[:, 4 : 4 + numbers], sums[:, 4 + numbers :]
    # of samples drawn with replacement the variance is less by this share, in the mean
    spread = (second - first**2 / samples).sum(1) * samples / (samples - 1)
    values = {
        "mae": sums[:, 0] / samples,
        "rmse": np.sqrt(sums[:, 1] / samples),
        "loss": sums[:, 2] / samples,
        "r2": 1.0 - bootstrap.ratio(sums[:, 3], spread),
    }
    return {name: bootstrap.interval(found) for name, found in values.items()}


def _residuals(error: Floats) -> Residuals:
    low, high = float(error.min()), float(error.max())
    edges = np.linspace(low, high, BINS + 1) if high > low else np.array([low, high])
    counts = np.histogram(error, edges)[0] if high > low else np.array([len(error)])
    return Residuals(
        float(error.mean()),
        float(error.std()),
        low,
        high,
        tuple(np.quantile(error, QUANTILES).tolist()),
        tuple(edges.tolist()),
        tuple(counts.tolist()),
    )
