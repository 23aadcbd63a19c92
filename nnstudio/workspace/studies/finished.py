"""A study from its start to its end in one call, for scripts; what is left of it as a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

from nnstudio.project.data.part import Part
from nnstudio.project.given import given_project, kind_of
from nnstudio.project.refusal import Refusal
from nnstudio.project.settings import with_settings
from nnstudio.project.values import Project
from nnstudio.runs.record import RunRecord
from nnstudio.runs.states import State
from nnstudio.studies.errors import StudyError
from nnstudio.studies.folds import FoldRule, Folds
from nnstudio.studies.plan import Cell, Plan, Variant
from nnstudio.studies.study import Study
from nnstudio.workspace.chosen_data import NO_CHOICES, Choices, with_choices
from nnstudio.workspace.studies.figures import StudyFigures, Which, figures_of
from nnstudio.workspace.studies.running import begun, trained
from nnstudio.workspace.tracking import refuse_missing_trackers
from nnstudio.workspace.training import fitted


@dataclass(frozen=True)
class FinishedStudy:
    """A study that has ended. Its runs are in the store, under its id as their group."""

    study: Study
    records: dict[Cell, RunRecord] = field(repr=False)
    weights: Which = "last"

    @property
    def folds(self) -> Folds:
        """The index sets: `folds.parts[repeat][fold].validation` is what was held out."""
        return self.study.folds

    @cached_property
    def figures(self) -> StudyFigures:
        """The figures of all runs and models."""
        return figures_of(self.study, self.weights)

    def table(self) -> list[dict[str, Any]]:
        """A row for each run: model, repeat, fold, seed, run (its folder), samples, figures."""
        rows = []
        for model in self.figures.models:
            for cell, one in model.cells.items():
                row: dict[str, Any] = {"model": model.name, "repeat": cell.repeat + 1}
                row |= {"fold": cell.fold + 1, "seed": cell.seed + 1}
                row |= {"run": str(self.study.run_folder(cell)), "samples": one.samples}
                row |= {name: figure.value for name, figure in one.figures.head().items()}
                rows.append(row)
        return rows


def prepared(
    project: Project,
    settings: Mapping[str, Any],
    choices: Choices = NO_CHOICES,
    fit_told: Callable[[str], None] = lambda sentence: None,
) -> Project:
    """The project with other settings, fitted to its data, as a training would take it.

    fit_told: told what was changed of the model for that, if anything.
    """
    refuse_missing_trackers(settings)
    project = with_settings(given_project(project), settings)
    source = project.data.source if isinstance(settings.get("data"), Part) else None
    project = with_choices(project, replace(choices, source=source))
    project, sentence = fitted(project)
    if sentence:
        fit_told(sentence)
    return project


def study_of(
    projects: Sequence[Project] | Mapping[str, Project],
    rule: FoldRule,
    settings: Mapping[str, Any],
    *,
    seeds: int = 1,
    folder: Path | None = None,
    resume: bool = False,
    weights: Which = "last",
    choices: Choices = NO_CHOICES,
    told: Callable[[Cell, RunRecord], None] = lambda cell, record: None,
) -> FinishedStudy:
    """Train every project on every fold and wait for the end.

    told: each run as it ends. Ctrl+C stops the run that goes on, with a checkpoint, and is passed
    on; the same call with the same folder goes on with what is missing. Raises `UserError`.
    """
    if weights not in get_args(Which):
        raise Refusal(f"judge: expected one of {', '.join(get_args(Which))}, received {weights!r}")
    named = _named(projects)
    variants = [Variant(n, prepared(p, settings, choices)) for n, p in named.items()]
    study = begun(Plan(tuple(variants), rule, seeds), folder, resume=resume)
    records = {}
    for cell, record in trained(study):
        records[cell] = record
        told(cell, record)
    failed = [one for one in records.values() if one.state is not State.COMPLETED]
    if len(failed) == len(records):
        why = failed[0].result.get("sentence") or f"it was {failed[0].state.lower()}"
        raise StudyError(f"No run of the study came to its end; the first: {why}")
    return FinishedStudy(study, records, weights)


def _named(projects: Sequence[Project] | Mapping[str, Project]) -> Mapping[str, Project]:
    """By the names of their models, with a number where several have the same.

    Raises `Refusal` for what is no list of projects.
    """
    if not isinstance(projects, Mapping | Sequence) or isinstance(projects, str):
        raise Refusal(f"A list of projects is expected, received {kind_of(projects)}")
    if not projects:
        raise Refusal("At least one project is expected, received none")
    if isinstance(projects, Mapping):
        other = next((name for name in projects if not isinstance(name, str)), None)
        if other is not None:
            raise Refusal(f"The name of a project is expected to be a text, received {other!r:.60}")
        return projects
    found: dict[str, Project] = {}
    for project in projects:
        name, number = given_project(project).root, 2
        while name in found:
            name, number = f"{project.root} {number}", number + 1
        found[name] = project
    return found
