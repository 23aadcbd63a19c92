"""One chart: a few series over the epochs, in the colours of the theme, with values on hover."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from nnstudio.evaluation.figures.reading import number_text
from nnstudio.ui.number_text import percent
from nnstudio.ui.plots.axis import Axis
from nnstudio.ui.plots.curve import Curve, PlotArea
from nnstudio.ui.plots.legend import LegendEntry
from nnstudio.ui.plots.series import Series, thinned
from nnstudio.ui.theme import current as theme

FAINT = 0.3
"""How solid the raw points stay behind their smoothed curve."""
FEW = 40
"""Up to so many points, the points of a dashed curve are drawn as dots."""
SAMPLES = 1.5
"""Samples to a pixel before long runs are thinned; more are slower to draw, not better to see."""


class Chart(QFrame):
    """A titled plot. Training is solid, validation dashed; the two share a hue.

    `hovered` carries the epoch under the mouse, or None when it has left.
    """

    hovered = Signal(object)

    def __init__(
        self,
        title: str,
        colour: str,
        *,
        percent: bool = False,
        log: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """colour: a name among the theme's plot colours; log: offer a logarithmic scale."""
        super().__init__(parent)
        self.setProperty("role", "card")
        self._colour, self._percent = f"plot.{colour}", percent
        self._curves: dict[str, Curve] = {}
        self._weight = 0.0
        self.few = FEW
        self._best: tuple[str, float] | None = None
        self._at: float | None = None
        self._first_epochs = False
        self._zoomed = False
        self.label = QLabel(title)
        self.label.setFont(theme.text_font(12, QFont.Weight.DemiBold))
        self.log_button = QToolButton(self, text="log", checkable=True)
        self.log_button.setVisible(log)
        self.log_button.setProperty("role", "chip")
        self.log_button.setToolTip("Logarithmic scale")
        self.log_button.toggled.connect(self.set_log)
        self._head = QHBoxLayout()
        self._head.setContentsMargins(12, 5, 6, 0)
        self._head.setSpacing(2)
        self._head.addWidget(self.label)
        self._head.addSpacing(8)
        self._head.addStretch(1)
        self._head.addWidget(self.log_button)
        self._axes = (Axis("left", " %" if percent else ""), Axis("bottom"))
        self.plot = self._make_plot()
        self.crosshair = pg.InfiniteLine(
            # Loss falls and accuracy rises, so the place beside the line is free there.
            angle=90,
            label="  epoch {value:.2f}",  # beside the dots on the line
            labelOpts={"position": 0.1 if percent else 0.9, "movable": False},
        )
        self.crosshair.label.setFont(theme.mono_font(theme.SMALL_SIZE))
        self._dots = pg.ScatterPlotItem(size=7)
        self._star = pg.ScatterPlotItem(size=11)
        self._points: dict[pg.ScatterPlotItem, object] = {}
        for item in (self.crosshair, self._dots, self._star):
            item.setZValue(10)
            item.hide()
            self.plot.addItem(item, ignoreBounds=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 4)
        column.setSpacing(2)
        column.addLayout(self._head)
        column.addWidget(self.plot, 1)
        theme.notifier.changed.connect(self._restyle)
        self._restyle()
        self.redraw()

    def _make_plot(self) -> PlotArea:
        left, bottom = self._axes
        plot = PlotArea(axisItems={"left": left, "bottom": bottom}, enableMenu=False)
        plot.setFrameShape(QFrame.Shape.NoFrame)
        plot.hideButtons()
        plot.setMouseEnabled(x=True, y=False)
        plot.getPlotItem().setContentsMargins(4, 2, 10, 0)
        box = plot.getPlotItem().getViewBox()
        box.setDefaultPadding(0.03)
        box.sigRangeChangedManually.connect(lambda _axes: self._zoom(True))
        left.setWidth(52 if self._percent else 46)
        bottom.setHeight(20)
        plot.showGrid(x=False, y=True, alpha=0.1)
        plot.scene().sigMouseMoved.connect(self._on_mouse)
        plot.left.connect(lambda: self.hovered.emit(None))
        plot.all_requested.connect(lambda: self._zoom(False))
        return plot

    def add_series(
        self,
        key: str,
        name: str,
        *,
        short: str = "",
        dashed: bool = False,
        widest: str = "0.0000",
        colour: str = "",
    ) -> Series:
        """Add a curve with a legend entry that shows and hides it.

        `short` is what the legend says, `widest` the longest value for which it keeps room;
        `colour` a token, by default that of the chart.
        """
        colour = colour or self._colour
        series = Series(name)
        widest = "100.00 %" if self._percent else widest
        entry = LegendEntry(short or name, colour, dashed=dashed, widest=widest)
        entry.setToolTip(f"{name}: click to show or hide")
        entry.setAccessibleName(f"Show {name.lower()}")
        entry.toggled.connect(lambda _on: self.redraw())
        raw, line = pg.PlotDataItem(antialias=True), pg.PlotDataItem(antialias=True)
        for item in (raw, line):
            item.opts["autoDownsampleFactor"] = SAMPLES
            self.plot.addItem(item)
        self._head.insertWidget(self._head.count() - 2, entry)
        self._curves[key] = Curve(series, entry, line, raw, dashed, colour)
        self._restyle()
        return series

    def drop_series(self) -> None:
        """Take all curves away."""
        for curve in self._curves.values():
            self.plot.removeItem(curve.line)
            self.plot.removeItem(curve.raw)
            curve.entry.hide()
            curve.entry.deleteLater()
        self._curves.clear()
        self._best = None

    def show_as(self, *, percent: bool) -> None:
        """Write values as percent, or as they are."""
        self._percent = percent
        self._axes[0].set_suffix(" %" if percent else "")

    def put_in_head(self, widget: QWidget) -> None:
        """Put something in the place of the title."""
        self.label.hide()
        self._head.insertWidget(0, widget)

    # -- what is shown ------------------------------------------------------------------------

    @property
    def series(self) -> dict[str, Series]:
        """The series by their keys."""
        return {key: curve.series for key, curve in self._curves.items()}

    def curve(self, key: str) -> Curve:
        """Return a series with what draws it."""
        return self._curves[key]

    def entry(self, key: str) -> LegendEntry:
        """Return the legend entry of a series."""
        return self._curves[key].entry

    def set_smoothing(self, weight: float) -> None:
        """Smooth the curves, the points faint behind; 0 shows the points themselves."""
        self._weight = weight
        self.redraw()

    def set_log(self, on: bool) -> None:
        """Draw the values on a logarithmic scale; what is not above 0 is left out."""
        self.log_button.setChecked(on)
        self.plot.setLogMode(x=False, y=on)
        self.redraw()

    def mark_best(self, key: str, x: float) -> None:
        """Ring the best point of a series."""
        self._best = (key, x)

    def redraw(self) -> None:
        """Draw what has changed, as it is now."""
        drawn = [self._draw(curve) for curve in self._curves.values()]
        if any(drawn):
            self._settle_range()
            self._settle_epochs()
        for axis in self._axes:
            # Without points an axis would count from 0 to 1 of nothing.
            axis.show_values(any(map(len, self.series.values())))
        self._draw_best()
        self.show_at(self._at)
        # Now rather than in the middle of the next painting, which would have to be done again.
        self.plot.scene().prepareForPaint()

    def _draw(self, curve: Curve) -> bool:
        """Draw a curve unless it is drawn already; whether it was not."""
        series, shown = curve.series, curve.entry.isChecked()
        most = len(series) if self._zoomed else int(SAMPLES * max(self.plot.width(), 100))
        log = self.log_button.isChecked()
        looks = (series.version, shown, self._weight, log, most)
        if looks == curve.drawn:
            return False
        curve.drawn = looks
        smooth = self._weight > 0 and len(series) > 2 and not curve.dashed
        curve.raw.setVisible(shown and smooth)
        curve.line.setVisible(shown)
        x = np.array(series.x)
        values = series.smooth(self._weight) if smooth else series.y
        curve.line.setData(*thinned(x, self._drawable(values), most), connect="finite")
        if smooth:
            raw = thinned(x, self._drawable(series.y), most)
            curve.raw.setData(*raw, connect="finite")
        # A single point has no line, so it must be a dot to be seen at all.
        dots = len(x) <= (self.few if curve.dashed else 1)
        curve.line.setSymbol("o" if dots else None)
        return True

    def _zoom(self, on: bool) -> None:
        """Show a part, with all its points, or everything again.

        Everything is thinned here once for each update. pyqtgraph would do it again whenever the
        range changes, which it does with each point that comes.
        """
        if on != self._zoomed:
            self._zoomed = on
            for curve in self._curves.values():
                for item in (curve.line, curve.raw):
                    item.setDownsampling(auto=on, method="peak")
                    item.setClipToView(on)
            self.plot.getPlotItem().getViewBox().setAutoVisible(y=on)
        if not on:
            self.plot.enableAutoRange()
        self.redraw()

    def _settle_range(self) -> None:
        # Around one and the same value an automatic range would be of no meaning, and may be
        # negative; the rest follows the values.
        shown = [c.series.y for c in self._curves.values() if c.entry.isChecked()]
        values = np.concatenate([self._drawable(y) for y in shown]) if shown else np.empty(0)
        values = values[np.isfinite(values)]
        level = float(values[0]) if values.size else 0.0
        flat = values.size > 0 and float(np.ptp(values)) <= 1e-6 * abs(level)
        if not flat:
            if not self.plot.getPlotItem().getViewBox().autoRangeEnabled()[1]:
                self.plot.enableAutoRange(axis="y")
        elif self.log_button.isChecked():
            self.plot.setYRange(np.log10(level) - 0.5, np.log10(level) + 0.5, padding=0)
        else:
            low, high = sorted((0.0, 2 * level)) if level else (0.0, 1.0)
            self.plot.setYRange(low, high, padding=0)

    def _settle_epochs(self) -> None:
        # Around the first point of a run there is no range yet; epochs begin at nought.
        epochs = {x for curve in self._curves.values() for x in curve.series.x[:2]}
        if len(epochs) == 1:
            self._first_epochs = True
            self.plot.setXRange(0.0, max(1.0, *epochs), padding=0.03)
        elif self._first_epochs:
            self._first_epochs = False
            self.plot.enableAutoRange(axis="x")

    def clear(self) -> None:
        """Forget everything."""
        for curve in self._curves.values():
            curve.series.clear()
        self._best = None
        self._zoom(False)

    def show_at(self, x: float | None) -> None:
        """Show the crosshair and the values at epoch `x`; without it the last values.

        Before the first point and after the last one it stays with that point.
        """
        self._at = x
        ends = [end for c in self._curves.values() if len(c.series) for end in c.series.ends]
        if x is not None and ends:
            x = min(max(x, min(ends)), max(ends))
        self.crosshair.setVisible(x is not None)
        if x is not None:
            self.crosshair.setPos(x)
        dots, colours = [], []
        for curve in self._curves.values():
            series = curve.series
            found = series.nearest(x) if x is not None else len(series) - 1
            if found is None or found < 0:
                curve.entry.show_value("")
                continue
            curve.entry.show_value(self.figure(series.y[found]))
            if x is not None and curve.entry.isChecked():
                shown = series.y if curve.dashed else series.smooth(self._weight)
                dots.append((series.x[found], shown[found]))
                colours.append(curve.colour)
        self._put(self._dots, dots, colours)

    def figure(self, value: float) -> str:
        """Write a value as the legend says it."""
        if self._percent:
            return percent(value / 100)
        return number_text(value)

    # -- drawing ------------------------------------------------------------------------------

    def _drawable(self, values: object) -> np.ndarray:
        y = np.array(values, dtype=float)
        low = 0.0 if self.log_button.isChecked() else -np.inf
        y[~(np.isfinite(y) & (y > low))] = np.nan
        return y

    def _draw_best(self) -> None:
        found: list[tuple[float, float]] = []
        if self._best is not None:
            key, x = self._best
            curve = self._curves.get(key)
            near = curve.series.nearest(x) if curve and curve.entry.isChecked() else None
            if curve is not None and near is not None and abs(curve.series.x[near] - x) < 1e-6:
                found.append((curve.series.x[near], curve.series.y[near]))
        self._put(self._star, found)

    def _put(
        self,
        item: pg.ScatterPlotItem,
        points: list[tuple[float, float]],
        colours: Sequence[str] = (),
    ) -> None:
        log = self.log_button.isChecked()
        if self._points.get(item, ([], log, ())) == (points, log, colours):
            return
        self._points[item] = (points, log, colours)
        y = self._drawable([y for _, y in points])
        tokens = colours or [self._colour] * len(points)
        kept = [
            (x, float(np.log10(value)) if log else float(value), theme.qcolor(token))
            for (x, _), value, token in zip(points, y, tokens, strict=True)
            if not np.isnan(value)
        ]
        item.setVisible(bool(kept))
        x, values, brushes = zip(*kept, strict=True) if kept else ((), (), ())
        item.setData(list(x), list(values), brush=list(brushes) or None)

    def _restyle(self, _theme: object = None) -> None:
        ground = theme.qcolor("plot.background")
        colour = theme.qcolor(self._colour)
        self.plot.setBackground(ground)
        for axis in self._axes:
            axis.restyle()
        self.crosshair.setPen(pg.mkPen(theme.qcolor("plot.crosshair", 0.6), width=1))
        self.crosshair.label.setColor(theme.qcolor("text"))
        self.crosshair.label.fill = pg.mkBrush(theme.qcolor("raised"))
        self._dots.setPen(pg.mkPen(ground, width=1))
        self._dots.setBrush(pg.mkBrush(colour))
        self._star.setPen(pg.mkPen(theme.qcolor("plot.best"), width=1.5))
        self._star.setBrush(pg.mkBrush(colour))
        for curve in self._curves.values():
            colour = theme.qcolor(curve.colour)
            pen = pg.mkPen(colour, width=2)
            if curve.dashed:
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                pen.setDashPattern([4, 2.5])
            curve.line.setPen(pen)
            curve.line.setSymbolSize(6)
            curve.line.setSymbolBrush(ground if curve.dashed else colour)
            curve.line.setSymbolPen(pg.mkPen(colour, width=1.5))
            curve.raw.setPen(pg.mkPen(theme.qcolor(curve.colour, FAINT), width=1))
            curve.entry.update()

    def _on_mouse(self, place: QPointF) -> None:
        box = self.plot.getPlotItem().getViewBox()
        inside = box.sceneBoundingRect().contains(place)
        self.hovered.emit(box.mapSceneToView(place).x() if inside else None)

    # -- Qt -----------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(220, 92)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        entries = [curve.entry for curve in self._curves.values()]
        # title, entries, the button for the scale, and the gaps between them
        wanted = self.label.sizeHint().width() + sum(e.width_with_name() for e in entries) + 84
        for entry in entries:
            entry.set_compact(self.width() < wanted)
