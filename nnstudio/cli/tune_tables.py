"""What a search has found, as tables for people."""

from __future__ import annotations

from collections import Counter

from rich.table import Table

from nnstudio.cli.console import console
from nnstudio.studies.search.result import FEW, STATES, SearchResult, TrialRow
from nnstudio.studies.search.suggestion import plain_choice
from nnstudio.workspace.studies.search_judging import Judgement

_SHOWN = 10
_WIDTH = 120


def print_result(
    result: SearchResult, importance: dict[str, float], judged: Judgement | None = None
) -> None:
    """The best trials first, then what mattered; judged: the best by the test part."""
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
    first = "first run" if result.plan.folds else "run"
    for name in (*result.plan.space.names, first):
        table.add_column(name, overflow="fold")
    for row in rows[:_SHOWN]:
        run = (row.run or "").replace("\\", "/").rpartition("/")[2]
        point = [_text(row.point.get(name)) for name in result.plan.space.names]
        table.add_row(str(row.number), *_values(row), *point, run)
    out.print("the trials that no other beats in both" if several else "the best trials")
    out.print(table)
    if importance:
        said = ", ".join(f"{name} {share:.0%}" for name, share in importance.items())
        out.print(f"what decided most (PED-ANOVA): {said}", markup=False)
    elif len(done) < FEW:
        out.print(f"what decided most can be told from {FEW} completed trials on")
    if judged is not None:
        _print_judged(judged)
    said_before = result.plan.notes
    for note in (result.plan.figure_is, *(n for n in result.notes() if n not in said_before)):
        out.print(f"note: {note}", markup=False)


def _values(row: TrialRow) -> list[str]:
    """Each objective, with its deviation over the folds if there are any."""
    found = []
    for k, value in enumerate(row.values):
        spread = row.deviations[k] if row.deviations else None
        found.append(_text(value) + spread_text(spread))
    return found


def _print_judged(judged: Judgement) -> None:
    out = console(width=_WIDTH)
    out.print(judged.sentence, markup=False)
    table = Table(box=None, pad_edge=False)
    table.add_column("figure")
    table.add_column("test", justify="right")
    for name, one in judged.head.items():
        value = one.reason if one.mean is None else _text(one.mean)
        table.add_row(name, f"{value}{spread_text(one.deviation)}")
    out.print(table)


def spread_text(deviation: float | None) -> str:
    """A deviation as it stands behind a mean; what is only rounding is 0."""
    if deviation is None:
        return ""
    return f" ± {deviation if deviation > 1e-12 else 0:.2g}"


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(plain_choice(value))
