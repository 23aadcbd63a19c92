"""What a search has found, as tables for people."""

from __future__ import annotations

from collections import Counter

from rich.table import Table

from nnstudio.cli.console import console
from nnstudio.studies.search.result import FEW, STATES, SearchResult

_SHOWN = 10
_WIDTH = 120


def print_result(result: SearchResult, importance: dict[str, float]) -> None:
    """The best trials first, then what mattered."""
    out = console(width=_WIDTH)
    done = [row for row in result.rows if row.state == "completed"]
    counts = Counter(row.state for row in result.rows)
    listed = [f"{counts[state]} {state}" for state in STATES if counts[state]]
    out.print(", ".join(listed) or "no trial has been begun")
    if not done:
        failed = next((row.sentence for row in result.rows if row.state == "failed"), "")
        out.print(f"no trial has been completed{': ' + failed if failed else ''}", markup=False)
        return
    several = len(result.plan.objectives) > 1
    sign = -1 if result.plan.objectives[0].direction == "maximize" else 1
    rows = result.best_rows if several else sorted(done, key=lambda row: sign * row.values[0])
    table = Table(box=None, pad_edge=False)
    for name in ("trial", *(one.figure for one in result.plan.objectives)):
        table.add_column(name, justify="right")
    for name in (*result.plan.space.names, "run"):
        table.add_column(name, overflow="fold")
    for row in rows[:_SHOWN]:
        run = (row.run or "").replace("\\", "/").rpartition("/")[2]
        cells = [*row.values, *(row.point.get(name) for name in result.plan.space.names)]
        table.add_row(str(row.number), *map(_text, cells), run)
    out.print("the trials that no other beats in both" if several else "the best trials")
    out.print(table)
    if importance:
        said = ", ".join(f"{name} {share:.0%}" for name, share in importance.items())
        out.print(f"what decided most (PED-ANOVA): {said}", markup=False)
    elif len(done) < FEW:
        out.print(f"what decided most can be told from {FEW} completed trials on")


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
