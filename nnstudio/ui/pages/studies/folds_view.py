"""A cross-validation or comparison: what came of it as tabs, below them its runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from nnstudio.studies.plan import Cell
from nnstudio.ui.pages.holder import Holder
from nnstudio.ui.pages.jobs import ReadingJobs
from nnstudio.ui.pages.studies.columns import cell_columns
from nnstudio.ui.pages.studies.plan_facts import PlanFacts
from nnstudio.ui.pages.studies.results import RESULTS, Result
from nnstudio.ui.pages.studies.results.base import ResultView
from nnstudio.ui.pages.studies.table import StudyTable, TableModel
from nnstudio.ui.widgets.panel_tabs import PanelTabs
from nnstudio.workspace.studies_page.controller import StudiesPage
from nnstudio.workspace.studies_page.folds_reading import ShownFolds
from nnstudio.workspace.studies_page.judging import StudyJudging

PLAN = "plan"
ICONS = {
    "answer": "tick-circle",
    "folds": "training",
    "pairs": "split",
    "classes": "evaluation",
    "roc": "chart",
}
"""Of the tabs of results, by their ids."""


class FoldsView(QWidget):
    """`run_requested(id)` for one of its runs; `menu_requested(place)` on the screen."""

    run_requested = Signal(str)
    menu_requested = Signal(QPoint)

    def __init__(self, page: StudiesPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._of: tuple[object, str] | None = None
        self.jobs = ReadingJobs(self)
        self.judging = StudyJudging(page, self.jobs)
        self.judging.changed.connect(self.refresh_tab)
        self.split = QSplitter(Qt.Orientation.Vertical, self)
        self.tabs = PanelTabs(self.split)
        self.tabs.setAccessibleName("Results of the study")
        self.tabs.setUsesScrollButtons(True)
        self._holders: dict[str, Holder] = {}
        for result in RESULTS:
            icon = ICONS.get(result.id, "evaluation")
            self._add(result.id, result.title, icon, partial(self._make, result))
            self.tabs.setTabToolTip(self.tabs.count() - 1, result.help)
        self._add(PLAN, "Plan", "settings", partial(PlanFacts, page))
        self.tabs.panel_shown.connect(lambda _id: self.refresh_tab())
        self.cells: TableModel = TableModel(lambda row: row.cell)  # type: ignore[type-arg]
        self.table = StudyTable(self.cells, "Runs of the study", self.split)
        self.table.opened.connect(self._open_run)
        self.table.menu_requested.connect(self.menu_requested)
        self.split.addWidget(self.tabs)
        self.split.addWidget(self.table)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.setSizes([560, 300])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.split)

    def _add(self, id: str, title: str, icon: str, make: Callable[[], QWidget]) -> None:
        self._holders[id] = Holder(make)
        self.tabs.add_panel(id, title, icon, self._holders[id])

    def _make(self, result: Result) -> QWidget:
        made = result.make(None)
        made.cell_picked.connect(self.table.show_selected)
        return made

    def refresh(self) -> None:
        """Show the selected study as it is now."""
        now = self._page.now
        if not isinstance(now, ShownFolds):
            return
        of = (now.study.id, now.row.figure)
        columns = None
        if of != self._of:
            if self._of is None or self._of[0] != of[0]:
                for k, result in enumerate(RESULTS):
                    self.tabs.setTabVisible(k, result.models <= len(now.study.plan.variants))
            self._of, columns = of, cell_columns(now.study.plan, now.row.figure)
        self.table.show_rows(now.cells, columns, self._selected_cell)
        self.judging.refresh()
        self.refresh_tab()

    def refresh_tab(self) -> None:
        """Show the study in the tab that is up."""
        holder = self._holders[self.tabs.panel]
        if not (holder.isVisible() or holder.widget is not None):
            return
        made = holder.made()
        if isinstance(made, PlanFacts):
            made.refresh()
        elif isinstance(made, ResultView):
            self._show_result(made)

    def _show_result(self, made: ResultView) -> None:
        judging = self.judging
        if judging.shown is not None:
            made.show_result(judging.shown)
        elif judging.problem:
            made.nothing.show_text("No result", judging.problem, "error", "error")
        elif judging.is_busy:
            told = "Each run is judged by what was held out of it. This takes a moment."
            made.nothing.show_text("Judging the runs", told, "clock")

    @property
    def _selected_cell(self) -> Cell | None:
        found = self.cells.id_at(self.table.currentIndex().row())
        return found if isinstance(found, Cell) else None

    @property
    def selected_run(self) -> str:
        """The id of the run that is selected in the table; "" for none."""
        place = self.table.currentIndex().row()
        rows = self.cells.rows
        run = rows[place].run if 0 <= place < len(rows) else None
        return "" if run is None else str(run.id)

    def stop(self) -> None:
        """Leave no thread behind."""
        self.judging.changed.disconnect(self.refresh_tab, missing_ok=True)
        self.jobs.close()

    def _open_run(self, _cell: object) -> None:
        if self.selected_run:
            self.run_requested.emit(self.selected_run)
