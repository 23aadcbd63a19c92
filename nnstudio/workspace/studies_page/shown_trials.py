"""What the charts of a search draw: all trials in columns, as one value that never changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nnstudio.project.search.space import MODEL, Axis, Choices, Space
from nnstudio.studies.search.plan import Objective, SearchPlan
from nnstudio.studies.search.result import FEW, SearchResult, TrialRow

Floats = NDArray[np.float64]
Kind = Literal["whole", "real", "choices"]
Step = Literal["epoch", "fold"]


@dataclass(frozen=True)
class Parameter:
    """One axis of a search. label: its name as short as it is still its own.

    low, high: its range; of choices the first and last place, which stand for them in columns of
    numbers. log: it is varied by factors. choices: as texts, in order.
    """

    name: str
    label: str
    kind: Kind
    low: float
    high: float
    log: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class TrialCurve:
    """The watched figure of one trial by epoch: two columns of one length."""

    x: Floats
    y: Floats


NO_CURVE = TrialCurve(np.empty(0), np.empty(0))


@dataclass(frozen=True)
class Importance:
    """How much each axis decides about the first objective, the largest first; they sum to 1.

    names: as the search names them; combined axes are one, `model.hidden+model.heads`. trials:
    completed ones from which this follows. reason: why there is none.
    """

    names: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    trials: int = 0
    reason: str = ""


@dataclass(frozen=True, eq=False)
class ShownTrials:
    """All trials of a search in the order of their numbers; each column has a place for each.

    id: of the search. rows: as the search tells them. numbers (n,). points (n, parameters):
    choices as places, NaN where a trial has no value. values (n, objectives): NaN unless it is
    completed. started, ended (n,): seconds of UTC, NaN before; those of workers on several machines
    are by their own clocks. curves: of the figure `watched`, `NO_CURVE` where
    none is known. unread: trials whose curves are still to be read. best: the best trial, or those
    that no other beats in both objectives. step: what the curves go by; by fold they are the mean
    of the folds so far. part: whose figures the curves are, validation or training.
    """

    id: str
    parameters: tuple[Parameter, ...]
    objectives: tuple[Objective, ...]
    watched: Objective
    rows: tuple[TrialRow, ...]
    numbers: NDArray[np.int64]
    points: Floats
    values: Floats
    started: Floats
    ended: Floats
    curves: tuple[TrialCurve, ...]
    best: frozenset[int]
    importance: Importance = field(default_factory=Importance)
    unread: int = 0
    step: Step = "epoch"
    part: str = "validation"

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def states(self) -> tuple[str, ...]:
        """The state of each trial, one of `studies.search.result.STATES`."""
        return tuple(row.state for row in self.rows)

    @cached_property
    def workers(self) -> tuple[str, ...]:
        """The worker of each trial, "" where none has taken it."""
        return tuple(row.worker or "" for row in self.rows)

    @cached_property
    def completed(self) -> NDArray[np.bool_]:
        """Which trials have a value of each objective: (n,)."""
        return np.asarray(np.isfinite(self.values).all(axis=1), np.bool_)

    @cached_property
    def best_so_far(self) -> Floats:
        """The best value of the first objective up to each trial by number, NaN before the first.

        The order is that of the numbers, as in Optuna's history: with several workers a trial may
        end before one with a lower number.
        """
        first = self.values[:, 0]
        best = np.fmin if self.objectives[0].direction == "minimize" else np.fmax
        return np.asarray(best.accumulate(first), np.float64) if len(first) else first

    @cached_property
    def places(self) -> Mapping[int, int]:
        """Where a trial stands in the columns, by its number."""
        return {int(number): k for k, number in enumerate(self.numbers)}

    @cached_property
    def ranks(self) -> Floats:
        """How good each trial is by the first objective: 0 the worst, 1 the best, NaN without.

        By rank, not by value: one that is far off would make all others look the same.
        """
        first = self.values[:, 0]
        found = np.full(len(first), np.nan)
        there = np.flatnonzero(np.isfinite(first))
        if not len(there):
            return found
        sign = -1.0 if self.objectives[0].direction == "minimize" else 1.0
        _, level = np.unique(sign * first[there], return_inverse=True)
        found[there] = level / level.max() if level.max() else 1.0
        return found

    def parameter(self, name: str) -> int | None:
        """The column of a parameter."""
        return next((k for k, one in enumerate(self.parameters) if one.name == name), None)


def nothing_of(plan: SearchPlan) -> ShownTrials:
    """A search without a trial."""
    return shown(SearchResult(plan, (), (), 0), {}, importance_of({}, 0))


def shown(
    result: SearchResult,
    curves: Mapping[int, TrialCurve],
    importance: Importance,
    unread: int = 0,
) -> ShownTrials:
    """The columns of a search. curves: those that are known by the numbers of trials."""
    plan, rows = result.plan, result.rows
    count = len(rows)
    points = np.full((count, len(plan.space.axes)), np.nan)
    for column, axis in enumerate(plan.space.axes):
        points[:, column] = _column(axis, rows)
    values = np.full((count, len(plan.objectives)), np.nan)
    for place, row in enumerate(rows):
        if row.values:
            values[place] = row.values
    return ShownTrials(
        plan.id,
        parameters_of(plan.space),
        plan.objectives,
        watched_of(plan),
        rows,
        np.array([row.number for row in rows], np.int64),
        points,
        values,
        _numbers([row.started for row in rows]),
        _numbers([row.ended for row in rows]),
        tuple(curves.get(row.number, NO_CURVE) for row in rows),
        frozenset(result.best),
        importance,
        unread,
        step_of(plan),
        "validation" if plan.validates else "training",
    )


def step_of(plan: SearchPlan) -> Step:
    """What the curves of a search go by: a trial of several folds has a value for each of them."""
    return "fold" if plan.folds else "epoch"


def watched_of(plan: SearchPlan) -> Objective:
    """The figure whose curves are drawn: the first objective that epochs have, else the loss."""
    return next((one for one in plan.objectives if not one.is_cost), Objective.of("loss"))


def importance_of(shares: Mapping[str, float], completed: int) -> Importance:
    """What decided, or why it cannot be told yet."""
    if shares:
        ordered = sorted(shares.items(), key=lambda one: (-one[1], one[0]))
        return Importance(tuple(n for n, _ in ordered), tuple(s for _, s in ordered), completed)
    if completed < FEW:
        reason = f"{completed:,} of at least {FEW} completed trials: below that it would be chance."
    else:
        reason = f"All {completed:,} completed trials have the same value: nothing decides."
    return Importance(trials=completed, reason=reason)


def parameters_of(space: Space) -> tuple[Parameter, ...]:
    """The axes of a space as they are drawn."""
    short = [name.removeprefix(MODEL) for name in space.names]
    labels = [
        one if short.count(one) == 1 else name for one, name in zip(short, space.names, strict=True)
    ]
    found = []
    for axis, label in zip(space.axes, labels, strict=True):
        if isinstance(axis, Choices):
            texts = tuple(choice_text(one) for one in axis.choices)
            found.append(Parameter(axis.name, label, "choices", 0, len(texts) - 1, choices=texts))
        else:
            found.append(Parameter(axis.name, label, axis.kind, axis.low, axis.high, axis.log))
    return tuple(found)


def choice_text(value: object) -> str:
    """A choice as people read it."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    if isinstance(value, list | tuple):
        return ", ".join(map(choice_text, value))
    return f"{value:,}" if isinstance(value, int) else str(value)


def trial_rows(shown: ShownTrials) -> Iterator[tuple[object, ...]]:
    """All trials as rows of a table, the titles first; what a trial lacks is empty."""
    parameters = [one.name for one in shown.parameters]
    objectives = [one.figure for one in shown.objectives]
    yield (
        *("trial", "state", *parameters, *objectives),
        *("best", "started", "ended", "worker", "run", "sentence"),
    )
    for row in shown.rows:
        values = row.values or ("",) * len(objectives)
        yield (
            *(row.number, row.state),
            *(row.point.get(name, "") for name in parameters),
            *values,
            *(row.number in shown.best, _moment(row.started), _moment(row.ended)),
            *(row.worker or "", row.run or "", row.sentence),
        )


def _moment(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _column(axis: Axis, rows: Sequence[TrialRow]) -> Floats:
    """The values of one axis; of choices their places."""
    if not isinstance(axis, Choices):
        return _numbers([row.point.get(axis.name) for row in rows])
    # 1 and True are the same to Python, and the choices of an axis differ by that already
    places = {_key(one): k for k, one in enumerate(axis.choices)}
    name = axis.name
    return _numbers(
        [places.get(_key(row.point[name])) if name in row.point else None for row in rows]
    )


def _key(choice: object) -> object:
    """A choice by which it is found: a list as its text."""
    return str(list(choice)) if isinstance(choice, list | tuple) else choice


def _numbers(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if one is None else one for one in values], np.float64)
