"""Single samples: how wrong each was, the most wrong first, those of one cell of the matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.evaluation.errors import EvaluationError
from nnstudio.evaluation.figures.figure import Told
from nnstudio.evaluation.predictions import OutputPredictions, Predictions

_MOST_WORDS = 12

Places = NDArray[np.intp]


@dataclass(frozen=True)
class JudgedSample(Told):
    """One sample of a part.

    place: its number in the part; index: in the source. loss: of it alone. right: whether all its
    answers are, None for numbers. answer, given: what is right and what was given, in words; of
    many answers how many are wrong. chance: the probability of the class that was given.
    """

    place: int
    index: int
    loss: float
    right: bool | None
    answer: str
    given: str
    chance: float | None


def worst_first(
    predictions: Predictions,
    output: str | None = None,
    *,
    wrong_only: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> list[JudgedSample]:
    """Samples by the loss of each, the highest first; those of equal loss in their order.

    wrong_only: leave out those whose answers are all right.
    """
    one = predictions.output(output)
    order = np.argsort(-one.arrays["loss"], kind="stable")
    if wrong_only and (right := are_right(one)) is not None:
        order = order[~right[order]]
    end = None if limit is None else offset + limit
    return judged(predictions, order[offset:end], output)


def of_cell(predictions: Predictions, right: int, given: int, output: str | None = None) -> Places:
    """Places of the samples of class `right` that were taken for class `given`.

    Of positions and pixels: the samples that have such ones, those with most of them first.
    """
    one = predictions.output(output)
    names = one.question.classes
    if one.question.kind != "classes":
        raise EvaluationError("A confusion matrix needs classes, one for each answer.")
    for number in (right, given):
        if not 0 <= number < len(names):
            raise EvaluationError(
                f"Expected the number of a class from 0 to {len(names) - 1}, received {number}."
            )
    arrays = one.arrays
    there = (arrays["target"] == right) & (arrays["given"] == given) & one.counts
    times = there.reshape(len(there), -1).sum(1)
    places = np.flatnonzero(times)
    return places[np.argsort(-times[places], kind="stable")]


def are_right(one: OutputPredictions) -> NDArray[np.bool_] | None:
    """(n,): whether all answers of a sample are right; None for numbers."""
    arrays = one.arrays
    match one.question.kind:
        case "classes":
            same = (arrays["target"] == arrays["given"]) | ~one.counts
        case "labels":
            same = (arrays["target"] > 0) == (arrays["logits"] > 0)
        case _:
            return None
    return np.asarray(same.reshape(len(same), -1).all(1))


def judged(
    predictions: Predictions, places: Places, output: str | None = None
) -> list[JudgedSample]:
    """What there is to be said of the samples at those places of the part."""
    one = predictions.output(output)
    right = are_right(one)
    found = []
    for place in places.tolist():
        answer, given, chance = _in_words(one, place)
        found.append(
            JudgedSample(
                place,
                int(predictions.index[place]),
                float(one.arrays["loss"][place]),
                None if right is None else bool(right[place]),
                answer,
                given,
                chance,
            )
        )
    return found


def _in_words(one: OutputPredictions, place: int) -> tuple[str, str, float | None]:
    names, arrays = one.question.classes, one.arrays
    match one.question.kind:
        case "classes" if one.question.unit == "sample":
            chance = float(arrays["chance"][place]) if "chance" in arrays else None
            answer, given = int(arrays["target"][place]), int(arrays["given"][place])
            ignored = not one.counts[place]
            return "ignored" if ignored else names[answer], names[given], chance
        case "classes":
            counts = one.counts[place]
            wrong = int(((arrays["target"][place] != arrays["given"][place]) & counts).sum())
            unit = one.question.unit + ("" if counts.sum() == 1 else "s")
            return f"{int(counts.sum()):,} {unit}", f"{wrong:,} wrong", None
        case "labels":
            return (
                _listed(names, arrays["target"][place] > 0),
                _listed(names, arrays["logits"][place] > 0),
                None,
            )
        case "numbers":
            return _numbers(arrays["target"][place]), _numbers(arrays["values"][place]), None
        case "reconstruction":
            return "the input", f"mean squared error {float(arrays['squared'][place]):.4g}", None


def _listed(names: tuple[str, ...], there: NDArray[np.bool_]) -> str:
    found = [name for name, has in zip(names, there, strict=True) if has]
    more = len(found) - _MOST_WORDS
    return ", ".join(found[:_MOST_WORDS]) + (f" and {more} more" if more > 0 else "") or "none"


def _numbers(values: NDArray[np.floating]) -> str:
    shown = " ".join(f"{float(value):.5g}" for value in values[:_MOST_WORDS])
    return shown + (" ..." if len(values) > _MOST_WORDS else "")
