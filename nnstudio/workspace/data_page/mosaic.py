"""Several pictures of a sample as one: the frames of a film, or those that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST = 9
"""Frames that are shown of a film, evenly from its first to its last."""
_COLUMNS = (1, 1, 2, 3, 2, 3, 3, 4, 4, 3)
"""In so many columns lie so many pictures."""


def frames_of(film: NDArray[Any]) -> list[NDArray[Any]]:
    """The pictures (C, H, W) of a film (T, C, H, W), at most `MOST` of them."""
    places = np.unique(np.linspace(0, len(film) - 1, MOST).round().astype(int))
    return [film[k] for k in (range(len(film)) if len(film) <= MOST else places)]


def mosaic(pictures: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """One picture (C, H', W') of up to `MOST` pictures (C, H, W), row by row, with lines between.

    The lines are halfway between the lowest and the highest value; so is what stays free.
    """
    first = pictures[0]
    if len(pictures) == 1:
        return first
    columns = _COLUMNS[len(pictures)]
    rows = -(-len(pictures) // columns)
    channels, height, width = first.shape
    low, high = min(map(np.min, pictures)), max(map(np.max, pictures))
    between = low + (high - low) / 2
    line = max(1, max(height, width) // 32)
    size = (channels, rows * (height + line) - line, columns * (width + line) - line)
    made = np.full(size, between, first.dtype)
    for k, picture in enumerate(pictures):
        top, left = k // columns * (height + line), k % columns * (width + line)
        made[:, top : top + height, left : left + width] = picture
    return made
