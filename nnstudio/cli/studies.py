"""studies: those that are kept, and how far they are."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from nnstudio.cli.console import console
from nnstudio.cli.main import DONE
from nnstudio.cli.targets import print_json
from nnstudio.studies.places import studies_folder
from nnstudio.studies.study import listed


def studies(options: argparse.Namespace) -> int:
    """List the studies, newest first."""
    found = listed()
    if options.json:
        print_json(found)
        return DONE
    if not found:
        console().print(f"no studies in {studies_folder()}", markup=False)
        return DONE
    table = Table(box=None, pad_edge=False)
    named = any(one["name"] for one in found)
    for name in ("id", *(["name"] if named else []), "kind", "models", "folds", "runs done"):
        table.add_column(name, overflow="fold")
    table.add_column("kept in", overflow="fold")
    for one in found:
        models = ", ".join(one["models"])
        done = f"{one['done']} of {one['runs']}" if "runs" in one else ""
        folder = Path(one["folder"])
        place = "" if folder.parent == studies_folder().absolute() else str(folder)
        given = [one["name"]] if named else []
        cells = (one["id"], *given, one["kind"], models, one.get("method", ""), done, place)
        table.add_row(*map(escape, cells))
    console(width=140).print(table)
    return DONE
