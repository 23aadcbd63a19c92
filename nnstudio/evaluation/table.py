"""Predictions as a table with a row for each sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nnstudio.evaluation.predictions import OutputPredictions, Predictions
from nnstudio.evaluation.samples import are_right, judged

Row = list[Any]


def columns_of(predictions: Predictions) -> Row:
    """The names of the columns: those of one output among several begin with its name."""
    found = ["part", "sample", "origin"]
    for name, one in predictions.outputs.items():
        found += [f"{name} {column}".strip() for column in _columns(one)]
    return found


def rows_of(predictions: Predictions, origins: Sequence[str] = ()) -> Iterator[Row]:
    """A row for each sample, in the order of the part.

    sample: its number in the source, from 0. origins: where each sample of the source comes from,
    if that is known.
    """
    cells = [list(_cells(predictions, name)) for name in predictions.outputs]
    for place, index in enumerate(predictions.index.tolist()):
        origin = origins[index] if index < len(origins) else ""
        row: Row = [predictions.part, index, str(origin)]
        for of_output in cells:
            row += of_output[place]
        yield row


def _columns(one: OutputPredictions) -> Row:
    names = one.question.classes
    match one.question.kind:
        case "classes" if one.question.unit == "sample":
            return ["right", "given", "is_right", "probability", "loss"]
        case "classes":
            unit = f"{one.question.unit}s"
            return [unit, f"wrong_{unit}", "is_right", "loss"]
        case "labels":
            return ["right", "given", "is_right", "loss"]
        case "numbers":
            return [*names, *(f"{name} given" for name in names), "loss"]
        case "reconstruction":
            return ["mean_squared_error", "mean_absolute_error", "loss"]


def _cells(predictions: Predictions, name: str) -> Iterator[Row]:
    one = predictions.outputs[name]
    arrays, loss = one.arrays, one.arrays["loss"].tolist()
    match one.question.kind:
        case "numbers":
            for right, given, lost in zip(
                arrays["target"].tolist(), arrays["values"].tolist(), loss, strict=True
            ):
                yield [*right, *given, lost]
        case "reconstruction":
            for errors in zip(
                arrays["squared"].tolist(), arrays["absolute"].tolist(), loss, strict=True
            ):
                yield list(errors)
        case "classes" if one.question.unit != "sample":
            counts, right = one.counts, are_right(one)
            assert right is not None
            wrong = (arrays["target"] != arrays["given"]) & counts
            for k, lost in enumerate(loss):
                yield [int(counts[k].sum()), int(wrong[k].sum()), int(right[k]), lost]
        case _:
            for sample in judged(predictions, np.arange(len(one)), name):
                chance = [sample.chance] if one.question.kind == "classes" else []
                row = [sample.answer, sample.given, int(bool(sample.right)), *chance, sample.loss]
                yield row
