"""report: what came of runs and studies, as one HTML file."""

from __future__ import annotations

import argparse
from pathlib import Path

from nnstudio.cli.console import console
from nnstudio.cli.main import DONE
from nnstudio.workspace.reporting.wishes import Wishes
from nnstudio.workspace.reporting.writing import checked_path, subjects_of, today, write_report


def report(options: argparse.Namespace) -> int:
    """Gather everything and write the file; on a terminal what is done is told."""
    path = Path(options.output)
    checked_path(path)
    subjects = subjects_of(options.subjects)
    wishes = Wishes(
        title=options.title,
        question=options.question,
        author=options.author,
        made=today(),
        part=options.part,
        device=options.device,
        weights=options.judge,
        code=not options.no_source,
    )
    lines = console(stderr=True)

    def told(what: str) -> None:
        if lines.is_terminal:
            lines.print(what, style="dim", markup=False)

    made = write_report(subjects, path, wishes, told)
    print(f"{made.title} written to {path}")
    return DONE
