"""The tab Compare: the selected run and another one, in figures, curves, models and classes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.pages.runs.comparing.models_view import ModelsView
from nnstudio.ui.pages.runs.comparing.tables import (
    class_columns,
    figure_columns,
    judged_columns,
    setting_columns,
)
from nnstudio.ui.pages.runs.curves_tab import CurvesTab
from nnstudio.ui.pages.runs.judging_states import JudgingBusy
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.bar_table import BarTable, Column
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.workspace.data_page.words import PARTS
from nnstudio.workspace.runs_page.comparing import Comparing
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.runs_page.settings_rows import setting_rows

VIEWS = ("Figures", "Curves", "Models", "Evaluation")


CHANCE = "One run of each says nothing of chance: a comparison on the same folds does."


class ComparingTab(QWidget):
    """Nothing is computed before it can be seen."""

    def __init__(self, page: RunsPage, comparing: Comparing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self.comparing = comparing
        self.views = {name: self._chip(name) for name in VIEWS}
        self.views["Figures"].setChecked(True)
        self.names = ElidedLabel()
        self.names.setFont(theme.text_font(12))
        head = QHBoxLayout()
        head.setContentsMargins(16, 6, 16, 6)
        head.setSpacing(6)
        for chip in self.views.values():
            head.addWidget(chip)
        head.addSpacing(10)
        head.addWidget(self.names, 1)
        self.none = EmptyState(
            "evaluation",
            "Two runs side by side",
            "Select two runs in the table (Ctrl and a click), then Compare; or lay one over the "
            "selected run by Space.",
        )
        self.refused = EmptyState("evaluation", "Not compared", "", "Try again")
        self.refused.requested.connect(comparing.again)
        self.busy = JudgingBusy()
        self.busy.cancel_requested.connect(comparing.cancel)
        self.figures = self._table(figure_columns(), "Figures of both runs")
        self.judged = self._table(judged_columns(), "Figures of both runs on one part")
        for table in (self.figures, self.judged):
            header = table.horizontalHeader()
            header.setSectionResizeMode(header.ResizeMode.ResizeToContents)
            header.setStretchLastSection(True)
        self.settings = self._table(setting_columns(), "Settings that differ")
        self.same = QLabel("All settings are the same.", alignment=Qt.AlignmentFlag.AlignCenter)
        self.same.setProperty("role", "muted")
        both = QSplitter(Qt.Orientation.Horizontal)
        both.setHandleWidth(1)
        both.setChildrenCollapsible(False)
        both.addWidget(self.figures)
        self._settings = QStackedWidget()
        self._settings.addWidget(self.settings)
        self._settings.addWidget(self.same)
        both.addWidget(self._settings)
        both.setSizes([620, 480])
        self._figures = both
        self.classes = self._table(class_columns(), "Classes of both runs")
        self.notes = QLabel(wordWrap=True)
        self.notes.setContentsMargins(16, 0, 16, 6)
        self.notes.setFont(theme.text_font(12))
        self._classes = QWidget()
        column = QVBoxLayout(self._classes)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notes)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(1)
        split.setChildrenCollapsible(False)
        split.addWidget(self.judged)
        split.addWidget(self.classes)
        split.setSizes([430, 810])
        column.addWidget(split, 1)
        self.models: ModelsView | None = None
        self.curves: CurvesTab | None = None
        self._stack = QStackedWidget()
        for widget in (self.none, self.refused, self.busy, self._figures, self._classes):
            self._stack.addWidget(widget)
        self._head = QWidget()
        self._head.setLayout(head)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._stack, 1)
        comparing.changed.connect(self._show)

    def _chip(self, title: str) -> QToolButton:
        button = QToolButton(text=title, checkable=True, autoExclusive=True)
        button.setProperty("role", "chip")
        button.setMinimumHeight(22)
        button.clicked.connect(self._show)
        return button

    @staticmethod
    def _table(columns: list[Column], name: str) -> BarTable:
        made = BarTable(columns)
        made.setAccessibleName(name)
        made.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        return made

    # -- what is shown ------------------------------------------------------------------------

    @property
    def view(self) -> str:
        """What is looked at: one of `VIEWS`."""
        return next(name for name, chip in self.views.items() if chip.isChecked())

    def refresh(self) -> None:
        """Show the pair of the page as it is now, if it can be seen."""
        if self.isVisible():
            self.comparing.refresh()
            self._show()

    def _show(self) -> None:
        if not self.isVisible():
            return
        pair = self.comparing.pair
        self._head.setVisible(pair is not None)
        if pair is None:
            self._stack.setCurrentWidget(self.none)
            return
        first, second = (row.record.name for row in pair)
        if first == second:
            first, second = (f"{row.record.name} {row.id[-6:]}" for row in pair)
        self.names.set_full_text(f"1: {first}    2: {second}")
        show: dict[str, Callable[[], QWidget]] = {
            "Figures": self._show_figures,
            "Curves": self._show_curves,
            "Models": lambda: self._show_models((f"1: {first}", f"2: {second}")),
            "Evaluation": self._show_judged,
        }
        self._stack.setCurrentWidget(show[self.view]())

    def _show_figures(self) -> QWidget:
        pair = self.comparing.pair
        assert pair is not None
        self.figures.set_rows(self.comparing.figures())
        rows = setting_rows(pair, only_differences=True)
        self.settings.set_rows(rows)
        self._settings.setCurrentWidget(self.settings if rows else self.same)
        return self._figures

    def _show_curves(self) -> QWidget:
        if self.curves is None:
            self.curves = CurvesTab(self._page)
            self._page.curves_came.connect(self.curves.refresh)
            self._stack.addWidget(self.curves)
        self.curves.refresh()
        return self.curves

    def _show_models(self, names: tuple[str, str]) -> QWidget:
        if self.comparing.model_problem:
            return self._refuse(self.comparing.model_problem)
        found = self.comparing.models
        if found is None:
            self.busy.show_share(None, "Reading the models")
            return self.busy
        if self.models is None:
            self.models = ModelsView()
            self._stack.addWidget(self.models)
        self.models.show_models(found, names)
        return self.models

    def _show_judged(self) -> QWidget:
        comparing = self.comparing
        if comparing.classes is None and not comparing.class_problem:
            if not comparing.is_judging:
                comparing.judge()  # comes back here
            self.busy.show_share(None, "Judging both runs on the same part")
            return self.busy
        if comparing.classes is None:
            return self._refuse(comparing.class_problem)
        found = comparing.classes
        part = f"{PARTS[found.part]} part, the best weights of each."
        self.notes.setText("  ".join((part, *found.notes, CHANCE)))
        self.judged.set_rows(found.head)
        self.classes.set_rows(found.classes)
        self.classes.setVisible(bool(found.classes))
        return self._classes

    def _refuse(self, sentence: str) -> QWidget:
        self.refused.show_text("Not compared", sentence, "evaluation")
        return self.refused

    def stop(self) -> None:
        """Leave nothing behind."""
        self.comparing.cancel()
        self.comparing.changed.disconnect(self._show, missing_ok=True)
        if self.curves is not None:
            self._page.curves_came.disconnect(self.curves.refresh, missing_ok=True)
        for part in (self.models, self.curves):
            stop = getattr(part, "stop", None)
            if stop is not None:
                stop()

    # -- Qt -----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
