"""A search as it is now, read from its folder while workers write: never asked, never told."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nnstudio.errors import UserError
from nnstudio.studies.errors import StudyError
from nnstudio.studies.places import RECORD
from nnstudio.studies.search.folder import CONTROL, JOURNAL_FILE, Control, StudyFolder, WorkerBeat
from nnstudio.studies.search.heartbeat import Observer
from nnstudio.studies.search.result import Follower, SearchResult
from nnstudio.workspace.studies_page.rows import Stamp, StudyRow, StudyState
from nnstudio.workspace.studies_page.shown_trials import ShownTrials
from nnstudio.workspace.studies_page.trials_reader import TrialsReader

MOST = 6
"""Searches whose trials are kept in memory; a longer list is read one after the other."""


@dataclass(frozen=True)
class ShownSearch:
    """A search at one moment. over: why no further trial is begun, "" if one may be.

    workers: those that live. trials: the same, as charts draw it.
    """

    row: StudyRow
    folder: StudyFolder = field(repr=False)
    control: Control
    result: SearchResult = field(repr=False)
    trials: ShownTrials = field(repr=False)
    workers: tuple[WorkerBeat, ...] = ()
    over: str = ""


def stamp_of_search(folder: Path) -> Stamp:
    """Times of everything that workers and whoever steers them write."""
    found: list[object] = [_time(folder / name) for name in (RECORD, CONTROL, JOURNAL_FILE)]
    found.append(tuple(_time(path) for path in sorted((folder / "workers").glob("*.json"))))
    return tuple(found)


def _time(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


@dataclass
class _Read:
    """What is kept of a search between two looks."""

    folder: StudyFolder
    follower: Follower
    trials: TrialsReader


class SearchReading:
    """Reads searches, each by one long-lived follower. For one thread at a time."""

    def __init__(self) -> None:
        self._known: OrderedDict[Path, _Read] = OrderedDict()
        self._observers: dict[Path, Observer] = {}

    def forget(self, path: Path) -> None:
        """Let go of what is known of a folder: another study may lie there by now."""
        self._known.pop(path, None)
        self._observers.pop(path, None)

    def row(self, path: Path) -> StudyRow:
        """What is listed of the search in a folder. Raises `StudyError`."""
        return self._row(self._read(path), stamp_of_search(path))[0]

    def show(self, path: Path) -> ShownSearch:
        """The search in a folder as it is now. Raises `StudyError`."""
        stamp = stamp_of_search(path)
        read = self._read(path)
        with self._told(path):
            trials = read.trials.look()
        row, control, result, alive = self._row(read, stamp)
        return ShownSearch(row, read.folder, control, result, trials, alive, row.sentence)

    def _row(
        self, read: _Read, stamp: Stamp
    ) -> tuple[StudyRow, Control, SearchResult, tuple[WorkerBeat, ...]]:
        folder, follower = read.folder, read.follower
        control, alive = folder.control(), self._alive(folder)
        with self._told(folder.path):
            result, over = follower.result(), follower.why_over(control, time.time())
        return _row(folder, stamp, control, result, alive, over), control, result, alive

    def _read(self, path: Path) -> _Read:
        if path not in self._known:
            folder = StudyFolder.open(path)
            with self._told(path):
                follower = Follower(folder)
                self._known[path] = _Read(folder, follower, TrialsReader(folder, follower))
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        self._known.move_to_end(path)
        return self._known[path]

    @contextmanager
    def _told(self, path: Path) -> Iterator[None]:
        """Trials that cannot be understood are told as what they are: damaged.

        The search is read from its beginning the next time, as what is wrong would be passed over.
        """
        try:
            yield
        except (ValueError, LookupError, TypeError, AssertionError) as error:
            self._known.pop(path, None)
            if isinstance(error, UserError):
                raise
            raise StudyError(
                f"The trials in {path} cannot be read, their log is damaged: "
                "`nnstudio tune --study DIR --rebuild` makes them again from their runs."
            ) from error

    def _alive(self, folder: StudyFolder) -> tuple[WorkerBeat, ...]:
        observer = self._observers.setdefault(folder.path, Observer())
        return tuple(one for one in folder.workers().values() if not observer.is_gone(one))


def light_row(path: Path) -> StudyRow:
    """What can be said of a search without its trials. Raises `StudyError`."""
    folder = StudyFolder.open(path)
    return StudyRow(
        path, folder.plan.id, folder.plan.kind, folder.plan.title, _begun(path), (), total=None
    )


def _begun(path: Path) -> float:
    return _time(path / RECORD)[0] / 1e9


def _row(
    folder: StudyFolder,
    stamp: Stamp,
    control: Control,
    result: SearchResult,
    alive: tuple[WorkerBeat, ...],
    over: str,
) -> StudyRow:
    plan = folder.plan
    ended = sum(row.state in ("completed", "pruned", "failed") for row in result.rows)
    first = result.best_rows[0] if result.best_rows else None
    several = len(result.best_rows)
    return StudyRow(
        folder.path,
        plan.id,
        plan.kind,
        plan.title,
        _begun(folder.path),
        stamp,
        state=_state(control, alive, over, is_good=first is not None or not result.rows),
        done=ended,
        total=control.limits.trials,
        share=_share(control, ended, over),
        figure=plan.objectives[0].figure,
        value=first.values[0] if first is not None else None,
        spread=first.deviations[0] if first is not None and first.deviations else None,
        best=f"{several} best" if several > 1 else f"trial {first.number}" if first else "",
        failed=sum(row.state == "failed" for row in result.rows),
        workers=len(alive),
        sentence=over,
    )


def _state(
    control: Control, alive: tuple[WorkerBeat, ...], over: str, *, is_good: bool
) -> StudyState:
    if control.wish == "stop":
        return StudyState.STOPPING if alive else StudyState.STOPPED
    if over and not alive:
        return StudyState.COMPLETED if is_good else StudyState.FAILED
    if control.wish == "pause":
        return StudyState.PAUSED
    return StudyState.RUNNING if alive else StudyState.WAITING


def _share(control: Control, ended: int, over: str) -> float | None:
    if over:
        return 1.0
    limits, shares = control.limits, []
    if limits.trials:
        shares.append(ended / limits.trials)
    if limits.seconds:
        shares.append((time.time() - control.since) / limits.seconds)
    return min(1.0, max(shares)) if shares else None
