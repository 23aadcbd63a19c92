"""`QueuePage`: what the window shows of the queue and does with it, without a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from psygnal import Signal

from nnstudio.project.values import Project
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.queue.entry import Control, Entry, Queued, Standing
from nnstudio.runs.queue.folder import QueueFolder
from nnstudio.runs.store import VARIABLE
from nnstudio.workspace.own_process import last_line, program

WORKER_ERRORS = "worker.txt"
"""What the process that trains has said of its errors."""


class WorkerProcess(Protocol):
    """What is asked of the process that works at the queue."""

    def poll(self) -> int | None:
        """Its exit code; None while it lives."""


@dataclass(frozen=True)
class QueueSeen:
    """The queue as it was at the last look. is_worked_at: some process trains what waits."""

    entries: tuple[Queued, ...] = ()
    control: Control = field(default_factory=Control)
    is_worked_at: bool = False

    def those(self, *standings: Standing) -> tuple[Queued, ...]:
        """The entries that stand so."""
        return tuple(one for one in self.entries if one.standing in standings)

    @property
    def active(self) -> tuple[Queued, ...]:
        """Those at which a process is at work."""
        return tuple(one for one in self.entries if one.standing.is_active)

    @property
    def is_idle(self) -> bool:
        """True if something waits, nothing keeps it from being trained, and nobody does."""
        waits = self.those(Standing.WAITING)
        return bool(waits) and self.control.wish == "run" and not self.is_worked_at

    @property
    def sentence(self) -> str:
        """How the queue stands, in a line."""
        active, waiting = len(self.active), len(self.those(Standing.WAITING, Standing.HELD))
        failed = len(self.those(Standing.FAILED))
        parts = []
        if active:
            stopping = self.control.wish == "stop"
            parts.append(f"{active:,} {'stopping' if stopping else 'in training'}")
        if waiting:
            parts.append(f"{waiting:,} waiting")
        if failed:
            parts.append(f"{failed:,} not trained")
        if waiting and self.control.wish != "run":
            parts.append("paused")
        elif self.is_idle:
            parts.append("none is started now")
        return "  ·  ".join(parts)


def start_worker(queue: QueueFolder) -> WorkerProcess:
    """A process that trains what waits; it needs no window. Raises `OSError`."""
    errors = queue.path / WORKER_ERRORS
    return program(
        "queue",
        "run",
        "--json",
        variables={VARIABLE: str(queue.runs)},
        errors=errors,
        within=queue.path,
    )


class QueuePage:
    """`changed()` when the queue is other; `refused(sentence)` when nobody can train it."""

    changed = Signal()
    refused = Signal(str)

    def __init__(
        self, runs: Path, worker: Callable[[QueueFolder], WorkerProcess] = start_worker
    ) -> None:
        self.folder = QueueFolder(runs)
        self._start_worker = worker
        self._worker: WorkerProcess | None = None
        self.seen = QueueSeen()
        self.acts = 0
        """How often something was done here: what was read before it is out of date."""

    # -- looking ------------------------------------------------------------------------------

    def read(self) -> QueueSeen:
        """The queue as its files have it; may be called in another thread."""
        entries = tuple(self.folder.entries())
        if not entries:
            return QueueSeen(control=self.folder.control())
        return QueueSeen(entries, self.folder.control(), self.folder.worker is not None)

    def take(self, seen: QueueSeen) -> None:
        """Show what was read."""
        if self._worker is not None:
            code = self._worker.poll()
            if code is not None:
                self._worker = None
                self._say_why(code, seen)
            elif seen.entries:  # it may not have come so far as to own the folder
                seen = replace(seen, is_worked_at=True)
        if seen != self.seen:
            self.seen = seen
            self.changed.emit()

    def look(self) -> None:
        """Read and show at once. Raises `RunStoreError`."""
        self.acts += 1
        self.take(self.read())

    def _say_why(self, code: int, seen: QueueSeen) -> None:
        if code and seen.is_idle:
            why = last_line(self.folder.path / WORKER_ERRORS) or "it said no reason"
            self.refused.emit(f"The queue is not trained: {why.rstrip('.')}.")

    # -- acts ---------------------------------------------------------------------------------

    def add(self, project: Project, title: str, origin: Path | None = None) -> Entry:
        """Put a copy of a project behind the others, and see to it that somebody trains it.

        Raises `RunStoreError`, `FileError` or `OSError`.
        """
        entry = self.folder.add(project, title, origin)
        self.wake()
        return entry

    def wake(self) -> None:
        """Start a process that trains, if there is something to do and none is at work."""
        self.look()
        now = any(one.entry.now for one in self.seen.those(Standing.WAITING))
        if self.seen.is_idle or (now and not self.seen.is_worked_at):
            self._worker = self._start_worker(self.folder)
            self.look()

    def pause(self) -> None:
        """Start no more; those that are trained come to their end."""
        self.folder.want(wish="pause")
        self.look()

    def go_on(self) -> None:
        """Train what waits."""
        self.folder.want(wish="run")
        self.wake()

    def stop(self) -> None:
        """Stop those that are trained as well, with a checkpoint; they wait again."""
        self.folder.want(wish="stop")
        self.look()
        if self.seen.active and not self.seen.is_worked_at:  # those of a process that has gone
            self._worker = self._start_worker(self.folder)

    def train_at_once(self, number: int) -> None:
        """So many trainings on one device at a time."""
        self.folder.want(at_once=number)
        self.look()

    def hold(self, ids: Sequence[str], held: bool) -> None:
        """Pass these over, or let them have their turn."""
        for id in ids:
            if self._stands(id) in (Standing.WAITING, Standing.HELD):
                self.folder.change(id, held=held, now=False)
        if held:
            self.look()
        else:
            self.wake()

    def start_now(self, ids: Sequence[str]) -> None:
        """Start these beside what is trained; one that was not trained is tried again."""
        for id in ids:
            if self._stands(id) is Standing.FAILED:
                self.folder.again(id)
            if not self._is_active(id):
                self.folder.change(id, held=False, now=True)
        if self.folder.control().wish == "stop":
            self.folder.want(wish="pause")
        self.wake()

    def remove(self, ids: Sequence[str]) -> None:
        """Take these out. Raises `RunStoreError` for one that is trained."""
        try:
            for id in ids:
                self.folder.remove(id)
        finally:
            self.look()

    def move(self, ids: Sequence[str], by: int) -> None:
        """Move waiting ones up (-1) or down (1) by a place, or to an end by a large number."""
        rows = [one.id for one in self.seen.entries if not one.standing.is_active]
        moved = [id for id in rows if id in set(ids)]
        if not moved:
            return
        rest = [id for id in rows if id not in set(moved)]
        edge = rows.index(moved[0] if by < 0 else moved[-1])
        before = sum(id in rest for id in rows[:edge])
        place = max(0, min(len(rest), before + by))
        self.folder.arrange([*rest[:place], *moved, *rest[place:]])
        self.look()

    def place_before(self, ids: Sequence[str], before: str | None) -> None:
        """Put waiting ones before another one; None for the end."""
        rest = [one.id for one in self.seen.entries if one.id not in set(ids)]
        place = len(rest) if before is None else rest.index(before)
        self.folder.arrange([*rest[:place], *ids, *rest[place:]])
        self.look()

    def _stands(self, id: str) -> Standing | None:
        return next((one.standing for one in self.seen.entries if one.id == id), None)

    def _is_active(self, id: str) -> bool:
        standing = self._stands(id)
        return standing is None or standing.is_active

    # -- leaving ------------------------------------------------------------------------------

    @property
    def goes_on(self) -> bool:
        """True if something is or will be trained without the window."""
        try:
            self.look()
        except RunStoreError:
            return False
        return bool(self.seen.active) or (
            self.seen.is_worked_at and bool(self.seen.those(Standing.WAITING))
        )
