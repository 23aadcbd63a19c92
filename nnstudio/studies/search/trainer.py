"""What a worker needs of a training: three questions, so that a search knows none itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from nnstudio.project.search.space import Point
from nnstudio.runs.owner import Owner
from nnstudio.studies.errors import StudyError
from nnstudio.studies.search.plan import Objective

Figures: TypeAlias = Mapping[str, float | None]
"""Figures of one epoch's validation by name: loss, accuracy, macro_f1, ..."""
End = Literal["completed", "stopped", "pruned", "failed"]
"""How a training ended. A trainer says stopped; that it was pruned only the worker knows."""


class Wanted(Enum):
    """What the search wants of a training that runs."""

    GO_ON = "go on"
    PAUSE = "pause"
    STOP = "stop"


@dataclass(frozen=True)
class Assignment:
    """One training to do. point: a value for each axis. seed: of the training.

    run: the folder of a training to go on with, None for a new one. study: the id that groups the
    runs. attempt: from 1 on.
    """

    number: int
    point: Point
    seed: int
    study: str
    attempt: int = 1
    run: Path | None = None


@dataclass(frozen=True)
class Outcome:
    """What a training gave. epochs: the figures of each, in order; none of a trial with folds.

    folds: of a trial with folds the figures of each that is done, in order, by its last epoch.
    facts: parameters, FLOPs and seconds (of all folds). sentence: why it failed.
    """

    end: End
    epochs: tuple[Figures, ...] = ()
    facts: Mapping[str, float | None] = field(default_factory=dict)
    sentence: str = ""
    folds: tuple[Figures, ...] = ()


class Watch(Protocol):
    """The worker, as a training sees it."""

    def begins_in(self, run: Path) -> None:
        """The training is kept in that folder."""

    def epoch(self, number: int, figures: Figures, fold: int | None = None) -> None:
        """Epoch `number`, from 1 on, is done; it may be enough, see `wanted`.

        fold: in which of the trial's, from 1 on.
        """

    def goes_on(self, epochs: tuple[Figures, ...]) -> None:
        """The training goes on after these epochs, which were told perhaps, or perhaps not."""

    def fold(self, number: int, figures: tuple[Figures, ...]) -> None:
        """Fold `number`, from 1 on, is done. figures: of it and of all before it.

        As for epochs, it may be told again, and may be enough.
        """

    def wanted(self) -> Wanted:
        """What the training should do now; asked several times a second."""


class Trainer(Protocol):
    """Trains points and knows what became of those whose worker is gone."""

    def refusal(self, point: Point) -> str | None:
        """Why this point cannot be trained, in one sentence; None if it can. Costs no training."""

    def train(self, assignment: Assignment, watch: Watch) -> Outcome:
        """Train it to its end, or until it is not wanted any more."""

    def finished(self, run: Path) -> Outcome | None:
        """What came of a run that has ended by itself; None if it has not."""

    def done(self, run: Path) -> int:
        """How far a run is, as a number that grows with it: its epochs, of all folds together."""

    def cut(self, run: Path) -> Outcome | None:
        """What came of a run that was cut short by the other trials; None if it was not."""

    def can_go_on(self, run: Path, gone: Owner | None = None) -> bool:
        """Whether a run can be gone on with: it has a checkpoint and no living owner.

        gone: a process that is known to be dead, be it one of another machine.
        """


MakeTrainer = Callable[[Path], Trainer]
"""Makes the trainer of a study from its folder, in the process that trains."""


class NoValueError(StudyError):
    """An objective has no value."""


def values_of(outcome: Outcome, objectives: tuple[Objective, ...]) -> list[float]:
    """The value of each objective: of figures those of the best epoch by the first one.

    With folds: of figures the mean over the folds. Raises `NoValueError` with one sentence if one
    has none, or is not a finite number.
    """
    if outcome.folds:
        each = values_of_folds(outcome, objectives)
        return [math.fsum(values) / len(values) for values in each]
    first = objectives[0]
    best: Figures = {}
    if outcome.epochs:
        lead = next((one for one in objectives if not one.is_cost), first)
        best = max(outcome.epochs, key=lambda figures: _rank(figures.get(lead.figure), lead))
    return [_value(one, outcome.facts if one.is_cost else best) for one in objectives]


def values_of_folds(outcome: Outcome, objectives: tuple[Objective, ...]) -> list[list[float]]:
    """For each objective the value of each fold; of a cost, which is the trial's, that alone.

    Raises `NoValueError` naming the fold.
    """
    found = []
    for one in objectives:
        if one.is_cost:
            found.append([_value(one, outcome.facts)])
            continue
        values = []
        for number, figures in enumerate(outcome.folds, 1):
            try:
                values.append(_value(one, figures))
            except NoValueError as error:
                raise NoValueError(f"Fold {number}: {error}") from error
        found.append(values)
    return found


def _value(objective: Objective, figures: Figures) -> float:
    value = figures.get(objective.figure)
    if value is None:
        known = ", ".join(name for name, got in figures.items() if got is not None) or "none"
        what = "it cannot be counted here" if objective.is_cost else f"this training has {known}"
        raise NoValueError(f"The objective {objective.figure} has no value: {what}.")
    if not math.isfinite(value):
        raise NoValueError(
            f"The objective {objective.figure} is not a finite number ({value}): the training has "
            "diverged."
        )
    return float(value)


def _rank(value: float | None, objective: Objective) -> float:
    if value is None or math.isnan(value):
        return -math.inf
    return value if objective.direction == "maximize" else -value
