"""A search of hyper-parameters is begun: from a project and what is wanted to a study's folder."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from nnstudio.project.commands.search_points import without_space
from nnstudio.project.search.space import Space
from nnstudio.project.storage import file
from nnstudio.project.values import Project
from nnstudio.runs.machine import machine_facts
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.plan import Limits, Objective, Pruner, Sampler, SearchPlan
from nnstudio.studies.search.samplers import advice
from nnstudio.studies.search.start import begin
from nnstudio.workspace.search_training import joined_choices
from nnstudio.workspace.training import fitted


@dataclass(frozen=True)
class SearchWish:
    """How a project is searched. workers: processes that will share this machine's cores."""

    space: Space
    objectives: tuple[Objective, ...]
    limits: Limits
    sampler: Sampler = "tpe"
    pruner: Pruner = "auto"
    workers: int = 1
    storage: str = ""


def begin_search(
    project: Project, wish: SearchWish, path: Path, *, id: str, title: str
) -> tuple[StudyFolder, tuple[str, ...]]:
    """Begin a study of the project in a folder; with it what one should know, in sentences.

    The project is fitted to its data, and what its own `search` says is left out. Raises
    `UserError` before anything is written if it cannot be.
    """
    project, told = fitted(without_space(project))
    project, shared = _with_threads(project, wish.workers)
    text = file.checked_text(project, path)
    plan = SearchPlan(
        id=id,
        title=title,
        space=wish.space,
        joined=joined_choices(project, wish.space),
        objectives=wish.objectives,
        sampler=wish.sampler,
        pruner=wish.pruner,
        seed=project.training.seed,
        limits=wish.limits,
        epochs=project.training.epochs,
        storage=wish.storage,
        base=file.digest(text.encode()),
        versions=machine_facts(),
    )
    folder = begin(path, plan, text)
    notes = (told, shared, advice(plan), plan.reproduces)
    return folder, tuple(note for note in notes if note)


def _with_threads(project: Project, workers: int) -> tuple[Project, str]:
    """Share the cores among several workers, unless the project says how many each has."""
    if workers == 1 or project.training.threads != "auto":
        return project, ""
    each = max(1, (os.cpu_count() or 1) // workers)
    training = project.training.with_values(threads=each)
    told = f"each of {workers} workers computes with {each} thread{'' if each == 1 else 's'}"
    return replace(project, training=training), told
