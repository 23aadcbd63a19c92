"""The page Runs: what can be done with the runs that are kept; what is seen is its content."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from nnstudio.errors import UserError
from nnstudio.studies.study import Among
from nnstudio.ui.pages.jobs import ReadingJobs
from nnstudio.ui.pages.reporting import Reporting
from nnstudio.ui.pages.runs.acting import Acts
from nnstudio.ui.pages.runs.content import RunsContent
from nnstudio.ui.pages.runs.details import Details
from nnstudio.ui.pages.runs.emptying import Emptying
from nnstudio.ui.pages.runs.exporting import Exporting
from nnstudio.ui.pages.runs.note_editor import ask_text
from nnstudio.ui.pages.runs.queue_view import QueueView
from nnstudio.ui.pages.runs.table import RunsTable
from nnstudio.ui.pages.trash_notice import TrashNotice
from nnstudio.ui.settings import Settings
from nnstudio.workspace.queue.page import QueuePage
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.runs_page.filters import RunFilter
from nnstudio.workspace.workspace import Workspace

FOLLOW, LOOK = 500, 3_000
"""Milliseconds between two looks at the runs that are trained, and at the whole store."""
MENU = (
    ("runs.resume", "runs.stop", "runs.duplicate", "runs.export_model", "runs.report"),
    ("runs.overlay", "runs.compare"),
    ("runs.star", "runs.rename", "runs.note"),
    ("runs.folder", "runs.copy_path"),
    ("runs.delete", "runs.empty_trash"),
    ("runs.rebuild",),
)
"""The context menu, with lines between its parts."""


class RunsView(QWidget):
    """The page. `refused(sentence)`; `model_requested()` where there is nothing to see yet;
    `trash_emptied()`.

    `ask_name`, `ask_note` and `open_folder` are attributes, so that a test can answer them.
    """

    refused = Signal(str)
    model_requested = Signal()
    trash_emptied = Signal()
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
        self.page.grouping.group_by("".join(settings.texts("runs grouped")[:1]))
        self.ask_name: Callable[[str], str | None] = self._ask_name
        self.ask_note: Callable[[str], str | None] = self._ask_note
        self.open_folder: Callable[[Path], object] = _open_folder
        self.notice = TrashNotice(lambda: self.doing(self.page.undo_delete))
        among = Among(settings.studies_folder, settings.runs_folder)
        self.emptying = Emptying(self, self.jobs, among, self._on_emptied, self.refused.emit)
        self.exporting = Exporting(self)
        self.reporting = Reporting(self)
        self.queue: QueueView | None = None
        self._queue_problem = ""
        self._content: RunsContent | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.notice)
        self._column.addWidget(self.exporting.notice)
        self._column.addWidget(self.reporting.notice)
        self._follow = QTimer(self, interval=FOLLOW)
        self._follow.timeout.connect(self.page.follow)
        self._follow.timeout.connect(self._look_at_queue)
        self._look = QTimer(self, interval=LOOK)
        self._look.timeout.connect(self.page.look)
        page = self.page
        for signal in (page.listed, page.updated, page.selected, page.overlaid):
            signal.connect(self.refresh)
        page.deleted.connect(lambda gone: self.notice.show_deleted(gone and gone.sentence))

    @property
    def content(self) -> RunsContent:
        """What is seen, made when it is first needed."""
        if self._content is None:
            self._content = made = RunsContent(self.page, self.jobs, self)
            made.refused.connect(self.refused)
            made.model_requested.connect(self.model_requested)
            made.table.menu_requested.connect(self._open_menu)
            made.table.star_requested.connect(lambda id: self.doing(self.page.toggle_star, id))
            if self._actions is not None:
                made.bind(self._actions)
            self._column.addWidget(made, 1)
        return self._content

    @property
    def table(self) -> RunsTable:
        """The table of runs."""
        return self.content.table

    @property
    def details(self) -> Details:
        """The selected run."""
        return self.content.details

    def bind(self, actions: Acts) -> None:
        """Let buttons, keys and the context menu do what the table of acts says."""
        self._actions = actions
        if self._content is not None:
            self._content.bind(actions)

    def follow_queue(self, queue: QueuePage, actions: Acts) -> None:
        """Show the trainings that wait, above the runs."""
        self.queue = QueueView(queue, self)
        self.queue.bind(actions)
        self.queue.run_requested.connect(self.show_run)
        queue.changed.connect(self.page.look)  # one may have begun or ended
        self._column.insertWidget(2, self.queue)

    def _look_at_queue(self) -> None:
        if self.queue is not None:
            page, acts = self.queue.page, self.queue.page.acts
            self.jobs.ask("queue", lambda: (acts, page.read()), self._on_queue, self._on_no_queue)

    def _on_queue(self, found: object) -> None:
        assert isinstance(found, tuple)
        acts, seen = found
        if self.queue is not None and acts == self.queue.page.acts:
            self.queue.page.take(seen)

    def _on_no_queue(self, error: Exception) -> None:
        if not isinstance(error, UserError | OSError):
            raise error
        if str(error) != self._queue_problem:  # each is told once, however often it is looked at
            self._queue_problem = str(error)
            self.refused.emit(str(error))

    def refresh(self) -> None:
        """Show the page as it is now."""
        if self._content is not None:
            self._content.refresh()
        self.changed.emit()

    def show_run(self, id: str) -> None:
        """Select a run, whatever is filtered."""
        row = self.page.row(id)
        if row is None or row not in self.page.rows:
            in_trash = row is not None and row.record.trashed is not None
            self.page.show_filter(RunFilter(trashed=in_trash))
        self.page.select(id)

    def show_group(self, id: str, title: str, tag: str = "") -> None:
        """Show the runs of a study alone, or those of one of its trials by their tag."""
        self.page.show_filter(RunFilter(group=id, group_title=title, tag=tag))

    def _on_emptied(self, sentence: str) -> None:
        self.page.forget_deleted()
        self.notice.show_notice(sentence, [])
        self.trash_emptied.emit()

    def _open_menu(self, place: QPoint) -> None:
        if self._actions is None or not self.table.selected_ids():
            return
        menu = self.context_menu()
        menu.popup(place)

    def context_menu(self) -> QMenu:
        """The acts on the selected runs."""
        assert self._actions is not None
        return self._actions.menu(MENU, self)

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

    def report(self) -> None:
        """Ask for a file, and write a report on the selected runs into it."""
        ids = self.table.selected_ids()
        rows = [row for id in ids if (row := self.page.row(id)) is not None]
        if rows:
            name = rows[0].record.name if len(rows) == 1 else f"{len(rows):,} runs"
            self.reporting.ask_and_write(name, [row.folder for row in rows])

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
        self._settings.set_texts("runs grouped", [self.page.grouping.by])
        self._follow.stop()
        self._look.stop()
        self.exporting.stop()
        self.reporting.stop()
        self.page.close()
        self.jobs.close()
        if self.queue is not None:
            self.queue.stop()
            self.queue.page.changed.disconnect(self.page.look, missing_ok=True)
        if self._content is not None:
            self._content.stop()

    # -- Qt -----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.content.show()  # now: what is read begins when it can be seen
        self.page.look()
        self._look_at_queue()
        self._follow.start()
        self._look.start()
        self.table.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.queue is not None:
            self.queue.give_room(event.size().height())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._follow.stop()
        self._look.stop()


def _open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
