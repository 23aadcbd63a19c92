"""`Evaluation`: a part of the samples judged, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nnstudio.evaluation.figures.bootstrap import DRAWS, SEED, draws_of
from nnstudio.evaluation.judging import OutputFigures, figures_of
from nnstudio.evaluation.model_facts import ModelFacts
from nnstudio.evaluation.predictions import Predictions
from nnstudio.evaluation.samples import JudgedSample, worst_first


@dataclass(frozen=True)
class Evaluation:
    """Of one part. epoch: after which the weights were kept, None where they are not in a file.

    notes: what one should know of it, in sentences.
    """

    predictions: Predictions = field(repr=False)
    model: ModelFacts
    epoch: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def part(self) -> str:
        """train, validation or test."""
        return self.predictions.part

    @property
    def samples(self) -> int:
        """How many samples the part has."""
        return len(self.predictions)

    @cached_property
    def outputs(self) -> dict[str, OutputFigures]:
        """The figures of each output by its name, "" for the only one."""
        return figures_of(self.predictions)

    @property
    def figures(self) -> OutputFigures:
        """The figures of the first output."""
        return next(iter(self.outputs.values()))

    def worst(self, count: int = 10, output: str | None = None) -> list[JudgedSample]:
        """The samples with the highest loss, the highest first."""
        return worst_first(self.predictions, output, limit=count)

    @property
    def method(self) -> str:
        """How the intervals came about."""
        draws = draws_of(self.samples)
        fewer = "" if draws == DRAWS else " at least"
        return (
            f"95 % intervals by the percentile bootstrap,{fewer} {draws:,} draws of whole samples, "
            f"seed {SEED}"
        )

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values, without the predictions themselves."""
        made = self.predictions
        return {
            "part": self.part,
            "samples": self.samples,
            "checkpoint": made.checkpoint or None,
            "weights": made.weights or None,
            "epoch": self.epoch,
            "device": made.device,
            "model": self.model.to_json(),
            "intervals": self.method,
            "notes": list(self.notes),
            "outputs": [
                {"name": name, **figures.to_json()} for name, figures in self.outputs.items()
            ],
        }
