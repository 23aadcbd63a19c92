"""The best trial of a search judged by the test part, which has decided nothing of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnstudio.evaluation.figures.spread import Spread, spread_of
from nnstudio.runs.errors import RunStoreError
from nnstudio.studies.errors import StudyError
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.result import SearchResult
from nnstudio.workspace.opened_run import Which, open_folder
from nnstudio.workspace.studies.search_folds import run_of_fold

if TYPE_CHECKING:
    from nnstudio.evaluation.evaluation import Evaluation

PART = "test"


@dataclass(frozen=True)
class Judgement:
    """The test part, as the trainings of the best trial answer it: one, or one of each fold.

    weights: of the best epoch of the one training, or the last of each fold. head: the spread over
    the trainings of each figure that is looked at first.
    """

    trial: int
    weights: Which
    evaluations: tuple[Evaluation, ...] = field(repr=False)

    @property
    def head(self) -> dict[str, Spread]:
        """By the names of the figures, of the first output."""
        heads = [one.figures.head() for one in self.evaluations]
        names = [name for name in heads[0] if all(name in head for head in heads)]
        return {name: spread_of([head[name] for head in heads]) for name in names}

    @property
    def sentence(self) -> str:
        """What was judged, in words."""
        samples = f"the test part ({self.evaluations[0].samples:,} samples)"
        if len(self.evaluations) == 1:
            return f"trial {self.trial} by {samples}, weights of its {self.weights} epoch"
        return (
            f"trial {self.trial} by {samples}: mean ± deviation of the models of its "
            f"{len(self.evaluations)} folds, each trained without its own fold"
        )

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {
            "trial": self.trial,
            "part": PART,
            "weights": self.weights,
            "samples": self.evaluations[0].samples,
            "trainings": len(self.evaluations),
            "head": {name: one.to_json() for name, one in self.head.items()},
        }


def judge_best(
    folder: StudyFolder, result: SearchResult, *, device: str | None = None
) -> Judgement:
    """Judge the best trial; of several objectives the best by the first.

    Raises `StudyError` where there is no best trial, no test part, or a run of it is gone.
    """
    if not result.best_rows:
        raise StudyError("No trial of this search has been completed: there is no best to judge.")
    best = result.best_rows[0]
    if best.run is None:
        raise StudyError(f"The run of trial {best.number} is not known any more.")
    places = folder.plan.places
    first = Path(best.run)
    runs = [run_of_fold(first, *place) for place in places] if places else [first]
    weights: Which = "last" if places else "best"
    found = []
    for run in runs:
        try:
            opened = open_folder(run)
        except RunStoreError as error:
            raise StudyError(f"The best trial, {best.number}, cannot be judged: {error}") from error
        if not opened.sizes()[PART]:
            raise StudyError(
                "There is no test part to judge the best trial by: begin a search with a share of "
                "the samples for the test, such as --test 0.2."
            )
        found.append(opened.evaluate(PART, which=weights, device=device, times=False))
    return Judgement(best.number, weights, tuple(found))
