"""Trials whose worker is gone: told, gone on with, or queued again. Inside the study's turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.heartbeat import Observer
from nnstudio.studies.search.optuna_store import queue, set_attributes
from nnstudio.studies.search.telling import tell
from nnstudio.studies.search.trainer import Trainer
from nnstudio.studies.search.trials import ATTEMPTS, retry_attributes, said_of

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial


def orphans(folder: StudyFolder, study: Study, observer: Observer, me: str) -> list[FrozenTrial]:
    """The running trials that nobody works at."""
    from optuna.trial import TrialState

    running = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
    if not running:
        return []
    workers = folder.workers()
    found = []
    for trial in running:
        name = str(said_of(trial).get("worker"))
        if name == me:
            continue
        worker = workers.get(name)
        if observer.is_gone(worker):
            found.append(trial)
    return found


def take_over(
    folder: StudyFolder, study: Study, trial: FrozenTrial, trainer: Trainer
) -> FrozenTrial | None:
    """End a trial that was left behind; the trial itself if it can be gone on with now."""
    said = said_of(trial)
    attempt = int(said.get("attempt", 1))
    run = folder.run_of(said)
    outcome = None if run is None else trainer.finished(run)
    if outcome is not None:
        tell(study, folder.plan, trial, outcome)
        return None
    left = bool(said.get("left"))  # in order, which is no attempt that failed
    if not left and attempt >= ATTEMPTS:
        sentence = f"Its worker has died {ATTEMPTS} times: it is not tried again."
        set_attributes(study, trial, {"result": {"sentence": sentence}})
        _fail(study, trial)
        return None
    gone = folder.workers().get(str(said.get("worker")))
    owner = None if gone is None else gone.owner
    if run is not None and trainer.can_go_on(run, owner):
        return trial
    again = {"again": True, "sentence": "Its worker has died."}
    set_attributes(study, trial, {"result": again})
    _fail(study, trial)
    if trial.params:  # else nothing was suggested yet, and any other point will do
        more = retry_attributes(trial, attempt=attempt + 1)
        queue(study, trial.params, trial.distributions, more)
    return None


def _fail(study: Study, trial: FrozenTrial) -> None:
    from optuna.trial import TrialState

    study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)
