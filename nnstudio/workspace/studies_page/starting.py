"""A planned study is begun: its folder is written, whole, before anything is trained."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnstudio.project.refusal import Refusal
from nnstudio.project.search.space import Space
from nnstudio.project.values import Project
from nnstudio.runs.store import new_id
from nnstudio.studies.folds import FoldRule
from nnstudio.studies.plan import Plan, Variant
from nnstudio.studies.search.plan import Limits
from nnstudio.studies.study import Among
from nnstudio.workspace.chosen_data import NO_CHOICES
from nnstudio.workspace.studies.finished import prepared
from nnstudio.workspace.studies.running import begun
from nnstudio.workspace.studies.search_beginning import How, begin_search
from nnstudio.workspace.studies_page.compared import Candidate, variants_of
from nnstudio.workspace.studies_page.drafts import FoldsDraft, SearchDraft


@dataclass(frozen=True)
class Begun:
    """A study that has begun. notes: what one should know of it, in sentences."""

    folder: Path
    notes: tuple[str, ...] = ()


def begin_searching(
    project: Project, title: str, space: Space, draft: SearchDraft, among: Among
) -> Begun:
    """Begin a search. Takes a moment: the space is held against the model. Raises `UserError`."""
    if draft.limits == Limits() and draft.sampler != "grid":
        raise Refusal("A search expects a limit: trials, minutes or trials without progress")
    id = new_id()
    how = How(
        objectives=draft.objectives,
        limits=draft.limits,
        sampler=draft.sampler,
        pruner=draft.pruner,
        folds=draft.folds or 0,
        repeats=draft.repeats,
        workers=draft.workers,
    )
    found = begin_search(
        project, space, how, title=title, path=among.studies / id, id=id, runs=among.runs
    )
    return Begun(found.folder.path, found.notes)


def begin_folds(project: Project, title: str, draft: FoldsDraft, among: Among) -> Begun:
    """Begin a cross-validation. Takes as long as its data take to be read. Raises `UserError`."""
    notes: list[str] = []
    variant = Variant(title, prepared(project, {}, NO_CHOICES, notes.append))
    return _begun((variant,), draft, among, notes)


def begin_comparing(
    project: Project,
    chosen: tuple[Candidate, ...],
    varied: tuple[str, tuple[Any, ...]],
    draft: FoldsDraft,
    among: Among,
) -> Begun:
    """Begin a comparison. Takes as long as its data take to be read. Raises `UserError`.

    varied: a setting or parameter and its values; no values for none.
    """
    notes: list[str] = []
    variants = variants_of(project, chosen, *varied, notes.append)
    return _begun(variants, draft, among, notes)


def _begun(
    variants: tuple[Variant, ...], draft: FoldsDraft, among: Among, notes: list[str]
) -> Begun:
    rule = FoldRule(draft.folds, draft.repeats, draft.all_samples)
    study = begun(Plan(variants, rule, draft.seeds), None, among=among)
    return Begun(study.folder, (*notes, *study.notes()))
