"""The training loop: a generator of events. It knows no thread, no window, no file but its run's.

Same seed, same losses, on the same machine and device, as long as nobody else draws from torch's
global random numbers meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

import torch
from torch import nn

from nnstudio.data.dataset import DataSet
from nnstudio.data.rows import count
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import checkpoints, resuming
from nnstudio.training.batches import Batches, batches_of
from nnstudio.training.checkpointer import Checkpointer
from nnstudio.training.checkpoints import Checkpoint
from nnstudio.training.events import (
    Completed,
    EpochDone,
    Event,
    Metrics,
    Paused,
    Resumed,
    Started,
    StepsDone,
    Stopped,
    Stopping,
    Warned,
)
from nnstudio.training.failures import TrainingError, failure_event
from nnstudio.training.figures import read_all
from nnstudio.training.judging import (
    deciding_metrics,
    has_waited_enough,
    is_better,
    refuse_missing_figure,
)
from nnstudio.training.machine import machine_set_up
from nnstudio.training.meters import NOTHING, Clock, Meter, ReportWindow, RunningTotals
from nnstudio.training.resuming import Position
from nnstudio.training.schedules import Schedule
from nnstudio.training.stop_and_pause import StopAndPause
from nnstudio.training.thread_trial import threads_for
from nnstudio.training.train_step import TrainStep

_REPORT_EVERY = 0.25
"""Seconds between two StepsDone."""


def train(
    model: nn.Module,
    train_set: DataSet,
    validation_set: DataSet | None,
    settings: TrainingSettings,
    *,
    device: torch.device,
    control: StopAndPause | None = None,
    resume: Path | None = None,
    run_folder: Path | None = None,
    source_name: str | None = None,
    data: DataSpec | None = None,
    fingerprints: Mapping[str, str] | None = None,
    losses: tuple[str, ...] = (),
) -> Iterator[Event]:
    """Train `model` in place and tell how it goes.

    First comes Started; last Completed, Stopped or Failed: exceptions become Failed, with the
    line in the generated code if it was compiled under the file name `source_name`.
    control: pause, resume and stop from another thread; taken up between two steps. While
    paused, the generator blocks. resume: a checkpoint, or the folder of a run, to go on from.
    run_folder: where checkpoints are kept; without it there are none. data: where the sets come
    from; a training goes on with the same ones only. fingerprints: of what else must be the same,
    by name: source, split. losses: names of the model's outputs that are losses themselves.
    """
    control = control or StopAndPause()
    try:
        with machine_set_up(settings), ExitStack() as ended:
            if len(train_set) == 0:
                told = train_set.info.in_sentence
                raise TrainingError(f"There are no samples to train on in {told}.")
            resumes = resume is not None
            learner = TrainStep(model, train_set, settings, device, resumes=resumes, losses=losses)
            objective, size = learner.objective, settings.batch_size
            batches = batches_of(train_set, objective, size, device)
            ended.callback(batches.close)
            validation = None
            if validation_set is not None and len(validation_set):
                # Twice the batch: without gradients it needs no more memory.
                validation = batches_of(validation_set, objective, 2 * size, device)
                ended.callback(validation.close)
            folder = None if run_folder is None else checkpoints.folder_of(run_folder)
            saved = None if resume is None else checkpoints.read(resume)
            threads = threads_for(
                learner,
                batches,
                settings,
                name=source_name,
                before=saved.state.get("threads") if saved else None,
                stopping=lambda: control.stopping,
            )
            torch.set_num_threads(threads)
            keeper = Checkpointer(folder)
            known = resuming.Facts(settings, data, dict(fingerprints or {}), batches.samples)
            training = _Training(learner, batches, validation, known, keeper, threads)
            if saved is not None:
                training.restore(saved)
            yield from training.events(control)
    except Exception as error:
        yield failure_event(error, source_name)


class _Training:
    """One training: the order of its events, its figures, its checkpoints."""

    def __init__(
        self,
        learner: TrainStep,
        batches: Batches,
        validation: Batches | None,
        facts: resuming.Facts,
        keeper: Checkpointer,
        threads: int,
    ) -> None:
        self.learner = learner
        self.batches = batches
        self.validation = validation
        self.facts = facts
        self.settings = settings = facts.settings
        self.device = learner.device
        self.keeper = keeper
        self.threads = threads
        self.keeps = settings.checkpoint
        refuse_missing_figure(settings, learner.objective, batches, validation is not None)
        steps = -(-batches.steps // settings.accumulate)
        self.schedule = Schedule(learner.optimizers, settings, steps)
        self.rate = self.schedule.rate
        self.best: EpochDone | None = None
        self.last: EpochDone | None = None
        self.warnings: list[str] = []
        self._move_to(Position())

    def _move_to(self, position: Position) -> None:
        self.epoch, self.step = position.epoch, position.step
        self.first_step = self._steps_done()
        self.sums = position.sums
        self.meter = self._meter(self.batches, position.sums)
        self.clock = Clock(position.seconds)
        self.seconds_before = position.seconds
        self.epoch_began = position.seconds - position.epoch_seconds
        self.interval = ReportWindow(_REPORT_EVERY, position.seconds)

    def _meter(self, batches: Batches, begin: RunningTotals = NOTHING) -> Meter:
        answers = self.learner.objective.answers
        return Meter(self.device, begin, answers=answers, variance=batches.variance)

    # The order of events

    def events(self, control: StopAndPause) -> Iterator[Event]:
        settings, batches = self.settings, self.batches
        self.control = control
        yield Started(
            device=str(self.device),
            epochs=settings.epochs,
            steps_per_epoch=batches.steps,
            train_samples=batches.samples,
            validation_samples=self.validation.samples if self.validation else 0,
            parameters=sum(p.numel() for p in self.learner.parameters),
            first_epoch=self.epoch,
            threads=self.threads,
        )
        if self.learner.weights_taken is not None:
            yield self.learner.weights_taken
        for sentence in self.warnings:
            yield Warned(sentence)
        while self.epoch <= settings.epochs and not self._has_waited_enough():
            if not control.stopping:
                yield from self._run_epoch()
            if control.stopping and self.epoch <= settings.epochs:
                yield from self._stop()
                return
        self._look_where_to_keep()
        if self.keeps:
            yield from self._save()
        best, last = self.best, self.last
        yield Completed(
            epochs=self.epoch - 1,
            seconds=self.clock.seconds(),
            best_epoch=best.epoch if best else 0,
            best=deciding_metrics(best) if best else None,
            last=deciding_metrics(last) if last else None,
            best_by=settings.best_by,
        )

    def _run_epoch(self) -> Iterator[Event]:
        """One epoch or what is left of it; returns early if the training shall stop."""
        self.interval.begin_epoch(self.sums)
        yield from self._run_steps()
        if self.control.stopping:
            return
        self._read()
        validation = None
        if self.validation is not None:
            validation = yield from self._validate(self.validation)
            if validation is None:
                return
        if self.epoch == self.settings.epochs:
            yield from self._tell_steps()
        done = EpochDone(
            epoch=self.epoch,
            epochs=self.settings.epochs,
            train=self.sums.metrics(),
            validation=validation,
            learning_rate=self.rate,
            seconds=self.clock.seconds() - self.epoch_began,
        )
        if is_better(done, self.best, self.settings):
            self.best = done = replace(done, best=True)
        self.last = done
        self.schedule.epoch_done(deciding_metrics(done).loss)
        self.epoch, self.step, self.sums = self.epoch + 1, 0, NOTHING
        self.meter = self._meter(self.batches)
        self.epoch_began = self.clock.seconds()
        yield done
        self._look_where_to_keep()
        if self.keeps:
            if done.best:
                facts = {"epoch_done": done.to_json()}
                self.keeper.hold_best(self.learner.judged_model, self._name(), facts)
            if self.keeper.is_due:
                yield from self._save()

    def _run_steps(self) -> Iterator[Event]:
        control, batches, learner = self.control, self.batches, self.learner
        order = batches.order(self.settings.seed, self.epoch)
        gathered = self.settings.accumulate
        learner.learn()
        while self.step < batches.steps:
            if control.pausing or control.stopping:
                yield from self._obey()
                if control.stopping:
                    return
            inputs, targets = batches.batch(order, self.step)
            if gathered == 1:
                judged, changed = learner.step(inputs, targets), True
            else:
                begun = self.step - self.step % gathered
                of = min(gathered, batches.steps - begun)
                changed = self.step + 1 == begun + of
                judged = learner.step(inputs, targets, batches=of, is_last=changed)
            self.meter.add(judged, count(inputs))
            self.step += 1
            if changed:
                self.rate = self.schedule.rate
                self.schedule.step_done()
            now = self.clock.seconds()
            if self.interval.is_due(now):
                self._read()
                yield from self._tell_steps()
            if self.keeps and self.step < batches.steps and self.keeper.is_due:
                self._read()
                yield from self._save()

    def _validate(self, batches: Batches) -> Generator[Event, None, Metrics | None]:
        """Yields events while it lasts; returns the metrics, or None if it shall stop."""
        meter, objective = self._meter(batches), self.learner.objective
        figures = objective.figures(self.device)
        self.learner.judged_model.eval()
        for step in range(batches.steps):
            if self.control.pausing or self.control.stopping:
                yield from self._obey()
                if self.control.stopping:
                    return None
            inputs, targets = batches.in_sequence(step)
            meter.add(self.learner.measure(inputs, targets, figures), count(inputs))
        metrics, more = self._finite(meter.read()).metrics(), read_all(figures)
        r2 = more.pop("r2", None)
        return replace(metrics, r2=r2 if metrics.r2 is None else metrics.r2, more=more)

    def _obey(self) -> Iterator[Event]:
        """Sit out a pause."""
        if not self.control.pausing:
            return
        self.clock.pause()
        yield Paused()
        self.control.wait()
        self.clock.resume()
        if not self.control.stopping:
            yield Resumed()

    def _stop(self) -> Iterator[Event]:
        yield Stopping()
        if self.step:
            self._read()
        self._look_where_to_keep()
        yield from self._save()
        yield Stopped(self._last_epoch(), self.clock.seconds())

    # Figures

    def _read(self) -> None:
        """Fetch the epoch's sums from the device."""
        self.sums = self._finite(self.meter.read())
        self.interval.look(self.sums)

    def _finite(self, totals: RunningTotals) -> RunningTotals:
        if not math.isfinite(totals.loss):
            raise TrainingError(
                f"The loss became {totals.loss} in epoch {self.epoch}, by step {self.step:,}: "
                "try a lower learning rate, or clip the gradients."
            )
        return totals

    def _tell_steps(self) -> Iterator[Event]:
        now = self.clock.seconds()
        news = self.interval.take(now)
        if news is None:
            return
        metrics, per_second = news
        done, steps = self._steps_done(), self.settings.epochs * self.batches.steps
        trained, remaining = now - self.seconds_before, None
        if trained >= 1.0 or done == steps:
            remaining = trained / (done - self.first_step) * (steps - done)
        yield StepsDone(
            epoch=self.epoch,
            step=done,
            steps=steps,
            loss=metrics.loss,
            accuracy=metrics.accuracy,
            learning_rate=self.rate,
            samples_per_second=per_second,
            remaining_seconds=remaining,
        )

    def _steps_done(self) -> int:
        return (self.epoch - 1) * self.batches.steps + self.step

    def _last_epoch(self) -> int:
        """The last epoch of which at least one step is done."""
        return self.epoch if self.step else self.epoch - 1

    def _has_waited_enough(self) -> bool:
        return not self.step and has_waited_enough(self.last, self.best, self.settings)

    # Checkpoints

    def _look_where_to_keep(self) -> None:
        """Take up the folder that was told since the start; it is wanted whatever was set."""
        if self.control.run_folder is not None:
            self.keeper.folder = checkpoints.folder_of(self.control.run_folder)
            self.keeps = True

    def _name(self) -> str:
        return checkpoints.name_of(self.epoch - 1, self.step)

    def _save(self) -> Iterator[Event]:
        now = self.clock.seconds()
        begun = now - self.epoch_began if self.step else 0.0
        position = Position(self.epoch, self.step, self.sums, begun, now, self.rate)
        state = {
            "position": asdict(position),
            "schedule": self.schedule.state(),
            "learner": self.learner.state(),
            "best": self.best.to_json() if self.best else None,
            "last": self.last.to_json() if self.last else None,
            **self.facts.state(),
            "device": str(self.device),
            "threads": self.threads,
        }
        yield from self.keeper.save(self._name(), self._last_epoch(), self.learner, state)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on exactly where the checkpoint was written. Raises `TrainingError`."""
        saved = resuming.saved_state(checkpoint, self.batches.steps)
        self.warnings = self.facts.refuse_others(checkpoint.state, str(self.device))
        self.learner.restore(checkpoint)
        try:
            self.schedule.restore(saved.schedule)
        except (KeyError, TypeError, ValueError) as error:
            raise resuming.damaged(checkpoint, "the schedule is not as it was written") from error
        self.rate = saved.position.rate
        self.best, self.last = saved.best, saved.last
        self.keeper.resumed(checkpoint)
        self._move_to(saved.position)
