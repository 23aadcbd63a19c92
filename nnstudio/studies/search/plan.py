"""What a search is: everything that is decided before its first trial, as one checked value."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from nnstudio.project.search.space import Space

FORMAT = 1
Sampler = Literal["tpe", "random", "grid", "cmaes", "gp", "qmc"]
Pruner = Literal["auto", "none", "median", "halving", "hyperband"]
Direction = Literal["minimize", "maximize"]
COSTS = ("parameters", "flops", "seconds")
"""What can be an objective beside the figures of an epoch: of the model, and of the training."""
LOWER = ("loss", "mae", "rmse", *COSTS)
"""Names of figures of which the lower is the better; of all others the higher."""


class _Values(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Objective(_Values):
    """A figure of an epoch's validation, or one of `COSTS`, and which way is better."""

    figure: Annotated[str, Field(min_length=1, max_length=200)]
    direction: Direction

    @classmethod
    def of(cls, figure: str, direction: Direction | None = None) -> Objective:
        """The figure with the direction that it has by its nature: that of its last word."""
        last = figure.rpartition(".")[2]
        by_nature: Direction = "minimize" if last in LOWER else "maximize"
        return cls(figure=figure, direction=direction or by_nature)

    @property
    def is_cost(self) -> bool:
        """True for what no epoch has."""
        return self.figure in COSTS


class Limits(_Values):
    """When a search ends; None: not by this. no_progress: trials without a better one.

    seconds: since it was started or resumed, by the clock of whoever asks.
    """

    trials: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    seconds: Annotated[float, Field(gt=0)] | None = None
    no_progress: Annotated[int, Field(ge=1)] | None = None


class SearchPlan(_Values):
    """One search. joined: groups of axes that are one choice of valid combinations.

    base: digest of the project that is varied, which lies beside it. epochs: of each training, by
    which the pruner is chosen. folds: 0 for trials of one training each, else a trial is trained
    once on each fold of each repeat; folds_hash: of their index sets, which lie beside it.
    validates: whether there are samples to validate with. notes: what one should know of its
    figures. storage: the URL of a database without its password, "" for a log beside it. home: the
    study's folder when it was begun; runs: where they lie, as a path from there. versions: of the
    program and its libraries.
    """

    format: int = FORMAT
    kind: Literal["search"] = "search"
    id: str
    title: str
    space: Space
    joined: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    objectives: Annotated[tuple[Objective, ...], Field(min_length=1, max_length=2)]
    sampler: Sampler = "tpe"
    pruner: Pruner = "auto"
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    limits: Limits = Limits()
    epochs: Annotated[int, Field(ge=1)] = 1
    folds: Annotated[int, Field(ge=0, le=1_000)] = 0
    repeats: Annotated[int, Field(ge=1, le=1_000)] = 1
    folds_hash: str = ""
    validates: bool = True
    notes: tuple[str, ...] = ()
    storage: str = ""
    runs: str = ""
    home: str = ""
    base: str = ""
    versions: dict[str, str] = {}
    more: dict[str, Any] = {}

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Repeat and fold, from 0, of each training of a trial, in order; none without folds."""
        return tuple((r, f) for r in range(self.repeats) for f in range(self.folds))

    @property
    def figure_is(self) -> str:
        """What the value of a trial is, in a sentence."""
        if not self.folds:
            if not self.validates:
                return (
                    "A trial's figure is that of its best epoch, by the training part, as no "
                    "samples are set aside for validation: the search prefers what fits the "
                    "training samples best, which may be worse on others."
                )
            return "A trial's figure is that of its best epoch, by the validation part."
        over = f"{self.folds} folds"
        if self.repeats > 1:
            over += f", repeated {self.repeats} times"
        return (
            f"A trial's figure is the mean over {over}, of the last epoch of each: the best epoch "
            "would be chosen by the very samples that are held out."
        )

    @property
    def reproduces(self) -> str:
        """What the seed promises, in a sentence."""
        if self.sampler in ("random", "grid"):
            return "The same seed gives the same points, with any number of workers."
        return (
            "Seeded: the same points with one worker. With several they depend on which trials "
            "have ended by then."
        )
