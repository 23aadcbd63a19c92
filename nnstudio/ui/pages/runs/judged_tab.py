"""The tab Samples: those of a judged part, the most wrong first, or of one cell of the matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QLabel,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.pages.data.rows_table import RowsTable
from nnstudio.ui.pages.data.sample_tiles import SampleTiles
from nnstudio.ui.pages.runs.judging_states import JudgingHead, JudgingTab
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.workspace.runs_page.judged_samples import JudgedSamples
from nnstudio.workspace.runs_page.judging import Judging

if TYPE_CHECKING:  # loads the plots
    from nnstudio.ui.pages.data.sample_view import SampleView


class JudgedTab(JudgingTab):
    """A click enlarges a sample. `try_requested(sample)` to give it to the model in Try it."""

    try_requested = Signal(int)

    def __init__(self, judging: Judging, parent: QWidget | None = None) -> None:
        super().__init__(judging, parent)
        self._key: object = None
        self._view: SampleView | None = None
        self.shown: JudgedSamples | None = None
        self.head = JudgingHead(judging)
        self.cell = QToolButton()
        self.cell.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.cell.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.cell.setProperty("role", "filter")
        self.cell.setIconSize(icons.size(12))
        self.cell.setToolTip("Show the samples of all cells")
        icons.attach(self.cell, "close", "muted", 12)
        self.cell.clicked.connect(lambda: judging.show_cell(None, None))
        self.wrong = QToolButton(text="Only wrong", checkable=True)
        self.wrong.setProperty("role", "chip")
        self.wrong.setChecked(True)
        self.wrong.setToolTip("Leave out samples whose answer is right")
        self.wrong.toggled.connect(lambda _on: self.show_now())
        self.count = QLabel()
        self.count.setProperty("role", "muted")
        self.head.row.insertWidget(2, self.cell)
        self.head.row.insertWidget(3, self.wrong)
        self.head.row.addWidget(self.count)
        self.tiles, self.rows = SampleTiles(), RowsTable()
        self.nothing = EmptyState("tick-circle", "None is wrong", "", "Show all", colour="good")
        self.nothing.requested.connect(lambda: self.wrong.setChecked(False))
        self._grids = QStackedWidget()
        for widget in (self.tiles, self.rows, self.nothing):
            self._grids.addWidget(widget)
        for grid in (self.tiles, self.rows):
            grid.chosen.connect(self.enlarge)
        self._overall = QWidget()
        column = QVBoxLayout(self._overall)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self._grids, 1)
        self._views = QStackedWidget()
        self._views.addWidget(self._overall)
        self.set_content(self._views)

    @property
    def is_reading(self) -> bool:
        return self.judging.is_reading

    def show_content(self) -> None:
        """Show the samples of the part or cell; reads them first."""
        judging = self.judging
        assert judging.judged is not None
        evaluation = judging.judged.evaluation
        key = (id(evaluation), judging.output, judging.cell, self.wrong.isChecked())
        if key == self._key:
            return
        shown = judging.samples(wrong_only=self.wrong.isChecked())
        if shown is None:
            judging.read_samples()
            return
        self._key, self.shown = key, shown
        self.show_grid()
        self.head.refresh()
        self._show_filters()
        there = len(shown.indices)
        more = f" of {shown.of:,}" if shown.of > there else ""
        self.count.setText(f"{there:,}{more}, the most wrong first")
        as_rows = shown.looks == "rows"
        self.rows.show_samples(shown if as_rows and there else None)
        self.tiles.show_samples(None if as_rows else shown)
        if not there:
            of_cell = judging.cell is not None
            title = "No sample is in this cell" if of_cell else "None is wrong"
            told = "" if of_cell else "Every sample of this part has its right answer."
            self.nothing.show_text(title, told)
            self.nothing.button.setVisible(not of_cell)
        grid = self.rows if as_rows else self.tiles
        self._grids.setCurrentWidget(grid if there else self.nothing)

    def _show_filters(self) -> None:
        judging = self.judging
        figures, cell = judging.figures, judging.cell
        self.cell.setVisible(cell is not None)
        self.wrong.setVisible(cell is None and hasattr(figures, "missing"))
        if cell is not None:
            names = figures.confusion.classes
            self.cell.setText(f"{names[cell[0]]} taken for {names[cell[1]]}")
            if cell[0] == cell[1]:
                self.cell.setText(f"{names[cell[0]]}, right")

    def enlarge(self, sample: int) -> None:
        """Show one sample large; loads the plots the first time."""
        if self.shown is None:
            return
        if self._view is None:
            from nnstudio.ui.pages.data.sample_view import SampleView

            self._view = SampleView()
            self._view.back_requested.connect(self.show_grid)
            view = self._view
            self.try_button = QPushButton("Try it")
            self.try_button.setProperty("role", "small")
            self.try_button.setToolTip("Give this sample to the model, look inside and explain")
            self.try_button.clicked.connect(lambda: self.try_requested.emit(view.sample))
            view.head.addWidget(self.try_button)
            self._views.addWidget(self._view)
        self._views.setCurrentWidget(self._view)
        self._view.show_sample(self.shown, sample)

    def show_grid(self) -> None:
        """Go back to all samples."""
        if self._view is not None and self._views.currentWidget() is self._view:
            self._view.stop()
            self._views.setCurrentWidget(self._overall)
            grid = self._grids.currentWidget()
            if grid is not None:
                grid.setFocus()

    def stop(self) -> None:
        super().stop()
        if self._view is not None:
            self._view.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
