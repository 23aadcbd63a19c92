"""A storage filled again with trials that are known from elsewhere."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from nnstudio.project.search.space import Point
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.optuna_store import (
    create_study,
    load_study,
    open_storage,
    trial_of,
)
from nnstudio.studies.search.plan import SearchPlan
from nnstudio.studies.search.samplers import prunes
from nnstudio.studies.search.suggestion import distributions_of, params_of
from nnstudio.studies.search.telling import tell
from nnstudio.studies.search.trainer import Outcome


@dataclass(frozen=True)
class KnownTrial:
    """A trial that was begun. outcome: None if its training has not ended by itself."""

    number: int
    point: Point
    seed: int
    run: Path
    outcome: Outcome | None


def fill(folder: StudyFolder, known: dict[int, KnownTrial]) -> None:
    """Write the trials into a new storage, each under its number.

    What has not ended is taken over by the next worker, from its checkpoint if there is one.
    """
    from optuna.trial import TrialState, create_trial

    storage = open_storage(folder.storage)
    plan = folder.plan
    create_study(storage, folder.name, [one.direction for one in plan.objectives])
    study = load_study(storage, folder.name)
    distributions = distributions_of(plan)
    lost = {"again": True, "sentence": "Nothing is known of this trial any more."}
    for number in range(max(known) + 1):
        found = known.get(number)
        if found is None:
            empty = create_trial(state=TrialState.FAIL, user_attrs={"result": lost})
            study.add_trial(empty)
            continue
        study.add_trial(
            create_trial(
                state=TrialState.RUNNING,
                params=params_of(plan, found.point),
                distributions=distributions,
                user_attrs={"seed": found.seed, "run": str(found.run)},
                intermediate_values=_reports(plan, found.outcome),
            )
        )
        if found.outcome is not None:
            tell(study, plan, trial_of(study, number), found.outcome)


def _reports(plan: SearchPlan, outcome: Outcome | None) -> dict[int, float]:
    """The first objective by epoch, or its mean so far by fold, as later trials are cut by it."""
    if outcome is None or not prunes(plan):
        return {}
    told = outcome.folds or outcome.epochs
    values = [figures.get(plan.objectives[0].figure) for figures in told]
    there = {k: one for k, one in enumerate(values, 1) if one is not None and one == one}
    if not outcome.folds:
        return there
    return {k: math.fsum(there[n] for n in range(1, k + 1)) / k for k in there}
