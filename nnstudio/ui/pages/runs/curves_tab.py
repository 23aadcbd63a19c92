"""The tab Curves: figures of the selected run and of those in the overlay. Imports pyqtgraph."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.errors import UserError
from nnstudio.ui.files.questions import ReadOnlyAnswer, ask_read_only
from nnstudio.ui.files.read_only import write_asking
from nnstudio.ui.pages.runs.run_chart import RunChart, ShownRun
from nnstudio.ui.plots.legend import LegendEntry
from nnstudio.ui.plots.writing import write_plots
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.training.plots import Smoothing
from nnstudio.ui.widgets.flow_area import FlowArea
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.runs_page.histories import PARTS, figures_in

WIDE = 640
"""From this width on two charts stand side by side."""
LOW, HIGH = 250, 460
"""Below this height the charts have all of it; from the other on two stand one below the other."""


class CurvesTab(QWidget):
    """`refused(sentence)` where the plots cannot be written. `ask_export` and `ask_read_only` are
    attributes, so that a test can answer them.
    """

    refused = Signal(str)

    def __init__(self, page: RunsPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._hidden: frozenset[str] = frozenset()
        self._chosen = False
        self._legend: tuple[ShownRun, ...] = ()
        self.ask_export: Callable[[], Path | None] = self._ask_export
        self.ask_read_only: Callable[[Path], ReadOnlyAnswer] = partial(ask_read_only, self)
        self.charts = (RunChart("loss"), RunChart("accuracy"))
        for chart in self.charts:
            chart.hovered.connect(self._on_hover)
            chart.figure_chosen.connect(self._on_figure)
        self.smoothing = Smoothing()
        self.smoothing.slider.setValue(0)
        self.smoothing.slider.valueChanged.connect(self._smooth)
        self.export_button = QToolButton()
        self.export_button.setProperty("role", "quiet")
        self.export_button.setFixedSize(28, 28)
        self.export_button.setIconSize(icons.size(16))
        tip = "Export the curves as PNG or SVG, or their points as CSV..."
        self.export_button.setToolTip(tip)
        self.export_button.setAccessibleName(tip)
        icons.attach(self.export_button, "export", size=16)
        self.export_button.clicked.connect(self.ask_and_export)
        self.entries: list[LegendEntry] = []
        self.legend = FlowArea(4)
        self._key = QLabel("solid: training   dashed: validation")
        self._key.setProperty("role", "muted")
        self._key.setFont(theme.text_font(theme.SMALL_SIZE))
        self._below = QWidget()
        below = QHBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(12)
        below.addWidget(self.legend, 1)
        below.addWidget(self._key, 0, Qt.AlignmentFlag.AlignTop)
        self.plots = QWidget()
        self.plots.setProperty("role", "panel")
        self.plots.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._charts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._charts.setSpacing(8)
        for chart in self.charts:
            self._charts.addWidget(chart, 1)
        inside = QVBoxLayout(self.plots)
        inside.setContentsMargins(12, 4, 12, 8)
        inside.setSpacing(6)
        inside.addLayout(self._charts, 1)
        inside.addWidget(self._below)
        self.hint = QLabel("Space in the table lays a run over the others.")
        self.hint.setProperty("role", "muted")
        self.hint.setFont(theme.text_font(12))
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(16, 4, 12, 4)
        head.setSpacing(8)
        head.addWidget(self.hint, 1)
        head.addWidget(self.smoothing)
        head.addWidget(self.export_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self.plots, 1)
        theme.notifier.changed.connect(self._on_theme)

    # -- what is shown ------------------------------------------------------------------------

    @property
    def shown(self) -> tuple[ShownRun, ...]:
        """The runs whose history is known, the selected one first, in the colours of the theme."""
        page, series = self._page, theme.current().series
        found = []
        for row in page.compared:
            history, number = page.history(row.id), page.colour(row.id)
            if history is not None and number is not None:
                colour = series[number % len(series)]
                found.append(ShownRun(row.id, page.label(row.id), colour, history))
        return tuple(found)

    def refresh(self) -> None:
        """Draw the runs of the page as they are now, if they can be seen."""
        if not self.isVisible():
            return
        runs = self.shown
        figures = figures_in([run.history for run in runs])
        if not self._chosen:  # nobody has chosen a figure yet: that by which the run is read
            row = self._page.selection
            wanted = row.figure if row is not None else "loss"
            others = [name for name in figures if name != "loss"]
            second = wanted if wanted in others else next(iter(others), "loss")
            self.charts[1].shown_figure = second
        for chart in self.charts:
            chart.offer(figures or (chart.shown_figure,))
            chart.show_runs(runs, self._hidden)
        self._show_legend(runs)
        count = len(self._page.overlay)
        lying = f"{count} in the overlay. " if count else ""
        self.hint.setText(f"{lying}Space in the table lays a run over the others.")

    def _show_legend(self, runs: Sequence[ShownRun]) -> None:
        def what(run: ShownRun) -> tuple[str, str, str]:
            return run.id, run.name, run.colour

        if [what(run) for run in runs] == [what(run) for run in self._legend]:
            return
        self._legend = tuple(runs)
        self.entries = []
        for run in runs:
            entry = LegendEntry(run.name, run.colour)
            entry.setChecked(run.id not in self._hidden)
            entry.setToolTip(f"{run.name}: click to show or hide its curves")
            entry.setAccessibleName(f"Show the curves of {run.name}")
            entry.toggled.connect(partial(self._on_entry, run.id))
            self.entries.append(entry)
        self.legend.fill(self.entries)

    def _on_entry(self, id: str, on: bool) -> None:
        self._hidden = self._hidden - {id} if on else self._hidden | {id}
        for chart in self.charts:
            chart.show_runs(self.shown, self._hidden)

    def _on_figure(self, _figure: str) -> None:
        self._chosen = True

    def _smooth(self) -> None:
        for chart in self.charts:
            chart.set_smoothing(self.smoothing.weight)

    def _on_hover(self, x: float | None) -> None:
        for chart in self.charts:
            chart.show_at(x)

    def _on_theme(self, _theme: object) -> None:
        self.refresh()

    # -- files --------------------------------------------------------------------------------

    def ask_and_export(self) -> None:
        """Ask where, and write the plots there."""
        path = self.ask_export()
        if path is None:
            return

        def write(path: Path, overwrite_read_only: bool) -> None:
            self.export(path, overwrite_read_only=overwrite_read_only)

        try:
            write_asking(write, path, self.ask_read_only, self.ask_export)
        except UserError as error:
            self.refused.emit(str(error))

    def export(self, path: Path, *, overwrite_read_only: bool = False) -> None:
        """Write the charts as PNG or SVG, or every figure of the runs as CSV, by the ending.

        Raises what `write_plots` does.
        """
        self._on_hover(None)
        write_plots(self.plots, path, self._points(), overwrite_read_only=overwrite_read_only)

    def _points(self) -> Iterator[Sequence[object]]:
        yield ("run", "name", "figure", "part", "epoch", "value")
        for run in self.shown:
            for figure in run.history.figures:
                for part in PARTS:
                    x, y = run.history.points(figure, part)
                    for epoch, value in zip(x, y, strict=True):
                        yield (run.id, run.name, figure, part, int(epoch), value)

    def _ask_export(self) -> Path | None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Export curves", "curves.png", "Picture (*.png);;Drawing (*.svg);;Points (*.csv)"
        )
        return Path(name) if name else None

    # -- Qt -----------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width, height = event.size().width(), event.size().height()
        upright = height > 0.8 * width
        direction = QBoxLayout.Direction
        self._charts.setDirection(direction.TopToBottom if upright else direction.LeftToRight)
        self.charts[1].setVisible(height >= HIGH if upright else width >= WIDE)
        self.smoothing.show_title(width >= WIDE)
        self.hint.setVisible(width >= 420)
        self._key.setVisible(width >= WIDE)
        for part in (self._head, self._below):
            part.setVisible(height >= LOW)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
