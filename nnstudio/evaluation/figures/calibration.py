"""Whether a model is right as often as it says.

Guo et al., On Calibration of Modern Neural Networks, ICML 2017: the answers lie in bins by the
probability of the class that was given. In each, the share that is right is compared with the mean
probability; the expected calibration error is the mean distance, weighted by the answers in a bin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.evaluation.figures.figure import Figure, Told, known

BINS = 15
"""Bins of equal width from 0 to 1, each with its upper end, the first with both."""


@dataclass(frozen=True)
class Bin(Told):
    """The answers whose probability is in (low, high]. confidence, accuracy: means; of no answers
    there is neither."""

    low: float
    high: float
    count: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True)
class Calibration(Told):
    """The bins, and the expected calibration error."""

    bins: tuple[Bin, ...]
    error: Figure


def calibration_of(right: NDArray[np.bool_], chance: NDArray[np.floating]) -> Calibration:
    """Of answers that are right or not (n,), and the probability of what was given (n,)."""
    chance = chance.astype(np.float64)
    place = np.clip(np.ceil(chance * BINS).astype(np.int64) - 1, 0, BINS - 1)
    count = np.bincount(place, minlength=BINS)
    chances = np.bincount(place, weights=chance, minlength=BINS)
    rights = np.bincount(place, weights=right, minlength=BINS)
    bins = tuple(
        Bin(
            k / BINS,
            (k + 1) / BINS,
            int(count[k]),
            float(chances[k] / count[k]) if count[k] else None,
            float(rights[k] / count[k]) if count[k] else None,
        )
        for k in range(BINS)
    )
    return Calibration(bins, known(float(np.abs(chances - rights).sum() / len(chance))))
