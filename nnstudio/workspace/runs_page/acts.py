"""What can be done with kept runs, and why not: resume, open again, name, note, star, trash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nnstudio.project.data.places import place_of
from nnstudio.project.data.settings import values_of
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.file import read_stored
from nnstudio.project.values import Project
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.folder import CHECKPOINTS, MODEL_FILE, PROJECT_FILE
from nnstudio.runs.owner import owner_of
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore
from nnstudio.workspace.runs_page.rows import RunRow

_UNDERSTOOD = ("fields", "targets", "feeds")
"""Parts of a spec that are found out when its data are read."""


def reason_not_to_resume(row: RunRow) -> str | None:
    """Why a run cannot go on, one sentence; None if it can, as far as its folder tells."""
    name = row.record.name
    if row.record.trashed is not None:
        return f"'{name}' is in the trash: take it out first."
    if row.is_active:
        return f"'{name}' is being trained already."
    if row.state is State.COMPLETED:
        wanted, done = row.planned, row.epochs or 0
        if wanted is not None and done < wanted:
            return f"'{name}' is complete: it stopped early, after epoch {done:,}."
        return f"'{name}' is complete: all of its {done:,} epochs are done."
    if not (row.folder / CHECKPOINTS / "last.json").is_file():
        return f"'{name}' has no checkpoint to go on from."
    if not (row.folder / PROJECT_FILE).is_file():
        return f"'{name}' has no {PROJECT_FILE} in its folder: its model is not known."
    return None


def project_of(row: RunRow) -> Project:
    """The locked project of a run. Raises `Refusal` or `FileError`."""
    path = row.folder / PROJECT_FILE
    if not path.is_file():
        raise Refusal(f"There is no {PROJECT_FILE} in {row.folder}: its project is not known")
    return read_stored(path).project


def is_project_of(project: Project, locked: Project) -> bool:
    """True if a run of the locked project can go on with this one: it is its own.

    What is understood of the data is in the locked one only, unless somebody has looked at them.
    """
    ours, theirs = project.data, locked.data
    looked_at = [(getattr(ours, name), getattr(theirs, name)) for name in _UNDERSTOOD]
    return (
        (project.root, project.blocks) == (locked.root, locked.blocks)
        and project.values == locked.values
        and project.training == locked.training
        and place_of(ours.source) == place_of(theirs.source)
        and values_of(ours) == values_of(theirs)
        and all(not mine or mine == other for mine, other in looked_at)
    )


def source_of(row: RunRow) -> str:
    """The text of the module that was trained; "" if the folder has none."""
    try:
        return (row.folder / MODEL_FILE).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


@dataclass(frozen=True)
class Deleted:
    """Runs that were put into the trash in one act."""

    ids: tuple[str, ...]
    name: str

    @property
    def sentence(self) -> str:
        """What has been done."""
        if len(self.ids) == 1:
            return f"Deleted '{self.name}'. Its files are in the trash."
        return f"Deleted {len(self.ids):,} runs. Their files are in the trash."


def change(folder: Path, row: RunRow, **values: object) -> RunRow:
    """Change name, note or star of a run. Raises `RunStoreError`."""
    RunStore(folder).change(str(row.folder), **values)
    return _as_it_is(row)


def trash(folder: Path, rows: Sequence[RunRow]) -> tuple[Deleted, list[RunRow]]:
    """Put runs into the trash: all of them, or none if somebody is at work on one.

    Raises `RunStoreError`.
    """
    for row in rows:
        if owner_of(row.folder) is not None:
            raise RunStoreError(f"'{row.record.name}' is being trained: stop it first.")
    store = RunStore(folder)
    for row in rows:
        store.trash(str(row.folder))
    deleted = Deleted(tuple(row.id for row in rows), rows[0].record.name)
    return deleted, [_as_it_is(row) for row in rows]


def take_back(folder: Path, rows: Sequence[RunRow]) -> list[RunRow]:
    """Take runs out of the trash. Raises `RunStoreError`."""
    store = RunStore(folder)
    for row in rows:
        store.take_back(str(row.folder))
    return [_as_it_is(row) for row in rows]


def _as_it_is(row: RunRow) -> RunRow:
    """The run as its folder has it now."""
    from nnstudio.runs.record import RECORD, read_record

    stamp = (row.folder / RECORD).stat().st_mtime_ns
    return RunRow(read_record(row.folder), stamp, row.progress)
