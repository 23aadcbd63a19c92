"""train: a run without a window; Ctrl+C stops it cleanly."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from nnstudio.cli.main import DONE, NO, STOPPED
from nnstudio.cli.targets import project_of
from nnstudio.compiler.inference import analyse
from nnstudio.data.catalogue import describe
from nnstudio.project.commands.model import SetTraining
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage import file
from nnstudio.project.values import Project
from nnstudio.training.events import (
    Completed,
    EpochDone,
    Event,
    Failed,
    Started,
    StepsDone,
    Stopped,
)
from nnstudio.training.thread import Run
from nnstudio.workspace.fit_to_data import best_fitting, is_fitted
from nnstudio.workspace.training import start

POLL_SECONDS = 0.05


def train(options: argparse.Namespace) -> int:
    """Train TARGET and tell how it goes, for people or as one JSON object a line."""
    project = project_of(options)
    given = {
        "data": options.data,
        "epochs": options.epochs,
        "batch_size": options.batch_size,
        "device": options.device,
        "seed": options.seed,
    }
    settings = project.training.changed(
        **{name: value for name, value in given.items() if value is not None}
    )
    note = Console(stderr=True, soft_wrap=True, highlight=False)
    project = SetTraining(settings).apply(project)
    project = _fitted(project, note, quiet=options.json)
    folder = Path(options.run) if options.run else None
    if options.resume and folder is None:
        raise Refusal("--resume expects --run DIR, the folder of the training to go on with")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        file.write(project, folder / "project.nns")
    run = start(
        project,
        project.training,
        run_folder=folder,
        resume=folder if options.resume else None,
        as_shown=True,
    )
    teller = _Json() if options.json else _Terminal(project.root)
    last = _follow(run, teller)
    if isinstance(last, Failed):
        print(f"nnstudio: {last.sentence}", file=sys.stderr)
        return NO if last.line else 2
    return STOPPED if isinstance(last, Stopped) else DONE


def _fitted(project: Project, note: Console, *, quiet: bool) -> Project:
    report = analyse(project)
    info = describe(project.training.data)
    if not report.ok or is_fitted(project, report, info, project.training.resize):
        return project
    command = best_fitting(project, report, info)
    if not quiet:
        note.print(f"{project.root} fitted to {info.name}: {command.told}")
    return command.apply(project)


def _follow(run: Run, teller: _Json | _Terminal) -> Event | None:
    last: Event | None = None
    with teller:
        while True:
            try:
                final = run.state.is_final
                for event in run.drain():
                    teller.tell(event)
                    last = event
                if final:
                    break
                time.sleep(POLL_SECONDS)
            except KeyboardInterrupt:
                run.stop()
    run.join()
    return last


class _Json:
    """One JSON object per event and line."""

    def __enter__(self) -> _Json:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to close."""

    def tell(self, event: Event) -> None:
        print(json.dumps(event.to_json()), flush=True)


class _Terminal:
    """A progress bar and a line for each epoch."""

    def __init__(self, name: str) -> None:
        self.console = Console(highlight=False)
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
        )
        self.task = self.progress.add_task(name, total=None, rate="")

    def __enter__(self) -> _Terminal:
        self.progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.progress.stop()

    def tell(self, event: Event) -> None:
        match event:
            case Started():
                total = event.epochs * event.steps_per_epoch
                self.progress.update(self.task, total=total)
                self.console.print(
                    f"{event.parameters:,} parameters on {event.device}, "
                    f"{event.train_samples:,} samples to train, "
                    f"{event.validation_samples:,} to validate"
                )
            case StepsDone():
                rate = f"{event.samples_per_second:,.0f} samples/s"
                self.progress.update(self.task, completed=event.step, rate=rate)
            case EpochDone():
                self.console.print(_epoch(event))
            case Completed():
                best = (
                    ""
                    if event.best is None
                    else f", best epoch {event.best_epoch}: {_metrics(event.best)}"
                )
                self.console.print(f"completed in {event.seconds:.1f} s{best}")
            case Stopped():
                self.console.print(f"stopped in epoch {event.epoch} after {event.seconds:.1f} s")


def _metrics(metrics: object) -> str:
    loss, accuracy = getattr(metrics, "loss", 0.0), getattr(metrics, "accuracy", None)
    return f"loss {loss:.4f}" + ("" if accuracy is None else f" accuracy {accuracy:.2%}")


def _epoch(event: EpochDone) -> str:
    text = f"epoch {event.epoch:>3}/{event.epochs}  train {_metrics(event.train)}"
    if event.validation is not None:
        text += f"  validation {_metrics(event.validation)}"
    return f"{text}  {event.seconds:.1f} s"
