"""Nested cross-validation: a search within each outer fold, judged by what that fold held out.

What is judged is the whole way from data to a model, its search included: no sample that judges has
decided anything. Varma and Simon 2006, Bias in error estimation when using cross-validation for
model selection, BMC Bioinformatics 7:91.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nnstudio.evaluation.figures.figure import Figure
from nnstudio.evaluation.figures.spread import Spread, spread_of
from nnstudio.project.commands.search_points import without_space
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.runs.occupied import why_no_study
from nnstudio.runs.store import new_id
from nnstudio.studies.errors import StudyError
from nnstudio.studies.folds import FoldRule, Folds
from nnstudio.studies.places import OUTER, RECORD, studies_folder
from nnstudio.studies.plan import Plan, Variant
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.worker import Told
from nnstudio.workspace.studies.finished_search import FinishedSearch, finished, gone_on_with
from nnstudio.workspace.studies.running import folds_for
from nnstudio.workspace.studies.search_beginning import How, Search, begin_search, space_of
from nnstudio.workspace.studies.search_judging import Judgement
from nnstudio.workspace.studies.search_workers import nobody_is_told
from nnstudio.workspace.training import fitted


@dataclass(frozen=True)
class NestedSearch:
    """A search of each outer fold, and what its best trial gave for the samples held out."""

    folder: Path
    outer: Folds
    searches: tuple[FinishedSearch, ...]
    judgements: tuple[Judgement, ...]

    @property
    def head(self) -> dict[str, Spread]:
        """The spread over the outer folds of each figure that is looked at first."""
        heads = [one.head for one in self.judgements]
        names = [name for name in heads[0] if all(name in head for head in heads)]
        return {name: spread_of([_mean_of(head[name]) for head in heads]) for name in names}

    @property
    def notes(self) -> tuple[str, ...]:
        """What one should know of the figures, in sentences."""
        points = {str(sorted(one.best.point.items())) for one in self.searches}
        found = [
            "Each outer fold is judged by the models of the inner folds, each trained without its "
            "own inner fold: a model trained with all of it may be somewhat better.",
            "The figures judge the way of searching, not one set of values: "
            + (
                "all outer folds found the same."
                if len(points) == 1
                else f"the outer folds found {len(points)} different ones."
            ),
        ]
        return (*found, *self.outer.notes)

    def table(self) -> list[dict[str, Any]]:
        """A row for each outer fold: fold, the best point, its value inside, figures outside."""
        rows = []
        for number, (search, judged) in enumerate(
            zip(self.searches, self.judgements, strict=True), 1
        ):
            row: dict[str, Any] = {"fold": number, **search.best.point}
            objective = search.result.plan.objectives[0].figure
            row[f"{objective} inside"] = search.best.values[0]
            row |= {name: one.mean for name, one in judged.head.items()}
            rows.append(row)
        return rows

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {
            "folder": str(self.folder),
            "folds": [
                {"study": one.study.plan.id, "best": one.best.point, "test": judged.to_json()}
                for one, judged in zip(self.searches, self.judgements, strict=True)
            ],
            "head": {name: one.to_json() for name, one in self.head.items()},
            "notes": list(self.notes),
        }


def nested_search(
    project: Project,
    searched: Search,
    how: How,
    outer: int,
    *,
    title: str = "",
    folder: Path | None = None,
    resumes: bool = False,
    leaves: Callable[[], bool] = lambda: False,
    told: Callable[[Told], None] = nobody_is_told,
    begins: Callable[[int, StudyFolder], None] = lambda number, study: None,
) -> NestedSearch | None:
    """Search within each outer fold; each search is a study in a folder of its own, `outer-1` and
    so on, and can be looked at as any other.

    resumes: go on with those that are there. begins: told each fold, from 1 on. None if it was
    `leaves` that ended it. Raises `UserError`.
    """
    if not how.folds:
        raise Refusal("A nested cross-validation expects inner folds, too: give folds")
    space = space_of(project, searched)
    seen = fitted(without_space(project))[0]
    seen = replace(seen, training=seen.training.with_values(checkpoint=True))
    variant = Variant(seen.root, seen)
    folds = folds_for(Plan((variant,), FoldRule(outer)))
    inner = Plan((variant,), FoldRule(how.folds, how.repeats))
    place = (studies_folder() / new_id() if folder is None else folder).absolute()
    if not resumes and any(place.glob(f"{OUTER}*/{RECORD}")):
        raise StudyError(f"There are studies in {place}: give resume to go on with them.")
    if why := why_no_study(place, ()):
        raise StudyError(why)
    searches, judgements = [], []
    for number, parts in enumerate(folds.parts[0], 1):
        made, path = folds_for(inner, parts), place / f"{OUTER}{number}"
        if resumes and (path / RECORD).exists():
            study = gone_on_with(path, project, searched, how)
            if study.plan.folds_hash != made.hash:
                raise StudyError(f"{path} was begun with other folds: begin anew elsewhere.")
        else:
            named = f"{title or project.root} outer {number}"
            study = begin_search(project, space, how, title=named, path=path, folds=made).folder
        begins(number, study)
        ended = finished(study, how.workers, leaves=leaves, told=told)
        if leaves():
            return None
        searches.append(ended)
        judgements.append(ended.judge())
    return NestedSearch(place, folds, tuple(searches), tuple(judgements))


def _mean_of(one: Spread) -> Figure:
    return Figure(one.mean, reason=one.reason)
