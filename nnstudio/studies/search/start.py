"""A study is begun: its storage is made and, for a grid, filled; then its plan is written."""

from __future__ import annotations

from pathlib import Path

from nnstudio.project.storage.atomic import write_text
from nnstudio.studies.errors import StudyError
from nnstudio.studies.search.folder import PROJECT, StudyFolder
from nnstudio.studies.search.optuna_store import create_study, load_study, open_storage, queue
from nnstudio.studies.search.plan import Limits, SearchPlan
from nnstudio.studies.search.samplers import refuse_sampler
from nnstudio.studies.search.suggestion import distributions_of, grid, params_of
from nnstudio.studies.search.trials import retry_attributes, said_of


def begin(path: Path, plan: SearchPlan, project: str = "") -> StudyFolder:
    """Begin a study in a folder; project: the text of the project that is varied.

    Raises `StudyError` if the plan cannot be, before anything is written.
    """
    refuse_sampler(plan)
    if not plan.space.axes:
        raise StudyError("A search expects at least one range or list of choices, received none.")
    points = list(grid(plan)) if plan.sampler == "grid" else []
    if plan.sampler == "grid" and not points:
        raise StudyError("The grid has no points that the model takes.")
    if plan.storage:
        open_storage(plan.storage)  # refused before anything is written
    folder = StudyFolder.create(path, plan)
    if project:
        write_text(project, folder.path / PROJECT)
    storage = open_storage(folder.storage)
    create_study(storage, folder.name, [one.direction for one in plan.objectives])
    study = load_study(storage, folder.name)
    distributions = distributions_of(plan)
    for point in points:
        queue(study, params_of(plan, point), distributions, {})
    folder.publish()
    return folder


def change_limits(folder: StudyFolder, limits: Limits) -> None:
    """Give a study other limits, while workers run or not; those that are None stay."""
    given = limits.model_dump(exclude_none=True)
    new = folder.control().limits.model_copy(update=given)
    refuse_sampler(folder.plan.model_copy(update={"limits": new}))
    folder.change(limits=limits)


def resume(folder: StudyFolder) -> int:
    """Let workers go on; how many stopped trials are queued again, each from its checkpoint."""
    from optuna.trial import TrialState

    study = load_study(open_storage(folder.storage), folder.name)
    with folder.turn():
        trials = study.get_trials(deepcopy=False)
        again = {said_of(trial).get("retry_of") for trial in trials}
        stopped = [
            trial
            for trial in trials
            if trial.state is TrialState.FAIL
            and "stopped" in said_of(trial)
            and trial.number not in again
        ]
        for trial in stopped:
            run = said_of(trial).get("run")
            more = {"run": run} if run else {}
            queue(study, trial.params, trial.distributions, retry_attributes(trial, **more))
        folder.change("run")
    return len(stopped)
