"""Trials whose worker is gone: told, or gone on with. Inside the study's turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.heartbeat import Observer
from nnstudio.studies.search.optuna_store import set_attributes
from nnstudio.studies.search.telling import tell
from nnstudio.studies.search.trainer import Trainer
from nnstudio.studies.search.trials import ATTEMPTS, said_of

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


@dataclass(frozen=True)
class TakenOver:
    """A trial to be gone on with.

    attempt: from 1 on; vain: how many before it brought nothing; done: how far the trial is, see
    `Trainer.done`.
    """

    trial: FrozenTrial
    attempt: int
    vain: int
    done: int


def take_over(
    folder: StudyFolder, study: Study, trial: FrozenTrial, trainer: Trainer
) -> TakenOver | None:
    """End a trial that was left behind, if it has come to its end; else go on with it, under its
    number and from its checkpoint if there is one.

    A trial whose workers die again and again without getting further is given up, any other not.
    """
    said = said_of(trial)
    attempt, vain = int(said.get("attempt", 1)), int(said.get("vain", 0))
    run = folder.run_of(said)
    outcome = None if run is None else trainer.finished(run)
    if outcome is not None:
        tell(study, folder.plan, trial, outcome)
        return None
    done = 0 if run is None else trainer.done(run)
    if not said.get("left"):  # else it was left in order, which is no failure
        attempt += 1
        vain = vain + 1 if done <= int(said.get("done", 0)) else 0
        if vain >= ATTEMPTS:
            sentence = f"Its worker has died {ATTEMPTS} times: it is not tried again."
            set_attributes(study, trial, {"result": {"sentence": sentence}})
            _fail(study, trial)
            return None
    gone = folder.workers().get(str(said.get("worker")))
    if run is not None:
        trainer.can_go_on(run, None if gone is None else gone.owner)  # takes its lock away
    return TakenOver(trial, attempt, vain, done)


def _fail(study: Study, trial: FrozenTrial) -> None:
    from optuna.trial import TrialState

    study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)
