"""What a training gave is told to the storage: attributes first, then the state, once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nnstudio.studies.search.optuna_store import set_attributes, trial_of
from nnstudio.studies.search.plan import SearchPlan
from nnstudio.studies.search.trainer import Figures, NoValueError, Outcome, values_of

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial


def tell(study: Study, plan: SearchPlan, trial: FrozenTrial, outcome: Outcome) -> None:
    """Tell a training's end. A trial whose objective is no number has failed, with a sentence."""
    from optuna.trial import TrialState

    if trial_of(study, trial.number).state.is_finished():
        return
    facts = dict(_plain(outcome.facts))
    said: dict[str, Any] = {"facts": facts, "epochs": len(outcome.epochs)}
    if outcome.folds:
        said["folds"] = [dict(_plain(one)) for one in outcome.folds]
    values: list[float] | None = None
    state = TrialState.FAIL
    match outcome.end:
        case "completed":
            try:
                values, state = values_of(outcome, plan.objectives), TrialState.COMPLETE
            except NoValueError as error:
                said["sentence"] = str(error)
        case "pruned":
            state = TrialState.PRUNED
        case "stopped":
            said |= {"stopped": True, "sentence": "The search was stopped."}
        case _:
            said["sentence"] = outcome.sentence or "The training failed."
    set_attributes(study, trial, {"result": said})
    study.tell(trial.number, values, state=state, skip_if_finished=True)


def _plain(figures: Figures) -> Iterator[tuple[str, float]]:
    """Those that JSON can hold."""
    for name, value in figures.items():
        if value is not None and math.isfinite(value):
            yield name, float(value)


def reject(study: Study, trial: FrozenTrial, sentence: str) -> None:
    """Tell that a point cannot be trained. It costs nothing, and a sampler that can learns it."""
    from optuna.trial import TrialState

    set_attributes(study, trial, {"result": {"rejected": sentence}})
    study.tell(trial.number, state=TrialState.PRUNED, skip_if_finished=True)
