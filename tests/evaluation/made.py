"""Predictions made by hand, as those of a model are."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from nnstudio.evaluation.answers import answers_of
from nnstudio.evaluation.predictions import OutputPredictions, Predictions
from nnstudio.evaluation.questions import Question
from nnstudio.project.training_settings import TrainingSettings


def classes(count: int) -> tuple[str, ...]:
    return tuple(f"class {k}" for k in range(count))


def of_output(question: Question, output: Any, targets: Any, **more: Any) -> OutputPredictions:
    """What is kept of an output and its targets."""
    room = more.pop("room", True)
    settings = TrainingSettings(**more)
    found = answers_of(question, settings, _tensor(output), _tensor(targets), room=room)
    return OutputPredictions(question, {name: one.numpy() for name, one in found.items()})


def of_classes(logits: Any, targets: Any, **more: Any) -> OutputPredictions:
    """Of logits (n, ..., classes) and numbers of classes (n, ...)."""
    values = {"task": "classes", "loss": "cross_entropy", **more}
    names = classes(np.shape(logits)[1 if more.get("unit") == "pixel" else -1])
    return of_output(Question("", "classes", classes=names, **values), logits, targets)


def part_of(*outputs: OutputPredictions) -> Predictions:
    """A part whose samples begin at 100 in the source."""
    index = np.arange(100, 100 + len(outputs[0]))
    return Predictions("test", index, {one.question.name: one for one in outputs})


def _tensor(values: Any) -> Tensor:
    return values if isinstance(values, Tensor) else torch.from_numpy(np.asarray(values))
