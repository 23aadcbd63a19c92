"""The numbers behind a curve: points that grow, their smoothing and their thinning. No Qt here."""

from __future__ import annotations

import bisect
import math
from array import array

import numpy as np
from numpy.typing import NDArray


class Series:
    """One curve over the epochs. Values that are not finite stay as they are and break the line."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.version = 0
        """Another number whenever the points are others."""
        self.x = array("d")
        self.y = array("d")
        self._smoothed = array("d")
        self._weight = 0.0
        self._mean = 0.0
        self._share = 0.0

    def __len__(self) -> int:
        return len(self.x)

    def add(self, x: float, y: float) -> None:
        """Add a point. Points at `x` or after it (from before a resume) give way to it."""
        if self.x and self.x[-1] >= x:
            keep = bisect.bisect_left(self.x, x)
            del self.x[keep:], self.y[keep:]
            self._forget_smoothing()
        self.version += 1
        self.x.append(x)
        self.y.append(y)

    def smooth(self, weight: float) -> array[float]:
        """Average exponentially, with bias correction; weight 0 gives the points themselves.

        Only the points that are new since the last call are computed. Source: the debiased
        smoothing of TensorBoard, `m = w m + (1 - w) y`, divided by `1 - w^n`.
        """
        if weight <= 0:
            return self.y
        if weight != self._weight:
            self._forget_smoothing()
            self._weight = weight
        for value in self.y[len(self._smoothed) :]:
            if math.isfinite(value):
                self._mean = weight * self._mean + (1 - weight) * value
                self._share = weight * self._share + (1 - weight)
            self._smoothed.append(self._mean / self._share if self._share else value)
        return self._smoothed

    @property
    def ends(self) -> tuple[float, float]:
        """The places of its first and its last point; there has to be one."""
        return self.x[0], self.x[-1]

    def nearest(self, x: float) -> int | None:
        """Find the index of the point nearest to `x`; None if there is none."""
        if not self.x:
            return None
        after = bisect.bisect_left(self.x, x)
        near = range(max(after - 1, 0), min(after + 1, len(self.x)))
        return min(near, key=lambda k: abs(self.x[k] - x))

    def clear(self) -> None:
        """Forget all points."""
        self.version += 1
        del self.x[:], self.y[:]
        self._forget_smoothing()

    def _forget_smoothing(self) -> None:
        del self._smoothed[:]
        self._mean = self._share = 0.0


def thinned(
    x: NDArray[np.float64], y: NDArray[np.float64], most: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Keep about `most` points that look the same: of each stretch its lowest and highest."""
    length = -(-len(x) // max(1, most // 2))
    if length <= 2:
        return x, y
    starts = np.arange(0, len(x), length)
    low, high = np.fmin.reduceat(y, starts), np.fmax.reduceat(y, starts)
    return np.repeat(x[starts], 2), np.column_stack((low, high)).ravel()
