"""A planned study is begun: its folder is written, whole, before anything is trained."""

from __future__ import annotations

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
from nnstudio.workspace.search_start import SearchWish, begin_search
from nnstudio.workspace.studies.finished import prepared
from nnstudio.workspace.studies.running import begun
from nnstudio.workspace.studies_page.compared import Candidate, variants_of
from nnstudio.workspace.studies_page.drafts import FoldsDraft, SearchDraft


def begin_searching(
    project: Project, title: str, space: Space, draft: SearchDraft, among: Among
) -> Path:
    """Begin a search. Takes a moment: the space is held against the model. Raises `UserError`."""
    if draft.limits == Limits() and draft.sampler != "grid":
        raise Refusal("A search expects a limit: trials, minutes or trials without progress")
    id = new_id()
    wish = SearchWish(
        space=space,
        objectives=draft.objectives,
        limits=draft.limits,
        sampler=draft.sampler,
        pruner=draft.pruner,
        workers=draft.workers,
    )
    folder, _ = begin_search(project, wish, among.studies / id, id=id, title=title)
    return folder.path


def begin_folds(project: Project, title: str, draft: FoldsDraft, among: Among) -> Path:
    """Begin a cross-validation. Takes as long as its data take to be read. Raises `UserError`."""
    variant = Variant(title, prepared(project, {}, NO_CHOICES))
    return begun(Plan((variant,), _rule(draft), draft.seeds), None, among=among).folder


def begin_comparing(
    project: Project,
    chosen: tuple[Candidate, ...],
    varied: tuple[str, tuple[Any, ...]],
    draft: FoldsDraft,
    among: Among,
) -> Path:
    """Begin a comparison. Takes as long as its data take to be read. Raises `UserError`.

    varied: a setting or parameter and its values; no values for none.
    """
    variants = variants_of(project, chosen, *varied)
    return begun(Plan(variants, _rule(draft), draft.seeds), None, among=among).folder


def _rule(draft: FoldsDraft) -> FoldRule:
    return FoldRule(draft.folds, draft.repeats, draft.all_samples)
