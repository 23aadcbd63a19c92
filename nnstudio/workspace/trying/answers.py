"""What a model gives for one sample, as what it means: probabilities, numbers, a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # needs torch
    from nnstudio.export.recipe import SaidOutput

Array = NDArray[Any]
Form = Literal["shares", "numbers", "mask", "picture", "words"]
MOST = 12
"""Classes that are shown; of more the likeliest ones."""
NAMED = 3
"""Classes that the sentence names."""


@dataclass(frozen=True)
class Bar:
    """A class or a number: its name, the share of its bar from 0 to 1, and its value as text."""

    name: str
    share: float
    text: str


@dataclass(frozen=True)
class Answer:
    """What one output says. left_out: so many classes are not among the bars.

    picture: numbers of classes (H, W) of a mask, or values (C, H, W) or (H, W).
    """

    name: str
    form: Form
    sentence: str
    bars: tuple[Bar, ...] = ()
    left_out: int = 0
    picture: Array | None = None


def answer_of(output: SaidOutput, values: Array, given: Array) -> Answer:
    """The answer of an output. values: of one sample, without the batch; given: the first input."""
    name, about = output.name, output.about
    values = np.asarray(values, np.float64)
    match output.says:
        case "classes" | "next":
            words = about["classes"]
            words = [_visible(word) for word in words] if output.says == "next" else words
            return _shares(name, _softmax(values.reshape(-1)), words)
        case "two_classes":
            second = float(_sigmoid(values.reshape(-1))[0])
            return _shares(name, np.array([1 - second, second]), about["classes"])
        case "labels":
            chances = _sigmoid(values.reshape(-1))
            found = _shares(name, chances, about["classes"])
            likely = [bar.name for bar in found.bars if bar.share > 0.5]
            return Answer(
                name, "shares", ", ".join(likely) or "No label", found.bars, found.left_out
            )
        case "scores":
            return _scores(name, values.reshape(-1), about["classes"])
        case "numbers":
            return _numbers(name, output, values)
        case "mask":
            return _mask(name, values, about["classes"])
        case "positions":
            words = [_class(about["classes"], int(k)) for k in values.argmax(-1).ravel()]
            return Answer(name, "words", " ".join(words))
        case "rebuilt":
            apart = float(np.square(values.reshape(-1) - np.ravel(given)).mean())
            told = f"Mean squared difference from what it was given: {apart:.4g}"
            drawable = values.ndim in (2, 3)
            return Answer(name, "picture", told, picture=values if drawable else None)


def _shares(name: str, chances: Array, classes: Sequence[str]) -> Answer:
    order = np.argsort(-chances, kind="stable")
    kept = range(len(chances)) if len(chances) <= MOST else order[:MOST].tolist()
    bars = tuple(Bar(_class(classes, k), float(chances[k]), _percent(chances[k])) for k in kept)
    first = [f"{_class(classes, k)} ({_percent(chances[k])})" for k in order[:NAMED].tolist()]
    told = ", then ".join((first[0], ", ".join(first[1:]))) if first[1:] else first[0]
    return Answer(name, "shares", told, bars, len(chances) - len(bars))


def _scores(name: str, scores: Array, classes: Sequence[str]) -> Answer:
    order = np.argsort(-scores, kind="stable").tolist()
    kept = list(range(len(scores))) if len(scores) <= MOST else order[:MOST]
    bars = tuple(Bar(_class(classes, k), 0.0, f"{scores[k]:.4g}") for k in kept)
    told = f"{_class(classes, order[0])} has the highest score; scores are no probabilities"
    return Answer(name, "numbers", told, bars, len(scores) - len(bars))


def _numbers(name: str, output: SaidOutput, values: Array) -> Answer:
    found = values.reshape(-1)
    if output.loss == "gaussian_nll":  # the second half tells how sure the model is
        found = found[: len(found) // 2]
    found = _in_units(found, output.about.get("undo", ()))
    names = output.about["numbers"]
    if len(names) != len(found):
        names = [f"{name} {k + 1}" for k in range(len(found))]
    bars = tuple(Bar(one, 0.0, f"{v:,.6g}") for one, v in zip(names, found, strict=True))
    told = ", ".join(f"{bar.name} {bar.text}" for bar in bars[:NAMED])
    return Answer(name, "numbers", told, bars[:MOST], max(0, len(bars) - MOST))


def _in_units(values: Array, undo: Sequence[Any]) -> Array:
    """Numbers as they stand in the data: the steps of their preparation undone, last one first."""
    if not undo:
        return values
    columns = values.reshape(len(undo), -1).copy()
    for k, steps in enumerate(undo):
        for step in reversed(steps):
            if step["step"] == "scale":
                columns[k] = columns[k] / step["factor"] + step["offset"]
            else:
                columns[k] = np.sign(columns[k]) * np.expm1(np.abs(columns[k]))
    return columns.reshape(values.shape)


def _mask(name: str, values: Array, classes: Sequence[str]) -> Answer:
    numbers = values.argmax(0)
    counts = np.bincount(numbers.ravel(), minlength=len(values)) / numbers.size
    shares = _shares(name, counts, classes)
    told = f"Shares of the picture: {shares.sentence}"
    return Answer(name, "mask", told, shares.bars, shares.left_out, numbers)


def _class(classes: Sequence[str], k: int) -> str:
    return classes[k] if k < len(classes) else f"(unused {k})"


def _visible(token: str) -> str:
    """A token so that blanks and ends of lines are seen."""
    return repr(token)[1:-1] if token.strip() else repr(token)


def _percent(chance: float) -> str:
    return f"{100 * float(chance):.1f}\N{NO-BREAK SPACE}%"


def _softmax(values: Array) -> Array:
    powers = np.exp(values - values.max())
    return np.asarray(powers / powers.sum())


def _sigmoid(values: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * values)))  # overflows nowhere
