"""Samples side by side as they look: pictures, or curves over their places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.report.document import Picture
from nnstudio.report.svg import WIDE, colour, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

IN_A_ROW = 5
POINTS = 400
"""Points of a curve that are drawn; of more, the lowest and highest of each stretch."""
_WIDEST = 22


def samples_of(
    values: Sequence[NDArray[Any]], captions: Sequence[str], title: str, *, pictures: bool
) -> Picture | None:
    """values: pictures (C, H, W) or (H, W), else curves (n,) or (C, n). captions: above each."""
    if not values:
        return None
    rows = -(-len(values) // IN_A_ROW)

    def paint(figure: Figure) -> None:
        grid = figure.subplots(rows, IN_A_ROW, squeeze=False)
        every = [axes for row in grid for axes in row]
        for axes, value, caption in zip(every, values, captions, strict=False):
            if pictures:
                _picture(axes, np.asarray(value))
            else:
                _curves(axes, np.asarray(value))
            axes.set_title(_short(caption), fontsize=7.5, fontweight="normal", loc="left")
        for axes in every[len(values) :]:
            axes.set_visible(False)

    return Picture(drawn(paint, title, WIDE, (132 if pictures else 84) * rows + 8), title)


def _short(caption: str) -> str:
    line = " ".join(caption.split())
    return line if len(line) <= _WIDEST else line[: _WIDEST - 1].rstrip() + "…"


def _picture(axes: Axes, value: NDArray[Any]) -> None:
    axes.axis("off")
    if not value.size:
        return
    value = value.astype(np.float64)
    if value.ndim == 2:
        value = value[None]
    if value.shape[0] not in (1, 3):
        value = value[:1]
    known = value[np.isfinite(value)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    value = np.nan_to_num(value, nan=low, posinf=high, neginf=low)
    shown = (value - low) / (high - low) if high > low else np.zeros_like(value)
    if len(shown) == 1:
        axes.imshow(shown[0], cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    else:
        axes.imshow(shown.transpose(1, 2, 0), interpolation="nearest")


def _curves(axes: Axes, value: NDArray[Any]) -> None:
    rows = np.atleast_2d(value.astype(np.float64))
    if rows.shape[0] > 3 and rows.shape[1] <= 3:  # places first
        rows = rows.T
    for number, row in enumerate(rows[:3]):
        x, y = _thinned(row)
        axes.plot(x, y, color=colour(number), linewidth=0.7)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)


def _thinned(row: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if len(row) <= POINTS:
        return np.arange(len(row), dtype=np.float64), row
    stretch = -(-len(row) // (POINTS // 2))
    whole = len(row) // stretch * stretch
    parts = row[:whole].reshape(-1, stretch)
    with np.errstate(all="ignore"):
        ends = np.stack([parts.min(1), parts.max(1)], 1).ravel()
    return np.repeat(np.arange(len(parts)) * float(stretch), 2), ends
