"""The page Runs: the table of all runs, below or beside it the selected one. Layout, not acts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from nnstudio.errors import UserError
from nnstudio.ui.runs_page.acting import Acts
from nnstudio.ui.runs_page.details import Details
from nnstudio.ui.runs_page.exporting import Exporting
from nnstudio.ui.runs_page.head import RunsHead
from nnstudio.ui.runs_page.jobs import ReadingJobs
from nnstudio.ui.runs_page.note_editor import ask_text
from nnstudio.ui.runs_page.table import ROW, RunsTable
from nnstudio.ui.settings import Settings
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.ui.widgets.notice_bar import Choice, NoticeBar
from nnstudio.workspace.runs_page.acts import Deleted
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.runs_page.filters import RunFilter
from nnstudio.workspace.workspace import Workspace

FOLLOW, LOOK = 500, 3_000
"""Milliseconds between two looks at the runs that are trained, and at the whole store."""
AROUND = 96
"""Height of what stands above the rows of the table, and of the pills."""
WIDE = 1_700
"""From this width on the details stand beside the table."""
MENU = (
    ("runs.resume", "runs.stop", "runs.duplicate", "runs.export_model"),
    ("runs.overlay", "runs.star", "runs.rename", "runs.note"),
    ("runs.folder", "runs.copy_path"),
    ("runs.delete",),
    ("runs.rebuild",),
)
"""The context menu, with lines between its parts."""


class RunsView(QWidget):
    """The page. `refused(sentence)`; `model_requested()` where there is nothing to see yet.

    `ask_name`, `ask_note` and `open_folder` are attributes, so that a test can answer them.
    """

    refused = Signal(str)
    model_requested = Signal()
    changed = Signal()

    def __init__(
        self, workspace: Workspace, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._actions: Acts | None = None
        self.jobs = ReadingJobs(self)
        self.page = RunsPage(workspace, settings.runs_folder, self.jobs)
        self.page.column_choice.take(settings.texts("runs columns"))
        self.ask_name: Callable[[str], str | None] = self._ask_name
        self.ask_note: Callable[[str], str | None] = self._ask_note
        self.open_folder: Callable[[Path], object] = _open_folder
        self.notice = NoticeBar(tone="info")
        self.notice.close_button.show()
        self.notice.close_button.setToolTip("Close; the files stay in the trash")
        self.exporting = Exporting(self)
        self.head = RunsHead(self.page)
        self.table = RunsTable(self.page)
        self.details = Details(self.page, self.jobs)
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
        self.broken.requested.connect(self.page.look)
        self.busy = EmptyState("clock", "Reading the runs", "The first look takes a moment.")
        self.nothing = EmptyState(
            "search", "No run matches", "Other words or fewer filters show more.", "Show all runs"
        )
        self.nothing.requested.connect(lambda: self.page.show_filter(RunFilter()))
        self._rows = QStackedWidget()
        self._rows.addWidget(self.table)
        self._rows.addWidget(self.nothing)
        upper = QWidget()
        upper.setMinimumHeight(140)
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self._rows, 1)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(upper)
        self.split.addWidget(self.details)
        self._is_moved = False
        self._divided_for = -1
        self.split.splitterMoved.connect(self._on_moved)
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 1)
        self._stack = QStackedWidget()
        for widget in (self.split, self.empty, self.broken, self.busy):
            self._stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(self.exporting.notice)
        column.addWidget(self._stack, 1)
        self._follow = QTimer(self, interval=FOLLOW)
        self._follow.timeout.connect(self.page.follow)
        self._look = QTimer(self, interval=LOOK)
        self._look.timeout.connect(self.page.look)
        self.head.table_wanted.connect(self.table.setFocus)
        self.table.menu_requested.connect(self._open_menu)
        self.table.opened.connect(lambda: self.details.tabs.tabBar().setFocus())
        page = self.page
        for signal in (page.listed, page.updated, page.selected, page.overlaid):
            signal.connect(self.refresh)
        page.curves_came.connect(self.details.refresh_tab)
        page.deleted.connect(self._on_deleted)
        self.refresh()

    def bind(self, actions: Acts) -> None:
        """Let buttons, keys and the context menu do what the table of acts says."""
        self._actions = actions
        self.details.add_buttons(actions)
        run = actions.run
        self.table.rename_requested.connect(partial(run, "runs.rename"))
        self.table.delete_requested.connect(partial(run, "runs.delete"))
        self.table.undo_requested.connect(partial(run, "runs.undo_delete"))
        self.table.overlay_requested.connect(partial(run, "runs.overlay"))
        self.table.star_requested.connect(lambda id: self.doing(self.page.toggle_star, id))
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
        self._rows.setCurrentWidget(self.table if self.page.rows else self.nothing)
        if not self.page.rows:
            self._say_why_nothing()
        self.details.setVisible(self.page.selection is not None)
        if len(self.page.rows) != self._divided_for:
            self._divided_for = len(self.page.rows)
            self._divide()
        self.details.refresh()
        self.changed.emit()

    def _divide(self) -> None:
        """Give table and details their parts, until the user of the window has decided."""
        if self._is_moved:
            return
        beside = self.split.orientation() == Qt.Orientation.Horizontal
        whole = self.width() if beside else self.height()
        first = round(whole * (0.58 if beside else 0.46))
        if not beside:  # no more than the rows need
            first = min(first, AROUND + ROW * max(3, len(self.page.rows)))
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

    def show_run(self, id: str) -> None:
        """Select a run, whatever is filtered."""
        row = self.page.row(id)
        if row is None or row not in self.page.rows:
            self.page.show_filter(RunFilter())
        self.page.select(id)

    def _on_deleted(self, deleted: Deleted | None) -> None:
        if deleted is None:
            self.notice.hide()
            return
        undo = Choice("Undo", lambda: self.doing(self.page.undo_delete), "Take it out of the trash")
        self.notice.show_notice(deleted.sentence, [undo])

    def _open_menu(self, place: QPoint) -> None:
        if self._actions is None or not self.table.selected_ids():
            return
        menu = self.context_menu()
        menu.popup(place)

    def context_menu(self) -> QMenu:
        """The acts on the selected runs."""
        assert self._actions is not None
        self._actions.refresh()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for k, part in enumerate(MENU):
            if k:
                menu.addSeparator()
            for id in part:
                menu.addAction(self._actions.action(id))
        return menu

    # -- acts ---------------------------------------------------------------------------------

    def doing(self, act: Callable[..., object], *values: object) -> None:
        """Do something; what stands in the way is said."""
        try:
            act(*values)
        except (UserError, OSError) as error:
            self.refused.emit(str(error))

    def toggle_overlay(self) -> None:
        """Lay the selected runs over the others, or take them away."""
        for id in self.table.selected_ids():
            self.page.toggle_overlay(id)

    def toggle_star(self) -> None:
        """Give the selected run a star, or take it."""
        if self.page.selected_id is not None:
            self.page.toggle_star(self.page.selected_id)

    def rename(self) -> None:
        """Ask for another name of the selected run."""
        row = self.page.selection
        name = self.ask_name(row.record.name) if row is not None else None
        if row is not None and name is not None:
            self.page.rename(row.id, name)

    def edit_note(self) -> None:
        """Ask for the note of the selected run."""
        row = self.page.selection
        note = self.ask_note(row.record.note) if row is not None else None
        if row is not None and note is not None:
            self.page.set_note(row.id, note)

    def delete(self) -> None:
        """Put the selected runs into the trash, or take them out of it."""
        ids = self.table.selected_ids()
        if self.page.filter.trashed:
            self.page.take_back(ids)
        else:
            self.page.delete(ids)

    def show_folder(self) -> None:
        """Open the folder of the selected run in the system's own window."""
        row = self.page.selection
        if row is not None:
            self.open_folder(row.folder)

    def export_model(self) -> None:
        """Ask for a folder, and write the trained model of the selected run into it."""
        row = self.page.selection
        if row is not None:
            self.exporting.ask_and_export(row, lambda folder: self.open_folder(folder))

    def copy_path(self) -> None:
        """Put the path of the selected run's folder into the clipboard."""
        row = self.page.selection
        if row is not None:
            QGuiApplication.clipboard().setText(str(row.folder))

    def _ask_name(self, name: str) -> str | None:
        return ask_text(self, "Name of the run", name, "Rename")

    def _ask_note(self, note: str) -> str | None:
        return ask_text(self, "Note on the run", note, "Keep the note", lines=True)

    def close_jobs(self) -> None:
        """Leave no thread behind, and remember the columns."""
        self._settings.set_texts("runs columns", list(self.page.column_choice.ids))
        self._follow.stop()
        self._look.stop()
        self.exporting.stop()
        self.page.close()
        self.jobs.close()
        self.table.stop()
        self.head.stop()
        self.details.stop()

    # -- Qt -----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.page.look()
        self._follow.start()
        self._look.start()
        self.table.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._follow.stop()
        self._look.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = event.size().width() >= WIDE
        wanted = Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
        if self.split.orientation() != wanted:
            self.split.setOrientation(wanted)
            self._is_moved = False
        self._divide()


def _open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
