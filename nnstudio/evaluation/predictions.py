"""`Predictions`: what a model has given for one part of the samples, and what is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.evaluation.errors import EvaluationError
from nnstudio.evaluation.questions import Question

Array = NDArray[Any]


@dataclass(frozen=True)
class OutputPredictions:
    """Of one output: arrays by name with a row per sample, as `answers` says."""

    question: Question
    arrays: Mapping[str, Array]

    def __len__(self) -> int:
        return len(self.arrays["loss"])

    @property
    def counts(self) -> NDArray[np.bool_]:
        """Which answers count, in the form of the targets: all but those of the ignored class."""
        target = self.arrays["target"]
        if self.question.ignored is None:
            return np.ones(target.shape, np.bool_)
        return np.asarray(target != self.question.ignored)


@dataclass(frozen=True)
class Predictions:
    """Of one part, by the names of the outputs.

    part: train, validation or test. index: (n,), the number of each sample in the source, as
    `OpenedRun.parts` counts them; -1 where nobody knows it. checkpoint, weights: the name of the
    checkpoint and the SHA-256 of its weights; "" where they are not in a file. device: where they
    were computed.
    """

    part: str
    index: NDArray[np.int64]
    outputs: Mapping[str, OutputPredictions]
    checkpoint: str = ""
    weights: str = ""
    device: str = ""

    def __len__(self) -> int:
        return len(self.index)

    @property
    def first(self) -> OutputPredictions:
        """Of the first output."""
        return next(iter(self.outputs.values()))

    def output(self, name: str | None = None) -> OutputPredictions:
        """Of one output by its name, of the first one without. Raises `EvaluationError`."""
        if name is None:
            return self.first
        if name not in self.outputs:
            there = ", ".join(self.outputs) or "none"
            raise EvaluationError(f"There is no output named {name}: there is {there}.")
        return self.outputs[name]


def refuse_not_finite(name: str, part: str, arrays: Mapping[str, Array], offset: int = 0) -> None:
    """Raise `EvaluationError` if anything of a batch of predictions is no finite number.

    offset: how many samples came before the batch.
    """
    for array in arrays.values():
        if array.dtype.kind != "f":
            continue
        wrong = ~np.isfinite(array.reshape(len(array), -1)).all(1)
        if wrong.any():
            who = f"The output {name}" if name else "The model"
            raise EvaluationError(
                f"{who} gives values that are no finite numbers for samples of the {part} part, "
                f"first for number {offset + int(np.flatnonzero(wrong)[0]) + 1:,} of it: there are "
                "no figures of them; its weights may have diverged, try a lower learning rate."
            )
