"""A search within each fold of an outer cross-validation, on the command line."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rich.table import Table

from nnstudio.cli.console import console
from nnstudio.cli.main import DONE, STOPPED
from nnstudio.cli.output import nobody_reads, reader_has_gone
from nnstudio.cli.stopping import wish
from nnstudio.cli.tune_tables import spread_text
from nnstudio.cli.tune_workers import Teller
from nnstudio.project.search.space import Space
from nnstudio.project.values import Project
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.suggestion import plain_choice
from nnstudio.workspace.studies.nested_search import NestedSearch, nested_search
from nnstudio.workspace.studies.search_beginning import How

_WIDTH = 120
_SHOWN = 3
"""Figures that have a column."""


def nested(
    options: argparse.Namespace, project: Project, space: Space, how: How, title: str
) -> int:
    """Do it, and tell how it goes. Ctrl+C leaves each training with a checkpoint."""

    def begins(number: int, study: StudyFolder) -> None:
        if options.json:
            told = {"event": "outer_fold", "fold": number, "folder": str(study.path)}
            print(json.dumps(told), flush=True)
        else:
            console().print(f"outer fold {number} of {options.outer}: {study.path}", markup=False)

    with wish.deferred():
        found = nested_search(
            project,
            space,
            how,
            options.outer,
            title=title,
            folder=Path(options.study) if options.study else None,
            resumes=options.resume,
            leaves=lambda: wish.came or reader_has_gone(),
            told=Teller(options.json),
            begins=begins,
        )
    if reader_has_gone():
        nobody_reads()
        return STOPPED
    if found is None:
        return STOPPED
    if options.json:
        print(json.dumps({"event": "result", **found.to_json()}), flush=True)
    else:
        _print(found)
    return DONE


def _print(found: NestedSearch) -> None:
    out = console(width=_WIDTH)
    head = list(found.head)[:_SHOWN]
    rows = found.table()
    names = [name for name in rows[0] if name not in found.head or name in head]
    table = Table(box=None, pad_edge=False)
    for name in names:
        shown = {"fold": "outer fold"}.get(name, f"{name} held out" if name in head else name)
        table.add_column(shown, justify="right", overflow="fold")
    for row in rows:
        table.add_row(*(_text(row[name]) for name in names))
    out.print(table)
    for name in head:
        one = found.head[name]
        if one.mean is not None:
            count = len(found.judgements)
            value = f"{_text(one.mean)}{spread_text(one.deviation)}"
            out.print(f"{name}: {value} over {count} outer folds", markup=False)
    for note in found.notes:
        out.print(f"note: {note}", markup=False)


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(plain_choice(value))
