"""A study that is being planned: what can be set of it, as checked values for a form."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nnstudio.project.refusal import Refusal
from nnstudio.studies.search.plan import Limits, Objective, Pruner, Sampler
from nnstudio.workspace.schema_settings import Setting, sentence_of, value_of

NONE = "none"
"""No second objective."""
StudyKind = Literal["search", "cross-validation", "comparison"]


class Draft(BaseModel):
    """Settings of a study that has not begun."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


Workers = Annotated[
    int,
    Field(
        title="Workers",
        description="Processes on this computer that train at the same time; they share its "
        "cores. More can be started while the study runs.",
        ge=1,
        le=64,
    ),
]


class SearchDraft(Draft):
    """How a search is done, beside what it varies."""

    objective: Annotated[
        str,
        Field(
            title="Objective",
            description="What is to be as good as possible: a figure of the validation, of which "
            "the best epoch counts, or what the model costs.",
        ),
    ] = "loss"
    second: Annotated[
        str,
        Field(
            title="Second objective",
            description="With two the study finds all trials that no other beats in both.",
        ),
    ] = NONE
    trials: Annotated[
        int | None,
        Field(
            title="Trials",
            description="How many trainings. Points that the model refuses cost nothing and do "
            "not count; empty: no limit.",
            ge=1,
            le=1_000_000,
        ),
    ] = 40
    minutes: Annotated[
        float | None,
        Field(
            title="Minutes",
            description="After that time no further training begins; empty: no limit.",
            gt=0,
            le=1_000_000,
        ),
    ] = None
    no_progress: Annotated[
        int | None,
        Field(
            title="Without progress",
            description="It ends after so many trainings without a better one; empty: no limit.",
            ge=1,
            le=1_000_000,
        ),
    ] = None
    folds: Annotated[
        int | None,
        Field(
            title="Folds",
            description="Train each trial on so many folds, and take the mean of what was held "
            "out; empty: one training, judged by the validation part.",
            ge=2,
            le=100,
        ),
    ] = None
    repeats: Annotated[
        int,
        Field(
            title="Repeats",
            description="How often the samples are divided anew; only with folds.",
            ge=1,
            le=100,
        ),
    ] = 1
    workers: Workers = 1
    sampler: Annotated[
        Sampler,
        Field(
            title="Points by",
            description="TPE learns from the trials before; random and grid give the same points "
            "with any number of workers; the grid takes every combination of choices and steps.",
        ),
    ] = "tpe"
    pruner: Annotated[
        Pruner,
        Field(
            title="Cut short",
            description="What ends bad trainings early. Automatic: none under 5 epochs, else those "
            "below the median; with two objectives none.",
        ),
    ] = "auto"

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """One or two."""
        names = [self.objective, *([self.second] if self.second != NONE else [])]
        return tuple(Objective.of(name) for name in names)

    @property
    def places(self) -> int:
        """Trainings of each trial on folds; 0 without folds."""
        return (self.folds or 0) * self.repeats

    @property
    def limits(self) -> Limits:
        """When it ends."""
        seconds = None if self.minutes is None else self.minutes * 60
        return Limits(trials=self.trials, seconds=seconds, no_progress=self.no_progress)


class FoldsDraft(Draft):
    """Into what the samples are parted, and how often."""

    folds: Annotated[
        int,
        Field(
            title="Folds",
            description="The samples are divided into so many parts; each is held out by one run.",
            ge=2,
            le=100,
        ),
    ] = 4
    repeats: Annotated[
        int,
        Field(
            title="Repeats",
            description="How often they are divided anew; more repeats tell more of chance.",
            ge=1,
            le=100,
        ),
    ] = 1
    seeds: Annotated[
        int,
        Field(
            title="Seeds",
            description="Trainings of each fold that differ by their seed alone.",
            ge=1,
            le=100,
        ),
    ] = 1
    all_samples: Annotated[
        bool,
        Field(
            title="All samples",
            description="Divide the test part as well; by default no fold sees it.",
        ),
    ] = False


SAMPLERS = {
    "tpe": "TPE (learns)",
    "random": "Random",
    "grid": "Every combination",
    "cmaes": "CMA-ES",
    "gp": "Gaussian process",
    "qmc": "Evenly spread",
}
PRUNERS = {
    "auto": "Automatic",
    "none": "Never",
    "median": "Below the median",
    "halving": "Successive halving",
    "hyperband": "Hyperband",
}
_Any = TypeVar("_Any", bound=Draft)


def with_text(draft: _Any, setting: Setting, text: str) -> _Any:
    """The draft with one setting as a text of the form says it. Raises `Refusal`, one sentence."""
    model = type(draft)
    value: object = value_of(setting, text)
    if text == "" and not setting.optional:
        value = model.model_fields[setting.name].default
    try:
        made = model.model_validate({**draft.model_dump(), setting.name: value})
    except ValidationError as error:
        raise Refusal(sentence_of(error, model, setting)) from error
    if isinstance(made, SearchDraft) and made.repeats > 1 and not made.folds:
        if setting.name == "repeats":
            raise Refusal("Repeats must be 1 as long as there are no folds: set the folds first")
        made = model.model_validate({**made.model_dump(), "repeats": 1})
    if isinstance(made, SearchDraft) and made.second == made.objective:
        if setting.name == "second":
            raise Refusal("Second objective must be another one than the first")
        made = model.model_validate({**made.model_dump(), "second": NONE})
    return made
