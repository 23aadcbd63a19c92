"""An assignment from its plan to its end: begun or found again, its steps done one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnstudio.errors import UserError
from nnstudio.project.presets import load_target
from nnstudio.project.search.published import published_spaces
from nnstudio.project.training.tracking_settings import NO_TRACKER
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.runs.owner import Ownership
from nnstudio.runs.record import RunRecord, holds_run, read_record
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore
from nnstudio.studies import places
from nnstudio.studies.assignment import (
    Assignment,
    Begun,
    Comparison,
    Search,
    Trainings,
    write_begun,
)
from nnstudio.studies.errors import StudyError
from nnstudio.studies.folds import FoldRule
from nnstudio.studies.plan import Cell, Plan, Variant
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.plan import Limits, Objective
from nnstudio.studies.search.worker import Told, Worker
from nnstudio.studies.study import Among, Study, read_study
from nnstudio.training.events import EpochDone, Event, Warned
from nnstudio.training.trackers.table import KINDS
from nnstudio.workspace.chosen_data import NO_CHOICES, Choices
from nnstudio.workspace.kept_run import Keeping
from nnstudio.workspace.search_training import SearchTrainer
from nnstudio.workspace.studies.finished import prepared
from nnstudio.workspace.studies.running import begun, trained
from nnstudio.workspace.studies.search_beginning import How, begin_search
from nnstudio.workspace.studies.training import nobody_stops, train_part

TAG = "assignment"


@dataclass(frozen=True)
class Item:
    """One thing that has ended in a step: a training, or a trial of a search.

    name: such as `AudioCNN/16khz, fold 2`. state: completed, failed, stopped, pruned or rejected.
    run: its folder. before: it was done already. sentence: why it failed.
    """

    step: str
    name: str
    state: str
    run: str = ""
    before: bool = False
    sentence: str = ""


@dataclass(frozen=True)
class Watch:
    """Who is told how it goes. step: a step begins. item: something in it has ended.

    epoch: called in the training's thread with the name of what is trained, the epoch, of how
    many. warning: a sentence on something that goes on all the same.
    """

    step: Callable[[Trainings | Comparison | Search], None] = lambda step: None
    item: Callable[[Item], None] = lambda item: None
    epoch: Callable[[str, int, int], None] = lambda name, epoch, of: None
    warning: Callable[[str], None] = lambda sentence: None


def begin(
    plan: Assignment,
    folder: Path | None,
    *,
    choices: Choices = NO_CHOICES,
    told: Callable[[str], None] = lambda sentence: None,
) -> Begun:
    """Begin an assignment: its models are fitted to its data and written down, nothing is trained.

    choices: how the data are read. told: what was changed, in sentences. Raises `UserError` before
    anything is written.
    """
    settings = {**_installed(plan.settings, told), "data": plan.data}
    plan = plan.model_copy(update={"settings": {k: v for k, v in settings.items() if k != "data"}})
    variants = []
    for model in plan.models:
        project = prepared(load_target(model), settings, choices, told)
        if not project.training.checkpoint:
            raise StudyError(
                "The weights of each run are judged, which are not kept without checkpoints: "
                "switch the checkpoints on."
            )
        variants.append(Variant(model, project))
    return write_begun(plan, tuple(variants), folder, RunStore().folder)


def _installed(settings: Mapping[str, Any], told: Callable[[str], None]) -> dict[str, Any]:
    """The settings with the trackers that are installed; what is not is told."""
    found = dict(settings)
    if "tracker" in found:
        named = TrainingSettings.from_values({"tracker": found["tracker"]}).trackers
        for name in named:
            if KINDS[name].missing:
                told(f"Trained without {KINDS[name].title}: {KINDS[name].missing}")
        there = [name for name in named if not KINDS[name].missing]
        found["tracker"] = ", ".join(there) or NO_TRACKER
    return found


def study(
    found: Begun, *, watch: Watch | None = None, wants_stop: Callable[[], bool] = nobody_stops
) -> None:
    """Do what is missing of all steps, in their order; what is finished is not done again.

    What fails is told, and the rest goes on. Ends early after a stop, with checkpoints. Raises
    `UserError` if another process works at it.
    """
    watch = watch or Watch()
    owner = Ownership(found.folder)
    try:
        for step in found.plan.steps:
            if wants_stop():
                return
            watch.step(step)
            try:
                match step:
                    case Trainings():
                        _train(found, step, watch, wants_stop)
                    case Comparison():
                        _compare(found, step, watch, wants_stop)
                    case Search():
                        _search(found, step, watch, wants_stop)
            except UserError as error:
                watch.item(Item(step.name, step.title, "failed", sentence=str(error)))
    finally:
        owner.release()


# -- trainings ---------------------------------------------------------------


def _train(found: Begun, step: Trainings, watch: Watch, wants_stop: Callable[[], bool]) -> None:
    store = RunStore(found.runs)
    for number, variant in enumerate(found.variants):
        if wants_stop():
            return
        folder = found.run_folder(step, number)
        before = record_in(folder)
        if before is not None and before.state is State.COMPLETED:
            watch.item(_item(step.name, variant.name, before, before=True))
            continue
        keeping = Keeping(variant.name, folder, store, group=found.id, tags=(TAG, step.name))
        listener = _listener(variant.name, watch)
        try:
            record = train_part(
                variant.project, None, keeping, listener=listener, wants_stop=wants_stop
            )
        except UserError as error:
            watch.item(Item(step.name, variant.name, "failed", sentence=str(error)))
            continue
        watch.item(_item(step.name, variant.name, record))


def record_in(folder: Path) -> RunRecord | None:
    """The record of the run in a folder; None if there is none."""
    return read_record(folder) if holds_run(folder) else None


def _listener(name: str, watch: Watch) -> Callable[[Event], None]:
    def listen(event: Event) -> None:
        match event:
            case EpochDone():
                watch.epoch(name, event.epoch, event.epochs)
            case Warned():
                watch.warning(f"{name}: {event.sentence}")

    return listen


def _item(step: str, name: str, record: RunRecord, *, before: bool = False) -> Item:
    state = record.state.value.lower()
    why = str(record.result.get("sentence") or "")
    return Item(step, name, state, str(record.folder), before, why)


# -- comparisons ---------------------------------------------------------------


def study_of(found: Begun, step: Comparison) -> Study | None:
    """The study of a step, if it has begun."""
    folder = found.step_folder(step)
    return read_study(folder) if (folder / places.RECORD).is_file() else None


def _compare(found: Begun, step: Comparison, watch: Watch, wants_stop: Callable[[], bool]) -> None:
    among = Among(places.studies_folder(), found.runs)
    rule = FoldRule(step.folds, step.repeats, step.all_samples)
    kept = study_of(found, step) or begun(
        Plan(found.variants, rule), found.step_folder(step), among=among
    )
    for note in kept.notes():
        watch.warning(note)
    done = set(kept.done())

    def listen(cell: Cell, event: Event) -> None:
        _listener(kept.plan.title(cell), watch)(event)

    for cell, record in trained(kept, watch=listen, wants_stop=wants_stop):
        watch.item(_item(step.name, kept.plan.title(cell), record, before=cell in done))


# -- searches ---------------------------------------------------------------


def search_of(found: Begun, step: Search) -> StudyFolder | None:
    """The folder of a search, if it has begun."""
    folder = found.step_folder(step)
    return StudyFolder.open(folder) if (folder / places.RECORD).is_file() else None


def _search(found: Begun, step: Search, watch: Watch, wants_stop: Callable[[], bool]) -> None:
    folder = search_of(found, step) or _begun_search(found, step, watch)
    epochs = folder.plan.epochs

    def listen(told: Told) -> None:
        said = told.values or {}
        name = f"{step.model}, trial {told.trial}"
        match told.kind:
            case "epoch":
                watch.epoch(name, int(said.get("epoch", 0)), epochs)
            case "ended" | "rejected":
                state = {"complete": "completed", "fail": "failed"}.get(
                    str(said.get("state", told.kind)), str(said.get("state", told.kind))
                )
                run, why = str(said.get("run") or ""), str(said.get("sentence") or "")
                watch.item(Item(step.name, name, state, run, sentence=why))

    Worker(
        folder,
        SearchTrainer(folder, RunStore(found.runs)),
        leaves=wants_stop,
        told=listen,
    ).work()


def _begun_search(found: Begun, step: Search, watch: Watch) -> StudyFolder:
    variant = found.variant(step.model)
    spaces = {one.name: one.space for one in published_spaces(variant.project.root)}
    if step.space not in spaces:
        raise StudyError(f"There is no space '{step.space}' of {step.model}.")
    how = How(Limits(trials=step.trials), (Objective.of(step.objective),))
    own = f"{found.id}-{step.name}"
    made = begin_search(
        variant.project,
        spaces[step.space],
        how,
        title=f"{step.model}, search",
        path=found.step_folder(step),
        id=own,
        runs=found.runs,
    )
    for note in made.notes:
        watch.warning(note)
    return made.folder
