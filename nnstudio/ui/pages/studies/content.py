"""What is seen on the page Studies: the list, beside it a plan or the selected study."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.pages.runs.acting import Acts
from nnstudio.ui.pages.studies.details import StudyDetails
from nnstudio.ui.pages.studies.plan.form import PlanForm
from nnstudio.ui.pages.studies.study_list import StudyList
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.workspace.studies_page.controller import StudiesPage

LEFT, LEAST = 296, 220
"""Widths of the list: as it is, and in narrow windows."""
ROOMY = 1_000


class StudiesContent(QWidget):
    """`run_requested(id)`; `asked(id)` for an act of the table of acts; menus at a place."""

    run_requested = Signal(str)
    asked = Signal(str)
    list_menu_requested = Signal(QPoint)
    table_menu_requested = Signal(QPoint)
    limits_requested = Signal()
    worker_requested = Signal(bool)

    def __init__(self, page: StudiesPage, parent: QWidget) -> None:
        super().__init__(parent)
        self.page = page
        # parts are made inside what holds them: Qt restyles all that is put in afterwards
        self._stack = QStackedWidget(self)
        self.split = QSplitter(Qt.Orientation.Horizontal, self._stack)
        self.left = QWidget(self.split)
        self.new_button = QPushButton("New study")
        self.new_button.setToolTip("Plan a study of the open project")
        icons.attach(self.new_button, "add", "text", 16)
        self.new_button.clicked.connect(lambda: self.asked.emit("studies.new"))
        self.list = StudyList(page, self.left)
        self.list.menu_requested.connect(self.list_menu_requested)
        self.list.opened.connect(self._focus_table)
        self.list.asked.connect(self.asked)
        self.none = QLabel("What you begin is listed here.", wordWrap=True)
        self.none.setProperty("role", "muted")
        self.none.setContentsMargins(16, 12, 16, 0)
        self.none.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._right = QStackedWidget(self.split)
        self.plan = PlanForm(page, self._right)
        self.plan.asked.connect(self.asked)
        self._details: StudyDetails | None = None
        self._actions: Acts | None = None
        bar = QFrame(self.left)
        bar.setProperty("role", "bar")
        bar.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(bar)
        row.setContentsMargins(12, 8, 12, 8)
        row.addWidget(self.new_button, 1)
        column = QVBoxLayout(self.left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.none, 1)
        column.addWidget(self.list, 1)
        self.left.setMinimumWidth(LEAST)
        self._right.addWidget(self.plan)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.left)
        self.split.addWidget(self._right)
        self.split.setStretchFactor(1, 1)
        self._is_moved = False
        self.split.splitterMoved.connect(self._on_moved)
        self.empty = EmptyState(
            "studies",
            "No study yet",
            "A study trains a model many times: to find the best values of its parameters and "
            "settings, to tell by cross-validation how good it is, or to compare models.",
            "Plan a study",
        )
        self.empty.requested.connect(lambda: self.asked.emit("studies.new"))
        self.broken = EmptyState("error", "Studies cannot be read", "", "Try again", colour="error")
        self.broken.requested.connect(page.look)
        self.busy = EmptyState("clock", "Reading the studies", "The first look takes a moment.")
        for widget in (self.split, self.empty, self.broken, self.busy):
            self._stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.refresh()

    def _focus_table(self) -> None:
        view = self.details.search or self.details.folds
        if view is not None and not self.page.is_planning:
            view.table.setFocus()

    def _on_moved(self) -> None:
        self._is_moved = True

    @property
    def details(self) -> StudyDetails:
        """The selected study, made when one is first shown."""
        if self._details is None:
            self._details = made = StudyDetails(self.page, self._right)
            made.run_requested.connect(self.run_requested)
            made.asked.connect(self.asked)
            made.menu_requested.connect(self.table_menu_requested)
            made.head.limits_requested.connect(self.limits_requested)
            made.head.worker_requested.connect(self.worker_requested)
            if self._actions is not None:
                made.add_buttons(self._actions)
            self._right.addWidget(made)
        return self._details

    def bind(self, actions: Acts) -> None:
        """Let buttons and keys do what the table of acts says."""
        self._actions = actions
        self.plan.bind(actions)
        if self._details is not None:
            self._details.add_buttons(actions)

    @property
    def state(self) -> str:
        """What is shown: `broken`, `busy`, `empty`, `plan` or `study`."""
        page = self.page
        if page.problem:
            return "broken"
        if page.is_planning:
            return "plan"
        if page.rows:
            return "study"
        return "busy" if page.is_busy else "empty"

    def refresh(self) -> None:
        """Show the page as it is now."""
        state = self.state
        if state == "broken":
            self.broken.show_text("Studies cannot be read", self.page.problem, "error", "error")
        whole = {"broken": self.broken, "busy": self.busy, "empty": self.empty}
        self._stack.setCurrentWidget(whole.get(state, self.split))
        self.list.refresh()
        self.none.setVisible(not self.page.rows)
        self.list.setVisible(bool(self.page.rows))
        self.new_button.setEnabled(not self.page.is_planning)
        if state == "study":
            self._right.setCurrentWidget(self.details)
            self.details.refresh()
        elif state == "plan":
            self._right.setCurrentWidget(self.plan)
            self.plan.refresh()

    # -- Qt -----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._is_moved:
            left = LEFT if event.size().width() >= ROOMY else LEAST
            self.split.setSizes([left, event.size().width() - left])

    def stop(self) -> None:
        """Leave no thread behind."""
        if self._details is not None:
            self._details.stop()
