"""report: what came of runs and studies, as one HTML file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from nnstudio.cli.console import console
from nnstudio.cli.main import DONE
from nnstudio.studies.assignment import Begun, find_begun, read_begun
from nnstudio.workspace.assignments.reporting import report_on, write_document
from nnstudio.workspace.reporting.wishes import Wishes
from nnstudio.workspace.reporting.writing import checked_path, subjects_of, today, write_report


def report(options: argparse.Namespace) -> int:
    """Gather everything and write the file; on a terminal what is done is told."""
    path = Path(options.output)
    checked_path(path)
    assignment = _assignment(options.subjects)
    subjects = subjects_of(options.subjects) if assignment is None else []
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

    if assignment is None:
        made = write_report(subjects, path, wishes, told)
    else:
        made = report_on(assignment, told, wishes)
        write_document(made, path)
    print(f"{made.title} written to {path}")
    return DONE


def _assignment(words: Sequence[str]) -> Begun | None:
    """The assignment that is named, if it is one: all of its steps are reported on."""
    folder = find_begun(words[0]) if len(words) == 1 else None
    return None if folder is None else read_begun(folder)
