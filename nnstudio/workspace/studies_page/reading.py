"""What is read of the studies in a thread: which there are, how far, and one of them in full."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias, get_args

from nnstudio.errors import UserError
from nnstudio.studies import keeping, places
from nnstudio.studies.errors import StudyError
from nnstudio.studies.places import RECORD
from nnstudio.studies.plan import Kind
from nnstudio.workspace.studies_page import search_reading
from nnstudio.workspace.studies_page.folds_reading import FoldsReading, ShownFolds
from nnstudio.workspace.studies_page.rows import Stamp, StudyRow, StudyState
from nnstudio.workspace.studies_page.search_reading import SearchReading, ShownSearch

SECONDS = 0.4
"""For which studies are read before those that are known are shown."""
Shown: TypeAlias = ShownSearch | ShownFolds


@dataclass
class Found:
    """What a look brought: rows by folder, folders that are gone, whether to go on."""

    rows: dict[Path, StudyRow] = field(default_factory=dict)
    gone: tuple[Path, ...] = ()
    more: bool = False


class Reader:
    """Looks into the folders of studies. Used by one thread at a time, by none that must not wait.

    place: where studies lie; those that are remembered there are found as well.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._searches = SearchReading()
        self._folds = FoldsReading()
        self._kinds: dict[Path, str] = {}
        self._settled: set[Path] = set()

    def look(self, known: Mapping[Path, StudyRow]) -> Found:
        """What is not known by folder and stamp; of new ones at first what can be said at once."""
        there = places.folders(self._place)
        found = Found(gone=tuple(path for path in known if path not in set(there)))
        for path in found.gone:
            self._forget(path)
        for path in there:
            if path not in known:
                self._forget(path)
                found.rows[path] = self._light(path)
        if found.rows:
            found.more = True
            return found
        until = time.monotonic() + SECONDS
        for path in there:
            if time.monotonic() > until:
                found.more = True
                break
            if self._is_other(known[path], path):
                row = self._full(path)
                if row != known[path]:
                    found.rows[path] = row
        return found

    def show(self, path: Path, before: Shown | None) -> Shown:
        """One study in full; what was shown before if nothing has changed. Raises `UserError`."""
        if before is not None and not self._is_other(before.row, path):
            if path in self._settled:
                return before
            self._settled.add(path)  # once more: what is told last is told when nothing is new
        else:
            self._settled.discard(path)
        try:
            shown: Shown = (
                self._searches.show(path) if self._is_search(path) else self._folds.read(path)
            )
        except OSError as error:
            if (path / RECORD).is_file():
                raise
            raise StudyError(f"There is no study in {path} any more.") from error
        found = replace(shown, row=_named(shown.row))
        if isinstance(found, ShownSearch) and found.trials.unread:
            self._settled.discard(path)
        return before if before is not None and found == before else found

    def _forget(self, path: Path) -> None:
        self._kinds.pop(path, None)
        self._settled.discard(path)
        self._searches.forget(path)
        self._folds.forget(path)

    def _is_other(self, known: StudyRow, path: Path) -> bool:
        if known.state.is_active or known.state is StudyState.READING:
            return True  # a worker may have died, which no file tells
        return known.stamp != self._stamp(path)

    def _is_search(self, path: Path) -> bool:
        if path not in self._kinds:
            told = str(places.told_of(path).get("kind", ""))
            if told not in (*get_args(Kind), "search"):
                raise StudyError(f"{path / RECORD} tells no study of a kind that is known here.")
            self._kinds[path] = told
        return self._kinds[path] == "search"

    def _stamp(self, path: Path) -> Stamp:
        return (*self._stamp_of_kind(path), keeping.name_of(path))

    def _stamp_of_kind(self, path: Path) -> Stamp:
        try:
            if self._is_search(path):
                return search_reading.stamp_of_search(path)
            return self._folds.stamp(path)
        except (UserError, OSError):
            return ((path / RECORD).stat().st_mtime_ns,) if (path / RECORD).exists() else ()

    def _light(self, path: Path) -> StudyRow:
        try:
            if self._is_search(path):
                return _named(search_reading.light_row(path))
            return _named(self._folds.light_row(path))
        except (UserError, OSError) as error:
            return self._damaged(path, error)

    def _full(self, path: Path) -> StudyRow:
        try:
            if self._is_search(path):
                return _named(self._searches.row(path))
            return _named(self._folds.read(path).row)
        except (UserError, OSError) as error:
            return self._damaged(path, error)

    def _damaged(self, path: Path, error: Exception) -> StudyRow:
        told = places.told_of(path)
        kind = str(told.get("kind", ""))
        state = StudyState.DAMAGED
        stamp = self._stamp_of_kind(path)
        row = StudyRow(path, path.name, kind, path.name, 0.0, stamp, state, sentence=str(error))
        return _named(row)


def _named(row: StudyRow) -> StudyRow:
    """The row with the name that somebody gave the study."""
    name = keeping.name_of(row.folder)
    return replace(row, title=name or row.title, stamp=(*row.stamp, name))
