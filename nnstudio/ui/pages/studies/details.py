"""The selected study: its head, and below it the view of its kind, or why there is none."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from nnstudio.ui.pages.runs.acting import Acts
from nnstudio.ui.pages.studies.folds_view import FoldsView
from nnstudio.ui.pages.studies.head import BAD, StudyHead
from nnstudio.ui.pages.studies.search_view import SearchView
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.workspace.studies_page.controller import StudiesPage
from nnstudio.workspace.studies_page.folds_reading import ShownFolds
from nnstudio.workspace.studies_page.rows import StudyState
from nnstudio.workspace.studies_page.search_reading import ShownSearch


class StudyDetails(QWidget):
    """`run_requested(id)` for a run of the study, `asked(id)` for an act on it;
    `menu_requested(place)` on its table.
    """

    run_requested = Signal(str)
    asked = Signal(str)
    menu_requested = Signal(QPoint)

    def __init__(self, page: StudiesPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self.head = StudyHead(page, self)
        self.said = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.said.setContentsMargins(16, 6, 16, 6)
        self.said.setProperty("role", "failure")
        self._stack = QStackedWidget(self)
        self.search: SearchView | None = None
        self.folds: FoldsView | None = None
        self.busy = EmptyState("clock", "Reading the study", "The first look takes a moment.")
        self.broken = EmptyState("error", "This study cannot be read", "", colour="error")
        self._stack.addWidget(self.busy)
        self._stack.addWidget(self.broken)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.said)
        column.addWidget(self._stack, 1)

    def add_buttons(self, actions: Acts) -> None:
        """Give the acts on the study their buttons."""
        self.head.add_buttons(actions)

    def refresh(self) -> None:
        """Show the selected study as it is now."""
        row, now = self._page.selection, self._page.now
        if row is None:
            return
        self.head.refresh()
        bad = row.state in BAD or bool(row.failed and row.sentence and not row.is_search)
        self.said.setText(row.sentence)
        self.said.setVisible(bad and bool(row.sentence) and row.state is not StudyState.DAMAGED)
        self._stack.setCurrentWidget(self._view(now))
        view = self._stack.currentWidget()
        if isinstance(view, SearchView | FoldsView):
            view.refresh()

    def _view(self, now: object) -> QWidget:
        if isinstance(now, ShownSearch):
            return self._search_view()
        if isinstance(now, ShownFolds):
            return self._folds_view()
        told = self._page.now_problem
        if told:
            self.broken.show_text("This study cannot be read", told, "error", "error")
            return self.broken
        return self.busy

    def _search_view(self) -> SearchView:
        if self.search is None:
            self.search = SearchView(self._page, self._stack)
            self.search.asked.connect(self.asked)
            self.search.menu_requested.connect(self.menu_requested)
            self._stack.addWidget(self.search)
        return self.search

    def _folds_view(self) -> FoldsView:
        if self.folds is None:
            self.folds = FoldsView(self._page, self._stack)
            self.folds.run_requested.connect(self.run_requested)
            self.folds.menu_requested.connect(self.menu_requested)
            self._stack.addWidget(self.folds)
        return self.folds

    def stop(self) -> None:
        """Leave no thread behind."""
        if self.folds is not None:
            self.folds.stop()
