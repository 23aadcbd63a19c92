"""A training in a thread of its own. The only thread here; no window, and no torch until it runs.

The window, a search or the command line start it, ask it to pause or stop, and fetch its events
when it suits them. The thread is no daemon: whoever starts a run stops and joins it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Self

from nnstudio.project.data.spec import DataSpec
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.runs.states import State
from nnstudio.training.events import (
    Completed,
    Event,
    Failed,
    Paused,
    Stopped,
    Stopping,
    Warned,
)
from nnstudio.training.failures import failure_event
from nnstudio.training.priority import give_way
from nnstudio.training.stop_and_pause import StopAndPause

if TYPE_CHECKING:
    from torch import nn

    from nnstudio.data.dataset import DataSet
    from nnstudio.data.pipeline.assembling import Assembled


@dataclass(frozen=True)
class Prepared:
    """Model and data of a run.

    source_name: the file name under which the code was compiled. data: where the sets come from.
    fingerprints: of source and split, which a training goes on with. losses: names of outputs that
    are losses themselves. assembled: the parts that the sets are two of, for an evaluation.
    """

    model: nn.Module
    train_set: DataSet
    validation_set: DataSet | None = None
    source_name: str | None = None
    data: DataSpec | None = None
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    losses: tuple[str, ...] = ()
    assembled: Assembled | None = None


class Run:
    """One training: `start`, then `drain` its events now and then, and `join` in the end."""

    def __init__(
        self,
        prepare: Callable[[], Prepared],
        settings: TrainingSettings,
        *,
        run_folder: Path | None = None,
        resume: Path | None = None,
        listener: Callable[[Event], None] | None = None,
        gives_way: bool = False,
    ) -> None:
        """prepare: builds model and data; called in the thread, after seeding torch, so that
        importing torch and compiling happen there too. listener: called in the thread with
        each event, to write it down. run_folder, resume: as for `loop.train`. gives_way: the
        thread and those it starts take a core only while nothing else wants it, for a window
        that shall stay smooth.
        """
        self.settings = settings
        self.prepared: Prepared | None = None
        self._prepare = prepare
        self._run_folder = run_folder
        self._resume_from = resume
        self._listener = listener
        self._gives_way = gives_way
        self._control = StopAndPause()
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._lock = threading.Lock()
        self._state = State.CREATED
        self._thread = threading.Thread(target=self._work, name="training", daemon=False)

    @property
    def state(self) -> State:
        """State of the run; when it is final, all events are in the queue."""
        return self._state

    def start(self) -> None:
        """Begin. Raises `RuntimeError` if it has begun before."""
        with self._lock:
            if self._state is not State.CREATED:
                raise RuntimeError(f"A run starts once; this one is {self._state.lower()}.")
            self._state = State.RUNNING
        self._thread.start()

    def pause(self) -> None:
        """Ask for a pause; it comes within one step. Only a running run can pause."""
        with self._lock:
            if self._state is State.RUNNING:
                self._state = State.PAUSING
                self._control.pause()

    def resume(self) -> None:
        """End a pause, or take back the wish for one."""
        with self._lock:
            if self._state in (State.PAUSING, State.PAUSED):
                self._state = State.RUNNING
                self._control.resume()

    def stop(self) -> None:
        """Ask for the end; a checkpoint is saved if there is a folder for it."""
        with self._lock:
            if self._state is State.CREATED:
                self._state = State.STOPPED
            elif not self._state.is_final:
                self._state = State.STOPPING
                self._control.stop()

    def keep_in(self, folder: Path) -> None:
        """Keep checkpoints in the folder of a run from now on, also the one of `stop`."""
        self._control.run_folder = folder

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the thread's end, at most `timeout` seconds; whether it has ended."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def drain(self) -> list[Event]:
        """The events since the last call, in order. Never waits."""
        events = []
        try:
            while True:
                events.append(self._events.get_nowait())
        except Empty:
            return events

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave no thread behind."""
        self.stop()
        self.join()

    # In the thread

    def _work(self) -> None:
        try:
            self._train()
        except Exception as error:  # from prepare, a device that is not there, the listener
            event = failure_event(error, self.prepared.source_name if self.prepared else None)
            try:
                self.tell(event)
            except Exception:  # the listener cannot write: the window shall know all the same
                self._listener = None
                self.tell(event)

    def _train(self) -> None:
        if self._gives_way:
            give_way()
        import torch

        from nnstudio.training import loop
        from nnstudio.training.world import joined

        with joined(self.settings.device, lambda: self._control.stopping) as (world, device):
            torch.manual_seed(self.settings.seed)
            try:
                self.prepared = self._prepare()
            except Exception as error:  # whatever it was: another process may have been the cause
                raise world.cause(error) from error
            for event in loop.train(
                self.prepared.model,
                self.prepared.train_set,
                self.prepared.validation_set,
                self.settings,
                device=device,
                control=self._control,
                resume=self._resume_from,
                run_folder=self._run_folder,
                source_name=self.prepared.source_name,
                data=self.prepared.data,
                fingerprints=self.prepared.fingerprints,
                losses=self.prepared.losses,
                world=world,
            ):
                self.tell(event)

    def warn(self, sentence: str) -> None:
        """Tell those who fetch the events, and nobody who writes them down."""
        self._events.put(Warned(sentence))

    def tell(self, event: Event) -> None:
        if self._listener is not None:
            self._listener(event)
        self._events.put(event)
        with self._lock:
            self._state = self._state_after(event)

    def _state_after(self, event: Event) -> State:
        match event:
            case Paused() if self._state is State.PAUSING:
                return State.PAUSED
            case Stopping():
                return State.STOPPING
            case Completed():
                return State.COMPLETED
            case Stopped():
                return State.STOPPED
            case Failed():
                return State.FAILED
            case _:
                return self._state
