"""What a search has found so far: its trials as rows, the best, the Pareto front, what mattered."""

from __future__ import annotations

import math
import statistics
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from nnstudio.project.search.space import Point
from nnstudio.studies.search.folder import Control, StudyFolder
from nnstudio.studies.search.optuna_store import in_a_sentence, load_study, open_storage
from nnstudio.studies.search.plan import Objective, SearchPlan
from nnstudio.studies.search.suggestion import point_of
from nnstudio.studies.search.trials import counts, said_of, why_over

if TYPE_CHECKING:
    from datetime import datetime

    from optuna.study import Study
    from optuna.trial import FrozenTrial

STATES = (
    *("completed", "pruned", "failed", "stopped", "repeated", "rejected"),
    *("running", "waiting"),
)
"""What a trial can be, in the order in which they are counted."""
FEW = 20
"""Trials below which what is said to matter is chance."""


@dataclass(frozen=True)
class TrialRow:
    """One trial. state: waiting, running, completed, pruned, failed, stopped, rejected, or
    repeated, of one whose worker has died and whose point another trial has.

    values: of the objectives, in order; of a pruned one none. reports: the first objective by
    epoch, where trials may be cut short; with folds the mean so far by fold. run: its folder, with
    folds that of the first of its runs. folds: figures of each that is done, known when the trial
    has ended. deviations: of each objective over the folds (n - 1), None where there is none.
    sentence: why it failed or was rejected. started, ended: in seconds of UTC by the clock of
    whoever trained it, None before.
    """

    number: int
    state: str
    point: Point
    values: tuple[float, ...] = ()
    reports: dict[int, float] = field(default_factory=dict)
    facts: dict[str, float] = field(default_factory=dict)
    run: str | None = None
    worker: str | None = None
    attempt: int = 1
    retry_of: int | None = None
    folds: tuple[dict[str, float], ...] = ()
    deviations: tuple[float | None, ...] = ()
    sentence: str = ""
    started: float | None = None
    ended: float | None = None

    @property
    def is_over(self) -> bool:
        """True for one that does not change any more."""
        return self.state not in ("running", "waiting")


@dataclass(frozen=True)
class SearchResult:
    """All trials in order, and the numbers of the best: one, or those of the Pareto front."""

    plan: SearchPlan
    rows: tuple[TrialRow, ...]
    best: tuple[int, ...]
    counted: int

    @property
    def best_rows(self) -> tuple[TrialRow, ...]:
        """The best trials, of several objectives ordered by the first one."""
        found = [row for row in self.rows if row.number in self.best]
        sign = -1 if self.plan.objectives[0].direction == "maximize" else 1
        return tuple(sorted(found, key=lambda row: sign * row.values[0]))

    def notes(self) -> tuple[str, ...]:
        """What one should know of these figures, in sentences."""
        done = sum(row.state == "completed" for row in self.rows)
        found = list(self.plan.notes)
        if done > 1:
            found.append(
                f"The figure of the best is too good, as it is the best of {done:,}: samples that "
                "decided nothing, such as the test part, judge it fairly."
            )
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values."""
        rows = [asdict(row) for row in self.rows]
        return {
            "id": self.plan.id,
            "objectives": [one.model_dump() for one in self.plan.objectives],
            "reproduces": self.plan.reproduces,
            "figure_is": self.plan.figure_is,
            "notes": list(self.notes()),
            "counted": self.counted,
            "best": list(self.best),
            "trials": rows,
        }


class Follower:
    """Reads one study as it grows. Keep it: each new one reads everything again."""

    def __init__(self, folder: StudyFolder) -> None:
        self._folder, self._plan = folder, folder.plan
        self._study: Study = load_study(open_storage(folder.storage, reading=True), folder.name)
        self._over: dict[int, TrialRow] = {}

    def result(self) -> SearchResult:
        """What there is now. The rows of trials that are over are the very ones of before."""
        with in_a_sentence():
            trials = self._study.get_trials(deepcopy=False)
        rows = tuple(self._over.get(trial.number) or self._read(trial) for trial in trials)
        counted = sum(map(counts, trials))
        return SearchResult(self._plan, rows, best_of(self._plan, rows), counted)

    def _read(self, trial: FrozenTrial) -> TrialRow:
        row = _row(self._folder, trial)
        if row.is_over:
            self._over[row.number] = row
        return row

    def why_over(self, control: Control, now: float) -> str:
        """Why no further trial is begun, in a sentence; "" if one may be. now: seconds of UTC."""
        return why_over(self._plan, control, self._study.get_trials(deepcopy=False), now)

    def importance(self) -> dict[str, float]:
        """How much each axis decides about the first objective, by PED-ANOVA; sums to 1.

        Empty below 20 completed trials, where it would be chance, and where nothing differs.
        Combined axes are one. PED-ANOVA: Watanabe et al., IJCAI 2023.
        """
        import optuna

        done = [
            trial
            for trial in self._study.get_trials(deepcopy=False)
            if trial.state is optuna.trial.TrialState.COMPLETE
        ]
        values = {trial.values[0] for trial in done if trial.values}
        if len(done) < FEW or len(values) < 2:
            return {}
        several = len(self._plan.objectives) > 1
        sign = -1 if self._plan.objectives[0].direction == "maximize" else 1
        found = optuna.importance.get_param_importances(
            self._study,
            evaluator=optuna.importance.PedAnovaImportanceEvaluator(),
            # of a target it takes the low values for the good ones, whatever the direction
            target=(lambda trial: sign * trial.values[0]) if several else None,
        )
        return {name: float(one) for name, one in found.items() if math.isfinite(one)}


def _row(folder: StudyFolder, trial: FrozenTrial) -> TrialRow:
    plan, said = folder.plan, said_of(trial)
    run, folds = folder.run_of(said), tuple(said.get("folds", ()))
    state = {
        "WAITING": "waiting",
        "RUNNING": "running",
        "COMPLETE": "completed",
        "PRUNED": "rejected" if "rejected" in said else "pruned",
        "FAIL": "stopped" if "stopped" in said else "repeated" if "again" in said else "failed",
    }[trial.state.name]
    return TrialRow(
        trial.number,
        state,
        point_of(plan, trial.params),
        tuple(trial.values) if trial.values and state == "completed" else (),
        dict(trial.intermediate_values),
        dict(said.get("facts", {})),
        None if run is None else str(run),
        said.get("worker"),
        int(said.get("attempt", 1)),
        said.get("retry_of"),
        folds,
        tuple(_deviation(folds, one) for one in plan.objectives) if folds else (),
        str(said.get("rejected") or said.get("sentence", "")),
        _seconds(trial.datetime_start),
        _seconds(trial.datetime_complete),
    )


def _seconds(moment: datetime | None) -> float | None:
    """Optuna keeps the time of the place of whoever trained, without its zone."""
    return None if moment is None else moment.timestamp()


def _deviation(folds: tuple[dict[str, float], ...], objective: Objective) -> float | None:
    values = [one[objective.figure] for one in folds if objective.figure in one]
    return statistics.stdev(values) if len(values) > 1 and not objective.is_cost else None


def best_of(plan: SearchPlan, rows: tuple[TrialRow, ...]) -> tuple[int, ...]:
    """The first of the best; of several objectives all that no other beats in each."""
    signs = [1 if one.direction == "minimize" else -1 for one in plan.objectives]
    worth = {
        row.number: tuple(s * v for s, v in zip(signs, row.values, strict=True))
        for row in rows
        if row.state == "completed" and row.values
    }
    if not worth:
        return ()
    if len(signs) == 1:
        return (min(worth, key=lambda number: (worth[number], number)),)
    front, least = [], math.inf
    for number in sorted(worth, key=lambda number: (worth[number], number)):
        if worth[number][1] < least:  # two objectives: the second must get better and better
            front.append(number)
            least = worth[number][1]
    return tuple(front)
