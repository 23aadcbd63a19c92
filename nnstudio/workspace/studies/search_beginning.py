"""A search is begun: from a project, what is varied, and how, to a folder that workers can join."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nnstudio.project.commands.search_points import (
    axes_of_texts,
    axis_of_text,
    check_space,
    without_space,
)
from nnstudio.project.refusal import Refusal
from nnstudio.project.refused_value import refused_value
from nnstudio.project.search.published import published_spaces
from nnstudio.project.search.space import MODEL, Axis, Choices, Space
from nnstudio.project.storage import file
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import Project
from nnstudio.runs.machine import machine_facts
from nnstudio.runs.store import default_folder, new_id
from nnstudio.studies.errors import StudyError
from nnstudio.studies.folds import FoldRule, Folds
from nnstudio.studies.places import remember, studies_folder
from nnstudio.studies.plan import Plan, Variant
from nnstudio.studies.run_places import seen_from
from nnstudio.studies.search.folder import PROJECT, StudyFolder
from nnstudio.studies.search.plan import Direction, Limits, Objective, Pruner, Sampler, SearchPlan
from nnstudio.studies.search.samplers import advice, refuse_sampler, weakness
from nnstudio.studies.search.start import begin
from nnstudio.workspace.search_training import joined_choices
from nnstudio.workspace.studies.running import folds_for
from nnstudio.workspace.studies.search_figures import refuse_objectives, validates
from nnstudio.workspace.training import fitted

Search = Space | Mapping[str, object] | Sequence[str] | str | None
"""What a script says of what is varied: see `space_of`."""


@dataclass(frozen=True)
class How:
    """How a search goes about it. folds: 0 for trials of one training each."""

    limits: Limits = field(default_factory=Limits)
    objectives: tuple[Objective, ...] = ()
    sampler: Sampler = "tpe"
    pruner: Pruner = "auto"
    folds: int = 0
    repeats: int = 1
    workers: int = 1
    storage: str = ""


@dataclass(frozen=True)
class Begun:
    """A search that workers can join. notes: what one should know of it, in sentences."""

    folder: StudyFolder
    notes: tuple[str, ...]


def begin_search(
    project: Project,
    space: Space,
    how: How,
    *,
    title: str = "",
    path: Path | None = None,
    folds: Folds | None = None,
    id: str = "",
    runs: Path | None = None,
) -> Begun:
    """Write the folder of a search, by default among all others.

    project: with all its settings; its seed is that of the search. title: of its runs. folds: index
    sets in place of those that `how` would make. id: by default a new one. runs: the folder of its
    runs, by default the user's. Raises `UserError` before anything is written.
    """
    if how.limits == Limits() and how.sampler != "grid":
        raise Refusal("tune expects a limit: --trials N, --seconds X or --no-progress N")
    if how.workers < 1:
        raise Refusal(f"workers: expected a number of at least 1, received {how.workers}")
    for name, value in (("folds", how.folds), ("repeats", how.repeats)):
        least = 2 if name == "folds" else 1
        if not least <= value <= 1_000 and not (name == "folds" and value == 0):
            raise Refusal(f"{name}: expected {least} to 1,000, received {value:,}")
    if how.repeats > 1 and not how.folds:
        raise Refusal("repeats expects folds: without them each trial is one training")
    check_space(project, space)
    project, told = fitted(without_space(project))
    project, shared = _with_threads(project, how.workers)
    objectives = how.objectives or (Objective.of(project.training.best_by),)
    refuse_objectives(project, space, objectives, folds=how.folds > 0)
    own = id or new_id()
    place = (studies_folder() / own if path is None else path).absolute()
    text = file.checked_text(project, place)
    plan = SearchPlan(
        id=own,
        title=title or project.root,
        space=space,
        joined=joined_choices(project, space),
        objectives=objectives,
        sampler=how.sampler,
        pruner=how.pruner,
        seed=project.training.seed,
        limits=how.limits,
        epochs=project.training.epochs,
        folds=how.folds,
        repeats=how.repeats,
        validates=validates(project),
        storage=how.storage,
        runs=seen_from(place, runs or default_folder()),
        base=file.digest(text.encode()),
        versions=machine_facts(),
    )
    refuse_sampler(plan)
    if how.folds:
        folds, notes = _folds_of(project, space, how, folds)
        plan = plan.model_copy(update={"notes": notes})
    found = begin(place, plan, text, folds)
    remember(found.path)
    said = [told, shared, weakness(plan), advice(plan), plan.reproduces]
    if plan.folds:
        said += [plan.figure_is, *plan.notes]
    elif not plan.validates:
        said.append(f"warning: {plan.figure_is} Set a share for validation, such as 0.2, or folds.")
    return Begun(found, tuple(line for line in said if line))


def refuse_another_project(folder: StudyFolder, project: Project) -> None:
    """Raise `StudyError` for another project than the one that a study was begun with."""
    again, _ = fitted(without_space(project))
    known = file.read(folder.path / PROJECT)
    texts = [
        file.dumps(replace(one, training=one.training.with_values(threads="auto")), folder.path)
        for one in (again, known)
    ]
    if texts[0] != texts[1]:
        raise StudyError(
            f"The study in {folder.path} was begun with another model, other data or other "
            "settings: leave out the model to go on with those, or begin another study."
        )


def _folds_of(
    project: Project, space: Space, how: How, folds: Folds | None
) -> tuple[Folds, tuple[str, ...]]:
    """The folds of all trials, and what one should know of figures that come of them."""
    training = project.training.with_values(checkpoint=True)  # which every trial has
    for name, value in (("early_stopping", 1), ("schedule", "plateau")):
        axis = space.axis(name)
        if axis is not None and (not isinstance(axis, Choices) or value in axis.choices):
            training = training.with_values(**{name: value})
    seen = replace(project, training=training)
    plan = Plan((Variant(project.root, seen),), FoldRule(how.folds, how.repeats))
    made = folds_for(plan) if folds is None else folds
    return made, (*made.notes, *plan.notes())


def _with_threads(project: Project, workers: int) -> tuple[Project, str]:
    """Share the cores among several workers, unless the project says how many each has."""
    if workers == 1 or project.training.threads != "auto":
        return project, ""
    each = max(1, (os.cpu_count() or 1) // workers)
    training = project.training.with_values(threads=each)
    told = f"each of {workers} workers computes with {each} thread{'' if each == 1 else 's'}"
    return replace(project, training=training), told


def objectives_of(texts: Sequence[str]) -> tuple[Objective, ...]:
    """One or two objectives as they are typed: FIGURE, perhaps with :minimize or :maximize.

    None for the figure by which the project compares epochs. Raises `Refusal`.
    """
    if len(texts) > 2:
        raise Refusal(f"A search expects one or two objectives, received {len(texts)}")
    found = []
    for text in texts:
        figure, colon, direction = text.partition(":")
        ways: dict[str, Direction] = {"minimize": "minimize", "maximize": "maximize"}
        if not figure or (colon and direction not in ways):
            raise Refusal(
                f"An objective is expected as FIGURE, FIGURE:minimize or FIGURE:maximize, not "
                f"'{text}'"
            )
        found.append(Objective.of(figure, ways.get(direction)))
    if len({one.figure for one in found}) < len(found):
        raise Refusal(f"Two objectives are expected to differ, received {found[0].figure} twice")
    return tuple(found)


def space_of(project: Project, search: Search) -> Space:
    """The space that is meant. Raises `UserError` if the project cannot have it.

    search: a space; ranges by name, ``{"learning_rate": "1e-4..1e-1:log", "hidden": [16, 32]}``;
    a list of texts such as ``["hidden=16..64:16"]``; the name of a published space; None for the
    one that the project has.
    """
    match search:
        case None:
            space = project.search
        case Space():
            space = search
        case str():
            space = _published(project, search)
        case Mapping():
            space = _made([_axis(project, name, said) for name, said in search.items()])
        case Sequence() if all(isinstance(text, str) for text in search):
            space = _made(list(axes_of_texts(project, search)))
        case _:
            raise Refusal(
                "search: expected ranges by name, such as "
                f'{{"learning_rate": "1e-4..1e-1:log"}}, received {search!r:.60}'
            )
    if not space.axes:
        named = [f"'{one.name}'" for one in published_spaces(project.root)]
        or_named = f", or one of the published spaces: {', '.join(named)}" if named else ""
        raise Refusal(
            f"{project.root} does not say what is to be searched: give ranges by name, such as "
            f'search={{"learning_rate": "1e-4..1e-1:log"}}{or_named}'
        )
    check_space(project, space)
    return space


def _made(axes: list[Axis]) -> Space:
    try:
        return Space(axes=tuple(axes))
    except ValidationError as error:
        raise Refusal(f"This cannot be searched: {refused_value(error, Space).sentence}") from error


def _published(project: Project, name: str) -> Space:
    published = published_spaces(project.root)
    found = next((one.space for one in published if one.name == name), None)
    if found is None:
        names = ", ".join(one.name for one in published) or "none"
        raise Refusal(f"{project.root} has no published space '{name}'; it has: {names}")
    return found


def _sizes(value: object) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _axis(project: Project, name: str, said: object) -> Axis:
    if isinstance(said, str):
        return axis_of_text(project, f"{name}={said}")
    if not isinstance(said, list | tuple):
        raise Refusal(
            f"The search of {name} expects a range as text, such as '16..64:16', or a list of "
            f"choices, received {said!r}"
        )
    known = name in TrainingSettings.model_fields or name.startswith(MODEL)
    full = name if known or project.model.parameter(name) is None else MODEL + name
    try:
        return Choices(name=full, choices=tuple(map(_sizes, said)))
    except ValidationError as error:
        raise Refusal(f"The search of {name}: {refused_value(error, Choices).sentence}") from error
