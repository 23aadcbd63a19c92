"""What a search has found so far: its trials as rows, the best, the Pareto front, what mattered."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from nnstudio.project.search.space import Point
from nnstudio.studies.search.folder import Control, StudyFolder
from nnstudio.studies.search.optuna_store import load_study, open_storage
from nnstudio.studies.search.plan import SearchPlan
from nnstudio.studies.search.suggestion import point_of
from nnstudio.studies.search.trials import counts, said_of, why_over

if TYPE_CHECKING:
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
    epoch, where trials may be cut short. sentence: why it failed or was rejected.
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
    sentence: str = ""


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

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values."""
        rows = [asdict(row) for row in self.rows]
        return {
            "id": self.plan.id,
            "objectives": [one.model_dump() for one in self.plan.objectives],
            "reproduces": self.plan.reproduces,
            "counted": self.counted,
            "best": list(self.best),
            "trials": rows,
        }


class Follower:
    """Reads one study as it grows. Keep it: each new one reads everything again."""

    def __init__(self, folder: StudyFolder) -> None:
        self._plan = folder.plan
        self._study: Study = load_study(open_storage(folder.storage), folder.name)

    def result(self) -> SearchResult:
        """What there is now."""
        trials = self._study.get_trials(deepcopy=False)
        rows = tuple(_row(self._plan, trial) for trial in trials)
        counted = sum(map(counts, trials))
        return SearchResult(self._plan, rows, _best(self._plan, rows), counted)

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
        found = optuna.importance.get_param_importances(
            self._study,
            evaluator=optuna.importance.PedAnovaImportanceEvaluator(),
            target=(lambda trial: trial.values[0]) if several else None,
        )
        return {name: float(one) for name, one in found.items() if math.isfinite(one)}


def _row(plan: SearchPlan, trial: FrozenTrial) -> TrialRow:
    said = said_of(trial)
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
        said.get("run"),
        said.get("worker"),
        int(said.get("attempt", 1)),
        said.get("retry_of"),
        str(said.get("rejected") or said.get("sentence", "")),
    )


def _best(plan: SearchPlan, rows: tuple[TrialRow, ...]) -> tuple[int, ...]:
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
