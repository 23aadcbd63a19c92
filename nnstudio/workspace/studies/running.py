"""A study from its plan to its end: made or found again, its cells trained one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from nnstudio.data.pipeline.splitting import Parts
from nnstudio.data.samples import Samples
from nnstudio.project.values import Project
from nnstudio.runs.owner import Ownership
from nnstudio.runs.record import RunRecord
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore
from nnstudio.studies.errors import StudyError
from nnstudio.studies.folds import Folds, folds_of
from nnstudio.studies.places import RECORD
from nnstudio.studies.plan import Cell, Plan, Variant
from nnstudio.studies.study import (
    Among,
    Study,
    new_study,
    read_study,
    refuse_occupied,
    same_plan,
)
from nnstudio.training.events import Event
from nnstudio.training.processes import here
from nnstudio.workspace.kept_run import Keeping, data_fingerprint
from nnstudio.workspace.studies.training import nobody_stops, train_part
from nnstudio.workspace.training import samples_of

Watch = Callable[[Cell, Event], None]
"""Told each event of each run, in the training's thread."""


def nobody_watches(_cell: Cell, _event: Event) -> None:
    """The progress that nobody looks at."""


def begun(
    plan: Plan, folder: Path | None, *, resume: bool = False, among: Among | None = None
) -> Study:
    """The study of a plan: made, or the one that is in the folder if it has the same plan.

    resume: there must be one. among: as for `new_study`. Raises `StudyError` where there is another
    one.
    """
    if folder is None:
        if resume:
            raise StudyError("To go on with a study, its folder is needed.")
        return _made(plan, None, among)
    if resume and not (folder / RECORD).exists():
        raise StudyError(f"There is no study in {folder} to go on with.")
    if not (folder / RECORD).exists():
        refuse_occupied(folder, plan)  # before the lock, which is written into it
    owner = Ownership(folder)  # two that begin at once do not write over each other
    try:
        return _found_or_made(plan, folder, among)
    finally:
        owner.release()


def _found_or_made(plan: Plan, folder: Path, among: Among | None) -> Study:
    if (folder / RECORD).exists():
        found = read_study(folder)
        why = same_plan(found, plan)
        if why:
            raise StudyError(f"There is another study in {folder}: {why}.")
        return found
    return _made(plan, folder, among)


def _made(plan: Plan, folder: Path | None, among: Among | None) -> Study:
    data = data_fingerprint(plan.variants[0].project.data)
    return new_study(plan, folds_for(plan), data, folder, among)


def folds_for(plan: Plan, within: Parts | None = None) -> Folds:
    """The folds of the first variant's samples; the others must have the same samples.

    within: as for `folds_of`.
    """
    first = plan.variants[0]
    samples, info = samples_of(first.project, first.project.training)
    for other in plan.variants[1:]:
        _refuse_others(first, samples, other)
    return folds_of(samples, info.in_sentence, plan.rule, within)


def _refuse_others(first: Variant, samples: Samples, other: Variant) -> None:
    """Models are compared on the same samples with the same answers only."""
    theirs, _ = samples_of(other.project, other.project.training)
    same = (
        data_fingerprint(first.project.data) == data_fingerprint(other.project.data)
        and len(theirs) == len(samples)
        and list(theirs.origins) == list(samples.origins)
        and [one.fields for one in theirs.spec.targets]
        == [one.fields for one in samples.spec.targets]
        and all(
            np.array_equal(theirs.fields[name], samples.fields[name])
            for one in samples.spec.targets
            for name in one.fields
            if one.task == "classes"
        )
    )
    if not same:
        raise StudyError(
            f"{first.name} has {len(samples):,} samples and {other.name} {len(theirs):,} of their "
            "data, or they are asked for different answers: models are compared on the same "
            "samples only; give both the same --data."
        )


def trained(
    study: Study, *, watch: Watch = nobody_watches, wants_stop: Callable[[], bool] = nobody_stops
) -> Iterator[tuple[Cell, RunRecord]]:
    """Train what is missing, and give each cell with its run as it ends; done ones at once.

    A cell that fails is given with its reason and the others go on. Ends early after a stop.
    Raises what `train_part` does, and `StudyError` if another process trains this study.
    """
    if here().size > 1:
        raise StudyError(
            "A study trains one run after the other in one process: start it without torchrun."
        )
    owner = Ownership(study.folder)
    try:
        store = RunStore(study.runs)
        if not all(study.is_done(cell) for cell in study.plan.cells()):
            refuse_changed_samples(study.plan.variants[0].project, study.folds)
        for cell in study.plan.cells():
            if wants_stop():
                return
            record = train_cell(study, cell, store, watch=watch, wants_stop=wants_stop)
            yield cell, record
            if record.state is State.STOPPED:
                return
    finally:
        owner.release()


def train_cell(
    study: Study,
    cell: Cell,
    store: RunStore,
    *,
    watch: Watch = nobody_watches,
    wants_stop: Callable[[], bool] = nobody_stops,
) -> RunRecord:
    """Train one cell, whichever were trained before it."""
    keeping = Keeping(
        study.plan.title(cell),
        study.run_folder(cell),
        store,
        group=study.id,
        tags=cell.tags,
    )
    return train_part(
        study.plan.project_of(cell),
        study.folds.parts[cell.repeat][cell.fold],
        keeping,
        listener=lambda event: watch(cell, event),
        wants_stop=wants_stop,
    )


def refuse_changed_samples(project: Project, folds: Folds) -> None:
    """The folds number the samples as they were; with others nothing is trained: `StudyError`."""
    from nnstudio.data.pipeline.splitting import fingerprints_of_inputs

    samples, info = samples_of(project, project.training)
    rows = fingerprints_of_inputs(samples, np.arange(len(samples)))
    if not np.array_equal(rows, folds.rows):
        raise StudyError(
            f"{info.in_sentence.capitalize()} has other samples, or in another order, than when "
            "the folds were made: put back what was there, or begin a new study."
        )
