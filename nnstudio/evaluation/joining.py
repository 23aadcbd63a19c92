"""Predictions of several trainings for different samples, as if they were of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np

from nnstudio.evaluation.errors import EvaluationError
from nnstudio.evaluation.figures.figure import Figure
from nnstudio.evaluation.judging import OutputFigures, output_figures
from nnstudio.evaluation.predictions import OutputPredictions, Predictions

Value = TypeVar("Value")


def joined(predictions: Sequence[Predictions]) -> Predictions:
    """All of them in the order of the samples' numbers; a sample comes as often as it is in them.

    What was not kept of each is left out. Raises `EvaluationError` where they are of different
    outputs.
    """
    first = predictions[0]
    index = np.concatenate([one.index for one in predictions])
    order = np.argsort(index, kind="stable")
    outputs = {}
    for name, of_first in first.outputs.items():
        each = [one.output(name) for one in predictions]
        if any(one.question != of_first.question for one in each):
            raise EvaluationError(f"The output {name or 'of the model'} was asked differently.")
        common = set.intersection(*(set(one.arrays) for one in each))
        arrays = {
            key: np.concatenate([one.arrays[key] for one in each])[order]
            for key in of_first.arrays
            if key in common
        }
        outputs[name] = OutputPredictions(of_first.question, arrays)
    return Predictions(first.part, index[order], outputs, device=first.device)


def joined_figures(predictions: Sequence[Predictions], output: str) -> OutputFigures:
    """The figures of one output over all of them, without intervals: those of a bootstrap are of
    one model, and these are several."""
    return without_intervals(output_figures(joined(predictions).output(output)))


def without_intervals(value: Value) -> Value:
    """The same with figures that have no interval."""
    found: Any = value
    if isinstance(found, Figure):
        found = Figure(found.value, found.reason)
    elif isinstance(found, tuple):
        found = tuple(without_intervals(one) for one in found)
    elif isinstance(found, dict):
        found = {name: without_intervals(one) for name, one in found.items()}
    elif is_dataclass(found) and not isinstance(found, type):
        values = {one.name: without_intervals(getattr(found, one.name)) for one in fields(found)}
        found = replace(found, **values)
    result: Value = found
    return result
