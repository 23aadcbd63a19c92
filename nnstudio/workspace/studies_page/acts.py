"""What can be done with kept studies: put into the trash, with their runs or without, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nnstudio.project.refusal import Refusal
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.index import Wanted
from nnstudio.runs.store import RunStore
from nnstudio.studies import keeping, places
from nnstudio.studies.errors import StudyError
from nnstudio.studies.study import Among
from nnstudio.workspace.short_name import short_name
from nnstudio.workspace.studies_page.rows import StudyRow, StudyState


@dataclass(frozen=True)
class DeletedStudy:
    """A study that was put into the trash. runs: the ids of those that went with it."""

    name: str
    study: keeping.Deleted
    runs: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What has been done."""
        count, name = len(self.runs), short_name(self.name)
        its = f" and its {count:,} run{'' if count == 1 else 's'}" if count else ""
        if self.study.is_elsewhere:
            told = f"Took '{name}' off the list. Its files stay in {self.study.folder}"
            return f"{told}; its runs are in the trash." if count else f"{told}."
        return f"Deleted '{name}'{its}. The files are in the trash."


def reason_not_to_delete(row: StudyRow) -> str | None:
    """Why a study cannot be deleted now, one sentence; None if it can."""
    if not row.state.is_active:
        return None
    return f"'{short_name(row.title)}' is {row.state.lower()}: stop it first."


def next_to(row: StudyRow, rows: Sequence[StudyRow]) -> Path | None:
    """The study that takes the place of one that goes: the one below it, else the one above."""
    folders = [one.folder for one in rows]
    k = folders.index(row.folder)
    return next((folders[n] for n in (k + 1, k - 1) if 0 <= n < len(folders)), None)


def runs_of(row: StudyRow, among: Among) -> list[str]:
    """The ids of the runs of a study that are not in the trash. Raises `RunStoreError`.

    None of a damaged one, whose id is not known, and of a copy: the runs are the other's as well.
    """
    same = [at for at in places.folders(among.studies) if places.told_of(at).get("id") == row.id]
    if row.state is StudyState.DAMAGED or not row.id or len(same) > 1:
        return []
    store = RunStore(among.runs)
    store.refresh()  # another program may have removed some
    return [one.id for one in store.find(Wanted(group=row.id))]


def delete(row: StudyRow, among: Among, *, with_runs: bool) -> DeletedStudy:
    """Put a study into the trash, its runs as well if wanted: all of it or nothing.

    Raises `Refusal`, `StudyError`, `RunStoreError` or `FileError`.
    """
    reason = reason_not_to_delete(row)
    if reason:
        raise Refusal(reason)
    store = RunStore(among.runs)
    runs = runs_of(row, among) if with_runs else []
    gone: list[str] = []
    try:
        for run in runs:
            store.trash(run)
            gone.append(run)
        study = keeping.trash(row.folder, among.studies)
    except Exception:  # whatever it is: all of it or nothing
        for run in gone:
            store.take_back(run)
        raise
    return DeletedStudy(row.title, study, tuple(gone))


def take_back(deleted: DeletedStudy, among: Among) -> None:
    """Take a study out of the trash, with the runs that went with it. Raises as `delete`."""
    keeping.take_back(deleted.study, among.studies)
    store = RunStore(among.runs)
    for run in deleted.runs:
        try:
            store.take_back(run)
        except RunStoreError:  # removed for good meanwhile: the study says which of its runs it has
            continue


class Deleting:
    """What was deleted here, from which the last can be taken back, then the one before it.

    gone: the folders that were deleted since studies were last asked for: what a look that was
    under way meanwhile tells of them is no longer true.
    """

    def __init__(self, among: Among) -> None:
        self._among = among
        self._deleted: list[DeletedStudy] = []
        self.gone: set[Path] = set()

    @property
    def last(self) -> DeletedStudy | None:
        """What was deleted last and is still in the trash, as far as is known."""
        return self._deleted[-1] if self._deleted else None

    def delete(self, row: StudyRow, *, with_runs: bool) -> DeletedStudy:
        """Put a study into the trash. Raises as `delete`."""
        deleted = delete(row, self._among, with_runs=with_runs)
        self._deleted.append(deleted)
        self.gone.add(row.folder)
        return deleted

    def take_back(self) -> Path:
        """Take out what was deleted last; the folder where it lies again. Raises as `take_back`.

        What cannot be taken back now can be tried again, unless its files are gone.
        """
        if not self._deleted:
            raise Refusal("Nothing has been deleted here.")
        deleted = self._deleted[-1]
        try:
            take_back(deleted, self._among)
        except StudyError:
            if keeping.is_gone(deleted.study):
                self._deleted.pop()
            raise
        self._deleted.pop()
        self.gone.discard(deleted.study.folder)
        return deleted.study.folder

    def forget(self) -> None:
        """The trash was emptied: nothing can be taken back any more."""
        self._deleted.clear()
