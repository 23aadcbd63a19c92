"""A plot of data that stand still: bars, lines or a picture between two axes of the theme."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QFrame, QWidget

from nnstudio.ui.plots.axis import Axis
from nnstudio.ui.plots.series import thinned
from nnstudio.ui.theme import current as theme

MOST = 3_000
"""Points of a line that are drawn; of more, lowest and highest of each stretch."""


class WordAxis(Axis):
    """An axis that writes a word below each whole number, as many as have room."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self._words: tuple[str, ...] = ()

    def set_words(self, words: Sequence[str]) -> None:
        """Write these words; none writes numbers."""
        self._words = tuple(words)
        self.picture = None
        self.update()

    def tickValues(
        self, low: float, high: float, size: float
    ) -> list[tuple[float, Sequence[float]]]:
        if not self._words:
            return super().tickValues(low, high, size)
        longest = max(len(word) for word in self._words[:200])
        room = max(1, int(size / (7 * min(longest, 12) + 12)))
        first, last = max(0, int(np.ceil(low))), min(len(self._words) - 1, int(np.floor(high)))
        step = max(1, -(-(last - first + 1) // room))
        return [(float(step), [float(k) for k in range(first, last + 1, step)])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        if not self._words:
            return super().tickStrings(values, scale, spacing)
        told = [self._words[int(v)] if 0 <= int(v) < len(self._words) else "" for v in values]
        return [word if len(word) <= 12 else f"{word[:11]}…" for word in told]


class PlainPlot(pg.PlotWidget):
    """Shows one thing at a time; a double-click shows all of it again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._left, self._bottom = Axis("left"), WordAxis()
        axes = {"left": self._left, "bottom": self._bottom}
        super().__init__(parent, axisItems=axes, enableMenu=False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.hideButtons()
        self.setMouseEnabled(x=True, y=False)
        self.showGrid(x=False, y=True, alpha=0.1)
        self.getPlotItem().setContentsMargins(4, 6, 10, 0)
        self.getPlotItem().getViewBox().setDefaultPadding(0.02)
        self._left.setWidth(56)
        self._bottom.setHeight(22)
        self._left.setTickDensity(0.6)
        self._again: Callable[[], None] = self.clear
        self._names = ("", "")
        theme.notifier.changed.connect(self._restyle)
        self._restyle()

    def name_axes(self, bottom: str = "", left: str = "") -> None:
        """Say what the axes are; nothing takes the words away."""
        self._names = (bottom, left)
        colour = theme.qcolor("plot.axis").name()
        for axis, words in ((self._bottom, bottom), (self._left, left)):
            axis.setLabel(words, color=colour)
            axis.showLabel(bool(words))
        self._bottom.setHeight(42 if bottom else 22)
        self._left.setWidth(74 if left else 56)

    def show_bars(
        self,
        groups: Sequence[tuple[Sequence[float], str, float]],
        words: Sequence[str] = (),
        edges: Sequence[float] = (),
    ) -> None:
        """Show bars beside each other: (heights, colour of the theme, how solid) for each group.

        words: below the places 0, 1, ...; or edges: the borders of the bars of a histogram.
        """
        self._begin(lambda: self.show_bars(groups, words, edges))
        self._bottom.set_words(words)
        width = 0.8 / max(1, len(groups))
        for k, (heights, colour, solid) in enumerate(groups):
            brush = pg.mkBrush(theme.qcolor(colour, solid))
            if edges:
                left, right = np.array(edges[:-1]), np.array(edges[1:])
                gap = 0.06 * (right - left)
                item = pg.BarGraphItem(
                    x0=left + gap, x1=right - gap, y0=0, y1=list(heights), brush=brush, pen=None
                )
            else:
                x = np.arange(len(heights)) - 0.4 + width * (k + 0.5)
                item = pg.BarGraphItem(
                    x=x, height=list(heights), width=0.9 * width, brush=brush, pen=None
                )
            item.setOpts(pen=pg.mkPen(None))
            self.addItem(item)
        self.autoRange()
        self.setYRange(0, max([1e-9, *(max(h, default=0) for h, _, _ in groups)]) * 1.05, 0)

    def show_lines(
        self, lines: Sequence[NDArray[np.float64]], step: float = 1.0, unit: str = ""
    ) -> None:
        """Show a line for each of these, in the colours of the series.

        step: of x per value; unit: follows the figures of x.
        """
        self._begin(lambda: self.show_lines(lines, step, unit), unit)
        self._bottom.set_words(())
        series = theme.current().series
        for k, values in enumerate(lines):
            x, y = thinned(np.arange(len(values), dtype=np.float64) * step, values, MOST)
            pen = pg.mkPen(theme.qcolor(series[k % len(series)]), width=1.5)
            self.addItem(pg.PlotDataItem(x, y, pen=pen, antialias=True, connect="finite"))
        self.enableAutoRange()

    def show_curves(
        self, curves: Sequence[tuple[Sequence[float], Sequence[float], str, float]]
    ) -> None:
        """Show lines by their points between 0 and 1: (x, y, colour of the theme, width) each."""
        self._begin(lambda: self.show_curves(curves))
        self._bottom.set_words(())
        for x, y, colour, width in curves:
            pen = pg.mkPen(theme.qcolor(colour), width=width)
            self.addItem(pg.PlotDataItem(list(x), list(y), pen=pen, antialias=True))
        self.setXRange(0, 1, 0.02)
        self.setYRange(0, 1, 0.02)

    def show_reliability(
        self, edges: Sequence[float], shares: Sequence[float], points: Sequence[tuple[float, float]]
    ) -> None:
        """Show bars of shares between edges from 0 to 1, points on a line, and the diagonal."""
        self._begin(lambda: self.show_reliability(edges, shares, points))
        self._bottom.set_words(())
        left, right = np.array(edges[:-1]), np.array(edges[1:])
        brush = pg.mkBrush(theme.qcolor("accent", 0.35))
        bars = pg.BarGraphItem(
            x0=left + 0.004, x1=right - 0.004, y0=0, y1=list(shares), brush=brush, pen=None
        )
        bars.setOpts(pen=pg.mkPen(None))
        self.addItem(bars)
        dashed = pg.mkPen(theme.qcolor("muted"), width=1.5, style=Qt.PenStyle.DashLine)
        self.addItem(pg.PlotDataItem([0, 1], [0, 1], pen=dashed, antialias=True))
        x, y = [p[0] for p in points], [p[1] for p in points]
        solid, fill = pg.mkPen(theme.qcolor("text"), width=1.5), pg.mkBrush(theme.qcolor("text"))
        line = pg.PlotDataItem(
            x, y, pen=solid, symbol="o", symbolSize=6, symbolBrush=fill, symbolPen=None
        )
        self.addItem(line)
        self.setXRange(0, 1, 0.02)
        self.setYRange(0, 1, 0.02)

    def show_levels(
        self,
        levels: NDArray[np.float64],
        width: float,
        height: float,
        units: tuple[str, str] = ("", ""),
    ) -> None:
        """Show (rows, columns) of levels 0 to 1 as a picture from 0 to `width` and `height`.

        units: follow the figures of x and y.
        """
        self._begin(lambda: self.show_levels(levels, width, height, units), *units)
        self._bottom.set_words(())
        places = [0.0, 0.75, 1.0]
        tokens = ("plot.background", "accent", "text")
        colours = [theme.qcolor(token) for token in tokens]
        item = pg.ImageItem(levels.T)
        item.setLookupTable(pg.ColorMap(places, colours).getLookupTable(nPts=256))
        item.setLevels((0.0, 1.0))
        item.setRect(QRectF(0, 0, width, height))
        self.addItem(item)
        self.autoRange(padding=0)

    def _begin(self, again: Callable[[], None], x_unit: str = "", y_unit: str = "") -> None:
        """Show something else; `again` shows it in the colours of another theme."""
        for axis, unit in ((self._bottom, x_unit), (self._left, y_unit)):
            axis.set_suffix(f" {unit}" if unit else "")
        self._again = again
        self.clear()

    def _restyle(self, _theme: object = None) -> None:
        self.setBackground(theme.qcolor("plot.background"))
        for axis in (self._left, self._bottom):
            axis.restyle()
        self.name_axes(*self._names)
        self._again()

    def mouseDoubleClickEvent(self, event: object) -> None:
        super().mouseDoubleClickEvent(event)
        self.autoRange()
