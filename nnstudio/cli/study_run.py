"""A study that is trained on the command line: a line for each run as it ends, then the figures."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from nnstudio.cli.console import console
from nnstudio.cli.main import DONE, NO, STOPPED
from nnstudio.cli.output import nobody_reads, reader_has_gone
from nnstudio.cli.stopping import wish
from nnstudio.cli.study_tables import print_study
from nnstudio.runs.record import RunRecord
from nnstudio.runs.states import State
from nnstudio.studies.plan import Cell
from nnstudio.studies.study import Study
from nnstudio.training.events import EpochDone, Event, Warned
from nnstudio.workspace.studies.figures import Which, figures_of, judged
from nnstudio.workspace.studies.running import Watch, trained

if TYPE_CHECKING:
    from nnstudio.evaluation.evaluation import Evaluation


def train_study(study: Study, weights: Which, *, as_json: bool) -> int:
    """Train what is missing and tell how it goes. Ctrl+C stops it with a checkpoint."""
    every = list(study.plan.cells())
    done = study.done()
    if as_json:
        _tell("study_started", **study.to_json())
    else:
        _introduce(study, len(every), len(done))
    known: dict[Cell, Evaluation] = {}
    failed: list[tuple[Cell, RunRecord]] = []

    def wants_stop() -> bool:
        return wish.came or reader_has_gone()

    try:
        with wish.deferred(), _progress(study, len(every), quiet=as_json) as watch:
            for cell, record in trained(study, watch=watch, wants_stop=wants_stop):
                if record.state is State.COMPLETED:
                    known[cell] = judged(study, cell, weights)
                    _tell_run(study, cell, record, known[cell], as_json, before=cell in done)
                elif record.state is not State.STOPPED:
                    failed.append((cell, record))
                    _tell_failure(study, cell, record, as_json=as_json)
    except BrokenPipeError:  # between two runs
        nobody_reads()
        return STOPPED
    left = sum(not study.is_done(cell) for cell in every)
    if (left and not failed) or wish.came:
        if reader_has_gone():
            nobody_reads()
            return STOPPED
        if as_json:
            _tell("study_stopped", left=left)
        else:
            told = "run is" if left == 1 else "runs are"
            command = "cross-validate" if len(study.plan.variants) == 1 else "compare"
            console().print(
                f"stopped, {left:,} {told} left; go on with: nnstudio {command} {study.folder}",
                markup=False,
            )
        return STOPPED
    if left == len(every):
        return NO
    found = figures_of(study, weights, known=known)
    if as_json:
        _tell("study_done", **found.to_json())
    else:
        print_study(found)
    return NO if failed else DONE


def _introduce(study: Study, every: int, done: int) -> None:
    lines = console()
    lines.print(f"{study.folds.method}: {every:,} runs", markup=False)
    for note in study.notes():
        lines.print(f"note: {note}", markup=False)
    if done:
        lines.print(f"{done:,} of them {'is' if done == 1 else 'are'} done already")


@contextmanager
def _progress(study: Study, every: int, *, quiet: bool) -> Iterator[Watch]:
    """A bar on a terminal with the epochs of all runs."""
    lines, aside = console(), console(stderr=True)

    def warn(_cell: Cell, event: Event) -> None:
        if isinstance(event, Warned) and not quiet:
            aside.print(f"warning: {event.sentence}", markup=False)

    if quiet or not lines.is_terminal:
        yield warn
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=lines, transient=True) as bar:
        order = {cell: place for place, cell in enumerate(study.plan.cells())}
        task = bar.add_task("run", total=every)

        def watch(cell: Cell, event: Event) -> None:
            warn(cell, event)
            if isinstance(event, EpochDone):
                share = event.epoch / event.epochs
                word = f"run {order[cell] + 1}, epoch {event.epoch}/{event.epochs}"
                bar.update(task, description=word, completed=order[cell] + share)

        yield watch


def _tell_run(
    study: Study, cell: Cell, record: RunRecord, found: Evaluation, as_json: bool, *, before: bool
) -> None:
    head = found.figures.head()
    if as_json:
        figures = {name: one.to_json() for name, one in head.items()}
        _tell("run_done", **_about(study, cell, record), before=before, figures=figures)
        return
    name, first = next(iter(head.items()))
    value = first.reason if first.value is None else f"{first.value:.4f}"
    took = record.result.get("seconds")
    seconds = "done before" if before else f"{took:.1f} s" if isinstance(took, float) else ""
    console().print(f"{_word(study, cell)}  {name} {value}  {seconds}".rstrip(), markup=False)


def _tell_failure(study: Study, cell: Cell, record: RunRecord, *, as_json: bool) -> None:
    why = str(record.result.get("sentence") or f"it was {record.state.lower()}")
    if as_json:
        _tell("run_failed", **_about(study, cell, record), sentence=why)
        return
    print(f"nnstudio: {_word(study, cell)} failed: {why}", file=sys.stderr)


def _about(study: Study, cell: Cell, record: RunRecord) -> dict[str, object]:
    name = study.plan.variants[cell.variant].name
    where = {"repeat": cell.repeat + 1, "fold": cell.fold + 1, "seed": cell.seed + 1}
    return {"model": name, **where, "run": record.id, "folder": str(record.folder)}


def _word(study: Study, cell: Cell) -> str:
    plan = study.plan
    word = f"fold {cell.fold + 1}/{plan.rule.folds}"
    if plan.rule.repeats > 1:
        word += f", repeat {cell.repeat + 1}/{plan.rule.repeats}"
    if plan.seeds > 1:
        word += f", seed {cell.seed + 1}/{plan.seeds}"
    if len(plan.variants) > 1:
        word = f"{plan.variants[cell.variant].name}, {word}"
    return word


def _tell(event: str, **values: object) -> None:
    print(json.dumps({"event": event, **values}, ensure_ascii=False), flush=True)
