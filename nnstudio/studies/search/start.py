"""A study is begun: its storage is made and, for a grid, filled; then its plan is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nnstudio.project.search.space import Point
from nnstudio.project.storage.atomic import write_text
from nnstudio.studies.errors import StudyError
from nnstudio.studies.search.folder import PROJECT, StudyFolder
from nnstudio.studies.search.optuna_store import create_study, load_study, open_storage, queue
from nnstudio.studies.search.plan import Limits, SearchPlan
from nnstudio.studies.search.samplers import refuse_sampler
from nnstudio.studies.search.storage_url import plain
from nnstudio.studies.search.suggestion import distributions_of, grid, params_of
from nnstudio.studies.search.trials import retry_attributes, said_of

if TYPE_CHECKING:
    from nnstudio.studies.folds import Folds


def begin(
    path: Path, plan: SearchPlan, project: str = "", folds: Folds | None = None
) -> StudyFolder:
    """Begin a study in a folder; project: the text of the project that is varied. A password in
    the plan's storage is used, not written.

    folds: the index sets of a plan with folds, the same for all trials.

    Raises `StudyError` if the plan cannot be, before anything is written.
    """
    refuse_sampler(plan)
    if not plan.space.axes:
        raise StudyError("A search expects at least one range or list of choices, received none.")
    points = list(grid(plan)) if plan.sampler == "grid" else []
    if plan.sampler == "grid" and not points:
        raise StudyError("The grid has no points that the model takes.")
    url = plan.storage
    if url:
        plan = plan.model_copy(update={"storage": plain(url)})
        open_storage(url)  # refused before anything is written
    if folds is not None:
        plan = plan.model_copy(update={"folds_hash": folds.hash})
    plan = plan.model_copy(update={"home": str(path.absolute())})
    with StudyFolder.beginning(path):
        return _written(StudyFolder.create(path, plan, url), project, folds, points)


def _written(
    folder: StudyFolder, project: str, folds: Folds | None, points: list[Point]
) -> StudyFolder:
    """Everything in the folder of a new study, its plan the last."""
    plan = folder.plan
    if project:
        write_text(project, folder.path / PROJECT)
    if folds is not None:
        from nnstudio.studies import kept_folds

        kept_folds.write(folds, folder.path)
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

    folder.refuse_copy()
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
