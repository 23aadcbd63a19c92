"""What is read of the store in a thread: what has changed, and how far the running runs are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.record import read_record
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore
from nnstudio.workspace.runs_page.histories import History, read
from nnstudio.workspace.runs_page.rows import Progress, RunRow

MOST = 2_000
"""Runs that are read at once, so that the first can be seen before the last are there."""


class Jobs(Protocol):
    """Does work elsewhere, one piece after the other."""

    def ask(
        self,
        what: str,
        work: Callable[[], object],
        done: Callable[[object], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Do it soon; of those that wait under one name the last is done."""


@dataclass
class Found:
    """What a look at the store brought: rows by folder, folders that are gone, whether to go on."""

    rows: dict[str, RunRow] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    more: bool = False


class Reader:
    """Looks into the store. Used by one thread at a time, and by none that must not wait."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._histories: dict[str, History] = {}

    def look(self, known: Mapping[str, int], *, first: bool) -> Found:
        """What is not known by folder and time stamp. first: bring the index up to date before.

        Raises `RunStoreError` if the store cannot be used.
        """
        store = RunStore(self._folder)
        if first:
            store.refresh()
        changes = store.changes(known, most=MOST)
        rows = {}
        for record, stamp in changes.changed:
            row = RunRow(record, stamp)
            if record.state is State.LOST and "epochs" not in record.result:
                row = row.with_progress(self._progress(row))  # its record was not written again
            rows[str(record.folder)] = row
        return Found(rows, changes.gone, changes.more)

    def follow(self, rows: tuple[RunRow, ...]) -> Found:
        """Those of the rows that have gone on: progress, another state, or lost by their owner."""
        found: dict[str, RunRow] = {}
        for row in rows:
            try:
                record = read_record(row.folder)
            except RunStoreError:
                continue  # gone, or being written: the next look at the store tells
            now = RunRow(record, row.stamp)
            if record.state.needs_owner or record.state is State.LOST:
                now = now.with_progress(self._progress(now))
            if now != row:
                found[str(row.folder)] = now
        return Found(found)

    def _progress(self, row: RunRow) -> Progress:
        folder = str(row.folder)
        history = self._histories[folder] = read(row.folder, self._histories.get(folder))
        return history.progress(str(row.record.settings.get("best_by", "loss")))
