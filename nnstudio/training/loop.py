"""The training loop: a generator of events. It knows no thread, no window, no file but its run's.

Same seed, same losses, on the same machine and device, as long as nobody else draws from torch's
global random numbers meanwhile.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, replace
from functools import reduce
from operator import add
from pathlib import Path

import torch
from torch import nn

from nnstudio.data.dataset import DataSet
from nnstudio.data.rows import count
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import checkpoints, resuming
from nnstudio.training.agreement import agreed_by_all
from nnstudio.training.batches import Batches, batches_of
from nnstudio.training.checkpointer import Checkpointer
from nnstudio.training.checkpoints import Checkpoint
from nnstudio.training.events import (
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
from nnstudio.training.failures import failure_event
from nnstudio.training.figures import read_all
from nnstudio.training.judging import (
    Judge,
    deciding_metrics,
    refuse_missing_figure,
    refuse_no_number,
)
from nnstudio.training.machine import machine_set_up
from nnstudio.training.meters import NOTHING, Clock, Meter, ReportWindow, RunningTotals, remaining
from nnstudio.training.resuming import Position
from nnstudio.training.schedules import Schedule
from nnstudio.training.shared_step import refuse_to_train, step_for
from nnstudio.training.stop_and_pause import StopAndPause
from nnstudio.training.train_step import TrainStep
from nnstudio.training.way import Way
from nnstudio.training.way_trial import way_for
from nnstudio.training.world import ALONE, World

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
    world: World = ALONE,
) -> Iterator[Event]:
    """Train `model` in place and tell how it goes.

    First comes Started; last Completed, Stopped or Failed: exceptions become Failed, with the
    line in the generated code if it was compiled under the file name `source_name`.
    control: pause, resume and stop from another thread; taken up between two steps. While
    paused, the generator blocks. resume: a checkpoint, or the folder of a run, to go on from.
    run_folder: where checkpoints are kept; without it there are none. data: where the sets come
    from; a training goes on with the same ones only. fingerprints: of what else must be the same,
    by name: source, split. losses: names of the model's outputs that are losses themselves. world:
    the processes that train together, all of which call this at the same time; run_folder is given
    to the first alone.
    """
    control = control or StopAndPause()
    try:
        with machine_set_up(settings), ExitStack() as ended:
            refuse_to_train(train_set, settings, fingerprints or {}, world)
            resumes = resume is not None
            learner = step_for(
                model, train_set, settings, device, world=world, resumes=resumes, losses=losses
            )
            objective, size, place = learner.objective, settings.batch_size, world.place
            fewest = learner.fewest
            batches = batches_of(train_set, objective, size, device, place=place, fewest=fewest)
            ended.callback(batches.close)
            validation = None
            if validation_set is not None and len(validation_set):
                # Twice the batch: without gradients it needs no more memory.
                validation = batches_of(validation_set, objective, 2 * size, device, place=place)
                ended.callback(validation.close)
            folder = None if run_folder is None else checkpoints.folder_of(run_folder)
            saved = None if resume is None else checkpoints.read(resume)
            way = world.way(settings) or way_for(
                learner,
                batches,
                settings,
                name=source_name,
                before=Way.of(saved.state) if saved else None,
                stopping=lambda: control.stopping,
            )
            learner.go(way)
            keeper = Checkpointer(folder)
            samples, prints = batches.samples, dict(fingerprints or {})
            known = resuming.Facts(settings, data, prints, samples, world.size)
            training = _Training(learner, batches, validation, known, keeper, world)
            if saved is not None:
                training.restore(saved)
            yield from training.events(agreed_by_all(control, world))
    except Exception as error:
        yield failure_event(world.cause(error), source_name)


class _Training:
    """One training: the order of its events, its figures, its checkpoints."""

    def __init__(
        self,
        learner: TrainStep,
        batches: Batches,
        validation: Batches | None,
        facts: resuming.Facts,
        keeper: Checkpointer,
        world: World,
    ) -> None:
        self.learner = learner
        self.batches = batches
        self.validation = validation
        self.facts = facts
        self.settings = settings = facts.settings
        self.device = learner.device
        self.keeper = keeper
        self.world = world
        self.keeps = settings.checkpoint
        refuse_missing_figure(settings, learner.objective, batches, validation is not None)
        steps = -(-batches.steps // settings.accumulate)
        self.schedule = Schedule(learner.optimizers, settings, steps)
        self.rate = self.schedule.rate
        self.judge = Judge(settings)
        self.warnings = list(learner.says)
        self._move_to(Position())

    def _move_to(self, position: Position, own: RunningTotals | None = None) -> None:
        """own: what this process has of the sums; by default the first has all of them."""
        self.epoch, self.step = position.epoch, position.step
        self.first_step = self._steps_done()
        self.sums = position.sums
        if own is None:
            own = position.sums if self.world.rank == 0 else NOTHING
        self.meter = self._meter(self.batches, own)
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
            **asdict(self.learner.way),
            processes=self.world.size,
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
        yield self.judge.completed(self.epoch - 1, self.clock.seconds())

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
        done = self.judge.take(done)
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
            _, save = self.control.look(save=self.keeper.is_due)
            if save:
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
            over, changed = batches.divisor(self.step), True
            if gathered > 1:
                begun = self.step - self.step % gathered
                of = min(gathered, batches.steps - begun)
                over, changed = of * over, self.step + 1 == begun + of
            judged = learner.step(inputs, targets, batches=over, is_last=changed)
            self.meter.add(judged, count(inputs))
            self.step += 1
            if changed:
                self.rate = self.schedule.rate
                self.schedule.step_done()
            now = self.clock.seconds()
            report, save = control.agreed(
                self.interval.is_due(now), self.keeps and self.keeper.is_due, between=changed
            )
            if report:
                self._read()
                yield from self._tell_steps()
            if save and self.step < batches.steps:
                self._read()
                yield from self._save()

    def _validate(self, batches: Batches) -> Generator[Event, None, Metrics | None]:
        """Yields events while it lasts; returns the metrics, or None if it shall stop."""
        meter, objective = self._meter(batches), self.learner.objective
        figures = objective.figures(self.device)
        self.learner.prepare_to_measure()
        for step in range(batches.steps):
            self.control.agreed(False, False)
            if self.control.pausing or self.control.stopping:
                yield from self._obey()
                if self.control.stopping:
                    return None
            inputs, targets = batches.in_sequence(step)
            if not count(inputs):  # fewer samples than processes
                continue
            meter.add(self.learner.measure(inputs, targets, figures), count(inputs))
        metrics, more = self._finite(meter).metrics(), read_all(figures, self.world)
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
        self.sums = self._finite(self.meter)
        self.interval.look(self.sums)

    def _finite(self, meter: Meter) -> RunningTotals:
        """The sums of all processes."""
        totals = reduce(add, self.world.gather(meter.read()))
        refuse_no_number(totals.loss, self.epoch, self.step)
        return totals

    def _tell_steps(self) -> Iterator[Event]:
        now = self.clock.seconds()
        news = self.interval.take(now)
        if news is None:
            return
        metrics, per_second = news
        done, steps = self._steps_done(), self.settings.epochs * self.batches.steps
        trained = now - self.seconds_before
        yield StepsDone(
            epoch=self.epoch,
            step=done,
            steps=steps,
            loss=metrics.loss,
            accuracy=metrics.accuracy,
            learning_rate=self.rate,
            samples_per_second=per_second,
            remaining_seconds=remaining(trained, done - self.first_step, steps - done),
        )

    def _steps_done(self) -> int:
        return (self.epoch - 1) * self.batches.steps + self.step

    def _last_epoch(self) -> int:
        """The last epoch of which at least one step is done."""
        return self.epoch if self.step else self.epoch - 1

    def _has_waited_enough(self) -> bool:
        return not self.step and self.judge.has_waited_enough

    # Checkpoints

    def _look_where_to_keep(self) -> None:
        """Take up the folder that was told since the start; it is wanted whatever was set."""
        if self.control.run_folder is not None:
            self.keeper.folder = checkpoints.folder_of(self.control.run_folder)
            self.keeps = True

    def _name(self) -> str:
        return checkpoints.name_of(self.epoch - 1, self.step)

    def _save(self) -> Iterator[Event]:
        parts = self.world.gather(self.meter.read())
        self.learner.meet_others()
        now = self.clock.seconds()
        begun = now - self.epoch_began if self.step else 0.0
        position = Position(self.epoch, self.step, self.sums, begun, now, self.rate)
        state = {
            "position": asdict(position),
            "schedule": self.schedule.state(),
            "learner": self.learner.state(),
            **self.judge.state(),
            **self.facts.state(),
            "device": str(self.device),
            **asdict(self.learner.way),
            "parts": [asdict(part) for part in parts] if len(parts) > 1 else [],
        }
        yield from self.keeper.save(self._name(), self._last_epoch(), self.learner, state)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on exactly where the checkpoint was written. Raises `TrainingError`."""
        saved = resuming.saved_state(checkpoint, self.batches.steps)
        self.warnings += self.facts.refuse_others(checkpoint.state, str(self.device))
        self.learner.restore(checkpoint)
        try:
            self.schedule.restore(saved.schedule)
        except (KeyError, TypeError, ValueError) as error:
            raise resuming.damaged(checkpoint, "the schedule is not as it was written") from error
        self.rate = saved.position.rate
        self.judge.best, self.judge.last = saved.best, saved.last
        self.keeper.resumed(checkpoint)
        same = len(saved.parts) == self.world.size
        self._move_to(saved.position, saved.parts[self.world.rank] if same else None)
