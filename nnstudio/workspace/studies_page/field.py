"""A field between scattered points, only where there are points around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CELLS = 20
"""Points that lie in one cell of so many by so many are taken as their mean."""
STEPS = 72
"""Places of the field along each side."""


@dataclass(frozen=True, eq=False)
class Field:
    """levels (STEPS, STEPS): row 0 at y = 0, column 0 at x = 0; NaN where nothing is known.

    points: how many lie behind it. reason: why there is none.
    """

    levels: Floats
    points: int
    reason: str = ""


def no_field(reason: str, points: int = 0) -> Field:
    """None, and why."""
    return Field(np.full((STEPS, STEPS), np.nan), points, reason)


def field_of(x: Floats, y: Floats, levels: Floats) -> Field:
    """Between points (n,) whose places are shares from 0 to 1 of two axes.

    Points close to each other are averaged, then joined to triangles and interpolated linearly in
    each of them (Delaunay, `scipy.interpolate.LinearNDInterpolator`): nothing is told outside of
    the outermost points, and no value lies beyond those of its three corners.
    """
    from scipy.interpolate import LinearNDInterpolator
    from scipy.spatial import QhullError

    there = np.isfinite(x) & np.isfinite(y) & np.isfinite(levels)
    x, y, levels = x[there], y[there], levels[there]
    cells = np.clip((y * CELLS).astype(int), 0, CELLS - 1) * CELLS
    cells += np.clip((x * CELLS).astype(int), 0, CELLS - 1)
    _, which, counts = np.unique(cells, return_inverse=True, return_counts=True)
    if len(counts) < 3:
        return no_field("a field takes at least three different points", len(x))
    mean_x, mean_y, mean = (np.bincount(which, one) / counts for one in (x, y, levels))
    try:
        between = LinearNDInterpolator(np.column_stack([mean_x, mean_y]), mean)
    except QhullError:
        return no_field("all points lie on one line", len(x))
    at = (np.arange(STEPS) + 0.5) / STEPS
    across, up = np.meshgrid(at, at)
    return Field(np.asarray(between(across, up), np.float64), len(x))
