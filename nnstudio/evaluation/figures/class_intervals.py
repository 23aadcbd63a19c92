"""Intervals of the head figures of classes, by drawing samples anew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nnstudio.evaluation.figures import bootstrap
from nnstudio.evaluation.figures.bootstrap import Interval, mean_where, ratio
from nnstudio.evaluation.figures.confusion import Cells
from nnstudio.evaluation.predictions import OutputPredictions

TOP = 5
_MOST = 20_000_000
"""Counts (samples times classes, three of each) up to which each sample is counted by itself."""

Floats = NDArray[np.float64]


def intervals_of(predictions: OutputPredictions, cells: Cells) -> dict[str, Interval]:
    """By the name of the figure; none for a part of one sample."""
    if len(predictions) < 2:
        return {}
    found = _of_means(predictions)
    classes = len(predictions.question.classes)
    if predictions.question.unit == "sample":
        if cells.total < 2:
            return found
        sums = _sums_of_cells(cells, classes)
    elif 3 * classes * len(predictions) <= _MOST:
        sums = bootstrap.drawn_sums(_counts_of_samples(predictions, classes))
    else:
        return found
    right, given, both = np.split(sums, 3, axis=1)
    some = (right + given) > 0
    found["balanced_accuracy"] = bootstrap.interval(mean_where(ratio(both, right), right > 0))
    found["macro_f1"] = bootstrap.interval(mean_where(ratio(2 * both, right + given), some))
    found["mean_iou"] = bootstrap.interval(mean_where(ratio(both, right + given - both), some))
    return found


def _of_means(predictions: OutputPredictions) -> dict[str, Interval]:
    """Of what is a mean over the answers that count."""
    arrays, counts = predictions.arrays, predictions.counts
    columns = {"accuracy": arrays["target"] == arrays["given"], "top_5": arrays["rank"] < TOP}
    values = {name: _summed(np.where(counts, there, 0.0)) for name, there in columns.items()}
    if "likelihood" in arrays:
        values["log_loss"] = _summed(np.where(counts, -arrays["likelihood"], 0.0))
    table = np.stack([_summed(counts), *values.values()], 1)
    sums = bootstrap.drawn_sums(table)
    return {
        name: bootstrap.interval(ratio(sums[:, k + 1], sums[:, 0])) for k, name in enumerate(values)
    }


def _summed(values: NDArray[np.generic]) -> Floats:
    flat = values.reshape(len(values), -1)
    return np.asarray(flat.sum(1, dtype=np.float64))


def _sums_of_cells(cells: Cells, classes: int) -> Floats:
    """(draws, 3 classes): by class how often it is right, given, and both."""
    from scipy.sparse import csr_matrix

    place, ones = np.arange(len(cells.times)), np.ones(len(cells.times))
    size = (len(place), 3 * classes)
    both = cells.right == cells.given
    rows = np.concatenate([place, place, place[both]])
    columns = np.concatenate([cells.right, classes + cells.given, 2 * classes + cells.right[both]])
    belongs = csr_matrix((np.resize(ones, len(rows)), (rows, columns)), size)
    drawn = [np.asarray(counts @ belongs) for counts in bootstrap.drawn_cells(cells.times)]
    return np.concatenate(drawn)


def _counts_of_samples(predictions: OutputPredictions, classes: int) -> Floats:
    """(n, 3 classes): the same for each sample."""
    arrays, counts = predictions.arrays, predictions.counts
    samples = len(predictions)
    number = np.broadcast_to(
        np.arange(samples).reshape(-1, *(1,) * (counts.ndim - 1)), counts.shape
    )[counts]
    right, given = arrays["target"][counts], arrays["given"][counts]
    table = np.zeros((3, samples, classes))
    both = right == given
    for rows, which, chosen in (
        (table[0], right, slice(None)),
        (table[1], given, slice(None)),
        (table[2], right, both),
    ):
        places = number[chosen] * classes + which[chosen]
        rows += np.bincount(places, minlength=samples * classes).reshape(samples, classes)
    return np.concatenate(list(table), 1)
