"""One chart: a few series over the epochs, in the colours of the theme, with values on hover."""

from __future__ import annotations

import bisect

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from nnstudio.ui import theme
from nnstudio.ui.plots.series import Series

FAINT = 0.28


class Chart(QWidget):
    """A titled plot. Validation is dashed, training solid; the two share a hue."""

    def __init__(self, title: str, colour: str, *, percent: bool = False) -> None:
        super().__init__()
        self.series: dict[str, Series] = {}
        self._title, self._colour, self._percent = title, colour, percent
        self._curves: dict[str, pg.PlotDataItem] = {}
        self._raw: dict[str, pg.PlotDataItem] = {}
        self._toggles: dict[str, QToolButton] = {}
        self._weight = 0.0
        self.label = QLabel(title)
        self.label.setFont(theme.text_font(12, QFont.Weight.DemiBold))
        self.values = QLabel()
        self.values.setFont(theme.mono_font(11))
        self.values.setProperty("role", "muted")
        self._head = QHBoxLayout()
        self._head.setContentsMargins(4, 0, 8, 0)
        self._head.setSpacing(2)
        self._head.addWidget(self.label)
        self._head.addStretch(1)
        self._head.addWidget(self.values)
        self.plot = pg.PlotWidget()
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=True, y=True)
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._line.hide()
        self.plot.addItem(self._line, ignoreBounds=True)
        self.plot.scene().sigMouseMoved.connect(self._on_hover)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head)
        column.addWidget(self.plot, 1)
        theme.notifier.changed.connect(self._dress)
        self._dress()

    def add_series(self, key: str, name: str, *, dashed: bool = False) -> Series:
        """A curve with a legend entry that shows and hides it."""
        series = self.series[key] = Series(name)
        self._raw[key] = self.plot.plot()
        self._curves[key] = self.plot.plot()
        for curve in (self._raw[key], self._curves[key]):
            curve.setDownsampling(auto=True, method="peak")
            curve.setClipToView(True)
        toggle = QToolButton(text=("┄ " if dashed else "─ ") + name, checkable=True, checked=True)
        toggle.setToolTip(f"Show or hide {name.lower()}")
        toggle.setProperty("role", "legend")
        toggle.toggled.connect(lambda _on: self.redraw())
        self._toggles[key] = toggle
        self._head.insertWidget(1 + len(self._toggles), toggle)
        self._dress()
        return series

    def set_smoothing(self, weight: float) -> None:
        """0: the points themselves; towards 1: smoother, with the points faint behind."""
        self._weight = weight
        self.redraw()

    def set_log(self, on: bool) -> None:
        """Logarithmic values."""
        self.plot.setLogMode(x=False, y=on)
        self.redraw()

    def redraw(self) -> None:
        """Draw all series as they are now."""
        for key, series in self.series.items():
            shown = self._toggles[key].isChecked()
            few = len(series.x) <= 40
            smooth = self._weight > 0 and len(series.x) > 2 and not self._dashed(key)
            self._raw[key].setVisible(shown and smooth)
            self._curves[key].setVisible(shown)
            if smooth:
                self._raw[key].setData(series.x, series.y)
            self._curves[key].setData(series.x, series.smooth(self._weight) if smooth else series.y)
            dot = self._dashed(key) and few
            self._curves[key].setSymbol("o" if dot else None)
        self._tell(None)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, 90)

    def clear(self) -> None:
        """Forget everything."""
        for series in self.series.values():
            series.clear()
        self.plot.enableAutoRange()
        self.redraw()

    # -- looks --------------------------------------------------------------------------------

    def _dashed(self, key: str) -> bool:
        return key.startswith("validation")

    def _dress(self, _theme: object = None) -> None:
        colours = theme.current()
        self.plot.setBackground(colours.qcolor("plot.background"))
        for side in ("bottom", "left"):
            axis = self.plot.getAxis(side)
            axis.setPen(colours.qcolor("line"))
            axis.setTextPen(colours.qcolor("plot.axis"))
            axis.setStyle(tickFont=theme.text_font(11), tickLength=-4)
        self.plot.getAxis("left").setWidth(44)
        self.plot.getAxis("bottom").setHeight(20)
        self.plot.showGrid(x=True, y=True, alpha=0.12)
        self._line.setPen(pg.mkPen(colours.qcolor("plot.crosshair"), width=1, style=Qt.PenStyle.DotLine))
        solid = colours.qcolor(f"plot.{self._colour}")
        for key, curve in self._curves.items():
            style = Qt.PenStyle.DashLine if self._dashed(key) else Qt.PenStyle.SolidLine
            curve.setPen(pg.mkPen(solid, width=2, style=style))
            curve.setSymbolBrush(colours.qcolor("plot.background"))
            curve.setSymbolPen(pg.mkPen(solid, width=1.5))
            curve.setSymbolSize(6)
            self._raw[key].setPen(pg.mkPen(colours.qcolor(f"plot.{self._colour}", FAINT), width=1))

    # -- values -------------------------------------------------------------------------------

    def _on_hover(self, place: QPointF) -> None:
        inside = self.plot.getPlotItem().getViewBox().sceneBoundingRect().contains(place)
        x = self.plot.getPlotItem().getViewBox().mapSceneToView(place).x() if inside else None
        self._line.setVisible(x is not None)
        if x is not None:
            self._line.setPos(x)
        self._tell(x)

    def _tell(self, x: float | None) -> None:
        """The values at `x`, else the last ones; the legend before them names the order."""
        parts = [] if x is None else [f"epoch {x:.2f}:"]
        for key, series in self.series.items():
            if not series.x or not self._toggles[key].isChecked():
                continue
            k = len(series.x) - 1 if x is None else min(bisect.bisect_left(series.x, x), len(series.x) - 1)
            parts.append(self._figure(series.y[k]))
        self.values.setText("  ".join(parts))

    def _figure(self, value: float) -> str:
        if self._percent:
            return f"{value:.2f} %"
        return f"{value:.4g}" if abs(value) < 1e5 else f"{value:,.0f}"
