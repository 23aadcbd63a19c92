"""Runs the training of the open project: starts it, fetches its events, pauses and stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.source import Source
from nnstudio.data.info import DataError
from nnstudio.project.refusal import Refusal
from nnstudio.training.events import (
    Completed,
    EpochDone,
    Event,
    Failed,
    Started,
    StepsDone,
    Stopped,
)
from nnstudio.training.thread import Run, State
from nnstudio.ui.number_text import duration
from nnstudio.ui.training.result_text import best_epoch, where_stopped
from nnstudio.workspace.workspace import Workspace

INTERVAL = 33
"""Milliseconds between two looks into the queue of events: about thirty times a second."""


class Shows(Protocol):
    """What shows the events of a training."""

    def handle(self, event: Event) -> None:
        """Show one more event."""

    def begin(self) -> None:
        """Forget the last training: a new one starts."""

    def set_state(self, state: str) -> None:
        """Show the run's state in words."""


class TrainingController(QObject):
    """One training at a time. The project can be edited meanwhile: the run has its own copy.

    `failed_at(block, node, sentence)` when a run failed at a node, empty texts if not at one;
    `noted(sentence, detail)` what the log notes.
    """

    changed = Signal()
    refused = Signal(str)
    failed_at = Signal(str, str, str)
    noted = Signal(str, str)

    def __init__(
        self, workspace: Workspace, panel: Callable[[], Shows], parent: QObject | None = None
    ) -> None:
        """panel: makes or gives the panel, on first need, since it loads the plots."""
        super().__init__(parent)
        self._workspace = workspace
        self._panel = panel
        self._run: Run | None = None
        self._source: Source | None = None
        self._steps: StepsDone | None = None
        self._epochs = self._finished = 0
        self._validated = False
        self.device = ""
        self.result = ""
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self.drain)

    # -- the state ----------------------------------------------------------------------------

    @property
    def state(self) -> State | None:
        """The state of the run; None before the first one."""
        return self._run.state if self._run else None

    @property
    def is_active(self) -> bool:
        """True while a training runs, pauses or stops."""
        return self._run is not None and not self._run.state.is_final

    @property
    def is_paused(self) -> bool:
        """True if it waits, or is about to."""
        return self.state in (State.PAUSING, State.PAUSED)

    @property
    def progress(self) -> float:
        """The share of all steps that is done, 0 to 1."""
        return self._steps.step / max(self._steps.steps, 1) if self._steps else 0.0

    @property
    def summary(self) -> str:
        """State, epoch and remaining time in one line."""
        if self._run is None:
            return ""
        parts = [self._run.state.value]
        if self.is_active and self._steps:
            parts.append(f"epoch {self._steps.epoch} of {self._epochs}")
            if self._steps.remaining_seconds is not None and not self.is_paused:
                parts.append(f"{duration(self._steps.remaining_seconds)} left")
        elif self.result:
            parts.append(self.result)
        return "  ·  ".join(parts)

    # -- acting -------------------------------------------------------------------------------

    def start(self) -> None:
        """Train the project as it is now.

        Raises:
            Refusal: it cannot be trained; the sentence says why.
        """
        if self.is_paused:
            self.resume()
            return
        try:
            self._source = self._workspace.source()
            run = self._workspace.start_training(gives_way=True)
        except (CompileError, DataError) as error:
            raise Refusal(str(error)) from error
        self._run = run
        self._steps, self._epochs, self.result = None, self._workspace.project.training.epochs, ""
        panel = self._panel()
        panel.begin()
        panel.set_state(run.state.value)
        self._timer.start()
        self.changed.emit()

    def pause(self) -> None:
        """Ask for a pause."""
        if self._run is not None:
            self._run.pause()
            self._tell_state()

    def resume(self) -> None:
        """Go on."""
        if self._run is not None:
            self._run.resume()
            self._tell_state()

    def stop(self) -> None:
        """Ask for the end; what was learned is kept."""
        if self._run is not None:
            self._run.stop()
            self._tell_state()

    def close(self) -> None:
        """Leave no thread behind; waits for the step that is being done."""
        self._timer.stop()
        if self._run is not None:
            self._run.stop()
            self._run.join()

    def drain(self) -> None:
        """Fetch the events since the last time and show them."""
        run = self._run
        if run is None:
            return
        before = run.state
        for event in run.drain():
            self._follow(event)
            self._panel().handle(event)
        if run.state.is_final and before.is_final:
            self._timer.stop()
        self._tell_state()

    def _tell_state(self) -> None:
        if self._run is not None:
            self._panel().set_state(self._run.state.value)
        self.changed.emit()

    def _follow(self, event: Event) -> None:
        match event:
            case Started():
                self.device, self._epochs = event.device, event.epochs
                self._finished = event.first_epoch - 1
                self._validated = event.validation_samples > 0
                self.noted.emit(
                    f"Training started on {event.device}: {event.epochs:,} epochs of "
                    f"{event.train_samples:,} samples, {event.parameters:,} parameters",
                    "",
                )
            case StepsDone():
                self._steps = event
            case EpochDone():
                self._epochs, self._finished = event.epochs, event.epoch
            case Completed():
                best, took = best_epoch(event, self._validated), duration(event.seconds)
                self.result = f"{best}, {took}" if best else took
                self.noted.emit(f"Training completed: {self.result}", "")
            case Stopped():
                place = where_stopped(event, self._epochs, self._finished)
                self.result = f"{place}, {duration(event.seconds)}"
                self.noted.emit(f"Training stopped {self.result}", "")
            case Failed():
                self.result = event.sentence
                self.noted.emit(f"Training failed: {event.sentence}", event.detail)
                self._tell_failure(event)

    def _tell_failure(self, event: Failed) -> None:
        owners: tuple[tuple[str, str], ...] = ()
        if self._source is not None and event.line is not None:
            owners = self._source.lines.get(event.line, ())
        block, node = owners[0] if owners else ("", "")
        self.failed_at.emit(block, node, event.sentence)
