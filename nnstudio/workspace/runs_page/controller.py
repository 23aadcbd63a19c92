"""`RunsPage`: what the page Runs shows and does. Reads through `Jobs`, knows no Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from psygnal import Signal

from nnstudio.errors import UserError
from nnstudio.project.refusal import Refusal
from nnstudio.runs.store import RunStore
from nnstudio.workspace.runs_page import acts
from nnstudio.workspace.runs_page.column_choice import ColumnChoice
from nnstudio.workspace.runs_page.columns import RunColumn, column, ordered
from nnstudio.workspace.runs_page.filters import Choices, Pill, RunFilter, choices_of
from nnstudio.workspace.runs_page.grouping import Grouping
from nnstudio.workspace.runs_page.histories import History, histories_of
from nnstudio.workspace.runs_page.overlay import MOST, Overlay
from nnstudio.workspace.runs_page.reading import Found, Jobs, Reader
from nnstudio.workspace.runs_page.rows import RunRow
from nnstudio.workspace.workspace import Workspace


class RunsPage:
    """All runs of the user, one of them selected, some of them in the overlay.

    `listed()` when other runs are shown, or in another order; `updated()` when what is said of
    those shown is other; `selected()` when another run is; `overlaid()` when the curves are of
    other runs; `curves_came()` when points of theirs are others; `deleted(Deleted | None)`.
    """

    listed = Signal()
    updated = Signal()
    selected = Signal()
    overlaid = Signal()
    curves_came = Signal()
    deleted = Signal(object)

    def __init__(self, workspace: Workspace, folder: Path, jobs: Jobs) -> None:
        self.workspace = workspace
        self.folder = folder
        self._jobs = jobs
        self._reader = Reader(folder)
        self._all: dict[str, RunRow] = {}
        self._by_id: dict[str, RunRow] = {}
        self._histories: dict[str, History] = {}
        self._is_looking = self._is_following = self._is_closed = False
        self.has_looked = False
        self.problem = ""
        self.rows: list[RunRow] = []
        self.filter = RunFilter()
        self.sorted_by, self.ascending = "started", False
        self.grouping = Grouping()
        self.column_choice = ColumnChoice()
        self.overlay = Overlay()
        self.selected_id: str | None = None
        self.partner_id: str | None = None
        self.last_deleted: acts.Deleted | None = None

    # -- reading ------------------------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """True while the first look at the store is under way."""
        return not self.has_looked and not self.problem

    @property
    def count(self) -> int:
        """Runs that there are, without those in the trash."""
        return sum(row.record.trashed is None for row in self._all.values())

    @property
    def has_any(self) -> bool:
        """True if there is a run, be it in the trash."""
        return bool(self._all)

    def look(self) -> None:
        """Look into the store for what has changed, soon."""
        if not self._is_looking and not self._is_closed:
            self._is_looking = True
            self._ask_more(first=True)

    def _ask_more(self, *, first: bool) -> None:
        known = {folder: row.stamp for folder, row in self._all.items()}
        self._jobs.ask(
            "look", lambda: self._reader.look(known, first=first), self._on_found, self._on_failed
        )

    def _on_found(self, found: object) -> None:
        assert isinstance(found, Found)
        self.problem = ""
        self.has_looked = self.has_looked or not found.more
        self._take(found)
        if found.more:
            self._ask_more(first=False)
        else:
            self._is_looking = False

    def _on_failed(self, error: Exception) -> None:
        self._is_looking = self._is_following = False
        if not isinstance(error, UserError | OSError):
            raise error
        self.problem = str(error)
        self.listed.emit()

    def follow(self) -> None:
        """See how far the runs are that some process trains, soon."""
        active = tuple(row for row in self._all.values() if row.is_active)
        if active and not self._is_following and not self._is_closed:
            self._is_following = True
            self._jobs.ask(
                "follow",
                lambda: self._reader.follow(active),
                self._on_followed,
                self._on_failed,
            )
        if any(id in {row.id for row in active} for id in self.curve_ids):
            self._read_curves()

    def _on_followed(self, found: object) -> None:
        assert isinstance(found, Found)
        self._is_following = False
        there = {f: row for f, row in found.rows.items() if f in self._all}
        self._take(Found({f: row for f, row in there.items() if row.stamp == self._all[f].stamp}))

    def _take(self, found: Found) -> None:
        for folder in found.gone:
            self._all.pop(folder, None)
        for folder, row in found.rows.items():
            before = self._all.get(folder)
            if row.is_active and row.progress is None and before is not None:
                row = row.with_progress(before.progress)
            self._all[folder] = row
        if found.gone or found.rows:
            self._by_id = {row.id: row for row in self._all.values()}
            if self.overlay.keep(set(self._by_id)):
                self.overlaid.emit()
            self._list(told=True)
        elif self.has_looked and not self._all:
            self.listed.emit()

    def close(self) -> None:
        """Ask for nothing any more."""
        self._is_closed = True

    # -- the list -----------------------------------------------------------------------------

    def _list(self, *, told: bool = False) -> None:
        """Find anew what is shown; told: the rows themselves may be others."""
        kept = [row for row in self._all.values() if self.filter.keeps(row)]
        kept.sort(key=lambda row: (row.record.created, row.id), reverse=True)
        rows = ordered(kept, self.sorted_by, self.ascending)
        same = [row.id for row in rows] == [row.id for row in self.rows] and self.has_looked
        self.rows = rows
        if same and told:
            self.updated.emit()
        else:
            self.listed.emit()
        if self.selected_id is None or self.selected_id not in {row.id for row in rows}:
            self.select(rows[0].id if rows else None)

    def show_filter(self, wanted: RunFilter) -> None:
        """Show the runs of another filter."""
        if wanted != self.filter:
            self.filter = wanted
            self._list()

    def remove_pill(self, pill: Pill) -> None:
        """Take a condition away."""
        self.show_filter(self.filter.toggled(pill.kind, pill.value))

    def toggle_this_project(self) -> None:
        """Show the runs of the open project alone, or all."""
        path = self.workspace.path
        title = self.workspace.title
        name = str(path.absolute()) if path is not None else title
        on = not self.filter.project
        self.show_filter(self.filter.of_project(name if on else "", title if on else ""))

    @property
    def choices(self) -> Choices:
        """What the menu of filters offers."""
        return choices_of(self._all.values())

    def sort(self, by: str, ascending: bool) -> None:
        """Put the runs into the order of a column."""
        if column(by) is not None:
            self.sorted_by, self.ascending = by, ascending
            self._list()

    # -- columns ------------------------------------------------------------------------------

    @property
    def columns(self) -> tuple[RunColumn, ...]:
        """The columns that are shown now, in their order."""
        return self.column_choice.shown(self.rows)

    def choose_column(self, id: str, shown: bool) -> None:
        """Show a column, or hide it."""
        self.column_choice.choose(id, shown)
        self.listed.emit()

    def show_only_differing(self, on: bool) -> None:
        """Hide columns in which all runs are the same, and show settings in which they are not."""
        self.column_choice.only_differing = on
        self.listed.emit()

    # -- selection and overlay ----------------------------------------------------------------

    def row(self, id: str | None) -> RunRow | None:
        """The run of an id."""
        return None if id is None else self._by_id.get(id)

    @property
    def selection(self) -> RunRow | None:
        """The selected run."""
        return self.row(self.selected_id)

    def select(self, id: str | None) -> None:
        """Select a run; its details are shown."""
        if id != self.selected_id:
            self.selected_id = id
            self.selected.emit()
            self._show_curves()

    def toggle_overlay(self, id: str) -> None:
        """Take a run into the overlay or out of it. Raises `Refusal` if there are too many."""
        if id in self._by_id:
            self.overlay.toggle(id)
            self._show_curves()

    def clear_overlay(self) -> None:
        """Take all out."""
        self.overlay.clear()
        self._show_curves()

    def colour(self, id: str) -> int | None:
        """The number of a run's colour among those of series; None if it is not in the curves."""
        return self.overlay.colour(id, self.selected_id)

    @property
    def curve_ids(self) -> tuple[str, ...]:
        """The runs in the curves: those of the overlay, and the selected one."""
        ids = self.overlay.ids
        lone = self.selected_id is not None and self.selected_id not in ids
        return (*ids, self.selected_id) if lone and self.selected_id is not None else ids

    @property
    def compared(self) -> tuple[RunRow, ...]:
        """The selected run, then those of the overlay."""
        first = () if self.selected_id is None else (self.selected_id,)
        ids = dict.fromkeys((*first, *self.overlay.ids))
        return tuple(row for row in map(self.row, ids) if row is not None)

    @property
    def partner(self) -> RunRow | None:
        """The run that the selected one is compared with: as chosen, else of the overlay."""
        ids = (self.partner_id, *self.overlay.ids)
        there = (self.row(id) for id in ids if id != self.selected_id)
        return next((row for row in there if row is not None), None)

    def compare(self, ids: Sequence[str]) -> None:
        """Compare two runs, which also lie over each other in the curves then.

        Raises `Refusal` if it is one run and nothing lies over it, or if they are more than two.
        """
        if len(ids) > 2:
            raise Refusal(f"Two runs are compared: {len(ids):,} are selected")
        if len(ids) == 2:
            self.partner_id = next(id for id in ids if id != self.selected_id)
        elif self.partner is None:
            raise Refusal("Select two runs, or lay one over the selected one")
        for row in (self.selection, self.partner):
            if row is not None and row.id not in self.overlay and len(self.overlay) < MOST:
                self.overlay.toggle(row.id)
        self._show_curves()

    def history(self, id: str) -> History | None:
        """The history of a run in the curves; None until it has been read."""
        return self._histories.get(id)

    def _show_curves(self) -> None:
        self.overlaid.emit()
        self._read_curves()

    def _read_curves(self) -> None:
        folders = {row.id: row.folder for row in map(self.row, self.curve_ids) if row is not None}
        known = dict(self._histories)
        self._jobs.ask(
            "curves", lambda: histories_of(folders, known), self._on_histories, self._on_failed
        )

    def _on_histories(self, found: object) -> None:
        assert isinstance(found, dict)
        changed = any(self._histories.get(id) is not one for id, one in found.items())
        self._histories |= found
        if changed:
            self.curves_came.emit()

    # -- acts ---------------------------------------------------------------------------------

    def label(self, id: str) -> str:
        """What a run is called beside others: its name, with the end of its id where needed."""
        row = self.row(id)
        if row is None:
            return ""
        names = [other.record.name for other in map(self.row, self.curve_ids) if other]
        alike = names.count(row.record.name) > 1
        return f"{row.record.name} {id[-6:]}" if alike else row.record.name

    def rename(self, id: str, name: str) -> None:
        """Give a run another name. Raises `Refusal` for none, `RunStoreError`."""
        name = " ".join(name.split())
        if not name:
            raise Refusal("A run has a name: give one of at least one letter")
        self._change(id, name=name)

    def set_note(self, id: str, note: str) -> None:
        """Write another note. Raises `RunStoreError`."""
        self._change(id, note=note.strip())

    def toggle_star(self, id: str) -> None:
        """Give a star, or take it. Raises `RunStoreError`."""
        row = self.row(id)
        if row is not None:
            self._change(id, star=not row.record.star)

    def _change(self, id: str, **values: object) -> None:
        row = self.row(id)
        if row is None:
            return
        before = {name: getattr(row.record, name) for name in values}
        if before != values:
            self._replace([acts.change(self.folder, row, **values)])

    def delete(self, ids: Iterable[str]) -> None:
        """Put runs into the trash; `undo_delete` takes them out. Raises `RunStoreError`."""
        rows = [row for row in map(self.row, ids) if row is not None]
        if not rows:
            return
        after = self._after(rows[-1].id)
        self.last_deleted, changed = acts.trash(self.folder, rows)
        if after is not None:
            self.selected_id = after
        self._replace(changed)
        self.selected.emit()
        self._show_curves()
        self.deleted.emit(self.last_deleted)

    def _after(self, id: str) -> str | None:
        """The run that takes the place of one that goes."""
        ids = [row.id for row in self.rows]
        k = ids.index(id) if id in ids else -1
        return next((ids[n] for n in (k + 1, k - 1) if 0 <= n < len(ids)), None)

    def undo_delete(self) -> None:
        """Take out of the trash what was put there last. Raises `Refusal` or `RunStoreError`."""
        if self.last_deleted is None:
            raise Refusal("Nothing has been deleted here")
        ids = self.last_deleted.ids
        self.take_back(ids)  # what cannot be taken back now can be tried again
        self.last_deleted = None
        self.select(ids[0])
        self.deleted.emit(None)

    def forget_deleted(self) -> None:
        """The trash was emptied: what was deleted last is gone for good."""
        self.last_deleted = None
        self.deleted.emit(None)
        self.look()

    def take_back(self, ids: Iterable[str]) -> None:
        """Take runs out of the trash. Raises `RunStoreError`."""
        rows = [row for row in map(self.row, ids) if row is not None]
        self._replace(acts.take_back(self.folder, rows))

    def _replace(self, rows: list[RunRow]) -> None:
        self._take(Found({str(row.folder): row for row in rows}))

    def rebuild(self) -> None:
        """Make the index of the store anew from the folders, soon."""

        def work() -> Found:
            RunStore(self.folder).rebuild()
            return Found()

        def done(_found: object) -> None:
            self._all.clear()
            self._by_id.clear()
            self._is_looking = False
            self.look()

        self._is_looking = True
        self._jobs.ask("rebuild", work, done, self._on_failed)

    def reason_not_to_resume(self) -> str | None:
        """Why the selected run cannot go on; None if it can."""
        row = self.selection
        return "Select a run first." if row is None else acts.reason_not_to_resume(row)
