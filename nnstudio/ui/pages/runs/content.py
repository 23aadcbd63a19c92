"""What is seen on the page Runs: the table, below or beside it the selected run, or why nothing."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from nnstudio.ui.pages.jobs import ReadingJobs
from nnstudio.ui.pages.runs.acting import Acts
from nnstudio.ui.pages.runs.details import Details
from nnstudio.ui.pages.runs.head import RunsHead
from nnstudio.ui.pages.runs.table import ROW, RunsTable
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.runs_page.filters import RunFilter

AROUND = 96
"""Height of what stands above the rows of the table, and of the pills."""
WIDE = 1_700
"""From this width on the details stand beside the table."""


class RunsContent(QWidget):
    """The widgets of the page. `refused(sentence)`; `model_requested()` where there is no run."""

    refused = Signal(str)
    model_requested = Signal()

    def __init__(self, page: RunsPage, jobs: ReadingJobs, parent: QWidget) -> None:
        super().__init__(parent)
        self.page = page
        # parts are made inside what holds them: Qt restyles all that is put in afterwards
        self._stack = QStackedWidget(self)
        self.split = QSplitter(Qt.Orientation.Vertical, self._stack)
        upper = QWidget(self.split)
        self.head = RunsHead(page, upper)
        self._rows = QStackedWidget(upper)
        self.table = RunsTable(page, self._rows)
        self.details = Details(page, jobs, self.split)
        self.details.refused.connect(self.refused)
        self.empty = EmptyState(
            "runs",
            "No run yet",
            "Every training is kept here, with its curves, settings, model and checkpoints. "
            "Press Run on the page Model to begin.",
            "Go to the model",
        )
        self.empty.requested.connect(self.model_requested)
        self.broken = EmptyState("error", "Runs cannot be read", "", "Try again", colour="error")
        self.broken.requested.connect(page.look)
        self.busy = EmptyState("clock", "Reading the runs", "The first look takes a moment.")
        self.nothing = EmptyState(
            "search", "No run matches", "Other words or fewer filters show more.", "Show all runs"
        )
        self.nothing.requested.connect(lambda: page.show_filter(RunFilter()))
        self._rows.addWidget(self.table)
        self._rows.addWidget(self.nothing)
        upper.setMinimumHeight(140)
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self._rows, 1)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(upper)
        self.split.addWidget(self.details)
        self._is_moved = False
        self._is_search_wanted = False
        self._divided_for = -1
        self.split.splitterMoved.connect(self._on_moved)
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 1)
        for widget in (self.split, self.empty, self.broken, self.busy):
            self._stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.head.table_wanted.connect(self.table.setFocus)
        self.table.opened.connect(lambda: self.details.tabs.tabBar().setFocus())
        page.curves_came.connect(self.details.refresh_tab)
        self.refresh()

    def focus_search(self) -> None:
        """Put the cursor into the search, at once or when the runs have been read."""
        self._is_search_wanted = self._stack.currentWidget() is not self.split
        self.head.search.setFocus()
        self.head.search.selectAll()

    def bind(self, actions: Acts) -> None:
        """Let buttons and keys do what the table of acts says."""
        self.details.add_buttons(actions)
        run = actions.run
        self.table.rename_requested.connect(partial(run, "runs.rename"))
        self.table.delete_requested.connect(partial(run, "runs.delete"))
        self.table.undo_requested.connect(partial(run, "runs.undo_delete"))
        self.table.overlay_requested.connect(partial(run, "runs.overlay"))
        self.details.asked.connect(run)

    # -- what is shown ------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """What is shown: `broken`, `busy`, `empty` or `runs`."""
        page = self.page
        if page.problem:
            return "broken"
        if page.has_any:
            return "runs"
        return "busy" if page.is_busy else "empty"

    def refresh(self) -> None:
        """Show the page as it is now."""
        shown = {
            "broken": self.broken,
            "busy": self.busy,
            "empty": self.empty,
            "runs": self.split,
        }[self.state]
        if self.state == "broken":
            self.broken.show_text("Runs cannot be read", self.page.problem, "error", "error")
        self._stack.setCurrentWidget(shown)
        if shown is self.split and self._is_search_wanted:
            self.focus_search()
        self._rows.setCurrentWidget(self.table if self.page.rows else self.nothing)
        if not self.page.rows:
            self._say_why_nothing()
        self.details.setVisible(self.page.selection is not None)
        lines = len(self.page.grouping.lines(self.page.rows))
        if lines != self._divided_for:
            self._divided_for = lines
            self._divide()
        self.details.refresh()

    def _divide(self) -> None:
        """Give table and details their parts, until the user of the window has decided."""
        if self._is_moved:
            return
        beside = self.split.orientation() == Qt.Orientation.Horizontal
        whole = self.width() if beside else self.height()
        first = round(whole * (0.58 if beside else 0.46))
        if not beside:  # no more than the rows need
            first = min(first, AROUND + ROW * max(3, self._divided_for))
        self.split.setSizes([first, whole - first])

    def _on_moved(self) -> None:
        self._is_moved = True

    def _say_why_nothing(self) -> None:
        if self.page.filter.trashed:
            self.nothing.show_text("The trash is empty", "Deleted runs are kept here.", "delete")
        elif self.page.filter.is_everything:
            self.nothing.show_text(
                "All runs are in the trash", "Filter, In the trash shows them.", "delete"
            )
        else:
            told = "Other words or fewer filters show more."
            self.nothing.show_text("No run matches", told, "search")
        self.nothing.button.setVisible(not self.page.filter.is_everything)

    def stop(self) -> None:
        """Leave no thread behind."""
        self.table.stop()
        self.head.stop()
        self.details.stop()

    # -- Qt -----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = event.size().width() >= WIDE
        wanted = Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
        if self.split.orientation() != wanted:
            self.split.setOrientation(wanted)
            self._is_moved = False
        self._divide()
