"""`StudiesPage`: what the page Studies shows and does. Reads through `Jobs`, knows no Qt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from psygnal import Signal

from nnstudio.errors import UserError
from nnstudio.project.refusal import Refusal
from nnstudio.studies import keeping
from nnstudio.studies.search.plan import Limits
from nnstudio.studies.search.result import TrialRow
from nnstudio.studies.study import Among
from nnstudio.workspace.runs_page.reading import Jobs
from nnstudio.workspace.studies_page import acts, steering
from nnstudio.workspace.studies_page.estimate import Estimate, Estimating
from nnstudio.workspace.studies_page.folds_reading import ShownFolds
from nnstudio.workspace.studies_page.planning import Planning
from nnstudio.workspace.studies_page.reading import Found, Reader, Shown
from nnstudio.workspace.studies_page.rows import StudyRow, StudyState
from nnstudio.workspace.studies_page.search_reading import ShownSearch
from nnstudio.workspace.studies_page.starting import Begun
from nnstudio.workspace.studies_page.workers import StudyWorkers, can_have_more
from nnstudio.workspace.workspace import Workspace


class StudiesPage:
    """All studies of the user, one of them selected, and the one that is planned.

    `listed()` when other studies are shown, or other things are said of them; `selected()` when
    another study or the plan is; `shown()` when what is known of the selected one is other;
    `began(folder)` when a planned study has begun; `deleted(what)` when one was put into the trash,
    None when it can no longer be taken out; `refused(sentence)` where something was asked for in a
    thread and cannot be; `told(sentence)` of what is worth a line in the log.
    """

    listed = Signal()
    selected = Signal()
    shown = Signal()
    began = Signal(Path)
    deleted = Signal(object)
    refused = Signal(str)
    told = Signal(str)

    def __init__(self, workspace: Workspace, among: Among, jobs: Jobs, acting: Jobs) -> None:
        """acting: does what is asked for, which may take as long as data take to be read."""
        self.workspace = workspace
        self.among = among
        self.planning = Planning(workspace)
        self.estimating = Estimating(workspace)
        self.workers = StudyWorkers(among)
        self._jobs, self._acting = jobs, acting
        self._reader = Reader(among.studies)
        self._all: dict[Path, StudyRow] = {}
        self._asked_to_stop: set[Path] = set()
        self._is_looking = self._is_following = self._is_closed = False
        self._is_planning = False
        self.is_beginning = False
        self.has_looked = False
        self.problem = ""
        self.rows: list[StudyRow] = []
        self.selected_folder: Path | None = None
        self.now: Shown | None = None
        self.now_problem = ""
        self.trial: int | None = None
        self.deleting = acts.Deleting(among)

    # -- reading ------------------------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """True while the first look is under way."""
        return not self.has_looked and not self.problem

    @property
    def is_reading(self) -> bool:
        """True while studies are being read."""
        return self._is_looking or self._is_following

    def look(self) -> None:
        """Look for what has changed, soon."""
        self._reap()
        if not self._is_looking and not self._is_closed:
            self._is_looking = True
            self._ask_more()

    def _ask_more(self) -> None:
        known = dict(self._all)
        self.deleting.gone.clear()
        self._jobs.ask("look", lambda: self._reader.look(known), self._on_found, self._on_failed)

    def _on_found(self, found: object) -> None:
        assert isinstance(found, Found)
        self.problem = ""
        self.has_looked = self.has_looked or bool(found.rows) or not found.more
        for folder in found.gone:
            self._all.pop(folder, None)
        self._all |= {at: row for at, row in found.rows.items() if at not in self.deleting.gone}
        self._list()
        if self.selected_folder in found.rows:
            self.follow()
        if found.more and not self._is_closed:
            self._ask_more()
        else:
            self._is_looking = False

    def _on_failed(self, error: Exception) -> None:
        self._is_looking = self._is_following = False
        if not isinstance(error, UserError | OSError):
            raise error
        self.problem = str(error)
        self.listed.emit()

    def _list(self) -> None:
        rows = sorted(self._all.values(), key=lambda row: (row.created, row.id), reverse=True)
        self.rows = [self._as_it_is(row) for row in rows]
        if self.selected_folder is not None and self.selected_folder not in self._all:
            self.select(None)
        self.listed.emit()
        if self.selected_folder is None and self.rows and not self._is_planning:
            self.select(self.rows[0].folder)

    def _as_it_is(self, row: StudyRow) -> StudyRow:
        """The row with what only this program knows: processes that begin, or were told to end."""
        lives = self.workers.living(row.folder)
        idle = (StudyState.WAITING, StudyState.STOPPED, StudyState.READING, StudyState.PAUSED)
        if row.state is StudyState.RUNNING and row.folder in self._asked_to_stop:
            return replace(row, state=StudyState.STOPPING)
        if lives and not row.workers and row.state in idle:
            wants = row.state is not StudyState.PAUSED
            return replace(row, state=StudyState.STARTING if wants else row.state)
        return row

    def follow(self) -> None:
        """Read the selected study, if something has been written."""
        folder = self.selected_folder
        if folder is None or self._is_following or self._is_closed:
            return
        self._is_following = True
        before = self.now if self.now is not None and self.now.row.folder == folder else None
        self._jobs.ask(
            "follow",
            lambda: self._reader.show(folder, before),
            self._on_shown,
            lambda error: self._on_not_shown(folder, error),
        )

    def _on_shown(self, found: object) -> None:
        assert isinstance(found, ShownSearch | ShownFolds)
        self._is_following = False
        if found.row.folder != self.selected_folder:
            self.follow()
            return
        is_new = found is not self.now or bool(self.now_problem)
        self.now, self.now_problem = found, ""
        row = found.row
        if not row.workers:
            self._asked_to_stop.discard(row.folder)
        if self._all.get(row.folder) != row and row.folder in self._all:
            self._all[row.folder] = row
            self._list()
        if is_new:
            self.shown.emit()

    def _on_not_shown(self, folder: Path, error: Exception) -> None:
        self._is_following = False
        if folder not in self._all:  # it was moved while it was read
            return
        if not isinstance(error, UserError | OSError):
            raise error
        if folder == self.selected_folder and str(error) != self.now_problem:
            self.now, self.now_problem = None, str(error)
            self.shown.emit()

    def _reap(self) -> None:
        """Say why processes that were started here have ended, where that is no good end."""
        for folder, told in self.workers.ended():
            if told:
                row = self.row(folder)
                name = row.title if row is not None else folder.name
                self.refused.emit(f"A worker of '{name}' has ended: {told}.")

    def close(self) -> None:
        """Ask for nothing any more. Processes that work at studies go on."""
        self._is_closed = True
        self.planning.close()
        self.estimating.call_off()

    # -- selection ----------------------------------------------------------------------------

    def row(self, folder: Path | None) -> StudyRow | None:
        """What is listed of a study."""
        return next((row for row in self.rows if row.folder == folder), None)

    @property
    def selection(self) -> StudyRow | None:
        """The selected study; None while one is planned."""
        return self.row(self.selected_folder)

    @property
    def is_planning(self) -> bool:
        """True if the plan of a new study is shown."""
        return self._is_planning

    def select(self, folder: Path | None) -> None:
        """Show a study."""
        if folder != self.selected_folder or self._is_planning:
            self._is_planning = False
            self.selected_folder = folder
            self.now, self.now_problem, self.trial = None, "", None
            self.selected.emit()
            self.follow()

    def plan(self) -> None:
        """Show the plan of a new study."""
        if not self._is_planning:
            self._is_planning = True
            self.selected_folder, self.now, self.now_problem = None, None, ""
            self.selected.emit()

    def pick(self, trial: int | None) -> None:
        """Select a trial of the selected search."""
        if trial != self.trial:
            self.trial = trial
            self.shown.emit()

    @property
    def picked(self) -> TrialRow | None:
        """The trial that is selected."""
        if not isinstance(self.now, ShownSearch) or self.trial is None:
            return None
        return next((row for row in self.now.result.rows if row.number == self.trial), None)

    # -- beginning ----------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin what is planned: its folder, then its processes. Raises `Refusal`."""
        work = self.planning.beginning(self.among)
        kind, count = self.planning.kind, self.planning.workers
        self.estimating.call_off()
        self.is_beginning = True
        self.planning.changed.emit()

        def done(found: object) -> None:
            assert isinstance(found, Begun)
            for note in found.notes:
                self.told.emit(note)
            self._has_begun(found.folder, kind, count)

        self._acting.ask("begin", work, done, self._on_not_done)

    def _has_begun(self, folder: Path, kind: str, count: int) -> None:
        self.is_beginning = False
        self._start(folder, kind, count)
        self.planning.changed.emit()
        self._is_planning = False
        self.select(folder)
        self.look()
        self.began.emit(folder)

    def _start(self, folder: Path, kind: str, count: int) -> None:
        try:
            self.workers.start(folder, kind, count)
        except OSError as error:
            self.refused.emit(f"No process could be started: {error.strerror or error}.")

    def _on_not_done(self, error: Exception) -> None:
        was, self.is_beginning = self.is_beginning, False
        if not isinstance(error, UserError | OSError):
            raise error
        self.refused.emit(str(error))
        if was:
            self.planning.changed.emit()
        self._look_again()

    def estimate(self) -> None:
        """Measure how long one training of the plan takes, soon."""
        self.estimating.begin()
        of = self.workspace.project

        def done(found: object) -> None:
            assert isinstance(found, Estimate)
            self.estimating.take(found)

        self._acting.ask("estimate", lambda: self.estimating.measure(of), done, self._not_measured)

    def _not_measured(self, error: Exception) -> None:
        self.estimating.refuse(error)

    # -- steering -----------------------------------------------------------------------------

    def pause(self) -> None:
        """Let the selected search wait. Raises `UserError`."""
        steering.pause(self._selected())
        self._look_again()

    def stop(self) -> None:
        """Stop the selected study, with checkpoints. Raises `UserError`."""
        row = self._selected()
        if row.state is StudyState.STARTING:
            self.workers.ask_to_stop(row.folder)
            if row.is_search:
                steering.stop(row)
        else:
            self._asked_to_stop.add(row.folder)
            steering.stop(row)
        self._look_again()

    def go_on(self) -> None:
        """Go on with the selected study; processes are started if none works at it."""
        row = self._selected()
        count = 0 if row.workers else max(1, self.planning.search.workers if row.is_search else 1)
        self._asked_to_stop.discard(row.folder)

        def done(_nothing: object) -> None:
            if count:
                self._start(row.folder, row.kind, count)
            self._look_again()

        self._acting.ask("resume", lambda: steering.go_on(row), done, self._on_not_done)

    def add_worker(self) -> None:
        """Start one more process for the selected search. Raises `Refusal`."""
        row = self._selected()
        reason = can_have_more(row)
        if reason:
            raise Refusal(reason)
        self._start(row.folder, row.kind, 1)
        self._look_again()

    def remove_worker(self) -> None:
        """Ask one process that was started here to leave. Raises `Refusal` if there is none."""
        if not self.workers.ask_to_stop(self._selected().folder, 1):
            raise Refusal("None of its workers was started by this window.")
        self._look_again()

    def change_limits(self, limits: Limits, folder: Path | None = None) -> None:
        """Give a search other limits, by default the selected one. Raises `UserError`."""
        row = self._selected(folder)
        steering.change_limits(row.folder, limits)
        self._look_again()

    # -- keeping ------------------------------------------------------------------------------

    def rename(self, name: str, folder: Path | None = None) -> None:
        """Give a study another name, by default the selected one. Raises `UserError`."""
        keeping.rename(self._selected(folder).folder, name)
        self._look_again()

    def delete(self, *, with_runs: bool, folder: Path | None = None) -> None:
        """Put a study into the trash, by default the selected one. Raises `UserError`."""
        row = self._selected(folder)
        deleted = self.deleting.delete(row, with_runs=with_runs)
        self._all.pop(row.folder, None)
        if row.folder == self.selected_folder:
            self.select(acts.next_to(row, self.rows))
        self._list()
        self.deleted.emit(deleted)

    def undo_delete(self) -> None:
        """Take out of the trash what was put there last. Raises `UserError`."""
        self.select(self.deleting.take_back())
        self.look()
        self.deleted.emit(None)

    def forget_deleted(self) -> None:
        """The trash was emptied: nothing can be taken back any more."""
        self.deleting.forget()
        self.deleted.emit(None)

    @property
    def worked_at(self) -> tuple[StudyRow, ...]:
        """Studies that are not at their end, at which processes work that were started here."""
        rows = [self.row(folder) for folder in self.workers.folders]
        idle = (StudyState.COMPLETED, StudyState.FAILED, StudyState.STOPPED)
        return tuple(row for row in rows if row is not None and row.state not in idle)

    def leave(self, *, pausing: bool) -> None:
        """The program ends: processes go on, or leave with checkpoints to go on from later."""
        for folder in self.workers.folders if pausing else ():
            row = self.row(folder)
            if row is not None and row.is_search and row in self.worked_at:
                try:
                    steering.pause(row)
                except (UserError, OSError) as error:
                    self.told.emit(str(error))
            self.workers.ask_to_stop(folder)

    def _selected(self, folder: Path | None = None) -> StudyRow:
        row = self.row(folder or self.selected_folder)
        if row is None:
            raise Refusal("Select a study first." if folder is None else "The study is gone.")
        return row

    def _look_again(self) -> None:
        self._list()
        self.look()
        self.follow()
