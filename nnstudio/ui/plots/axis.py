"""The axes of a chart: short figures, percent and logarithms that can be read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from nnstudio.ui.plots.ticks import log_ticks, tick_text
from nnstudio.ui.theme import current as theme

_Line: TypeAlias = tuple[QPen, QPointF, QPointF]
_Text: TypeAlias = tuple[QRectF, int, str]


class Axis(pg.AxisItem):
    """An axis that writes its values as people do. `suffix` follows each one."""

    picture: Any
    """What is drawn; None if it is to be found anew."""

    def __init__(self, orientation: str, suffix: str = "") -> None:
        super().__init__(orientation)
        self._suffix = suffix
        self.whole = False
        """Whether ticks stand at whole numbers alone, such as epochs."""
        self.enableAutoSIPrefix(False)

    def set_suffix(self, suffix: str) -> None:
        """Let another suffix follow each value."""
        self._suffix = suffix
        self.picture = None
        self.update()

    def restyle(self) -> None:
        """Take up the colours and fonts of the theme."""
        self.setPen(theme.qcolor("line"))
        self.setTickPen(theme.qcolor("plot.grid"))
        self.setTextPen(theme.qcolor("plot.axis"))
        self.setStyle(
            tickFont=theme.figure_font(theme.SMALL_SIZE),
            tickLength=0,
            tickTextOffset=6,
            hideOverlappingLabels=True,
            # Ticks are drawn with the pen of the grid, and only the values have a grid.
            tickAlpha=None if self.orientation == "left" else 0,
        )

    def show_values(self, shown: bool) -> None:
        """Say the values at the ticks, or leave them out."""
        if self.style["showValues"] != shown:
            self.setStyle(showValues=shown)

    def paint(self, painter: QPainter, _option: object, _widget: QWidget | None = None) -> None:
        """Draw the lines and texts that were found when the range last changed.

        pyqtgraph keeps a QPicture instead, and playing it looks up the font of each text again;
        and a line that is not solid takes thirty times as long as a rectangle as thin as it. The
        two took longer than all the rest of a chart.
        """
        painter.save()
        if self.picture is None:
            self.picture = self.generateDrawSpecs(painter)
        if self.picture is not None:
            self.drawPicture(painter, *self.picture)
        painter.restore()

    def drawPicture(
        self, painter: QPainter, line: _Line, ticks: Sequence[_Line], texts: Sequence[_Text]
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        thin = 1 / painter.device().devicePixelRatioF()
        for pen, begin, end in (line, *ticks):
            if pen.color().alpha():
                along = QRectF(begin, end).normalized()
                painter.fillRect(along.adjusted(0, 0, thin, thin), pen.color())
        painter.setFont(self.style["tickFont"])
        painter.setPen(self.textPen())
        for place, flags, text in texts:
            painter.drawText(place, int(flags), text)

    def tickValues(
        self, low: float, high: float, size: float
    ) -> list[tuple[float, Sequence[float]]]:
        found: list[tuple[float, Sequence[float]]] = list(super().tickValues(low, high, size))
        if not self.whole or self.logMode:
            return found
        coarse = [(spacing, values) for spacing, values in found if float(spacing).is_integer()]
        if coarse or high - low < 1:
            return coarse
        return [(1.0, [float(k) for k in range(math.ceil(low), math.floor(high) + 1)])]

    def logTickValues(
        self, low: float, high: float, _size: float, _ticks: object
    ) -> list[tuple[float | None, list[float]]]:
        return [(None, log_ticks(low, high))]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        if self.logMode:
            return self.logTickStrings(values, scale, spacing)
        return [tick_text(value * scale, spacing * scale) + self._suffix for value in values]

    def logTickStrings(self, values: Sequence[float], scale: float, _spacing: float) -> list[str]:
        return [f"{10**value * scale:.3g}{self._suffix}" for value in values]
