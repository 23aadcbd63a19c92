"""runs: the trainings that are kept, as a table, JSON or CSV."""

from __future__ import annotations

import argparse
import csv
import sys
from typing import Any

from rich.table import Table

from nnstudio.cli.console import console
from nnstudio.cli.main import DONE
from nnstudio.cli.targets import print_json
from nnstudio.project.refusal import Refusal
from nnstudio.runs.index import Wanted
from nnstudio.runs.record import RunRecord
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore, default_folder

_WIDTH = 120
_COLUMNS = (
    *(
        "id",
        "name",
        "model",
        "data",
        "state",
        "created",
        "ended",
        "group",
        "tags",
        "star",
        "device",
    ),
    *("epochs", "best_epoch", "best_loss", "best_accuracy", "best_r2"),
    *("seconds", "parameters"),
    *("note", "folder"),
)


def runs(options: argparse.Namespace) -> int:
    """List the runs, newest first."""
    if options.json and options.csv:
        raise Refusal("--json and --csv are two forms: give one of them")
    if options.limit is not None and options.limit < 1:
        raise Refusal(f"--limit expects a number of at least 1, received {options.limit}")
    if options.empty_trash:
        return _empty_trash(options)
    store = RunStore()
    store.refresh()
    states = (_state(options.state),) if options.state else ()
    wanted = Wanted(options.text, states, options.group, options.tag)
    found = store.find(wanted, limit=options.limit)
    if options.json:
        print_json([{**one.model_dump(mode="json"), "folder": str(one.folder)} for one in found])
    elif options.csv:
        table = csv.writer(sys.stdout, lineterminator="\n")
        table.writerow(_COLUMNS)
        table.writerows([_cells(one)[name] for name in _COLUMNS] for one in found)
    else:
        _print(found, store)
    return DONE


def _empty_trash(options: argparse.Namespace) -> int:
    chosen = (options.text, options.state, options.group, options.tag, options.limit, options.csv)
    if any(chosen):
        raise Refusal("--empty-trash removes all that was deleted: give it alone, or with --json")
    from nnstudio.studies.places import studies_folder
    from nnstudio.studies.study import Among
    from nnstudio.workspace.trash import empty_trash

    gone = empty_trash(Among(studies_folder(), default_folder()))
    if options.json:
        print_json({"runs": gone.runs, "studies": gone.studies, "bytes": gone.size})
    else:
        told = f"removed from the trash: {gone}"
        if gone.wanted:
            told += f"\n{gone.wanted:,} of the runs belonged to studies that are kept"
        console().print(told, markup=False, highlight=False)
    return DONE


def _state(text: str) -> State:
    for state in State:
        if state.value.lower() == text.lower():
            return state
    known = ", ".join(state.value.lower() for state in State)
    raise Refusal(f"--state expects one of {known}, received '{text}'")


def _cells(run: RunRecord) -> dict[str, Any]:
    best = run.result.get("best") or {}
    return {
        **{name: getattr(run, name) for name in ("id", "name", "model", "created", "ended")},
        **{name: getattr(run, name) for name in ("group", "device", "note", "folder")},
        **{name: run.result.get(name) for name in ("epochs", "best_epoch", "seconds")},
        "state": run.state.value,
        "tags": "; ".join(run.tags),
        "data": run.settings.get("data"),
        "star": int(run.star),
        "parameters": run.result.get("parameters"),
        "best_loss": best.get("loss"),
        "best_accuracy": best.get("accuracy"),
        "best_r2": best.get("r2"),
    }


def _print(found: list[RunRecord], store: RunStore) -> None:
    if not found:
        console().print(f"no runs in {store.folder}", markup=False)
        return
    table = Table(box=None, pad_edge=False)
    for name in ("id", "name", "state", "epochs", "best", "loss", "accuracy", "data"):
        table.add_column(name, overflow="fold")
    for run in found:
        cells = _cells(run)
        table.add_row(
            run.id,
            run.name,
            cells["state"],
            _text(cells["epochs"]),
            _text(cells["best_epoch"]),
            _text(cells["best_loss"]),
            _text(cells["best_accuracy"]),
            str(run.settings.get("data", "")),
        )
    console(width=_WIDTH).print(table)


def _text(value: object) -> str:
    return "" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)
