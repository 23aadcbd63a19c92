"""One worker: a loop in a process that asks for a point, has it trained, and tells what came of it.

Any number of them, on any number of machines that see the study's folder, work at one study.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnstudio.studies.search.folder import Control, StudyFolder
from nnstudio.studies.search.heartbeat import BEAT_SECONDS, STALE_SECONDS, Heartbeat, Observer
from nnstudio.studies.search.optuna_store import (
    attach,
    id_of,
    in_a_sentence,
    load_study,
    open_storage,
    report,
    set_attributes,
    trial_of,
)
from nnstudio.studies.search.orphans import orphans, take_over
from nnstudio.studies.search.samplers import (
    learns_refusals,
    pruner_for,
    prunes,
    sampler_for,
    seed_of,
)
from nnstudio.studies.search.suggestion import suggest
from nnstudio.studies.search.telling import reject, tell
from nnstudio.studies.search.trainer import Assignment, Figures, Outcome, Trainer, Wanted
from nnstudio.studies.search.trials import is_retry, said_of, why_over

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial, Trial

_LOOK_SECONDS = 1.0
"""Between two looks at what is wanted."""
_WAIT_SECONDS = 0.3
_VALID = "valid"


@dataclass(frozen=True)
class Told:
    """What a worker tells whoever shows it.

    kind: begun, epoch, fold, ended, rejected, paused or over.
    """

    kind: str
    worker: str
    trial: int | None = None
    values: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """As one line of JSON."""
        found = {"event": f"trial_{self.kind}", "worker": self.worker, "trial": self.trial}
        return {**found, **(self.values or {})}


class Worker:
    """Works at a study until a limit is reached, it is stopped, or this worker has to leave."""

    def __init__(
        self,
        folder: StudyFolder,
        trainer: Trainer,
        *,
        leaves: Callable[[], bool] = lambda: False,
        told: Callable[[Told], None] = lambda event: None,
        beat: float = BEAT_SECONDS,
        stale: float = STALE_SECONDS,
    ) -> None:
        """leaves: asked often; once True, the training at hand is cut with a checkpoint, and left
        to another worker or a later resume.
        """
        folder.refuse_copy()
        self._folder, self.plan = folder, folder.plan
        self._trainer = trainer
        self._leaves = leaves
        self._told = told
        self._beats = (beat, stale)
        self._storage = open_storage(folder.storage)
        self._study = load_study(self._storage, folder.name)
        self._observer = Observer(stale)
        self._looked = -_LOOK_SECONDS
        self._control = folder.control()
        self._told_pause = False

    def work(self) -> str:
        """Work until there is nothing to do; why it ended, in a sentence."""
        with in_a_sentence(), Heartbeat(self._folder, self._beats[0]) as heart:
            self._heart = heart
            while True:
                why = self._next()
                if why:
                    self._told(Told("over", heart.worker, values={"sentence": why}))
                    return why

    # -- the next one -----------------------------------------------------------------------------

    def _next(self) -> str:
        """Do one trial, or wait for a moment; why there is none any more, else ""."""
        control = self.control(at_once=True)
        if self._leaves():
            return "This worker was told to leave."
        if control.wish == "stop":
            return "The search is stopped."
        if control.wish == "pause":
            return self._paused()
        self._told_pause = False
        with self._folder.turn():
            found, why = self._take()
        if found is not None:
            self._do(found)
            return ""
        if why and self._others_work():
            time.sleep(_WAIT_SECONDS)  # should one of them die, its trial is not lost
            return ""
        return why

    def _paused(self) -> str:
        """Wait for a moment, having told once that it is paused; why nothing is left, else ""."""
        trials = self._study.get_trials(deepcopy=False)
        why = why_over(self.plan, self._control, trials, time.time())
        if why and not self._others_work():
            return why
        if not self._told_pause:
            self._told_pause = True
            self._told(Told("paused", self._heart.worker))
        time.sleep(_WAIT_SECONDS)
        return ""

    def _take(self) -> tuple[FrozenTrial | None, str]:
        """A trial that is ours now: one left behind, a queued one, or a new one."""
        for lost in orphans(self._folder, self._study, self._observer, self._heart.worker):
            found = take_over(self._folder, self._study, lost, self._trainer)
            if found is not None:
                self._mark(found.trial, found.attempt, vain=found.vain, done=found.done)
                return found.trial, ""
        # only what has ended or waits can have changed since
        trials = self._study.get_trials(deepcopy=False)
        why = why_over(self.plan, self._control, trials, time.time())
        if why:
            return None, why
        asked = self._study.ask()
        frozen = trial_of(self._study, asked.number)
        if not self._folder.claim(frozen.number):
            return None, ""  # another has it, whatever the storage says
        self._mark(frozen, place=frozen.number - sum(map(is_retry, trials)))
        return frozen, ""

    def _mark(
        self, trial: FrozenTrial, attempt: int = 1, *, place: int | None = None, **more: int
    ) -> None:
        """Write down that a trial is ours. place: which point of the search it is, from 0: its
        number without those that were queued again, so that a stop changes no later point."""
        number = trial.number if place is None else place
        seed = said_of(trial).get("seed", seed_of(self.plan.seed, number))
        said = {"worker": self._heart.worker, "attempt": attempt, "seed": seed, **more}
        set_attributes(self._study, trial, {"work": said})
        self._heart.works_at(trial.number, attempt)

    def _others_work(self) -> bool:
        from optuna.trial import TrialState

        running = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        return bool(running)

    # -- one trial --------------------------------------------------------------------------------

    def _do(self, frozen: FrozenTrial) -> None:
        number = frozen.number
        seed = int(said_of(trial_of(self._study, number))["seed"])
        study = load_study(
            self._storage,
            self._folder.name,
            sampler_for(self.plan, seed),
            pruner_for(self.plan),
        )
        frozen = trial_of(study, number)
        trial = attach(study, id_of(frozen))
        try:
            point = suggest(self.plan, study, trial)
        except Exception as error:  # a sampler's own mistakes: the trial would run for ever
            self._end(study, frozen, Outcome("failed", sentence=f"No point was suggested: {error}"))
            return
        refused = self._trainer.refusal(point)
        known = f"constraints:{_VALID}" in frozen.system_attrs  # of one that is gone on with
        if learns_refusals(self.plan) and not known:
            trial.set_constraint(_VALID, 0.0 if refused is None else 1.0)
        if refused is not None:
            reject(study, frozen, refused)
            self._told(Told("rejected", self._heart.worker, number, {**point, "sentence": refused}))
            return
        said = said_of(frozen)
        assignment = Assignment(
            number,
            point,
            seed,
            self.plan.id,
            int(said["attempt"]),
            self._folder.run_of(said),
        )
        self._told(Told("begun", self._heart.worker, number, {"values": dict(point)}))
        watch = _Watch(self, study, trial, frozen)
        outcome = self._trainer.train(assignment, watch)
        if not self.is_mine(study, number):
            return  # this worker was taken for dead, and another has gone on with it
        if outcome.end == "stopped" and watch.pruned:
            outcome = replace(outcome, end="pruned")
        elif outcome.end == "stopped" and self._leaves():
            set_attributes(study, frozen, {"work": {**frozen.user_attrs["work"], "left": True}})
            self._heart.works_at(None)
            return
        self._end(study, frozen, outcome)

    def is_mine(self, study: Study, number: int) -> bool:
        """Whether nobody has taken a trial over from this worker."""
        trial = trial_of(study, number)
        return not trial.state.is_finished() and said_of(trial)["worker"] == self._heart.worker

    def _end(self, study: Study, trial: FrozenTrial, outcome: Outcome) -> None:
        tell(study, self.plan, trial, outcome)
        now = trial_of(study, trial.number)
        state = "stopped" if "stopped" in said_of(now) else now.state.name.lower()
        said: dict[str, Any] = {"state": state, "objectives": now.values}
        if "sentence" in said_of(now):
            said["sentence"] = said_of(now)["sentence"]
        self._told(Told("ended", self._heart.worker, trial.number, said))

    # -- asked by the training ---------------------------------------------------------------------

    def control(self, *, at_once: bool = False) -> Control:
        """What is wanted of the study, at most a second old."""
        now = time.monotonic()
        if at_once or now - self._looked >= _LOOK_SECONDS:
            self._looked = now
            self._control = self._folder.control()
        return self._control

    @property
    def leaves(self) -> bool:
        """Whether this worker has to go."""
        return self._leaves()

    def tell_epoch(self, number: int, epoch: int, figures: Figures, fold: int | None) -> None:
        """Pass on an epoch to whoever shows it."""
        values = {"epoch": epoch, "figures": dict(figures)}
        more = {} if fold is None else {"fold": fold}
        self._told(Told("epoch", self._heart.worker, number, {**values, **more}))

    def tell_fold(self, number: int, fold: int, figures: Figures, mean: float | None) -> None:
        """Pass on a fold that is done. mean: of the first objective so far."""
        values = {"fold": fold, "figures": dict(figures), "mean": mean}
        self._told(Told("fold", self._heart.worker, number, values))


class _Watch:
    """The worker as one training sees it."""

    def __init__(self, worker: Worker, study: Study, trial: Trial, frozen: FrozenTrial) -> None:
        self._worker, self._study = worker, study
        self._trial, self._frozen = trial, frozen
        self.pruned = self.lost = False

    def begins_in(self, run: Path) -> None:
        set_attributes(self._study, self._frozen, {"run": str(run)})

    def epoch(self, number: int, figures: Figures, fold: int | None = None) -> None:
        if self._is_lost():
            return
        self._worker.tell_epoch(self._frozen.number, number, figures, fold)
        if fold is None:
            self._report(number, figures.get(self._worker.plan.objectives[0].figure))

    def goes_on(self, epochs: tuple[Figures, ...]) -> None:
        name = self._worker.plan.objectives[0].figure
        for number, figures in enumerate(epochs, 1):
            if not self._is_lost():
                self._report(number, figures.get(name))

    def fold(self, number: int, figures: tuple[Figures, ...]) -> None:
        if self._is_lost():
            return
        name = self._worker.plan.objectives[0].figure
        values = [value for one in figures if (value := one.get(name)) is not None]
        mean = math.fsum(values) / len(values) if len(values) == len(figures) else None
        self._worker.tell_fold(self._frozen.number, number, figures[-1], mean)
        self._report(number, mean)

    def _is_lost(self) -> bool:
        self.lost = self.lost or not self._worker.is_mine(self._study, self._frozen.number)
        return self.lost

    def _report(self, step: int, value: float | None) -> None:
        """Tell how far it is; whether it goes on is decided by that."""
        if self.pruned or not prunes(self._worker.plan) or value is None or value != value:
            return  # how long a stop takes must not decide what other trials are held against
        before = self._frozen.intermediate_values
        if step not in before:  # else told before a resume
            report(self._trial, float(value), step)
        if step >= max(before, default=0):
            self.pruned = self._trial.should_prune()

    def wanted(self) -> Wanted:
        if self.pruned or self.lost or self._worker.leaves:
            return Wanted.STOP
        wish = self._worker.control().wish
        return {"run": Wanted.GO_ON, "pause": Wanted.PAUSE, "stop": Wanted.STOP}[wish]
