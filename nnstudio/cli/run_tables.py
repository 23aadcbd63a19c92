"""Runs side by side on a terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from nnstudio.cli.console import console
from nnstudio.project.compare import Difference
from nnstudio.workspace.studies.run_comparison import RunComparison

_WIDTH = 120


def print_runs(found: RunComparison) -> None:
    """Figures first, then what differs from the first run."""
    lines = console()
    first = found.evaluations[0]
    lines.print(f"{first.part} part", markup=False)
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("figure")
    for run in found.runs:
        table.add_column(Text(f"{run.record.name}\n{run.record.id}"), justify="right")
    table.add_row("samples", *(f"{one.samples:,}" for one in found.evaluations))
    heads = [one.figures.head() for one in found.evaluations]
    for name in dict.fromkeys(name for head in heads for name in head):
        values = [head[name].value if name in head else None for head in heads]
        table.add_row(name, *("–" if value is None else f"{value:.4f}" for value in values))
    models = [one.model for one in found.evaluations]
    table.add_row("parameters", *(f"{one.trainable + one.frozen:,}" for one in models))
    console(width=_WIDTH).print(table)
    for k, run in enumerate(found.runs[1:], 1):
        lines.print()
        lines.print(Text.assemble((run.record.name, "bold"), f"  {run.record.id}, to the first:"))
        _print_settings(found.settings(k))
        _print_architecture(found.architecture(k))
    lines.print()
    for note in found.notes():
        lines.print(f"note: {note}", markup=False)


def _print_settings(rows: list[Difference]) -> None:
    if not rows:
        console().print("the same settings of training and data")
    for one in rows:
        console().print(f"  {one}", markup=False)


def _print_architecture(found: dict[str, list[Difference]]) -> None:
    if not any(found.values()):
        console().print("the same model")
    for kind, rows in found.items():
        for one in rows:
            if kind == "changed":
                console().print(f"  changed  {one}", markup=False)
            else:
                what = one.there if kind == "added" else one.here
                console().print(f"  {kind:<7}  {one.place}: {what}", markup=False)
