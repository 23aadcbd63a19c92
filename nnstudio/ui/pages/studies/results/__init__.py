"""The results of a cross-validation or comparison. `RESULTS` lists them: the page makes a place
for each.

All show one `ShownResult` (`show_result`), read in a thread by `ResultReader`, and tell which run
is clicked (`cell_picked(cell)`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from nnstudio.ui.pages.studies.results import (
    answer_view,
    fold_curves,
    held_out,
    pairs_view,
    roc_view,
)
from nnstudio.ui.pages.studies.results.base import ResultView


@dataclass(frozen=True)
class Result:
    """One result. help: what it shows. models: how many a study must have for it."""

    id: str
    title: str
    help: str
    make: Callable[[QWidget | None], ResultView]
    models: int = 1


RESULTS: tuple[Result, ...] = (
    Result(
        "answer",
        answer_view.TITLE,
        "What was asked and what came of it, with mean and deviation over the runs.",
        answer_view.AnswerView,
    ),
    Result(
        "folds",
        fold_curves.TITLE,
        "The learning curves of each fold, and their mean with its deviation.",
        fold_curves.FoldCurves,
    ),
    Result(
        "pairs",
        pairs_view.TITLE,
        "Every two models, fold by fold: is there a difference, or can it be chance?",
        pairs_view.PairsView,
        models=2,
    ),
    Result(
        "classes",
        held_out.TITLE,
        "Which classes are taken for which, in all held-out predictions together.",
        held_out.HeldOut,
    ),
    Result(
        "roc",
        roc_view.TITLE,
        "ROC curves by class: mean and deviation over the runs.",
        roc_view.RocView,
    ),
)
