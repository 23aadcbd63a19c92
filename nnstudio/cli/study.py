"""study: all that a document asks for, trained and judged; it can be gone on with."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from nnstudio.cli.choices import choices_of
from nnstudio.cli.console import console
from nnstudio.cli.main import DONE, NO, STOPPED
from nnstudio.cli.output import nobody_reads, reader_has_gone
from nnstudio.cli.settings import given_settings
from nnstudio.cli.stopping import wish
from nnstudio.cli.targets import print_json
from nnstudio.errors import UserError
from nnstudio.evaluation.figures.figure import Figure
from nnstudio.project.refusal import Refusal
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.studies.assignment import (
    REPORT,
    Assignment,
    Begun,
    Comparison,
    Search,
    Trainings,
    assignment_of,
    assignments,
    begun_in,
    find_begun,
    is_begun,
    read_begun,
)
from nnstudio.studies.places import studies_folder
from nnstudio.workspace.assignments.reporting import (
    Said,
    analysis_in,
    report_on,
    write_document,
)
from nnstudio.workspace.assignments.results import FIGURES, Results, results_of, write_results
from nnstudio.workspace.assignments.running import Item, Watch, begin
from nnstudio.workspace.assignments.running import study as train_and_judge
from nnstudio.workspace.chosen_data import NO_CHOICES

_WIDTH = 110


def study(options: argparse.Namespace) -> int:
    """Begin an assignment, or go on with one, and do what is missing."""
    if options.document is None:
        return _list(as_json=options.json)
    begun = _found(options) or _begun(options)
    if options.json:
        _tell("assignment_started", **_about(begun))
    else:
        _introduce(begun)
    failed: list[Item] = []

    def wants_stop() -> bool:
        return wish.came or reader_has_gone()

    try:
        with wish.deferred(), _told(begun, failed, as_json=options.json) as watch:
            train_and_judge(begun, watch=watch, wants_stop=wants_stop)
    except BrokenPipeError:  # between two runs
        nobody_reads()
        return STOPPED
    if reader_has_gone():
        nobody_reads()
        return STOPPED
    if wish.came:
        if options.json:
            _tell("assignment_stopped", folder=str(begun.folder))
        else:
            command = f"nnstudio study {begun.folder}"
            console().print(f"stopped; go on with: {command}", markup=False, soft_wrap=True)
        return STOPPED
    found, analysis = _judged(begun, as_json=options.json)
    write_results(found, analysis)
    if options.json:
        _tell("assignment_done", **found.to_json(analysis))
    else:
        _print(found, analysis)
    return NO if failed or found.missing else DONE


def _judged(begun: Begun, *, as_json: bool) -> tuple[Results, tuple[Said, ...]]:
    """The figures of all steps, and what the report says of them, which is written."""
    found = results_of(begun)
    with console(stderr=True).status("Judging") as line:
        try:
            document = report_on(begun, lambda what: None if as_json else line.update(escape(what)))
            write_document(document, begun.folder / REPORT)
        except UserError as error:
            why = f"There is no report: {error}"
            return replace(found, missing=(*found.missing, why)), ()
    return found, analysis_in(document)


def _found(options: argparse.Namespace) -> Begun | None:
    """The one that has begun in the folder that is meant. Raises `Refusal` for another plan."""
    folder = find_begun(options.document)
    if folder is None and options.study and is_begun(Path(options.study)):
        folder = Path(options.study)
        plan, given = read_begun(folder).plan, assignment_of(options.document)
        if plan.name != given.name:
            raise Refusal(f"{folder} holds {plan.name}, not {given.name}")
    elif folder is not None and options.study:
        raise Refusal("an assignment goes on in its own folder: leave out --study")
    if folder is None:
        return None
    begun = read_begun(folder)
    _refuse_changes(options, begun)
    return begun


def _refuse_changes(options: argparse.Namespace, begun: Begun) -> None:
    """One goes on as it was begun: raise `Refusal` for what would change it."""
    searches = any(isinstance(step, Search) for step in begun.plan.steps)
    other = _wished(begun.plan, options) != begun.plan or choices_of(options) != NO_CHOICES
    if other or (options.trials and not searches):
        raise Refusal(
            f"{begun.folder} was begun with other data, settings, folds or trials: leave them out "
            "to go on with it, or give another --study"
        )


def _wished(plan: Assignment, options: argparse.Namespace) -> Assignment:
    """The plan with what was given, each setting as it is kept."""
    settings = given_settings(options)
    data = settings.pop("data", None)
    known = TrainingSettings.model_fields
    checked = TrainingSettings.from_values({k: v for k, v in settings.items() if k in known})
    settings |= {name: getattr(checked, name) for name in settings if name in known}
    return plan.wished(
        data=None if data is None else str(data),
        settings=settings,
        folds=options.folds,
        trials=options.trials,
    )


def _begun(options: argparse.Namespace) -> Begun:
    plan = _wished(assignment_of(options.document), options)
    aside = console(stderr=True)

    def told(sentence: str) -> None:
        if not options.json:
            aside.print(sentence, markup=False)

    folder = None if options.study is None else Path(options.study)
    return begin(plan, folder, choices=choices_of(options), told=told)


def _list(*, as_json: bool) -> int:
    begun = []
    for folder in begun_in(studies_folder()):
        with suppress(UserError):  # its folder stays as it is
            begun.append(read_begun(folder))
    if as_json:
        documents = [one.model_dump(mode="json") for one in assignments()]
        print_json({"documents": documents, "begun": [_about(one) for one in begun]})
        return DONE
    for one in assignments():
        console().print(f"{one.name}  {one.title}", style="bold", markup=False)
        console().print(f"  {one.asks}", markup=False)
        console().print(f"  {', '.join(one.models)}; {one.trainings} trainings at most")
    for kept in begun:
        there = "has its report" if (kept.folder / REPORT).exists() else "is not done"
        text = f"begun {kept.created[:16].replace('T', ' ')} UTC: {kept.plan.name} on "
        text += f"{kept.plan.data} {there}: nnstudio study {kept.folder}"
        console().print(text, markup=False, soft_wrap=True)
    return DONE


# -- how it goes ------------------------------------------------------------------------


def _about(begun: Begun) -> dict[str, object]:
    plan = begun.plan
    told: dict[str, object] = {"id": begun.id, "folder": str(begun.folder), "name": plan.name}
    told |= {"models": list(plan.models), "data": plan.data, "settings": plan.settings}
    return told | {"steps": [one.model_dump() for one in plan.steps], "notes": list(plan.readings)}


def _introduce(begun: Begun) -> None:
    plan, lines = begun.plan, console()
    lines.print(plan.title, style="bold", markup=False)
    lines.print(f"{', '.join(plan.models)} on {plan.data}", markup=False, soft_wrap=True)
    lines.print(f"{plan.trainings} trainings at most, in {begun.folder}", soft_wrap=True)
    for note in plan.readings:
        lines.print(f"note: {note}", markup=False)


@contextmanager
def _told(begun: Begun, failed: list[Item], *, as_json: bool) -> Iterator[Watch]:
    """Lines for people, with a bar on a terminal, or an object for each event."""
    lines, aside = console(), console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    quiet = as_json or not lines.is_terminal
    with Progress(
        *columns, TimeRemainingColumn(), console=lines, transient=True, disable=quiet
    ) as bar:
        task = bar.add_task("", total=begun.plan.trainings)
        done = 0

        def step(one: Trainings | Comparison | Search) -> None:
            if as_json:
                _tell("step_started", step=one.name, kind=one.kind)
            else:
                lines.print()
                lines.print(one.title, style="bold", markup=False)

        def item(one: Item) -> None:
            nonlocal done
            done += 1
            bar.update(task, completed=done)
            if one.state in ("failed", "lost"):
                failed.append(one)
            if as_json:
                _tell("item_done", **asdict(one))
                return
            word = (
                "done before" if one.before else "done" if one.state == "completed" else one.state
            )
            why = f": {one.sentence}" if one.sentence else ""
            lines.print(f"  {one.name}  {word}{why}", markup=False, soft_wrap=True)

        def epoch(name: str, number: int, of: int) -> None:
            bar.update(
                task, description=f"{name}, epoch {number}/{of}", completed=done + number / of
            )

        def warning(sentence: str) -> None:
            if not as_json:
                aside.print(f"note: {sentence}", markup=False)

        yield Watch(step, item, epoch, warning)


def _tell(event: str, **values: object) -> None:
    print(json.dumps({"event": event, **values}, ensure_ascii=False), flush=True)


# -- what came of it ------------------------------------------------------------------------

_HEADS = {"accuracy": "accuracy", "macro_f1": "macro F1", "roc_auc": "ROC AUC"}


def _print(found: Results, analysis: tuple[Said, ...]) -> None:
    lines = console()
    for step in found.begun.plan.steps:
        rows = [row for row in found.rows if row.step == step.name]
        if not rows:
            continue
        lines.print()
        part = f"{rows[0].part}, {rows[0].samples:,} samples"
        lines.print(f"{step.title} ({part})", style="bold", markup=False)
        names = [*(n for n in FIGURES if n in rows[0].figures)] or list(rows[0].figures)
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("model", overflow="fold")
        for head in (*(_HEADS.get(name, name) for name in names), "trainable", "frozen"):
            table.add_column(head, justify="right", no_wrap=True)
        for row in rows:
            cells = [_cell(row.figures[name], row.deviation.get(name)) for name in names]
            table.add_row(row.model, *cells, f"{row.trainable:,}", f"{row.frozen:,}")
        console(width=_WIDTH).print(table)
    for said in analysis:
        lines.print()
        lines.print(said.about, style="bold", markup=False)
        for sentence in said.sentences:
            lines.print(sentence, markup=False)
    lines.print()
    for sentence in found.missing:
        lines.print(f"missing: {sentence}", markup=False)
    folder = found.begun.folder
    if (folder / REPORT).is_file():
        lines.print(f"report {folder / REPORT}", markup=False, soft_wrap=True)
    lines.print(f"results in {folder}", style="dim", markup=False, soft_wrap=True)


def _cell(figure: Figure, deviation: float | None) -> str:
    if figure.value is None:
        return "–"
    if deviation is not None:
        return f"{figure.value:.4f} ± {deviation:.4f}"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.4f}"
    return f"{figure.value:.4f} ({figure.low:.3f} to {figure.high:.3f})"
