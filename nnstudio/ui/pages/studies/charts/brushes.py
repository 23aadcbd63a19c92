"""`Brushes`: stretches of axes by which trials are filtered. No Qt here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Stretch = tuple[float, float]
"""Lower and upper end, as shares of an axis."""
End = Literal["both", "low", "high"]
"""Which ends of a stretch are moved."""
LEAST = 0.01
"""The shortest stretch."""


@dataclass(frozen=True)
class Brushes:
    """A stretch for each axis that has one, by the number of the axis."""

    stretches: Mapping[int, Stretch] = field(default_factory=dict)

    def inside(self, shares: Floats) -> NDArray[np.bool_]:
        """Which lines (n, axes) go through all of them; one without a value there does not."""
        found = np.ones(len(shares), bool)
        for axis, (low, high) in self.stretches.items():
            found &= (shares[:, axis] >= low - 1e-9) & (shares[:, axis] <= high + 1e-9)
        return found

    def with_stretch(self, axis: int, one: float, other: float) -> Brushes:
        """Another stretch on one axis, whichever of its ends comes first; inside the axis."""
        low, high = max(0.0, min(one, other)), min(1.0, max(one, other))
        if high - low < LEAST:
            middle = min(1 - LEAST / 2, max(LEAST / 2, (low + high) / 2))
            low, high = middle - LEAST / 2, middle + LEAST / 2
        return Brushes({**self.stretches, axis: (low, high)})

    def moved(self, axis: int, by: float) -> Brushes:
        """The stretch of an axis moved along it, as far as there is room."""
        low, high = self.stretches[axis]
        by = min(max(by, -low), 1 - high)
        return Brushes({**self.stretches, axis: (low + by, high + by)})

    def nudged(self, axis: int, by: float, end: End) -> Brushes:
        """The stretch of an axis moved, or one end of it."""
        low, high = self.stretches[axis]
        match end:
            case "both":
                return self.moved(axis, by)
            case "low":
                return self.with_stretch(axis, min(high, low + by), high)
            case "high":
                return self.with_stretch(axis, low, max(low, high + by))

    def without(self, axis: int) -> Brushes:
        """No stretch on an axis."""
        return Brushes({k: v for k, v in self.stretches.items() if k != axis})
