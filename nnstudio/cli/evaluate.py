"""evaluate: the figures of a run, as tables, JSON, or a row for each sample as CSV."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from nnstudio.cli.console import console
from nnstudio.cli.evaluation_tables import print_evaluation
from nnstudio.cli.main import DONE
from nnstudio.cli.targets import print_json
from nnstudio.data.samples import PARTS
from nnstudio.errors import UserError
from nnstudio.evaluation.evaluation import Evaluation
from nnstudio.evaluation.table import columns_of, rows_of
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.atomic import write_text
from nnstudio.workspace.evaluating import Watch, nobody_watches
from nnstudio.workspace.opened_run import OpenedRun, open_run

ALL = "all"


def evaluate(options: argparse.Namespace) -> int:
    """Judge the parts of a run that were asked for."""
    run = open_run(options.run)
    found = [_judged(run, part, options) for part in _parts(run, options.part)]
    if options.csv:
        _write_csv(run, found, Path(options.csv))
    if options.json:
        record = run.record
        about = {"id": record.id, "name": record.name, "state": record.state.value}
        about |= {"created": record.created, "folder": str(run.folder)}
        print_json({"run": about, "evaluations": [one.to_json() for one in found]})
        return DONE
    for place, one in enumerate(found):
        if place:
            console().print()
        print_evaluation(run.record, one)
    if options.csv:
        samples = sum(one.samples for one in found)
        console().print(f"{samples:,} predictions written to {options.csv}", markup=False)
    return DONE


def _parts(run: OpenedRun, wanted: str | None) -> Sequence[str | None]:
    if wanted != ALL:
        return (wanted,)
    sizes = run.sizes()
    there = [part for part in PARTS if sizes[part]]
    if not there:
        raise Refusal(f"'{run.record.name}' has no samples")
    return there


def _judged(run: OpenedRun, part: str | None, options: argparse.Namespace) -> Evaluation:
    with _progress(options.json) as watch:
        return run.evaluate(part, which=options.checkpoint, device=options.device, watch=watch)


@contextmanager
def _progress(quiet: bool) -> Iterator[Watch]:
    """A bar on a terminal while predictions are made."""
    lines = console(stderr=True)
    if quiet or not lines.is_terminal:
        yield nobody_watches
        return
    columns = (TextColumn("predicting"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=lines, transient=True) as bar:
        task = bar.add_task("predicting", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _write_csv(run: OpenedRun, found: Sequence[Evaluation], path: Path) -> None:
    """A row for each sample; its origin is said where the data can still be read."""
    origins: Sequence[str] = ()
    try:
        samples = run.parts().samples
        origins = samples.origins if samples is not None else ()
    except UserError as error:
        console(stderr=True).print(f"warning: without origins: {error}", markup=False)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns_of(found[0].predictions))
    for one in found:
        table.writerows(rows_of(one.predictions, origins))
    write_text(text.getvalue(), path)
