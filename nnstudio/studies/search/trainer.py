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
    """What a training gave. epochs: the figures of each, in order.

    facts: parameters, FLOPs and seconds. sentence: why it failed.
    """

    end: End
    epochs: tuple[Figures, ...] = ()
    facts: Mapping[str, float | None] = field(default_factory=dict)
    sentence: str = ""


class Watch(Protocol):
    """The worker, as a training sees it."""

    def begins_in(self, run: Path) -> None:
        """The training is kept in that folder."""

    def epoch(self, number: int, figures: Figures) -> None:
        """Epoch `number`, from 1 on, is done; it may be enough, see `wanted`."""

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

    Raises `NoValueError` with one sentence if one has none, or is not a finite number.
    """
    first = objectives[0]
    best: Figures = {}
    if outcome.epochs:
        lead = next((one for one in objectives if not one.is_cost), first)
        best = max(outcome.epochs, key=lambda figures: _rank(figures.get(lead.figure), lead))
    found = []
    for one in objectives:
        value = (outcome.facts if one.is_cost else best).get(one.figure)
        if value is None:
            known = ", ".join(name for name, got in best.items() if got is not None) or "none"
            what = f"this training has {known}" if not one.is_cost else "it cannot be counted here"
            raise NoValueError(f"The objective {one.figure} has no value: {what}.")
        if not math.isfinite(value):
            raise NoValueError(
                f"The objective {one.figure} is not a finite number ({value}): the training has "
                "diverged."
            )
        found.append(float(value))
    return found


def _rank(value: float | None, objective: Objective) -> float:
    if value is None or math.isnan(value):
        return -math.inf
    return value if objective.direction == "maximize" else -value
