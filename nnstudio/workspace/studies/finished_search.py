"""A search from its start to its end in one call, for scripts; what is left of it as a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from nnstudio.project.commands.search import UsePoint
from nnstudio.project.given import given_number
from nnstudio.project.refusal import Refusal
from nnstudio.project.refused_value import refused_value
from nnstudio.project.values import Project
from nnstudio.studies.errors import StudyError
from nnstudio.studies.places import RECORD
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.plan import Limits, Pruner, Sampler
from nnstudio.studies.search.result import Follower, SearchResult, TrialRow
from nnstudio.studies.search.start import change_limits, resume
from nnstudio.studies.search.worker import Told
from nnstudio.workspace.search_training import project_in
from nnstudio.workspace.studies.search_beginning import (
    How,
    Search,
    begin_search,
    objectives_of,
    refuse_another_project,
    space_of,
)
from nnstudio.workspace.studies.search_judging import Judgement, judge_best
from nnstudio.workspace.studies.search_workers import nobody_is_told, work


@dataclass(frozen=True)
class FinishedSearch:
    """A search that has ended. Its runs are in the store, under the id of its plan as their group.

    why: why it ended, in a sentence. result: all trials, as they were then.
    """

    study: StudyFolder = field(repr=False)
    result: SearchResult = field(repr=False)
    why: str

    @property
    def folder(self) -> Path:
        """Of the study."""
        return self.study.path

    @property
    def trials(self) -> tuple[TrialRow, ...]:
        """Every trial in order: its `point`, `values`, `state`, `run`, `folds`, `deviations`."""
        return self.result.rows

    @property
    def best(self) -> TrialRow:
        """The best trial; of two objectives the best by the first, see `front`.

        Raises `StudyError` if none has been completed.
        """
        if not self.result.best_rows:
            failed = next((row.sentence for row in self.trials if row.state == "failed"), "")
            more = f", the first that failed so: {failed}" if failed else "."
            raise StudyError(f"No trial of this search has been completed{more}")
        return self.result.best_rows[0]

    @property
    def front(self) -> tuple[TrialRow, ...]:
        """The trials that no other beats in both objectives; of one objective the best alone."""
        return self.result.best_rows

    @property
    def notes(self) -> tuple[str, ...]:
        """What one should know of the figures, in sentences."""
        return (self.result.plan.figure_is, *self.result.notes())

    @cached_property
    def importance(self) -> dict[str, float]:
        """How much each axis decides, from 20 completed trials on; see `Follower.importance`."""
        return Follower(self.study).importance()

    @cached_property
    def project(self) -> Project:
        """What was varied: the project that the search was begun with, fitted to its data."""
        return project_in(self.study)

    def table(self) -> list[dict[str, Any]]:
        """A row for each trial: trial, state, the axes, the objectives with the deviation over the
        folds if there are any, run (its folder)."""
        rows = []
        plan = self.result.plan
        for one in self.trials:
            row: dict[str, Any] = {"trial": one.number, "state": one.state}
            row |= {name: one.point.get(name) for name in plan.space.names}
            for k, objective in enumerate(plan.objectives):
                row[objective.figure] = one.values[k] if one.values else None
                if plan.folds:
                    spread = one.deviations[k] if one.deviations else None
                    row[f"{objective.figure} deviation"] = spread
            rows.append({**row, "run": one.run})
        return rows

    def use_best(self, project: Project | None = None) -> Project:
        """A project with the values of the best trial; by default the one that was varied."""
        return UsePoint(self.best.point).apply(self.project if project is None else project)

    def judge(self, *, device: str | None = None) -> Judgement:
        """Judge the best trial by the test part, which has decided nothing of it."""
        return judge_best(self.study, self.result, device=device)


def how_of(
    *,
    trials: int | None,
    seconds: float | None,
    no_progress: int | None,
    objective: str | Sequence[str] | None,
    **more: Any,
) -> How:
    """How a search goes about it, from what a script says. Raises `Refusal`."""
    texts = [objective] if isinstance(objective, str) else objective or ()
    if not isinstance(texts, Sequence) or not all(isinstance(text, str) for text in texts):
        raise Refusal(
            f"objective: expected the name of a figure or two of them, received {objective!r:.60}"
        )
    for name, least in (("folds", 0), ("repeats", 1), ("workers", 1)):
        given_number(name, more[name], least)
    if not isinstance(more["storage"], str):
        raise Refusal(f"storage: expected an address as a text, received {more['storage']!r:.60}")
    values: dict[str, Any] = {"trials": trials, "seconds": seconds, "no_progress": no_progress}
    for name, known in (("sampler", Sampler), ("pruner", Pruner)):
        if more[name] not in get_args(known):
            names = ", ".join(get_args(known))
            raise Refusal(f"{name}: expected one of {names}, received {more[name]!r}")
    try:
        limits = Limits(**values)
    except ValidationError as error:
        raise Refusal(f"The limits of a search: {refused_value(error, Limits).sentence}") from error
    return How(limits=limits, objectives=objectives_of(texts), **more)


def search(
    project: Project,
    searched: Search,
    how: How,
    *,
    title: str = "",
    folder: Path | None = None,
    resumes: bool = False,
    told: Callable[[Told], None] = nobody_is_told,
) -> FinishedSearch:
    """Search and wait for the end.

    project: prepared, with all settings. folder: of the study. resumes: go on with the one there,
    with the limits of `how` if it has any. Ctrl+C leaves each training with a checkpoint and is
    passed on. Raises `UserError`.
    """
    if resumes:
        study = gone_on_with(folder, project, searched, how)
    else:
        if folder is not None and (folder / RECORD).exists():
            raise StudyError(f"There is a study in {folder}: give resume=True to go on with it.")
        begun = begin_search(project, space_of(project, searched), how, title=title, path=folder)
        study = begun.folder
    return finished(study, how.workers, told=told)


def finished(
    study: StudyFolder,
    workers: int,
    *,
    leaves: Callable[[], bool] = lambda: False,
    told: Callable[[Told], None] = nobody_is_told,
) -> FinishedSearch:
    """Work at a study to its end; as for `work`."""
    why = work(study, workers, leaves=leaves, told=told)
    return FinishedSearch(study, Follower(study).result(), why)


def gone_on_with(folder: Path | None, project: Project, searched: Search, how: How) -> StudyFolder:
    """The study in a folder, to be gone on with, with the limits of `how` if it has any.

    Raises `StudyError` if it was begun with another project or in another way.
    """
    if folder is None:
        raise StudyError("To go on with a study, its folder is needed.")
    study = StudyFolder.open(folder, how.storage)
    _refuse_another(study, project, searched, how)
    if how.limits != Limits():
        change_limits(study, how.limits)
    resume(study)
    return study


def _refuse_another(study: StudyFolder, project: Project, searched: Search, how: How) -> None:
    """What is searched was decided when the study was begun; what was given must be the same."""
    refuse_another_project(study, project)
    plan = study.plan
    same = {
        "search": searched is None or space_of(project, searched) == plan.space,
        "objective": not how.objectives or how.objectives == plan.objectives,
        "sampler": how.sampler == plan.sampler,
        "pruner": how.pruner == plan.pruner,
        "folds": (how.folds, how.repeats) == (plan.folds, plan.repeats),
    }
    other = [name for name, is_same in same.items() if not is_same]
    if other:
        raise StudyError(
            f"The study in {study.path} was begun with another {other[0]}: go on with that, or "
            "begin another study."
        )
