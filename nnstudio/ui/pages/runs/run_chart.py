"""A chart of one figure of several runs, each in its colour. Imports pyqtgraph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from nnstudio.evaluation.figures.reading import figure_text, is_percent
from nnstudio.ui.pages.runs.texts import figure_name
from nnstudio.ui.plots.chart import Chart
from nnstudio.ui.theme import current as theme
from nnstudio.workspace.runs_page.histories import PARTS, History

FEW = 12
"""Up to so many epochs of a single run are drawn as dots."""
LONGEST = 28
"""Letters of a run's name beside its values."""


@dataclass(frozen=True)
class ShownRun:
    """A run in the curves: its colour as `#rrggbb`, and what it is called beside the others."""

    id: str
    name: str
    colour: str
    history: History


class RunChart(Chart):
    """`figure_chosen(name)` when its user chooses another figure."""

    figure_chosen = Signal(str)

    def __init__(self, figure: str, parent: QWidget | None = None) -> None:
        super().__init__(figure_name(figure), "loss", log=True, parent=parent)
        self.shown_figure = figure
        self._axes[1].whole = True
        self._runs: tuple[ShownRun, ...] = ()
        self._hidden: frozenset[str] = frozenset()
        self._keys: tuple[tuple[str, str, str], ...] = ()
        self.choice = QComboBox()
        self.choice.setAccessibleName("Figure of the curves")
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.choice.activated.connect(self._on_choice)
        self.put_in_head(self.choice)
        self.crosshair.label.setFormat("  epoch {value:.0f}")
        self.values = QLabel(self.plot)
        self.values.setTextFormat(Qt.TextFormat.RichText)
        self.values.setFont(theme.figure_font(12))
        self.values.setProperty("role", "values")
        self.values.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.values.hide()
        self.nothing = QLabel(self.plot, alignment=Qt.AlignmentFlag.AlignCenter)
        self.nothing.setProperty("role", "muted")
        self.nothing.hide()

    def offer(self, figures: Sequence[str]) -> None:
        """Let one of these figures be chosen; the present one stays if it is among them."""
        now = [self.choice.itemData(k) for k in range(self.choice.count())]
        if list(figures) != now:
            self.choice.clear()
            for name in figures:
                self.choice.addItem(figure_name(name), name)
        self.choice.setCurrentIndex(max(0, self.choice.findData(self.shown_figure)))
        self.choice.setEnabled(len(figures) > 1)

    def show_runs(self, runs: Sequence[ShownRun], hidden: frozenset[str] = frozenset()) -> None:
        """Draw these runs, those that are hidden left out."""
        self._runs, self._hidden = tuple(runs), hidden
        drawn = [run for run in self._runs if run.id not in hidden]
        points = {
            (run.id, part): run.history.points(self.shown_figure, part)
            for run in drawn
            for part in PARTS
        }
        keys = tuple(
            (run.id, part, run.colour) for run in drawn for part in PARTS if points[run.id, part][0]
        )
        self.show_as(percent=is_percent(self.shown_figure))
        self.few = FEW if len(drawn) < 2 else 1  # dots of several runs would hide each other
        if keys != self._keys:
            self.drop_series()
            self._keys = keys
            for id, part, colour in keys:
                self.add_series(f"{id} {part}", part, dashed=part == PARTS[1], colour=colour)
        factor = 100.0 if is_percent(self.shown_figure) else 1.0
        for id, part, _ in keys:
            curve = self.curve(f"{id} {part}")
            curve.entry.hide()  # the legend of all charts stands below them
            curve.series.clear()
            for x, y in zip(*points[id, part], strict=True):
                curve.series.add(x, y * factor)
        self.nothing.setText("" if keys else self._why_nothing(drawn))
        self.nothing.setVisible(not keys)
        self.redraw()

    def _why_nothing(self, drawn: Sequence[ShownRun]) -> str:
        problem = next((run.history.problem for run in drawn if run.history.problem), "")
        if problem:
            return problem
        if not drawn:
            return "No run is shown"
        return f"No {figure_name(self.shown_figure)} yet: the first epoch is not done"

    def _on_choice(self) -> None:
        self.shown_figure = str(self.choice.currentData())
        self._keys = ()
        self.drop_series()
        self.show_runs(self._runs, self._hidden)
        self.figure_chosen.emit(self.shown_figure)

    def show_at(self, x: float | None) -> None:
        x = None if x is None else float(max(0, round(x)))
        super().show_at(x)
        if not hasattr(self, "values"):  # while the chart is made
            return
        told = self._told(x) if x is not None else ""
        self.values.setVisible(bool(told))
        if told and x is not None:
            self.values.setText(told)
            self.values.adjustSize()
            low, high = self.plot.getPlotItem().getViewBox().viewRange()[0]
            at_right = x < (low + high) / 2
            left = self.plot.width() - self.values.width() - 12 if at_right else 58
            self.values.move(max(4, left), 6)

    def _told(self, x: float) -> str:
        """The values of all runs at an epoch, as a small table."""
        lines = []
        for run in self._runs:
            cells = []
            for part in PARTS:
                key = f"{run.id} {part}"
                if key not in self.series:
                    continue
                series = self.series[key]
                near = series.nearest(x)
                if near is not None and abs(series.x[near] - x) < 0.5:
                    factor = 100.0 if is_percent(self.shown_figure) else 1.0
                    text = figure_text(self.shown_figure, series.y[near] / factor)
                    cells.append(text if part == PARTS[0] else f"<b>{text}</b>")
            if cells:
                name = escape(run.name if len(run.name) <= LONGEST else run.name[:27] + "…")
                columns = "".join(f"<td align='right'>&nbsp;&nbsp;{cell}</td>" for cell in cells)
                lines.append(
                    f"<tr><td><font color='{run.colour}'>&#9632;</font> {name}</td>{columns}</tr>"
                )
        return f"<table cellspacing='0'>{''.join(lines)}</table>" if lines else ""

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        height = QFontMetrics(self.nothing.font()).height() + 8
        self.nothing.setGeometry(0, (self.plot.height() - height) // 2, self.plot.width(), height)
