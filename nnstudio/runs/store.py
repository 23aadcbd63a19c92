"""The run store: one folder for each run, and an index of them all. No torch.

Most runs lie beside each other under the store's folder; those that were kept elsewhere are known
by a list of their places. What is in the folders counts: the index can be made again from them.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import platformdirs

from nnstudio.errors import first_of
from nnstudio.project.storage.fields import FileError
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.folder import remove
from nnstudio.runs.index import Index, Wanted
from nnstudio.runs.owner import owner_of
from nnstudio.runs.record import RECORD, RunRecord, read_record, update_record
from nnstudio.runs.states import State

PLACES = "places.txt"
"""The folders of runs that lie elsewhere, one a line."""
VARIABLE = "NNSTUDIO_RUNS"
"""The environment variable that names another folder for this user's runs."""
_EVERYTHING = Wanted()

Records: TypeAlias = list[RunRecord]
"""Runs in the order in which they are shown."""


def default_folder() -> Path:
    """Folder of this user's runs."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    return Path(platformdirs.user_data_dir("nnstudio", appauthor=False)) / "runs"


def now() -> str:
    """This moment as the records have it."""
    return datetime.now(UTC).isoformat()


def new_id() -> str:
    """A name for a run that no other has: time and chance."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


@dataclass(frozen=True)
class Changes:
    """What has become other than it was known.

    changed: runs with the time stamps of their records, those in the trash as well; gone: folders
    that hold no run any more; more: there is still more to be asked for.
    """

    changed: tuple[tuple[RunRecord, int], ...] = ()
    gone: tuple[str, ...] = ()
    more: bool = False


class RunStore:
    """All runs of a user. May be used from several threads and programs at once.

    Raises `RunStoreError` in every method if the store cannot be read or written.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = default_folder() if folder is None else folder
        with self._refusing():
            self.folder.mkdir(parents=True, exist_ok=True)
            self._index = Index(self.folder)
        if self._index.is_new:
            self.refresh()

    # -- looking ------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Bring the index up to date with the folders, whoever wrote them."""
        with self._refusing():
            before = self._index.stamps()
            changed, there = [], set()
            for folder in self._folders():
                stamp = _stamp(folder)
                if stamp is None:
                    continue
                there.add(str(folder))
                known, state = before.get(str(folder), (None, ""))
                if known == stamp and not State(state).needs_owner:
                    continue
                with contextlib.suppress(RunStoreError):  # damaged: its folder stays as it is
                    changed.append((read_record(folder), stamp))
            self._index.put(changed)
            self._index.drop(Path(folder) for folder in before if folder not in there)

    def list(self) -> Records:
        """All runs outside the trash, newest first, as they are now."""
        self.refresh()
        return self.find()

    def find(
        self, wanted: Wanted = _EVERYTHING, *, limit: int | None = None, offset: int = 0
    ) -> Records:
        """The runs that are wanted as the index knows them, newest first, page by page."""
        with self._refusing():
            return self._index.find(wanted, limit, offset)

    def changes(self, known: Mapping[str, int], *, most: int) -> Changes:
        """What the index has that is not `known` by folder and time stamp, newest first.

        At most that many runs at once, so that the first can be shown while the others come. Bring
        the index up to date with `refresh` before.
        """
        with self._refusing():
            now = self._index.stamps_by_age()
            other = [folder for folder, stamp in now.items() if known.get(folder) != stamp]
            found = self._index.of_folders(other[:most])
        order = {folder: k for k, folder in enumerate(other)}
        found.sort(key=lambda record: order[str(record.folder)])
        return Changes(
            tuple((record, now[str(record.folder)]) for record in found),
            tuple(folder for folder in known if folder not in now),
            len(other) > most,
        )

    def rebuild(self) -> None:
        """Make the index anew from the folders."""
        with self._refusing():
            self._index.drop(Path(folder) for folder in self._index.stamps())
        self.refresh()

    def count(self, wanted: Wanted = _EVERYTHING) -> int:
        """How many runs are wanted."""
        with self._refusing():
            return self._index.count(wanted)

    def groups(self) -> tuple[str, ...]:
        """Every group that has runs."""
        with self._refusing():
            return tuple(self._index.groups())

    def get(self, run: str) -> RunRecord:
        """One run by its folder, its id or a beginning of it that no other has."""
        if run and (Path(run) / RECORD).is_file():
            return read_record(Path(run).absolute())
        with self._refusing():
            found = self._index.by_id(run) if run else []
        if not found:
            raise RunStoreError(f"There is no run {run}.")
        if len(found) > 1:
            some = ", ".join(record.id for record in found[:3])
            raise RunStoreError(
                f"{len(found)} runs begin with {run} ({some}): give more of the id."
            )
        return read_record(found[0].folder)

    # -- changing -----------------------------------------------------------------------------

    def new_folder(self) -> Path:
        """Where the next run may lie; not made yet."""
        return self.folder / new_id()

    def put(self, record: RunRecord) -> None:
        """Enter a run, wherever it lies, as it is now in its folder."""
        folder = record.folder.absolute()
        with self._refusing():
            if folder.parent != self.folder.absolute() and str(folder) not in self._places():
                with (self.folder / PLACES).open("a", encoding="utf-8") as stream:
                    stream.write(f"{folder}\n")
            self._index.put([(record.with_values(folder=folder), _stamp(folder) or 0)])

    def change(self, run: str, **values: Any) -> RunRecord:
        """Change name, note, star, tags or group of a run."""
        allowed = {"name", "note", "star", "tags", "group", "trashed"}
        if not values.keys() <= allowed:
            raise ValueError(f"expected some of {sorted(allowed)}, received {sorted(values)}")
        with self._refusing():
            record = update_record(self.get(run).folder, values)
        self.put(record)
        return record

    def trash(self, run: str) -> RunRecord:
        """Put a run into the trash; nothing is removed."""
        record = self.get(run)
        if owner_of(record.folder) is not None:
            raise RunStoreError(f"'{record.name}' is {record.state.lower()}: stop it first.")
        return self.change(run, trashed=now())

    def take_back(self, run: str) -> RunRecord:
        """Take a run out of the trash again."""
        return self.change(run, trashed=None)

    def empty_trash(self) -> int:
        """Remove the files of all runs in the trash for good; how many there were.

        One that was taken back meanwhile stays. Raises `RunStoreError` if some cannot be removed,
        after all others were.
        """
        self.refresh()
        gone, kept = 0, []
        for record in self.find(Wanted(trashed=True)):
            try:
                if read_record(record.folder).trashed is None:
                    continue
                self.delete(str(record.folder))
                gone += 1
            except RunStoreError as error:
                if record.folder.exists():  # else somebody else has removed it
                    kept.append(error)
        if kept:
            raise RunStoreError(first_of(kept, "in the trash"))
        return gone

    def delete(self, run: str) -> None:
        """Remove a run with its files for good."""
        record = self.get(run)
        if owner_of(record.folder) is not None:
            raise RunStoreError(f"'{record.name}' is {record.state.lower()}: stop it first.")
        try:
            remove(record.folder)
        except OSError as error:
            raise RunStoreError(
                f"The files of run {record.id} cannot be removed: {error}."
            ) from error
        with self._refusing():
            self._index.drop([record.folder])

    # -- within -------------------------------------------------------------------------------

    def _folders(self) -> Iterator[Path]:
        with os.scandir(self.folder) as found:
            for entry in found:
                if not entry.name.startswith(".") and entry.is_dir():
                    yield Path(entry.path).absolute()
        yield from map(Path, self._places())

    def _places(self) -> dict[str, None]:
        try:
            lines = (self.folder / PLACES).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return {}
        return dict.fromkeys(line for line in lines if line)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except (OSError, FileError, sqlite3.Error) as error:
            said = str(getattr(error, "strerror", None) or error).rstrip(".")
            raise RunStoreError(f"Runs cannot be kept in {self.folder}: {said}.") from error


def _stamp(folder: Path) -> int | None:
    try:
        return os.stat(f"{folder}/{RECORD}").st_mtime_ns
    except OSError:
        return None
