"""The page Studies: what can be done with studies; what is seen is its content."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from nnstudio.studies.search.plan import Limits
from nnstudio.studies.study import Among
from nnstudio.ui.pages.jobs import ReadingJobs
from nnstudio.ui.pages.reporting import Reporting
from nnstudio.ui.pages.runs.acting import Acts
from nnstudio.ui.pages.runs.note_editor import ask_text
from nnstudio.ui.pages.trash_notice import TrashNotice
from nnstudio.ui.settings import Settings
from nnstudio.ui.widgets.question import ask
from nnstudio.workspace.short_name import short_name
from nnstudio.workspace.studies.search_folds import tag_of_folds
from nnstudio.workspace.studies_page.acts import runs_of
from nnstudio.workspace.studies_page.controller import StudiesPage
from nnstudio.workspace.studies_page.search_reading import ShownSearch
from nnstudio.workspace.workspace import Workspace

if TYPE_CHECKING:
    from nnstudio.ui.pages.studies.content import StudiesContent

FOLLOW, LOOK = 1_000, 3_000
"""Milliseconds between two looks at the selected study, and at all of them."""
MENU = (
    ("studies.resume", "studies.pause", "studies.stop"),
    ("studies.use_best", "studies.runs", "studies.report"),
    ("studies.folder", "studies.copy_path"),
    ("studies.rename", "studies.delete"),
)
TRIAL_MENU = (("studies.use_trial", "studies.run"),)
"""The context menus, with lines between their parts."""


class StudiesView(QWidget):
    """The page. `refused(sentence)`, `noted(sentence)` for the log; `run_requested(id)` and
    `runs_requested(group, title, tag)` for the page Runs.

    `ask_limits`, `ask_name`, `ask_delete` and `open_folder` are attributes, so that a test can
    answer them.
    """

    refused = Signal(str)
    noted = Signal(str)
    run_requested = Signal(str)
    runs_requested = Signal(str, str, str)
    changed = Signal()

    def __init__(
        self, workspace: Workspace, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._actions: Acts | None = None
        self.jobs = ReadingJobs(self)
        self.acting = ReadingJobs(self)
        among = Among(settings.studies_folder, settings.runs_folder)
        self.page = StudiesPage(workspace, among, self.jobs, self.acting)
        self.ask_limits: Callable[[Limits], Limits | None] = self._ask_limits
        self.ask_name: Callable[[str], str | None] = self._ask_name
        self.ask_delete: Callable[[str, int], bool | None] = self._ask_delete
        self.open_folder: Callable[[Path], object] = _open_folder
        self.notice = TrashNotice(lambda: self._on_asked("studies.undo_delete"))
        self.reporting = Reporting(self)
        self._content: StudiesContent | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.notice)
        self._column.addWidget(self.reporting.notice)
        self._follow = QTimer(self, interval=FOLLOW)
        self._follow.timeout.connect(self.page.follow)
        self._look = QTimer(self, interval=LOOK)
        self._look.timeout.connect(self.page.look)
        page = self.page
        for signal in (page.listed, page.selected, page.shown):
            signal.connect(self.refresh)
        page.planning.changed.connect(self._on_plan)
        page.estimating.changed.connect(self._on_plan)
        page.deleted.connect(lambda gone: self.notice.show_deleted(gone and gone.sentence))
        page.refused.connect(self.refused.emit)
        page.told.connect(self.noted.emit)
        page.began.connect(lambda folder: self.noted.emit(f"Began the study {folder}"))

    @property
    def content(self) -> StudiesContent:
        """What is seen, made when it is first needed."""
        if self._content is None:
            from nnstudio.ui.pages.studies.content import StudiesContent  # loads the charts

            self._content = made = StudiesContent(self.page, self)
            made.run_requested.connect(self.run_requested)
            made.asked.connect(self._on_asked)
            made.list_menu_requested.connect(lambda place: self.menu(MENU).popup(place))
            made.table_menu_requested.connect(self._open_table_menu)
            made.limits_requested.connect(lambda: self._on_asked("studies.limits"))
            made.worker_requested.connect(self._on_worker)
            made.plan.refused.connect(self.refused)
            if self._actions is not None:
                made.bind(self._actions)
            self._column.addWidget(made, 1)
        return self._content

    def bind(self, actions: Acts) -> None:
        """Let buttons, keys and menus do what the table of acts says."""
        self._actions = actions
        if self._content is not None:
            self._content.bind(actions)

    def refresh(self) -> None:
        """Show the page as it is now."""
        if self._content is not None:
            self._content.refresh()
        self.changed.emit()

    def _on_plan(self) -> None:
        if self._content is not None and self.isVisible():
            self._content.plan.refresh()
            self.changed.emit()

    def _on_asked(self, id: str) -> None:
        if self._actions is not None:
            self._actions.run(id)

    def _on_worker(self, more: bool) -> None:
        self._on_asked("studies.add_worker" if more else "studies.remove_worker")

    def _open_table_menu(self, place: QPoint) -> None:
        if isinstance(self.page.now, ShownSearch):
            self.menu(TRIAL_MENU).popup(place)

    def menu(self, parts: tuple[tuple[str, ...], ...]) -> QMenu:
        """The acts of a context menu."""
        assert self._actions is not None
        return self._actions.menu(parts, self)

    # -- acts ---------------------------------------------------------------------------------

    def show_plan(self) -> None:
        """Show the plan of a new study."""
        self.page.plan()
        self.content.plan.focus_first()

    def show_runs(self) -> None:
        """Show the runs of the selected study on the page Runs."""
        row = self.page.selection
        if row is not None:
            self.runs_requested.emit(row.id, row.title, "")

    def show_run(self) -> None:
        """Show the run of the selected trial on the page Runs, with folds all of them."""
        row, trial = self.page.selection, self.page.picked
        if row is None or trial is None or not trial.run:
            return
        run = trial.run.replace("\\", "/").rpartition("/")[2]
        tag = tag_of_folds(Path(run))
        if tag:
            self.runs_requested.emit(row.id, row.title, tag)
        else:
            self.run_requested.emit(run)

    def edit_limits(self) -> None:
        """Ask for other limits of the selected search. Raises `UserError`."""
        now = self.page.now
        if isinstance(now, ShownSearch):
            wanted = self.ask_limits(now.control.limits)
            if wanted is not None:
                self.page.change_limits(wanted, now.row.folder)

    def _ask_limits(self, limits: Limits) -> Limits | None:
        from nnstudio.ui.pages.studies.limits_dialog import ask_limits

        return ask_limits(self, limits)

    def rename(self) -> None:
        """Ask for another name of the selected study. Raises `UserError`."""
        row = self.page.selection
        name = self.ask_name(row.title) if row is not None else None
        if row is not None and name is not None:
            self.page.rename(name, row.folder)

    def delete(self) -> None:
        """Ask what becomes of its runs, and put the selected study into the trash."""
        row = self.page.selection
        if row is None:
            return
        count = len(runs_of(row, self.page.among))
        with_runs = self.ask_delete(row.title, count)
        if with_runs is not None:
            self.page.delete(with_runs=with_runs, folder=row.folder)

    def _ask_name(self, name: str) -> str | None:
        return ask_text(self, "Name of the study", name, "Rename")

    def _ask_delete(self, name: str, count: int) -> bool | None:
        """True with its runs, False without, None if it shall stay."""
        runs = f"its {count:,} run{'' if count == 1 else 's'}"
        acts = [f"Delete with {runs}", "Delete it alone"] if count else ["Delete"]
        told = "What is deleted goes into the trash, and can be taken back."
        chosen = ask(self, f"Delete the study '{short_name(name)}'?", told, acts)
        return None if chosen == len(acts) else chosen == 0 and count > 0

    def show_folder(self) -> None:
        """Open the folder of the selected study in the system's own window."""
        row = self.page.selection
        if row is not None:
            self.open_folder(row.folder)

    def report(self) -> None:
        """Ask for a file, and write a report on the selected study into it."""
        row = self.page.selection
        if row is not None:
            self.reporting.ask_and_write(row.title, [row.folder])

    def copy_path(self) -> None:
        """Put the path of the selected study's folder into the clipboard."""
        row = self.page.selection
        if row is not None:
            QGuiApplication.clipboard().setText(str(row.folder))

    def close_jobs(self) -> None:
        """Leave no thread behind; processes that work at studies go on."""
        self._follow.stop()
        self._look.stop()
        self.reporting.stop()
        self.page.close()
        self.acting.close()
        self.jobs.close()
        if self._content is not None:
            self._content.stop()

    # -- Qt -----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        content = self.content
        content.show()  # now: what is read begins when it can be seen
        self.refresh()
        self.page.look()
        self._follow.start()
        self._look.start()
        content.list.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._follow.stop()
        self._look.stop()


def _open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
