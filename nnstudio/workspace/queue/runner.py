"""Trains what waits in the queue, each in a process of its own, one at a time on each device."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from nnstudio.errors import UserError
from nnstudio.runs.folder import CHECKPOINTS
from nnstudio.runs.owner import Ownership, stop_owner
from nnstudio.runs.queue.claim import Claim
from nnstudio.runs.queue.entry import Queued, Standing
from nnstudio.runs.queue.folder import QueueFolder
from nnstudio.runs.record import RECORD, read_record
from nnstudio.runs.states import State
from nnstudio.runs.store import VARIABLE
from nnstudio.workspace.own_process import STOPPED, last_line, program

POLL = 0.3
"""Seconds between two looks at processes and files."""
ERRORS = "errors.txt"


class Process(Protocol):
    """What is asked of a training's process."""

    pid: int

    def poll(self) -> int | None:
        """Its exit code; None while it lives."""

    def terminate(self) -> None:
        """Ask it to stop, with a checkpoint."""


@dataclass(frozen=True)
class Told:
    """What happened: "begun", "ended", "failed" or "waits" (again), of which, and why."""

    kind: str
    entry: Queued
    sentence: str = ""


@dataclass
class _Training:
    """One that is trained. process: None of one that a runner before this one has started."""

    entry: Queued
    claim: Claim
    device: str
    process: Process | None
    is_stopping: bool = False


def begin(queue: QueueFolder, found: Queued) -> subprocess.Popen[bytes]:
    """Start the training of an entry, or go on with it. Raises `OSError`."""
    more: tuple[str, ...] = ()
    if (found.run / RECORD).exists():
        has_checkpoint = (found.run / CHECKPOINTS / "last.json").is_file()
        more = ("--resume",) if has_checkpoint else ("--replace",)
    path = queue.project_file(found.entry)
    words = ("train", str(path), "--json", "--run", str(found.run), *more)
    return program(
        *words,
        variables={VARIABLE: str(queue.runs)},
        errors=path.parent / ERRORS,
        within=path.parent,
    )


class Runner:
    """Owns the queue from now on, until `work` has come to its end.

    leaves: tells whether it shall stop, with a checkpoint of what is trained. Raises
    `RunStoreError` if another process works at the queue.
    """

    def __init__(
        self,
        queue: QueueFolder,
        *,
        leaves: Callable[[], bool] = lambda: False,
        told: Callable[[Told], None] = lambda _: None,
        start: Callable[[QueueFolder, Queued], Process] = begin,
        poll: float = POLL,
    ) -> None:
        self._queue = queue
        self._leaves = leaves
        self._told = told
        self._start = start
        self._poll = poll
        self._going: dict[str, _Training] = {}
        self._devices: dict[str, str] = {}
        self._ownership = self._owned()

    def _owned(self) -> Ownership:
        self._queue.path.mkdir(parents=True, exist_ok=True)
        return Ownership(
            self._queue.path, f"The queue in {self._queue.path} is worked at already, by"
        )

    def work(self) -> None:
        """Train until nothing is left that may be started."""
        while True:
            try:
                while self.look():
                    time.sleep(self._poll)
            finally:
                self._ownership.release()
            if self._leaves() or not self._next(self._queue.entries()):
                return
            try:  # something came in the moment in which the folder was given back
                self._ownership = self._owned()
            except UserError:
                return  # another one works at it already

    def look(self) -> bool:
        """See what has ended, and start what may be started; False if nothing is left to do."""
        stops = self._leaves() or self._queue.control().wish == "stop"
        entries = self._queue.entries()
        self._settle(entries)
        for one in [one for one in self._going.values() if self._is_over(one)]:
            del self._going[one.entry.id]
            self._end(one)
        if stops:
            for one in self._going.values():
                self._stop(one)
            return bool(self._going)
        for found in self._next(self._queue.entries()):
            self._begin(found)
        return bool(self._going)

    # -- what is trained ----------------------------------------------------------------------

    def _settle(self, entries: list[Queued]) -> None:
        """Take up what runners before this one have left: follow it, or let it wait again."""
        for found in entries:
            if found.id in self._going or not found.standing.is_active:
                continue
            if self._queue.left_behind(found.id):
                self._take_up(found)
            else:
                claim, device = self._queue.claims(found.id)[-1], found.entry.device
                self._going[found.id] = _Training(found, claim, device, None)

    def _take_up(self, found: Queued) -> None:
        kind = {"done": "ended", "again": "waits", "failed": "failed"}[self._queue.take_up(found)]
        sentence = _state(found.run) if kind == "ended" else "Its process has gone."
        self._told(Told(kind, found, sentence))

    def _next(self, entries: list[Queued]) -> list[Queued]:
        """What may be started now, in its order."""
        control = self._queue.control()
        waiting = [one for one in entries if one.standing is Standing.WAITING]
        if control.wish != "run":
            return [one for one in waiting if one.entry.now]
        self._know_devices([*waiting, *(one.entry for one in self._going.values())])
        taken = [self._devices[one.device] for one in self._going.values()]
        found = []
        for one in waiting:
            place = self._devices[one.entry.device]
            if one.entry.now or taken.count(place) < control.at_once:
                found.append(one)
                taken.append(place)
        return found

    def _know_devices(self, entries: list[Queued]) -> None:
        """Which device each word means; torch is asked only where there are several words."""
        words = {one.entry.device for one in entries}
        if len(words | set(self._devices)) < 2:
            self._devices |= {word: word for word in words}
        elif not words <= self._devices.keys() or "auto" in self._devices.values():
            from nnstudio.training.devices import DeviceError, resolve

            for word in words | set(self._devices):
                try:
                    self._devices[word] = str(resolve(word))
                except DeviceError:
                    self._devices[word] = word  # its training says why it cannot be

    def _begin(self, found: Queued) -> None:
        claim = Claim.make(self._queue.path / found.id)
        if claim is None:
            return
        if found.entry.now:
            self._queue.change(found.id, now=False)
        try:
            process = self._start(self._queue, found)
        except OSError as error:
            claim.ended(f"No process could be started: {error.strerror or error}.")
            return
        claim.begun(process.pid)
        self._going[found.id] = _Training(found, claim, found.entry.device, process)
        self._told(Told("begun", found))

    def _is_over(self, one: _Training) -> bool:
        if one.process is not None:
            return one.process.poll() is not None
        return self._queue.left_behind(one.entry.id) or one.claim.end is not None

    def _stop(self, one: _Training) -> None:
        if one.is_stopping:
            return
        one.is_stopping = True
        if one.process is not None:
            one.process.terminate()
        else:
            try:
                stop_owner(one.entry.run)
            except UserError:
                one.is_stopping = False  # it has not begun yet, or is over: look again

    def _end(self, one: _Training) -> None:
        """Write down what came of a training; of one that is done nothing is left in the queue."""
        id, state = one.entry.id, _state(one.entry.run)
        code = None if one.process is None else one.process.poll()
        is_done = state in (State.COMPLETED, State.FAILED)
        if one.is_stopping and not is_done:
            one.claim.ended(again=True)
            self._told(Told("waits", one.entry))
        elif state == State.LOST or (one.process is None and not is_done):
            self._take_up(one.entry)
        elif state or code in (0, STOPPED):
            self._queue.clear(id)
            self._told(Told("ended", one.entry, state))
        else:
            why = last_line(self._queue.path / id / ERRORS) or "It said no reason."
            one.claim.ended(why)
            self._told(Told("failed", one.entry, why))


def _state(run: Path) -> str:
    """The state of a run in words; "" where none has begun."""
    try:
        return read_record(run).state.value
    except UserError:
        return ""
