"""A search: its charts as tabs, below them its trials. What is picked in one is picked in all."""

from __future__ import annotations

from functools import partial
from typing import cast

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from nnstudio.studies.search.plan import SearchPlan
from nnstudio.ui.pages.holder import Holder
from nnstudio.ui.pages.studies.charts import CHARTS, Chart
from nnstudio.ui.pages.studies.charts.base import TrialsChart
from nnstudio.ui.pages.studies.columns import trial_columns
from nnstudio.ui.pages.studies.plan_facts import PlanFacts
from nnstudio.ui.pages.studies.table import StudyTable, TableModel
from nnstudio.ui.widgets.panel_tabs import PanelTabs
from nnstudio.workspace.studies_page.controller import StudiesPage
from nnstudio.workspace.studies_page.search_reading import ShownSearch

PLAN = "plan"
ICONS = {
    "best": "up",
    "curves": "training",
    "parallel": "signal",
    "slices": "split",
    "contour": "mask",
    "importance": "evaluation",
    "workers": "clock",
}
"""Of the tabs of charts, by their ids."""


class SearchView(QWidget):
    """`asked(id)` for an act on the picked trial; `menu_requested(place)` on the screen."""

    asked = Signal(str)
    menu_requested = Signal(QPoint)

    def __init__(self, page: StudiesPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._plan: SearchPlan | None = None
        self._best: frozenset[int] = frozenset()
        self._brush: frozenset[int] | None = None
        self.split = QSplitter(Qt.Orientation.Vertical, self)
        self.tabs = PanelTabs(self.split)
        self.tabs.setAccessibleName("Charts of the search")
        self.tabs.setUsesScrollButtons(True)
        self._holders: dict[str, Holder] = {}
        for chart in CHARTS:
            self._add(
                chart.id, chart.title, ICONS.get(chart.id, "chart"), partial(self._make, chart)
            )
            self.tabs.setTabToolTip(self.tabs.count() - 1, chart.help)
        self._add(PLAN, "Plan", "settings", lambda: PlanFacts(page))
        self.tabs.panel_shown.connect(lambda _id: self.refresh_tab())
        self.trials: TableModel = TableModel(lambda row: row.number)  # type: ignore[type-arg]
        self.table = StudyTable(self.trials, "Trials", self.split)
        self.table.chosen.connect(page.pick)
        self.table.opened.connect(lambda _number: self.asked.emit("studies.run"))
        self.table.menu_requested.connect(self.menu_requested)
        self.split.addWidget(self.tabs)
        self.split.addWidget(self.table)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.setSizes([520, 420])
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.split)

    def _add(self, id: str, title: str, icon: str, make: object) -> None:
        assert callable(make)
        self._holders[id] = Holder(make)
        self.tabs.add_panel(id, title, icon, self._holders[id])

    def _make(self, chart: Chart) -> QWidget:
        made = chart.make(None)
        made.picked.connect(self._on_picked)
        brushed = getattr(made, "brushed", None)
        if brushed is not None:
            brushed.connect(self._on_brushed)
        return made

    def chart(self, id: str) -> TrialsChart:
        """The widget of a chart."""
        return cast(TrialsChart, self._holders[id].made())

    def refresh(self) -> None:
        """Show the selected search as it is now."""
        now = self._page.now
        if not isinstance(now, ShownSearch):
            return
        result, best = now.result, frozenset(now.result.best)
        is_other = self._plan is None or self._plan.id != result.plan.id
        columns = trial_columns(result.plan, best) if is_other or best != self._best else None
        if is_other:
            self._brush = None
            for k, chart in enumerate(CHARTS):
                self.tabs.setTabVisible(k, chart.objectives <= len(result.plan.objectives))
        elif columns is not None:  # the order that was chosen stays
            self.trials.columns, columns = columns, None
        self._plan, self._best = result.plan, best
        self.table.show_rows(result.rows, columns, self._page.trial)
        self.refresh_tab()

    def refresh_tab(self) -> None:
        """Show the search in the tab that is up."""
        now, holder = self._page.now, self._holders[self.tabs.panel]
        if not isinstance(now, ShownSearch) or not (holder.isVisible() or holder.widget):
            return
        made = holder.made()
        if isinstance(made, PlanFacts):
            made.refresh()
        elif isinstance(made, TrialsChart):
            made.show_trials(now.trials)
            made.show_picked(self._page.trial)
            made.show_brush(self._brush)

    def _on_picked(self, number: int) -> None:
        self._page.pick(number)
        self.table.show_selected(number)

    def _on_brushed(self, brush: frozenset[int] | None) -> None:
        self._brush = brush
        self.refresh_tab()
