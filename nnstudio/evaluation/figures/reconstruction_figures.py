"""Figures of a model that rebuilds its input, on the scale on which it gets it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnstudio.evaluation.figures import bootstrap
from nnstudio.evaluation.figures.figure import Figure, Told, known
from nnstudio.evaluation.predictions import OutputPredictions

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class ReconstructionFigures(Told):
    """Mean squared and mean absolute error of all values. quantiles: of the mean squared error of a
    sample, at 5, 25, 50, 75 and 95 % of the samples."""

    kind: str
    samples: int
    mse: Figure
    mae: Figure
    rmse: Figure
    loss: Figure
    quantiles: tuple[float, ...]

    def head(self) -> dict[str, Figure]:
        """The figures that are looked at first."""
        return {"MSE": self.mse, "MAE": self.mae, "RMSE": self.rmse, "loss": self.loss}


def reconstruction_figures(predictions: OutputPredictions) -> ReconstructionFigures:
    """The figures."""
    arrays = predictions.arrays
    columns = [arrays[name].astype(np.float64) for name in ("squared", "absolute", "loss")]
    table = np.stack(columns, 1)
    means, between = table.mean(0), [None, None, None, None]
    if len(table) > 1:
        drawn = bootstrap.drawn_sums(table) / len(table)
        drawn = np.concatenate([drawn, np.sqrt(drawn[:, :1])], 1)
        between = [bootstrap.interval(drawn[:, k]) for k in range(4)]  # type: ignore[misc]
    return ReconstructionFigures(
        kind="reconstruction",
        samples=len(predictions),
        mse=known(means[0], between[0]),
        mae=known(means[1], between[1]),
        rmse=known(float(np.sqrt(means[0])), between[3]),
        loss=known(means[2], between[2]),
        quantiles=tuple(np.quantile(columns[0], QUANTILES).tolist()),
    )
