"""The trainings of a search: each an ordinary run in the store, grouped by its study."""

from __future__ import annotations

import platform
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from nnstudio.analysis.report import Report
from nnstudio.compiler.inference import full_report
from nnstudio.errors import UserError
from nnstudio.project.commands.search_points import project_at
from nnstudio.project.search.space import Point, Space
from nnstudio.project.storage import file
from nnstudio.project.training.objective_settings import BestBy
from nnstudio.project.values import Project
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.folder import PROJECT_FILE
from nnstudio.runs.journal import epochs_of, read_events
from nnstudio.runs.owner import LOCK, Owner, owner_of
from nnstudio.runs.record import RunRecord, read_record
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore
from nnstudio.studies.errors import StudyError
from nnstudio.studies.search.folder import PROJECT, StudyFolder
from nnstudio.studies.search.plan import SearchPlan
from nnstudio.studies.search.rules import joined
from nnstudio.studies.search.trainer import Assignment, End, Figures, Outcome, Wanted, Watch
from nnstudio.training.events import EpochDone, Failed, Metrics, Started
from nnstudio.training.thread import Run
from nnstudio.workspace.kept_run import Keeping
from nnstudio.workspace.training import plan_training, start

TAG = "trial"
_POLL_SECONDS = 0.05


def number_of(record: RunRecord) -> int | None:
    """The number of the trial that a run was begun for, as its tags say; None if it is of none."""
    for tag in record.tags:
        word, dash, number = tag.partition("-")
        if word == TAG and dash and number.isdecimal():
            return int(number)
    return None


def refusal_at(project: Project, point: Point) -> str | None:
    """Why the project cannot be trained with the values of a point; None if it can."""
    try:
        found = project_at(project, point)
        report = full_report(found)
        if report.errors:
            return _sentence(report)
        plan_training(found, report, found.training)
    except UserError as error:
        return str(error)
    return None


def joined_choices(
    project: Project, space: Space
) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Groups of axes that are one choice of combinations which the analysis takes."""
    return joined(project, space, lambda point: full_report(project_at(project, point)).ok)


def project_in(folder: StudyFolder) -> Project:
    """The project that a study varies. Raises `FileError`, or `StudyError` if it was changed."""
    path = folder.path / PROJECT
    found = file.read_stored(path)
    if folder.plan.base and found.digest != folder.plan.base:
        raise StudyError(
            f"{path} is not the project that the study was begun with: put it back, or begin "
            "another study."
        )
    return found.project


class SearchTrainer:
    """Trains the points of one study in this process. Raises `UserError` if it cannot be had."""

    def __init__(self, folder: StudyFolder, store: RunStore | None = None) -> None:
        self._plan = folder.plan
        self._project = project_in(folder)
        self._store = RunStore() if store is None else store

    def refusal(self, point: Point) -> str | None:
        """Why this point cannot be trained; see `refusal_at`."""
        return refusal_at(self._project, point)

    def train(self, assignment: Assignment, watch: Watch) -> Outcome:
        """Train it as a kept run, or go on with the run that it has, from its checkpoint."""
        project = project_of(self._plan, self._project, assignment)
        title = f"{self._plan.title} {assignment.number}"
        about: dict[str, Any] = {
            "group": assignment.study,
            "tags": (TAG, f"{TAG}-{assignment.number}"),
        }
        if assignment.run is not None and self.can_go_on(assignment.run):
            watch.goes_on(epochs_in(assignment.run))
            keeping = Keeping(title, assignment.run, self._store, resume=True, **about)
        else:
            keeping = Keeping(title, self._store.new_folder(), self._store, **about)
        try:
            run = start(project, project.training, keeping=keeping)
            with run:
                failed = follow(run, keeping.folder, watch)
        except UserError as error:
            return Outcome("failed", sentence=str(error))
        if failed is not None:
            return replace(self.outcome(keeping.folder, "failed"), sentence=failed.sentence)
        state = run.state
        return self.outcome(keeping.folder, "completed" if state is State.COMPLETED else "stopped")

    def finished(self, run: Path) -> Outcome | None:
        """What came of a run that has ended by itself, as its folder tells it."""
        record = record_in(run)
        if record is None:
            return None
        if record.state is State.COMPLETED:
            return self.outcome(run, "completed")
        if record.state is State.FAILED:
            said = str(record.result.get("sentence", ""))
            return replace(self.outcome(run, "failed"), sentence=said)
        return None

    def done(self, run: Path) -> int:
        """How many epochs of a run are done."""
        return len(epochs_in(run)) if record_in(run) is not None else 0

    def cut(self, run: Path) -> Outcome | None:
        """What came of a run that was stopped, as one that was cut short is; None of any other."""
        record = record_in(run)
        if record is None or record.state is not State.STOPPED:
            return None
        return self.outcome(run, "pruned")

    def can_go_on(self, run: Path, gone: Owner | None = None) -> bool:
        """Whether it has a checkpoint, and nobody works at it; see the function of that name."""
        return can_go_on(run, gone)

    def outcome(self, run: Path, end: End) -> Outcome:
        """What a run gave that ended so, as its folder tells it."""
        record = record_in(run)
        if record is None:
            return Outcome("failed" if end == "failed" else "stopped")
        return Outcome(end, epochs_in(run), facts=facts_of(record))


def project_of(plan: SearchPlan, project: Project, assignment: Assignment) -> Project:
    """The project of one trial: its point, its seed, and what any training of a search has."""
    found = project_at(project, assignment.point)
    settings: dict[str, Any] = {"seed": assignment.seed, "checkpoint": True}
    lead = next((one.figure for one in plan.objectives if not one.is_cost), "loss")
    if lead in get_args(BestBy):
        settings["best_by"] = lead
    return replace(found, training=found.training.with_values(**settings))


def can_go_on(run: Path, gone: Owner | None = None) -> bool:
    """Whether a run has a checkpoint, and nobody works at it.

    gone: a dead process, perhaps of another machine, which owns its runs no more.
    """
    from nnstudio.training import checkpoints

    if is_owned(run, gone) or record_in(run) is None:
        return False
    return (checkpoints.folder_of(run) / checkpoints.LAST).exists()


def is_owned(run: Path, gone: Owner | None = None) -> bool:
    """Whether somebody who lives works at a run; gone: as for `can_go_on`."""
    owner = owner_of(run)
    if owner is not None and owner == gone and owner.host != platform.node():
        (run / LOCK).unlink(missing_ok=True)  # of this machine the system tells who lives
        owner = owner_of(run)
    return owner is not None


def epochs_in(run: Path) -> tuple[Figures, ...]:
    """The figures of each epoch of a run, as its folder tells them."""
    return tuple(
        figures_of(Metrics(**(told.get("validation") or told["train"])))
        for told in epochs_of(read_events(run))
    )


def facts_of(record: RunRecord) -> dict[str, float | None]:
    """What can be an objective beside the figures of an epoch."""
    return {
        "parameters": record.result.get("parameters"),
        "seconds": record.result.get("seconds"),
        "flops": _flops(record.folder),
    }


def figures_of(metrics: Metrics) -> Figures:
    """All figures of an epoch by name."""
    plain = {"loss": metrics.loss, "accuracy": metrics.accuracy, "r2": metrics.r2}
    return {**{name: one for name, one in plain.items() if one is not None}, **metrics.more}


def follow(run: Run, folder: Path, watch: Watch, fold: int | None = None) -> Failed | None:
    """Pass on the epochs, do what is wanted, until the run has ended; why it failed, if it did.

    fold: of a trial with folds, whose first run is told by who trains them.
    """
    failed, paused = None, False
    while True:
        final = run.state.is_final
        for event in run.drain():
            match event:
                case Started() if fold is None:
                    watch.begins_in(folder)
                case EpochDone():
                    watch.epoch(event.epoch, figures_of(event.validation or event.train), fold)
                case Failed():
                    failed = event
        if final:
            return failed
        match watch.wanted():
            case Wanted.STOP:
                run.stop()
            case Wanted.PAUSE if not paused:
                run.pause()
                paused = True
            case Wanted.GO_ON if paused:
                run.resume()
                paused = False
        run.join(_POLL_SECONDS)


def record_in(run: Path) -> RunRecord | None:
    """The record of a run; None where there is none that can be read."""
    try:
        return read_record(run)
    except RunStoreError:
        return None


def _flops(run: Path) -> int | None:
    try:
        return full_report(file.read(run / PROJECT_FILE)).root.flops
    except UserError:
        return None


def _sentence(report: Report) -> str:
    first = report.errors[0]
    own = first.node_name or first.block
    where = f"{first.block}.{first.node_name}" if first.node_name else first.block
    if first.sentence.startswith(f"{first.block} "):  # named in it already
        return first.sentence
    return f"{where}: {first.sentence.removeprefix(f'{own}: ').removeprefix(f'{first.block}: ')}"
