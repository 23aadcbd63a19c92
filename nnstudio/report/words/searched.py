"""What a search says in sentences: what was best, what decided, what it cannot say."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Mapping

from nnstudio.project.search.space import Choices
from nnstudio.report.numbers import counted, listed, number, percent
from nnstudio.report.tables.studied import value_text
from nnstudio.studies.search.result import FEW, STATES, SearchResult

_EDGE = 0.05


def counts_of(result: SearchResult) -> str:
    """`24 completed, 3 pruned`."""
    counts = Counter(row.state for row in result.rows)
    return ", ".join(f"{counts[state]:,} {state}" for state in STATES if counts[state]) or "none"


def answer_of(result: SearchResult) -> str:
    """The best point, or how many trials make the front."""
    rows = result.best_rows
    if not rows:
        return "No trial has been completed: there is no best point."
    objectives = result.plan.objectives
    if len(objectives) > 1:
        both = " and ".join(one.figure for one in objectives)
        return (
            f"{counted(len(rows), 'trial')} of {result.counted:,} "
            f"{'is' if len(rows) == 1 else 'are'} beaten by no other in both {both}: which one to "
            "take depends on what counts more."
        )
    best = rows[0]
    point = listed(
        [f"{name.removeprefix('model.')} {value_text(value)}" for name, value in best.point.items()]
    )
    return (
        f"The best of {counted(result.counted, 'trial')} is number {best.number} with "
        f"{objectives[0].figure} {number(best.values[0])}: {point}."
    )


def analysis(result: SearchResult, importance: Mapping[str, float]) -> list[str]:
    """What the trials show."""
    done = [row for row in result.rows if row.state == "completed" and row.values]
    if not done:
        failed = next((row.sentence for row in result.rows if row.state == "failed"), "")
        return [f"The first trial that failed: {failed}"] if failed else []
    found = []
    objective = result.plan.objectives[0]
    values = [row.values[0] for row in done]
    if len(values) >= 4 and len(result.plan.objectives) == 1:
        best = result.best_rows[0].values[0]
        middle = statistics.median(values)
        found.append(
            f"The middle one of all trials has {objective.figure} {number(middle)}, "
            f"{number(abs(best - middle))} from the best: "
            + (
                "the choice of values matters."
                if abs(best - middle) > 0.02 * max(abs(best), 1e-9)
                else "within these ranges little depends on the values."
            )
        )
    if importance:
        top = [
            f"{name.removeprefix('model.')} {percent(share, 0)}"
            for name, share in importance.items()
        ]
        found.append(f"What decided most (PED-ANOVA): {listed(top, 4)}.")
    elif len(done) < FEW:
        found.append(
            f"What decided most can be told from {FEW} completed trials on, not from {len(done)}."
        )
    return found + _edges(result)


def _edges(result: SearchResult) -> list[str]:
    """Axes whose best value lies at an end of its range."""
    if len(result.best_rows) != 1:
        return []
    best, found = result.best_rows[0], []
    for axis in result.plan.space.axes:
        value = best.point.get(axis.name)
        if isinstance(axis, Choices) or not isinstance(value, int | float) or axis.low == axis.high:
            continue
        low, high, at = float(axis.low), float(axis.high), float(value)
        if axis.log:
            low, high, at = math.log(low), math.log(high), math.log(at)
        share = (at - low) / (high - low)
        if min(share, 1 - share) <= _EDGE:
            end = "lower" if share < 0.5 else "upper"
            found.append(
                f"The best {axis.name.removeprefix('model.')} ({value_text(value)}) lies at the "
                f"{end} end of its range: better values may lie beyond it."
            )
    return found


def cautions(result: SearchResult, has_test: bool) -> list[str]:
    """What it does not say."""
    if not result.best_rows:
        return []
    tested = (
        "the figures of its test part below are those to report."
        if has_test
        else "there is no test part that could say how good it is on new samples."
    )
    plan = result.plan
    by = "validation" if plan.validates or plan.folds else "samples that it was trained on"
    found = [
        f"The best was chosen among {counted(result.counted, 'trial')} by the {by}, so that "
        f"its own figure there is too good; {tested}"
    ]
    if len(result.plan.objectives) == 1:
        found.append(
            "Trials that are close to each other may change places with another seed: each point "
            "was trained once."
        )
    return found
