"""Intervals by the percentile bootstrap: samples are drawn anew, with replacement.

Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13. The positions or pixels
of one sample are drawn together, as they are not independent of each other. Seeded: the same
predictions have the same intervals.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

DRAWS = 1_000
LEAST = 100
LEVEL = 0.95
SEED = 0
_MOST = 100_000_000
"""Samples that are drawn altogether; of very large parts there are fewer draws."""
_AT_ONCE = 4_000_000

Floats = NDArray[np.float64]
Interval = tuple[float, float] | None


def draws_of(samples: int) -> int:
    """How many draws there are of so many samples: 1,000 up to 100,000 samples, at least 100."""
    return int(np.clip(_MOST // max(1, samples), LEAST, DRAWS))


def drawn_sums(statistics: Floats) -> Floats:
    """Sums (draws, k) of the rows (n, k) that each draw takes; n of n rows, with replacement."""
    samples = len(statistics)
    random, draws = np.random.default_rng(SEED), draws_of(samples)
    sums = np.empty((draws, statistics.shape[1]))
    step = max(1, _AT_ONCE // max(1, samples))
    for start in range(0, draws, step):
        stop = min(draws, start + step)
        times = np.empty((stop - start, samples))
        for row in times:
            row[:] = np.bincount(random.integers(samples, size=samples), minlength=samples)
        sums[start:stop] = times @ statistics
    return sums


def drawn_cells(counts: NDArray[np.int64]) -> Iterator[Floats]:
    """Counts (some draws, cells) where each sample is in one cell; all draws, some at a time."""
    total = int(counts.sum())
    random, left = np.random.default_rng(SEED), DRAWS
    while left:
        size = min(left, max(1, _AT_ONCE // len(counts)))
        yield random.multinomial(total, counts / total, size=size).astype(np.float64)
        left -= size


def interval(values: Floats) -> Interval:
    """The middle 95 % of the values of all draws; None where half of them are not defined."""
    there = values[np.isfinite(values)]
    if len(there) < 2 or 2 * len(there) < len(values):
        return None
    outside = 50 * (1 - LEVEL)
    low, high = np.percentile(there, (outside, 100 - outside))
    return float(low), float(high)


def ratio(above: Floats, below: Floats) -> Floats:
    """The quotient; not defined where it is one by 0."""
    found = np.full(np.shape(above), np.nan)
    np.divide(above, below, out=found, where=below != 0)
    return found


def mean_where(values: Floats, wanted: NDArray[np.bool_]) -> Floats:
    """The mean (draws,) over the classes (draws, classes) that are wanted in each draw."""
    return ratio(np.where(wanted, values, 0.0).sum(-1), wanted.sum(-1).astype(np.float64))
