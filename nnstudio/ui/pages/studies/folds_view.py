"""A cross-validation or comparison: what came of it as tabs, below them its runs."""

from __future__ import annotations

from functools import partial
from typing import cast

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from nnstudio.ui.pages.holder import Holder
from nnstudio.ui.pages.studies.columns import cell_columns
from nnstudio.ui.pages.studies.plan_facts import PlanFacts
from nnstudio.ui.pages.studies.table import StudyTable, TableModel
from nnstudio.ui.widgets.panel_tabs import PanelTabs
from nnstudio.workspace.studies_page.controller import StudiesPage
from nnstudio.workspace.studies_page.folds_reading import ShownFolds

PLAN = "plan"


class FoldsView(QWidget):
    """`run_requested(id)` for one of its runs; `menu_requested(place)` on the screen."""

    run_requested = Signal(str)
    menu_requested = Signal(QPoint)

    def __init__(self, page: StudiesPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._of: tuple[object, str] | None = None
        self.split = QSplitter(Qt.Orientation.Vertical, self)
        self.tabs = PanelTabs(self.split)
        self.tabs.setAccessibleName("Results of the study")
        self._holders: dict[str, Holder] = {}
        self._holders[PLAN] = Holder(partial(PlanFacts, page))
        self.tabs.add_panel(PLAN, "Plan", "settings", self._holders[PLAN])
        self.tabs.panel_shown.connect(lambda _id: self.refresh_tab())
        self.cells: TableModel = TableModel(lambda row: row.cell)  # type: ignore[type-arg]
        self.table = StudyTable(self.cells, "Runs of the study", self.split)
        self.table.opened.connect(self._open_run)
        self.table.menu_requested.connect(self.menu_requested)
        self.split.addWidget(self.tabs)
        self.split.addWidget(self.table)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.setSizes([520, 420])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.split)

    def refresh(self) -> None:
        """Show the selected study as it is now."""
        now = self._page.now
        if not isinstance(now, ShownFolds):
            return
        of = (now.study.id, now.row.figure)
        columns = None
        if of != self._of:
            self._of, columns = of, cell_columns(now.study.plan, now.row.figure)
        self.table.show_rows(now.cells, columns, None)
        self.refresh_tab()

    def refresh_tab(self) -> None:
        """Show the study in the tab that is up."""
        holder = self._holders[self.tabs.panel]
        if holder.isVisible() or holder.widget is not None:
            made = holder.made()
            cast(PlanFacts, made).refresh()

    @property
    def selected_run(self) -> str:
        """The id of the run that is selected in the table; "" for none."""
        place = self.table.currentIndex().row()
        rows = self.cells.rows
        run = rows[place].run if 0 <= place < len(rows) else None
        return "" if run is None else str(run.id)

    def _open_run(self, _cell: object) -> None:
        if self.selected_run:
            self.run_requested.emit(self.selected_run)
