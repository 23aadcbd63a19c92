"""The range of an axis on which a few values that are far off do not make all others look equal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LARGEST = 1e100
"""What is larger has no place on any axis."""
_REACH = 2.0
"""So many times the middle 80 % below and above it a value still belongs to the others."""


def usual_range(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """The finite values that belong together, and how many lie beyond them.

    A value beyond the 10th or 90th percentile by more than twice their distance is left out; of
    fewer than 20 values none is, unless it is larger than any axis.
    """
    finite = values[np.isfinite(values)]
    there = finite[np.abs(finite) < LARGEST]
    if len(there) >= 20:
        low, high = np.quantile(there, (0.1, 0.9))
        room = _REACH * (high - low)
        if room > 0:
            there = there[(there >= low - room) & (there <= high + room)]
    return there, len(finite) - len(there)
