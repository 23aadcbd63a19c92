"""What a module gives: feature maps in a grid, a vector as bars, a table or attention as heat."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.ui.pages.data.pictures import image_of
from nnstudio.ui.theme import current as theme

if TYPE_CHECKING:  # needs torch
    from nnstudio.evaluation.activations import Activation

GAP = 4
LARGEST = 160
"""Pixels of one map, at most."""


def told(seen: Activation) -> str:
    """What is shown, in words."""
    shape = " × ".join(f"{size:,}" for size in seen.shape) or "one value"
    what = {
        "maps": f"{len(seen.values):,} maps, each from its lowest to its highest value",
        "vector": "bars from 0 up and down",
        "table": "rows by columns, from the lowest to the highest value",
        "attention": "weights of each head: queries down, keys across",
    }[seen.form]
    if seen.form == "vector":
        shape += " value" if seen.shape == (1,) else " values"
    parts = [shape, what]
    if seen.left_out:
        parts.append(f"{seen.left_out:,} more are left out")
    if seen.calls > 1:
        parts.append(f"the last of {seen.calls:,} calls")
    return "  ·  ".join(parts)


class ActivationView(QWidget):
    """Shows one activation; nothing while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.seen: Activation | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 80)
        self.setAccessibleName("What the module gives")
        theme.notifier.changed.connect(self._on_theme)

    def show_activation(self, seen: Activation | None) -> None:
        """Show another one."""
        self.seen = seen
        if seen is not None:
            self.setAccessibleDescription(told(seen))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.seen is None:
            return
        painter = QPainter(self)
        values = self.seen.values
        match self.seen.form:
            case "vector":
                self._paint_bars(painter, values)
            case "table":
                painter.drawImage(QRectF(self.rect()), image_of(values))
            case _:
                self._paint_maps(painter, values)

    def _paint_maps(self, painter: QPainter, maps: np.ndarray) -> None:
        count, height, width = maps.shape
        ratio = width / max(1, height)
        columns, wide = _grid(count, ratio, self.width(), self.height())
        high = wide / ratio
        for k in range(count):
            row, column = divmod(k, columns)
            place = QRectF(column * (wide + GAP), row * (high + GAP), wide, high)
            painter.drawImage(place, image_of(maps[k]))
            painter.setPen(theme.qcolor("line"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place)

    def _paint_bars(self, painter: QPainter, values: np.ndarray) -> None:
        numbers = np.nan_to_num(np.asarray(values, np.float64))
        low, high = min(0.0, float(numbers.min())), max(0.0, float(numbers.max()))
        span = (high - low) or 1.0
        area = QRectF(self.rect()).adjusted(0, 2, 0, -2)
        zero = area.bottom() + low / span * area.height()
        step = min(24.0, area.width() / len(numbers))
        painter.setPen(Qt.PenStyle.NoPen)
        for k, number in enumerate(numbers.tolist()):
            painter.setBrush(theme.qcolor("accent" if number >= 0 else "muted"))
            top = zero - max(0.0, number) / span * area.height()
            tall = max(0.75, abs(number) / span * area.height())
            painter.drawRect(QRectF(k * step, top, max(0.75, step * 0.8), tall))
        painter.setPen(theme.qcolor("line_strong"))
        painter.drawLine(0, round(zero), round(step * len(numbers)), round(zero))

    def _on_theme(self, _theme: object) -> None:
        self.update()


def _grid(count: int, ratio: float, width: int, height: int) -> tuple[int, float]:
    """Columns and width of a map with which all of them are as large as there is room."""
    best = (1, 1.0)
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        wide = (width - GAP * (columns - 1) - 1) / columns
        high = (height - GAP * (rows - 1) - 1) / rows
        fits = min(wide, high * ratio, LARGEST * max(1.0, ratio))
        if fits > best[1]:
            best = (columns, fits)
    return best
