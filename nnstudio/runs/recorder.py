"""From the events of a training to the folder of its run.

Nothing is written before the training has begun: what is refused changes nothing. What cannot be
written later on stops no training; it is said once, and made up for as soon as there is room.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nnstudio.project.storage.fields import FileError
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.folder import EVENTS_FILE, OWN, clear
from nnstudio.runs.journal import Appended, History, epochs_of, read_events
from nnstudio.runs.occupied import why_no_run
from nnstudio.runs.owner import Ownership
from nnstudio.runs.record import RunRecord, holds_run, read_record, update_record, write_record
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore, now

_STATES = {
    "started": State.RUNNING,
    "paused": State.PAUSED,
    "resumed": State.RUNNING,
    "stopping": State.STOPPING,
    "completed": State.COMPLETED,
    "stopped": State.STOPPED,
    "failed": State.FAILED,
}
_STEPS_EVERY = 1.0
"""Seconds between two reports of steps that are written down."""


class Recorder:
    """One run's folder, owned from now on until `close`.

    Raises `RunStoreError` if another process owns it, if a run is in it that is neither to be
    resumed nor replaced, or if a study or files that belong to no run are in it.
    """

    def __init__(
        self,
        record: RunRecord,
        *,
        resume: bool = False,
        replace: bool = False,
        store: RunStore | None = None,
        trouble: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        """record: what the run shall be, with its folder. store: where it is entered. trouble:
        told why nothing is written, once for each time that begins.
        """
        self.folder = record.folder
        self.record = record
        self.write_files: Callable[[Path], None] = lambda folder: None
        """Writes project, source and what else belongs to the beginning, into the folder."""
        self.trouble = trouble
        self._resume = resume
        self._store = store
        self._in_trouble = False
        self._begun = False
        self._steps_told = -_STEPS_EVERY
        self._result: dict[str, Any] = {}
        if not (resume and holds_run(self.folder)) and (why := why_no_run(self.folder, OWN)):
            raise RunStoreError(why)
        try:
            self._owner = Ownership(self.folder)
        except (OSError, FileError) as error:
            why = getattr(error, "strerror", None) or str(error).rstrip(".")
            raise RunStoreError(f"Runs cannot be kept in {self.folder}: {why}.") from error
        try:
            self._look(resume, replace)
        except BaseException:
            self._owner.release()
            raise
        self._events = Appended(self.folder / EVENTS_FILE)
        self._history = History(self.folder)

    def _look(self, resume: bool, replace: bool) -> None:
        there = holds_run(self.folder)
        if resume:
            if there and (self.folder / "run.json").exists():
                before = read_record(self.folder)
                kept = ["id", "name", "created", "group", "tags", "note", "star"]
                kept += ["project"] if before.project else []
                self.record = self.record.with_values(**{n: getattr(before, n) for n in kept})
                self._result = dict(before.result)
        elif there and not replace:
            raise RunStoreError(
                f"There is a run in {self.folder}: give --resume to go on with it, --replace to "
                "train anew in its place, or another folder."
            )

    # -- events ---------------------------------------------------------------------------------

    def tell(self, event: Mapping[str, Any]) -> None:
        """Write down an event as JSON values; never raises for a disk that takes nothing."""
        kind = event["event"]
        if not self._begun and kind != "started":
            if kind in ("failed", "stopped"):  # refused before it began
                self.close()
            return
        if kind == "steps_done" and not self._is_due():
            return
        self._write(kind, event)
        if kind in _STATES and _STATES[kind].is_final:
            self.close()

    def _write(self, kind: str, event: Mapping[str, Any]) -> None:
        acts: list[Callable[[], None]] = [lambda: self._events.add(json.dumps(event))]
        if kind == "started":
            acts.insert(0, lambda: self._begin(event))
        if kind == "epoch_done":
            acts.append(lambda: self._on_epoch(event))
        if kind in _STATES:
            acts.append(lambda: self._enter(_STATES[kind], event))
        found: list[Exception] = []
        for act in acts:  # one that fails keeps no other from being done
            try:
                act()
            except (OSError, FileError, RunStoreError) as error:
                found.append(error)
        if found and not self._in_trouble:
            said = getattr(found[0], "strerror", None) or str(found[0]).rstrip(".")
            self.trouble(f"The training goes on, but is not written down: {said}.")
        self._in_trouble = bool(found)

    def close(self) -> None:
        """Give the folder back."""
        self._events.close()
        self._history.close()
        self._owner.release()

    def _is_due(self) -> bool:
        seconds = time.monotonic()
        if seconds - self._steps_told < _STEPS_EVERY:
            return False
        self._steps_told = seconds
        return True

    def _begin(self, event: Mapping[str, Any]) -> None:
        if not self._resume:
            clear(self.folder)
        self._begun = True
        before = epochs_of(read_events(self.folder), int(event["first_epoch"]))
        self._history.begin(before)
        self.record = self.record.with_values(
            state=State.RUNNING,
            ended=None,
            device=event["device"],
            threads=event.get("threads"),
            result={**self._result, "parameters": event["parameters"]},
        )
        self._result = dict(self.record.result)
        write_record(self.record)
        self.write_files(self.folder)

    def _on_epoch(self, event: Mapping[str, Any]) -> None:
        self._result["epochs"] = event["epoch"]
        if event.get("best"):
            self._result["best_epoch"] = event["epoch"]
            self._result["best"] = event.get("validation") or event["train"]
        self._history.add(event)

    def _enter(self, state: State, event: Mapping[str, Any]) -> None:
        values: dict[str, Any] = {"state": state}
        if state.is_final:
            told = ("epochs", "seconds", "best_epoch", "best", "last", "sentence", "line")
            self._result.update({name: event[name] for name in told if name in event})
            values |= {"ended": now()}
        values["result"] = dict(self._result)
        if holds_run(self.folder):
            self.record = update_record(self.folder, values)
        else:  # there was no room for it at the beginning
            self.record = self.record.with_values(**values)
            write_record(self.record)
            self.write_files(self.folder)
        if self._store is not None:
            self._store.put(self.record)
