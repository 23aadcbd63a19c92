"""The trial of a search as one run on each fold, on the same folds for all trials.

The runs of a trial lie beside each other, by names that follow from the study's and the trial's:
what is done is found again, whoever did it, and is never trained twice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from nnstudio.errors import UserError
from nnstudio.project.commands.search_points import point_of
from nnstudio.project.search.space import Point
from nnstudio.project.storage import file
from nnstudio.project.values import Project
from nnstudio.runs.folder import PROJECT_FILE
from nnstudio.runs.owner import Owner
from nnstudio.runs.record import holds_run
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore
from nnstudio.studies import kept_folds
from nnstudio.studies.errors import StudyError
from nnstudio.studies.folds import Folds
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.trainer import (
    Assignment,
    Figures,
    NoValueError,
    Outcome,
    Trainer,
    Wanted,
    Watch,
    values_of,
)
from nnstudio.workspace.kept_run import Keeping
from nnstudio.workspace.search_training import (
    TAG,
    SearchTrainer,
    can_go_on,
    epochs_in,
    facts_of,
    follow,
    is_owned,
    project_in,
    project_of,
    record_in,
    refusal_at,
)
from nnstudio.workspace.studies.running import refuse_changed_samples
from nnstudio.workspace.training import start


def trainer_of(folder: StudyFolder, store: RunStore | None = None) -> Trainer:
    """What trains the trials of a study in this process. Raises `UserError` if it cannot be had."""
    return FoldedTrainer(folder, store) if folder.plan.folds else SearchTrainer(folder, store)


def run_of_fold(first: Path, repeat: int, fold: int) -> Path:
    """The run of a fold, by places from 0, from that of the trial's first one."""
    return first.with_name(f"{first.name.removesuffix(_end(0, 0))}{_end(repeat, fold)}")


def is_first(run: Path) -> bool:
    """True for the run of a trial's first fold."""
    return run.name.endswith(_end(0, 0))


def number_in(first: Path) -> str:
    """The number of the trial that the first run was begun for, as its name says."""
    return first.name.removesuffix(_end(0, 0)).rpartition("-t")[2]


def tag_of_folds(run: Path) -> str:
    """The tag that all runs of a trial with folds have, from its first; "" of one run alone."""
    return f"{TAG}-{number_in(run)}" if is_first(run) else ""


def _end(repeat: int, fold: int) -> str:
    return f"-r{repeat + 1}-f{fold + 1}"


class FoldedTrainer:
    """Trains each point on every fold. Raises `UserError` if it cannot be had."""

    def __init__(self, folder: StudyFolder, store: RunStore | None = None) -> None:
        self._plan = folder.plan
        self._folder = folder
        self._project = project_in(folder)
        self._store = RunStore() if store is None else store
        self._folds = kept_folds.read(folder.path)
        if self._folds.hash != self._plan.folds_hash:
            raise StudyError(f"{folder.path} holds other folds than those it was begun with.")

    @property
    def folds(self) -> Folds:
        """The index sets of all trials."""
        return self._folds

    def refusal(self, point: Point) -> str | None:
        """Why this point cannot be trained; see `refusal_at`."""
        return refusal_at(self._project, point)

    def train(self, assignment: Assignment, watch: Watch) -> Outcome:
        """Train what is missing of its folds: those that are done stay, one that was cut goes on
        from its checkpoint. Ends with the first fold that fails or has no value."""
        first = assignment.run
        if first is None:
            name = f"{assignment.study}-t{assignment.number}{_end(0, 0)}"
            first = self._store.folder.absolute() / name
        watch.begins_in(first)
        every, many = self._plan.places, len(self._plan.places)
        done: tuple[Figures, ...] = ()
        for number, (repeat, fold) in enumerate(every, 1):
            run = run_of_fold(first, repeat, fold)
            record = record_in(run)
            if record is not None and not self._is_of(assignment, repeat, run):
                return self._failed(number, f"{run} is the run of another trial", done)
            if record is None or record.state is not State.COMPLETED:
                try:
                    self._unchanged  # noqa: B018 - looked at once
                    failed, state = self._trained(assignment, first, number, watch)
                except UserError as error:
                    return self._failed(number, str(error), done)
                if failed:
                    return self._failed(number, failed, done)
                if state is not State.COMPLETED:
                    return Outcome("stopped", folds=done)
            told = self._of_fold(run)
            if isinstance(told, str):
                return self._failed(number, told, done)
            done = (*done, told)
            watch.fold(number, done)
            if number < many and watch.wanted() is Wanted.STOP:
                return Outcome("stopped", folds=done)
        return Outcome("completed", folds=done, facts=self._facts(first))

    def finished(self, run: Path) -> Outcome | None:
        """What came of a trial whose folds are all done, or of which one has failed."""
        done: tuple[Figures, ...] = ()
        for number, (repeat, fold) in enumerate(self._plan.places, 1):
            there = run_of_fold(run, repeat, fold)
            record = record_in(there)
            if record is not None and record.state is State.FAILED:
                return self._failed(number, str(record.result.get("sentence", "")), done)
            if record is None or record.state is not State.COMPLETED:
                return None
            told = self._of_fold(there)
            if isinstance(told, str):
                return self._failed(number, told, done)
            done = (*done, told)
        return Outcome("completed", folds=done, facts=self._facts(run))

    def can_go_on(self, run: Path, gone: Owner | None = None) -> bool:
        """Whether something of it is done or can be gone on with, and nobody works at it."""
        runs = [run_of_fold(run, repeat, fold) for repeat, fold in self._plan.places]
        there = [one for one in runs if holds_run(one)]
        if any(is_owned(one, gone) for one in there):
            return False
        records = map(record_in, there)
        done = any(one is not None and one.state is State.COMPLETED for one in records)
        return done or any(can_go_on(one, gone) for one in there)

    def done(self, run: Path) -> int:
        """How many epochs of all its folds are done."""
        runs = [run_of_fold(run, *place) for place in self._plan.places]
        return sum(len(epochs_in(one)) for one in runs if record_in(one) is not None)

    def cut(self, run: Path) -> Outcome | None:
        """What came of a trial that has ended after some of its folds, as one that was cut short
        by the others does; None if one of its runs has not come to its end."""
        done: list[Figures] = []
        for repeat, fold in self._plan.places:
            record = record_in(run_of_fold(run, repeat, fold))
            if record is None:
                continue
            told = self._of_fold(record.folder) if record.state is State.COMPLETED else ""
            if isinstance(told, str):
                return None
            done.append(told)
        return Outcome("pruned", folds=tuple(done)) if done else None

    # -- one fold -------------------------------------------------------------------------------

    @cached_property
    def _unchanged(self) -> bool:
        """True; raises `StudyError` if the samples are not those that the folds number."""
        refuse_changed_samples(self._project, self._folds)
        return True

    def _is_of(self, assignment: Assignment, repeat: int, run: Path) -> bool:
        """Whether a run that is there has the point and the seed of the trial; where a study was
        copied to another machine, the name alone says too little."""
        try:
            found = file.read(run / PROJECT_FILE)
        except UserError:
            return True  # begun, and not yet written: it begins anew
        wanted = self._project_of(assignment, repeat)
        names = self._plan.space.names
        same = point_of(found, names) == point_of(wanted, names)
        return same and found.training.seed == wanted.training.seed

    def _trained(
        self, assignment: Assignment, first: Path, number: int, watch: Watch
    ) -> tuple[str, State]:
        """Train one fold; why it failed, "" if it did not, and how it ended."""
        repeat, fold = self._plan.places[number - 1]
        run = run_of_fold(first, repeat, fold)
        project = self._project_of(assignment, repeat)
        goes_on = can_go_on(run)
        title = f"{self._plan.title} {number_in(first)}, fold {fold + 1}"
        if self._plan.repeats > 1:
            title += f", repeat {repeat + 1}"
        keeping = Keeping(
            title,
            run,
            self._store,
            resume=goes_on,
            replace=not goes_on,
            group=assignment.study,
            tags=(TAG, tag_of_folds(first), f"fold {fold + 1}", f"repeat {repeat + 1}"),
        )
        parts = self._folds.parts[repeat][fold]
        with start(project, project.training, keeping=keeping, parts=parts) as training:
            failed = follow(training, run, watch, number)
        return ("" if failed is None else failed.sentence), training.state

    def _project_of(self, assignment: Assignment, repeat: int) -> Project:
        """Its seed is that of the trial, and 1,000 more for each repeat before."""
        seed = (assignment.seed + 1_000 * repeat) % 2**31
        return project_of(self._plan, self._project, replace(assignment, seed=seed))

    def _of_fold(self, run: Path) -> Figures | str:
        """The figures of a fold that is done, of its last epoch; why there are none, else."""
        epochs = epochs_in(run)
        if not epochs:
            return "no epoch of it is known"
        figures = epochs[-1]
        facts: Mapping[str, float | None] = {}
        if any(one.is_cost for one in self._plan.objectives):
            record = record_in(run)
            facts = {} if record is None else facts_of(record)
        try:
            values_of(Outcome("completed", (figures,), facts=facts), self._plan.objectives)
        except NoValueError as error:
            return str(error)
        return figures

    def _failed(self, number: int, sentence: str, done: tuple[Figures, ...]) -> Outcome:
        said = f"Fold {number} of {len(self._plan.places)}: {sentence or 'its training failed.'}"
        return Outcome("failed", folds=done, sentence=said)

    def _facts(self, first: Path) -> dict[str, float | None]:
        """Of the model those of the first fold, seconds of all together."""
        records = [record_in(run_of_fold(first, *place)) for place in self._plan.places]
        facts = [facts_of(one) for one in records if one is not None]
        seconds = [one["seconds"] for one in facts]
        known = [value for value in seconds if value is not None]
        whole = math.fsum(known) if len(known) == len(self._plan.places) else None
        return {**facts[0], "seconds": whole} if facts else {}
