"""Several pictures of a sample as one: the frames of a film, or those that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST = 9
"""Frames that are shown of a film, evenly from its first to its last."""
LARGEST = 1_000
"""Pixels on a side from which on several pictures are shown by every second, every third ...."""
_COLUMNS = (1, 1, 2, 3, 2, 3, 3, 4, 4, 3)
"""In so many columns lie so many pictures."""


def frames_of(film: NDArray[Any]) -> list[NDArray[Any]]:
    """The pictures (C, H, W) of a film (T, C, H, W), at most `MOST` of them."""
    places = np.unique(np.linspace(0, len(film) - 1, MOST).round().astype(int))
    return [film[k] for k in (range(len(film)) if len(film) <= MOST else places)]


def mosaic(pictures: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """One picture (C, H', W') of up to `MOST` pictures (C, H, W), row by row, with lines between.

    The lines are halfway between the lowest and the highest value; so is what stays free. Pictures
    of different types of numbers become bytes, each for itself. Of no picture it is one black dot.
    """
    if not pictures or not pictures[0].size:
        return np.zeros((1, 1, 1), np.uint8)
    if len(pictures) == 1:
        return pictures[0]
    if len({picture.dtype for picture in pictures}) > 1 or pictures[0].dtype == bool:
        pictures = [bytes_of(picture) for picture in pictures]
    step = -(-max(pictures[0].shape[1:]) // LARGEST)
    pictures = [picture[:, ::step, ::step] for picture in pictures]
    columns = _COLUMNS[len(pictures)]
    rows = -(-len(pictures) // columns)
    channels, height, width = pictures[0].shape
    line = max(1, max(height, width) // 32)
    size = (channels, rows * (height + line) - line, columns * (width + line) - line)
    made = np.full(size, _between(pictures), pictures[0].dtype)
    for k, picture in enumerate(pictures):
        top, left = k // columns * (height + line), k % columns * (width + line)
        made[:, top : top + height, left : left + width] = picture
    return made


def bytes_of(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Values as brightness: bytes as they are, of two bytes the upper, others from lowest to
    highest with 0 among them; what is no number is as 0."""
    values = np.asarray(values)
    if values.dtype == np.uint8:
        return values
    if values.dtype == np.uint16:
        return (values >> 8).astype(np.uint8)
    numbers = values.astype(np.float64)
    finite = numbers[np.isfinite(numbers)]
    low, high = finite.min(initial=0.0), finite.max(initial=0.0)
    size = max(-low, high) or 1.0  # else the distance between two large numbers is not finite
    numbers = np.nan_to_num(numbers, nan=0.0, posinf=high, neginf=low) / size
    low, high = low / size, high / size
    made: NDArray[np.uint8] = (
        (numbers - low) * (255.0 / (high - low) if high > low else 0.0)
    ).astype(np.uint8)
    return made


def _between(pictures: Sequence[NDArray[Any]]) -> float | int:
    """Halfway between the lowest and the highest value that is a number."""
    known = [picture[np.isfinite(picture)] for picture in pictures]
    ends = [end for one in known if one.size for end in (one.min().item(), one.max().item())]
    if not ends:
        return 0
    middle = min(ends) / 2 + max(ends) / 2
    return middle if np.issubdtype(pictures[0].dtype, np.floating) else int(middle)
