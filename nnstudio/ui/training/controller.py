"""Runs the training of the open project: starts it, fetches its events, pauses and stops it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.source import Source
from nnstudio.data.info import DataError
from nnstudio.project.refusal import Refusal
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.record import RunRecord
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore
from nnstudio.training.events import (
    Completed,
    EpochDone,
    Event,
    Failed,
    Started,
    StepsDone,
    Stopped,
    Warned,
)
from nnstudio.training.thread import Run
from nnstudio.ui.number_text import duration
from nnstudio.ui.training.measuring import Measuring
from nnstudio.ui.training.result_text import best_epoch, where_stopped
from nnstudio.ui.training.run_mark import RunMark
from nnstudio.ui.training.workers import Workers
from nnstudio.workspace.finished_epochs import epochs_before
from nnstudio.workspace.kept_run import Keeping, KeptRun
from nnstudio.workspace.queue.page import QueuePage
from nnstudio.workspace.workspace import Workspace

INTERVAL = 100
"""Milliseconds between two looks into the queue of events: ten times a second."""


class Shows(Protocol):
    """What shows the events of a training."""

    def handle(self, event: Event) -> None:
        """Show one more event."""

    def begin(self) -> None:
        """Forget the last training: a new one starts."""

    def reset(self) -> None:
        """Forget the last training and say how to start one."""

    def set_state(self, state: str) -> None:
        """Show the run's state in words."""

    def show_mark(self, title: str, version: str, sentence: str) -> None:
        """Whose results these are, and what keeps them from being those of the open project."""

    def show_run(self, id: str, folder: str) -> None:
        """Under which id and where it is kept; two empty texts if it is not."""


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
        self,
        workspace: Workspace,
        panel: Callable[[], Shows],
        store_folder: Path,
        parent: QObject | None = None,
    ) -> None:
        """panel: makes or gives the panel, on first need, since it loads the plots. store_folder:
        where the run store is that takes a run which is kept.
        """
        super().__init__(parent)
        self._workspace = workspace
        self._panel = panel
        self.run: Run | None = None
        self.source: Source | None = None
        self._steps: StepsDone | None = None
        self._epochs = self._finished = 0
        self._validated = False
        self._is_kept = False
        self.kept_in: Path | None = None
        """The folder of the run; None if it is not kept."""
        self._kept: KeptRun | None = None
        self._past: list[Event] = []
        self.store_folder = store_folder
        self.mark = RunMark(workspace, self)
        self.mark.changed.connect(self._show_mark)
        self.mark.left.connect(self._on_left)
        self.device = ""
        self.result = ""
        self.measuring = Measuring(workspace, self)
        self.measuring.noted.connect(lambda sentence: self.noted.emit(sentence, ""))
        self.workers = Workers(workspace, store_folder, self)
        self.workers.refused.connect(self.refused)
        self.workers.began.connect(lambda title: self.noted.emit(f"{title} is trained apart", ""))
        self.queue = QueuePage(store_folder.absolute())
        self.queue.refused.connect(self.refused.emit)
        self.workers.reported.connect(
            lambda title, path: self.noted.emit(f"The report on {title} is written", path)
        )
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self.drain)

    # -- the state ----------------------------------------------------------------------------

    @property
    def state(self) -> State | None:
        """The state of the run; None before the first one."""
        return self.run.state if self.run else None

    @property
    def is_active(self) -> bool:
        """True while a training runs, pauses or stops."""
        return self.run is not None and not self.run.state.is_final

    def reason_not_to_draw(self) -> str:
        """Why nothing else may take from the random state: a training would go another way."""
        if self.is_active:
            return "Wait for the end of the training"
        return "Wait for the end of the measurement" if self.measuring.is_busy else ""

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
        if self.run is None:
            return ""
        state = self.run.state.value
        if self.mark.is_foreign:
            state = f"{self.mark.title}: {state}"
        parts = [state]
        if self.is_active and self._steps:
            parts.append(f"epoch {self._steps.epoch} of {self._epochs}")
            if self._steps.remaining_seconds is not None and not self.is_paused:
                parts.append(f"{duration(self._steps.remaining_seconds)} left")
        elif self.result:
            parts.append(self.result)
        if self.mark.is_stale and not self.is_active:
            parts.append("edited since")
        return "  ·  ".join(parts)

    @property
    def told_in_words(self) -> str:
        """State, epoch and remaining time as a sentence."""
        steps = self._steps
        if steps is None:
            return f"The training of '{self.mark.title}' has just begun."
        seconds = steps.remaining_seconds
        left = f", {duration(seconds)} left" if seconds is not None else ""
        return f"'{self.mark.title}' is in epoch {steps.epoch:,} of {self._epochs:,}{left}."

    # -- acting -------------------------------------------------------------------------------

    def start(self, resume: RunRecord | None = None) -> None:
        """Train the project as it is now, or go on with a run that is kept.

        Raises:
            Refusal: it cannot be trained; the sentence says why.
        """
        if self.is_paused:
            self.resume()
            return
        if self.measuring.is_busy:  # both would draw from the same random state
            raise Refusal("Wait for the end of the measurement.")
        self.drain()  # what the last one has not told yet
        try:
            self.source = self._workspace.source()
            run = self._begun() if resume is None else self._resumed(resume)
        except (CompileError, DataError, RunStoreError) as error:
            raise Refusal(str(error)) from error
        self.run, self._past = run, []
        self._steps, self._epochs, self.result = None, self._workspace.project.training.epochs, ""
        panel = self._panel()
        panel.begin()
        self._show_run()
        for event in () if resume is None else epochs_before(resume.folder):
            panel.handle(event)
        self.mark.begin(self.source)
        panel.set_state(run.state.value)
        self._timer.start()
        self.changed.emit()

    def _begun(self) -> Run:
        """Begin a training that is kept, or one that is not where that cannot be."""
        self._kept, self._is_kept = None, True
        try:
            store = RunStore(self.store_folder)
            keeping = Keeping.in_store(store, self._workspace.title, self._workspace.path)
            self.kept_in = keeping.folder
            return self._workspace.start_training(keeping, gives_way=True)
        except RunStoreError as error:
            self._is_kept, self.kept_in = False, None
            self.noted.emit(f"The training is not kept: {error}", "")
            return self._workspace.start_training(gives_way=True)

    def _resumed(self, record: RunRecord) -> Run:
        """Go on with a run in its own folder."""
        store = RunStore(self.store_folder)
        keeping = Keeping(record.name, record.folder, store, resume=True)
        run = self._workspace.start_training(keeping, gives_way=True)
        self._kept, self._is_kept, self.kept_in = None, True, record.folder
        return run

    def _show_run(self) -> None:
        folder = self.kept_in
        self._panel().show_run(folder.name if folder else "", str(folder or ""))

    def pause(self) -> None:
        """Ask for a pause."""
        if self.run is not None:
            self.run.pause()
            self._tell_state()

    def resume(self) -> None:
        """Go on."""
        if self.run is not None:
            self.run.resume()
            self._tell_state()

    def keep(self) -> None:
        """Try again to keep the run, if that could not be at its start.

        Raises:
            RunStoreError: the store cannot be written; one sentence.
        """
        origin = self.mark.origin
        if self.run is None or origin is None or self._is_kept:
            return
        keeping = Keeping.in_store(RunStore(self.store_folder), origin.title, origin.path)
        self._kept = KeptRun(keeping, origin.project, self.run.settings)
        self._kept.follow(self.run, self._past)
        self.run.keep_in(self._kept.folder)
        self._is_kept, self.kept_in = True, self._kept.folder
        self._show_run()
        self.noted.emit(f"The training of {origin.title} is kept", str(self._kept.folder))

    def stop(self) -> None:
        """Ask for the end; what was learned is kept."""
        if self.run is not None:
            self.run.stop()
            self._tell_state()

    def close(self) -> None:
        """Leave no thread behind; waits for the step that is being done."""
        self._timer.stop()
        self.measuring.close()
        self.mark.close()
        if self.run is not None:
            self.run.stop()
            self.run.join()
            for event in self.run.drain():
                self._note(event)

    def drain(self) -> None:
        """Fetch the events since the last time and show them."""
        run = self.run
        if run is None:
            return
        before = run.state
        for event in run.drain():
            self._note(event)
            self.follow(event)
            self._panel().handle(event)
        if run.state.is_final and before.is_final:
            self._timer.stop()
        self._tell_state()

    def _note(self, event: Event) -> None:
        if self._kept is not None:
            self._kept.tell(event)
        elif not self._is_kept and not isinstance(event, StepsDone):
            self._past.append(event)

    def _show_mark(self) -> None:
        origin = self.mark.origin
        if self.run is not None and origin is not None:
            self._panel().show_mark(origin.title, origin.version, self.mark.sentence)
        self.changed.emit()

    def _on_left(self) -> None:
        """Another project was opened: what has ended is cleared, what runs bears its name."""
        if self.run is None or self.is_active:
            return
        self.drain()  # it may have ended a moment ago
        self._timer.stop()
        self.run, self._steps, self.result, self.kept_in = None, None, "", None
        self._panel().reset()
        self.mark.forget()

    def _tell_state(self) -> None:
        if self.run is not None:
            self._panel().set_state(self.run.state.value)
        self.changed.emit()

    def follow(self, event: Event) -> None:
        match event:
            case Started():
                self.device, self._epochs = event.device, event.epochs
                self._finished = event.first_epoch - 1
                self._validated = event.validation_samples > 0
                self.noted.emit(
                    f"Training{self.mark.whose} started on {event.device}: "
                    f"{event.epochs:,} epochs of {event.train_samples:,} samples, "
                    f"{event.parameters:,} parameters",
                    "",
                )
            case StepsDone():
                self._steps = event
            case EpochDone():
                self._epochs, self._finished = event.epochs, event.epoch
            case Warned():
                self.noted.emit(event.sentence, "")
            case Completed():
                best, took = best_epoch(event, self._validated), duration(event.seconds)
                self.result = f"{best}, {took}" if best else took
                self.noted.emit(f"Training{self.mark.whose} completed: {self.result}", "")
            case Stopped():
                place = where_stopped(event, self._epochs, self._finished)
                self.result = f"{place}, {duration(event.seconds)}"
                self.noted.emit(f"Training{self.mark.whose} stopped {self.result}", "")
            case Failed():
                self.result = event.sentence
                self.noted.emit(f"Training{self.mark.whose} failed: {event.sentence}", event.detail)
                self._tell_failure(event)

    def _tell_failure(self, event: Failed) -> None:
        owners: tuple[tuple[str, str], ...] = ()
        if self.source is not None and event.line is not None and not self.mark.is_foreign:
            owners = self.source.lines.get(event.line, ())
        block, node = owners[0] if owners else ("", "")
        self.failed_at.emit(block, node, event.sentence)
