"""What is drawn with the mouse becomes a picture as the training data have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.project.data.fields import Field

LOOKED = 500
"""Pictures of the training part that tell what strokes look like."""
FAINT = 0.35
"""Of the span from paper to stroke, what still belongs to the paper."""


@dataclass(frozen=True)
class Ink:
    """What strokes look like, in the units of the data.

    paper, stroke: values of both. extent: shares of height and width that the strokes of a picture
    take, and where their middle is (down, across), from 0 to 1; None where nobody knows. whole:
    values are bytes. guessed: True where no data have told it.
    """

    paper: float
    stroke: float
    extent: tuple[float, float, float, float] | None = None
    whole: bool = False
    guessed: bool = False

    @property
    def is_light(self) -> bool:
        """True for bright strokes on dark paper."""
        return self.stroke > self.paper


def ink_of(pictures: NDArray[Any]) -> Ink:
    """Learn it from pictures (n, C, H, W) or (n, H, W): most of a picture is paper.

    The mean tells: below the middle of all values strokes are bright, above it they are dark.
    """
    whole = pictures.dtype == np.uint8
    values = np.asarray(pictures[:LOOKED], np.float64)
    values = values.mean(1) if values.ndim == 4 else values
    low, high = float(values.min()), float(values.max())
    light = values.mean() <= (low + high) / 2
    paper, stroke = (low, high) if light else (high, low)
    if high <= low:
        return Ink(low, low + 1, whole=whole)
    inked = np.abs(values - paper) > FAINT * (high - low)
    boxes = [box for box in map(_box, inked) if box is not None]
    if not boxes:
        return Ink(paper, stroke, whole=whole)
    top, bottom, left, right = np.array(boxes, np.float64).T
    height, width = values.shape[1:]
    extent = (
        float(np.median(bottom - top)) / height,
        float(np.median(right - left)) / width,
        float(np.median(top + bottom)) / 2 / height,
        float(np.median(left + right)) / 2 / width,
    )
    return Ink(paper, stroke, extent, whole)


def _box(inked: NDArray[np.bool_]) -> tuple[int, int, int, int] | None:
    """Top, bottom, left, right of what is inked; None for nothing."""
    rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
    if not len(rows):
        return None
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def picture_of(
    drawing: NDArray[np.float32], field: Field, ink: Ink, *, centred: bool
) -> NDArray[Any]:
    """A sample (1, *shape) of the field from strokes (height, width) of 0 to 1.

    centred: strokes are moved and sized to where those of the data are; else all of the drawing is
    the picture.
    """
    height, width = field.shape[-2:]
    small = _resized(drawing, height, width, ink.extent if centred else None)
    values = ink.paper + (ink.stroke - ink.paper) * np.clip(small, 0, 1)
    values = np.broadcast_to(values, (1, *field.shape))
    return as_stored(values, ink)


def as_stored(values: NDArray[Any], ink: Ink) -> NDArray[Any]:
    """Values of the type that the data have."""
    return np.rint(values).astype(np.uint8) if ink.whole else values.astype(np.float32)


def _resized(
    drawing: NDArray[np.float32],
    height: int,
    width: int,
    extent: tuple[float, float, float, float] | None,
) -> NDArray[np.float64]:
    from PIL import Image

    found = _box(drawing > 0.05) if extent is not None else None
    high, wide = drawing.shape
    box = (0.0, 0.0, float(wide), float(high))
    if found is not None and extent is not None:
        top, bottom, left, right = found
        scale = min(extent[0] * height / (bottom - top), extent[1] * width / (right - left))
        across = (left + right) / 2 - extent[3] * width / scale
        down = (top + bottom) / 2 - extent[2] * height / scale
        box = (across, down, across + width / scale, down + height / scale)
    around = int(np.ceil(max(0.0, -box[0], -box[1], box[2] - wide, box[3] - high)))
    padded = np.pad(drawing, around)
    box = (box[0] + around, box[1] + around, box[2] + around, box[3] + around)
    image = Image.fromarray(np.ascontiguousarray(padded, np.float32))
    made = image.resize((width, height), Image.Resampling.BILINEAR, box)
    return np.asarray(made, np.float64)
