"""train: a run without a window. Ctrl+C, or a reader that goes away, stops it with a checkpoint."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from nnstudio.cli.choices import choices_of
from nnstudio.cli.console import console
from nnstudio.cli.main import DONE, NO, STOPPED, WRONG
from nnstudio.cli.output import nobody_reads, reader_has_gone, say_why
from nnstudio.cli.settings import given_settings
from nnstudio.cli.stopping import wish
from nnstudio.cli.targets import project_of
from nnstudio.cli.understood import print_findings
from nnstudio.compiler.inference import full_report
from nnstudio.project.refusal import Refusal
from nnstudio.project.settings import with_settings
from nnstudio.project.values import Project
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.store import RunStore
from nnstudio.training.events import (
    Completed,
    EpochDone,
    Event,
    Failed,
    Started,
    StepsDone,
    Stopped,
    Stopping,
    Warned,
    WeightsTaken,
)
from nnstudio.training.failures import TrainingError
from nnstudio.training.processes import here
from nnstudio.training.thread import Run
from nnstudio.ui.number_text import percent
from nnstudio.ui.training.result_text import in_words, judged_by, where_stopped
from nnstudio.workspace.chosen_data import with_choices
from nnstudio.workspace.kept_run import Keeping, store_if_any
from nnstudio.workspace.measuring import measured
from nnstudio.workspace.tracking import untracked
from nnstudio.workspace.training import fitted, start

POLL_SECONDS = 0.05
_SHOWN = 4
"""Names of weights that are listed of each kind."""


def train(options: argparse.Namespace) -> int:
    """Train TARGET and tell how it goes, for people or as one JSON object a line."""
    project = project_of(options)
    project = with_settings(project, given_settings(options))
    project = with_choices(project, choices_of(options))
    keeping = None if options.dry_run else _keeping(options, project)
    project, told = fitted(project)
    leads = here().leads
    if leads and not options.json:
        if told:
            console(stderr=True).print(told)
        print_findings(project)
        _warn(project)
    if options.dry_run:
        return _measure(project, options)
    told_by = _Json() if options.json else _Lines(project.root)
    teller = told_by if leads else _Nothing()
    try:
        with wish.deferred():
            run = start(
                project,
                project.training,
                keeping=keeping,
                as_shown=True,
            )
            with run:
                last = _follow(run, teller)
    except BrokenPipeError:  # the run has stopped, with a checkpoint
        nobody_reads()
        return STOPPED
    if isinstance(last, Failed):
        say_why(last.sentence)
        return NO if last.line else WRONG
    return STOPPED if isinstance(last, Stopped) else DONE


def _measure(project: Project, options: argparse.Namespace) -> int:
    """Tell how long the training takes and whether it fits; `NO` if it does not."""
    if here().size > 1:
        raise Refusal("--dry-run measures one process: leave out torchrun")
    try:
        with wish.deferred():
            found = measured(project, project.training, stopping=lambda: wish.came)
    except TrainingError:
        if wish.came:
            return STOPPED
        raise
    print(json.dumps(found.to_json()) if options.json else found.sentence)
    return DONE if found.fits else NO


def _keeping(options: argparse.Namespace, project: Project) -> Keeping | None:
    """Where the run is kept: in --run, else among all others; None with --no-run."""
    if options.resume and options.replace:
        raise Refusal("--resume goes on with a run, --replace removes it: give one of them")
    for name in ("resume", "replace"):
        if getattr(options, name) and not options.run:
            raise Refusal(f"--{name} expects --run DIR, the folder of a training")
    if options.run and options.no_run:
        raise Refusal("--no-run keeps nothing: leave out --run")
    is_file = options.target.endswith(".nns")
    title = Path(options.target).stem if is_file else project.root
    if options.run:
        folder = Path(options.run).absolute()
        more = {"resume": options.resume, "replace": options.replace}
        return Keeping(title, folder, store_if_any(), **more)
    if options.no_run:
        if options.setting_tracker and (told := untracked(project.training)):
            raise Refusal(f"{told.rstrip('.')}: leave out --no-run")
        return None
    try:
        return Keeping.in_store(RunStore(), title, Path(options.target) if is_file else None)
    except RunStoreError as error:
        console(stderr=True).print(f"warning: {error} The training is not kept.", markup=False)
        return None


def _warn(project: Project) -> None:
    """Say what is likely to be no use, before the time is spent on it."""
    note = console(stderr=True)
    for problem in full_report(project).problems:
        if problem.severity == "warning":
            note.print(f"warning: {problem.block}: {problem.sentence}", markup=False)


def _follow(run: Run, teller: _Nothing | _Lines) -> Event | None:
    """Tell the events of a run until it ends; raises BrokenPipeError if nobody reads them."""
    last: Event | None = None
    with teller:
        while True:
            if wish.came:
                run.stop()
            final = run.state.is_final
            for event in run.drain():
                teller.tell(event)
                last = event
            if final:
                return last
            if reader_has_gone():
                raise BrokenPipeError
            run.join(POLL_SECONDS)


class _Nothing:
    """Tells nothing: of several processes that train together the first does."""

    def __enter__(self) -> _Nothing:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to close."""

    def tell(self, event: Event) -> None:
        """Keep it to oneself."""


class _Json(_Nothing):
    """One JSON object per event and line."""

    def tell(self, event: Event) -> None:
        print(json.dumps(event.to_json()), flush=True)


class _Lines:
    """A line for each epoch, and on a terminal a bar that shows how far it is."""

    def __init__(self, name: str) -> None:
        self.console = console()
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self.task = self.progress.add_task(name, total=None, rate="")
        self._epochs = self._finished = 0
        self._validated = False

    def __enter__(self) -> _Lines:
        self.progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.progress.stop()

    def tell(self, event: Event) -> None:
        match event:
            case Started():
                self._epochs, self._finished = event.epochs, event.first_epoch - 1
                self._validated = event.validation_samples > 0
                total = event.epochs * event.steps_per_epoch
                self.progress.update(self.task, total=total)
                self.console.print(
                    f"{event.parameters:,} parameters on {_place(event)}, "
                    f"{event.train_samples:,} samples to train, "
                    f"{event.validation_samples:,} to validate"
                )
            case WeightsTaken():
                for line in _taken(event):
                    self.console.print(line, markup=False)
            case StepsDone():
                rate = f"{event.samples_per_second:,.0f} samples/s"
                self.progress.update(self.task, completed=event.step, rate=rate)
            case EpochDone():
                self._finished = event.epoch
                self.console.print(_epoch(event))
            case Completed():
                best = ""
                if event.best is not None:
                    by = judged_by(self._validated, event.best_by)
                    best = f", best epoch by {by} {event.best_epoch}: {_metrics(event.best)}"
                    if event.best_by in event.best.more:
                        figure = event.best.more[event.best_by]
                        best += f" {in_words(event.best_by)} {figure:.4f}"
                self.console.print(f"completed in {event.seconds:.1f} s{best}")
            case Warned():
                console(stderr=True).print(f"warning: {event.sentence}", markup=False)
            case Stopping():
                self.progress.update(self.task, description="stopping")
            case Stopped():
                place = where_stopped(event, self._epochs, self._finished)
                self.console.print(f"stopped {place}, {event.seconds:.1f} s")


def _place(event: Started) -> str:
    threads = event.threads if event.device == "cpu" else None
    each = "" if event.processes == 1 else " each"
    place = event.device if event.processes == 1 else event.device.partition(":")[0]
    if threads is not None:
        place += f" with {threads} thread{'' if threads == 1 else 's'}{each}"
    place += ", channels last" * event.channels_last
    return place if event.processes == 1 else f"{event.processes} processes on {place}"


def _metrics(metrics: object) -> str:
    loss, accuracy = getattr(metrics, "loss", 0.0), getattr(metrics, "accuracy", None)
    r2 = getattr(metrics, "r2", None)
    right = "" if accuracy is None else f" accuracy {percent(accuracy)}"
    return f"loss {loss:.4f}{right}" + ("" if r2 is None else f" R2 {r2:.4f}")


def _taken(event: WeightsTaken) -> Iterator[str]:
    """Table of what of a file fitted."""
    yield f"weights from {event.path}"
    for what, names in (
        ("taken", event.taken),
        ("other shape", event.other_shape),
        ("not in the file", event.missing),
        ("not in the model", event.unused),
    ):
        shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
        if names:
            yield f"  {what:<16} {len(names):>6,}  {shown}"


def _epoch(event: EpochDone) -> str:
    text = f"epoch {event.epoch:>3}/{event.epochs}  train {_metrics(event.train)}"
    if event.validation is not None:
        text += f"  validation {_metrics(event.validation)}"
    return f"{text}  {event.seconds:.1f} s"
