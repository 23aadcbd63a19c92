"""`Following`: the events of a training, passed on to its trackers.

Each tracker works in a thread of its own, so that the training waits for none before its end. One
that raises is told once and left out from then on. They get copies of numbers and draw from no
generator of random numbers; what they have written follows from the run's own history, so that a
resume writes no epoch twice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from queue import SimpleQueue
from typing import TypeAlias

from nnstudio.runs.journal import epochs_of, read_events
from nnstudio.training.events import (
    Completed,
    EpochDone,
    Event,
    Failed,
    Metrics,
    Started,
    Stopped,
    from_json,
)
from nnstudio.training.trackers.scalars import SystemFigures, scalars_of
from nnstudio.training.trackers.table import KINDS, Kind
from nnstudio.training.trackers.tracker import (
    Epoch,
    Judged,
    ModelFiles,
    TrackedRun,
    Tracker,
    TrackerError,
)

Result: TypeAlias = tuple[ModelFiles, list[Judged]]
"""What is told of a training at its end: its model, and how its outputs were judged."""
WAIT = 120.0
"""Seconds that an ended training waits for a tracker which still writes or sends."""
_Act: TypeAlias = Callable[[Tracker], None]


class Following:
    """The trackers of one run. Everything is told and asked by the thread that calls `tell`."""

    def __init__(
        self,
        names: Iterable[str],
        run: Callable[[], TrackedRun],
        *,
        trouble: Callable[[str], None],
        result: Callable[[], Result | None] = lambda: None,
    ) -> None:
        """run: asked when it has begun. trouble: told a sentence for each tracker that fails.

        result: asked for when the training is completed; None where nobody knows.
        """
        self._names = tuple(names)
        self._run = run
        self._trouble = trouble
        self._result = result
        self._working: list[_Working] = []
        self._system = SystemFigures("")

    def tell(self, event: Event) -> None:
        """Pass on an event. Never raises for what goes wrong in a tracker."""
        if not self._names:
            return
        match event:
            case Started():
                self._begin(event)
            case EpochDone():
                scalars = {**scalars_of(event), **self._system.look()}
                done = Epoch(event.epoch, scalars, time.time())
                self._each(lambda tracker: tracker.epoch(done))
            case Completed():
                self._tell_result()
                self._end("Completed", event.best_epoch, event.best)
            case Stopped():
                self._end("Stopped")
            case Failed():
                self._end("Failed")
        self._tell_troubles()

    def _begin(self, event: Started) -> None:
        run = self._run()
        found = {"device": event.device, "threads": event.threads, "parameters": event.parameters}
        found |= {"processes": event.processes, "train_samples": event.train_samples}
        found |= {"validation_samples": event.validation_samples}
        run = replace(run, settings={**run.settings, **found}, resumes=event.first_epoch > 1)
        self._system = SystemFigures(event.device)
        self._working = [_Working(KINDS[name], run) for name in self._names]
        for epoch in _past(run, event.first_epoch):
            self._each(lambda tracker, one=epoch: tracker.epoch(one))

    def _tell_result(self) -> None:
        self._tell_troubles()
        if not self._working:
            return
        try:
            found = self._result()
        except Exception as error:
            self._trouble(f"The trackers are not told how the model was judged: {_said(error)}.")
            return
        if found is None:
            return
        files, outputs = found
        for judged in outputs:
            self._each(lambda tracker, one=judged: tracker.judged(one, files.epoch))
        self._each(lambda tracker: tracker.model(files))

    def _end(self, state: str, best_epoch: int | None = None, best: Metrics | None = None) -> None:
        summary: dict[str, float] = {}
        if best_epoch is not None and best is not None:
            summary = {"best_epoch": best_epoch, "best_loss": best.loss}
            if best.accuracy is not None:
                summary["best_accuracy"] = best.accuracy
        self._each(lambda tracker: tracker.end(state, summary))
        for one in self._working:
            one.end()
        self._tell_troubles()
        self._working = []

    def _each(self, act: Callable[..., None]) -> None:
        for one in self._working:
            one.do(act)

    def _tell_troubles(self) -> None:
        for one in tuple(self._working):
            if one.trouble:
                self._working.remove(one)
                self._trouble(one.trouble)


class _Working:
    """One tracker with its thread."""

    def __init__(self, kind: Kind, run: TrackedRun) -> None:
        self._kind = kind
        self._run = run
        self._acts: SimpleQueue[_Act | None] = SimpleQueue()
        self._in_trouble = ""
        self._thread = threading.Thread(target=self._work, name=kind.name, daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str:
        """Why it goes on no more; "" as long as it does."""
        return self._in_trouble

    def do(self, act: _Act) -> None:
        """Let the tracker do something, after all else."""
        self._acts.put(act)

    def end(self) -> None:
        """Wait until all is done."""
        self._acts.put(None)
        self._thread.join(WAIT)
        if self._thread.is_alive() and not self._in_trouble:
            self._in_trouble = (
                f"{self._kind.title} has not ended within {WAIT:.0f} seconds: what it had not "
                "written by then is missing there."
            )

    def _work(self) -> None:
        try:
            if self._kind.missing:
                raise TrackerError(self._kind.missing)
            tracker = self._kind.begin(self._run)
            while (act := self._acts.get()) is not None:
                act(tracker)
        except Exception as error:
            self._in_trouble = f"The training goes on without {self._kind.title}: {_said(error)}."


def _past(run: TrackedRun, first_epoch: int) -> list[Epoch]:
    """The epochs before the first one that is trained now, as the run's history has them."""
    if first_epoch == 1:
        return []
    at = datetime.fromisoformat(run.created).timestamp()
    found = []
    for record in epochs_of(read_events(run.folder), first_epoch):
        event = from_json(record)
        assert isinstance(event, EpochDone)
        at += event.seconds
        found.append(Epoch(event.epoch, scalars_of(event), at))
    return found


def _said(error: Exception) -> str:
    told = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(told).split()).rstrip(".")
