"""The built-in sets as samples: one function for each, in a registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.builtin import digit_answers, heartbeats, sequences
from nnstudio.data.builtin.actors import actors
from nnstudio.data.builtin.catalogue import BUILT_IN
from nnstudio.data.builtin.digit_pairs import digit_pairs
from nnstudio.data.builtin.digits import digits, measures_of, strokes
from nnstudio.data.builtin.films import films
from nnstudio.data.builtin.sentences import sentences
from nnstudio.data.builtin.shapes import shapes
from nnstudio.data.builtin.solids import solids
from nnstudio.data.builtin.sounds import sounds
from nnstudio.data.info import DataSetInfo, InputMapping, ModelInput
from nnstudio.data.samples import Samples
from nnstudio.project.data.fields import Field, Kind, Target
from nnstudio.project.data.source import BuiltIn
from nnstudio.project.data.spec import DataSpec

Array = NDArray[Any]
Loaded = tuple[dict[str, Array], dict[str, Array]]
"""Inputs by field and targets by name, one row per sample."""
Loader = Callable[[DataSetInfo, InputMapping], Loaded]

ANSWER = "answer"
"""The only target of a set without several."""


def load_built_in(name: str, feed: InputMapping | None = None) -> Samples:
    """The samples of a built-in set, made for the Inputs of a model where they depend on them."""
    info = BUILT_IN[name]
    if feed is None:
        fields = [(info.first, info.forms[0]), *info.further]
        feed = InputMapping(tuple(ModelInput(field, field, form) for field, form in fields))
    inputs, answers = LOADERS[name](info, feed)
    count = len(next(iter(answers.values())))
    info = info.asking(feed.answers)
    spec = DataSpec(
        source=BuiltIn(path=name),
        samples=count,
        fields=(
            *(_input(info, name, values) for name, values in inputs.items()),
            *(_target(info, name, values) for name, values in answers.items()),
        ),
        targets=tuple(
            Target(
                name=one.name or ANSWER,
                fields=(one.name or ANSWER,),
                task=one.task,
                classes=one.classes,
            )
            for one in info.answers
        ),
    )
    return Samples(spec, {**inputs, **answers}, count)


_KINDS: Mapping[str, Kind] = {"image": "image", "signal": "signal", "sequence": "signal"}


def _input(info: DataSetInfo, name: str, values: Array) -> Field:
    kind: Kind = "tokens" if info.tokens else _KINDS.get(info.resizable, "number")
    if name not in (info.first, *(field for field, _ in info.further)) or values.ndim == 2:
        kind = "tokens" if info.tokens else "number"
    if _per_pixel(info):
        kind = "image"
    classes = (info.words or info.classes) if info.tokens else ()
    return Field(name=name, kind=kind, role="input", shape=values.shape[1:], classes=classes)


def _target(info: DataSetInfo, name: str, values: Array) -> Field:
    asked = {answer.name or ANSWER: answer for answer in info.answers}
    classes = asked[name].classes if name in asked else ()
    kind: Kind = "number" if not classes else "tokens" if values.ndim > 1 else "category"
    kind = "mask" if _per_pixel(info) else kind
    return Field(name=name, kind=kind, role="target", shape=values.shape[1:], classes=classes)


def _per_pixel(info: DataSetInfo) -> bool:
    return info.answers[0].task == "per_pixel"


def _digits(info: DataSetInfo, feed: InputMapping) -> Loaded:
    pixels, targets = digits()
    inputs: dict[str, Array] = {info.first: pixels.reshape(-1, *info.forms[0])}
    if any(one.field == "measures" for one in feed.inputs):
        inputs["measures"] = measures_of(pixels)
    answers: dict[str, Array] = {ANSWER: targets}
    for number, name in enumerate(info.numbers):
        if name in feed.answers:
            answers[name] = strokes()[:, number]
    return inputs, answers


def _digits_with(heads: digit_answers.Heads) -> Loader:
    def load(info: DataSetInfo, feed: InputMapping) -> Loaded:
        inputs, answers = _digits(info, feed)
        digit = answers.pop(ANSWER)
        return inputs, {**{n: np.array(heads[n])[digit] for n, _ in info.heads}, **answers}

    return load


def _digit_pairs(info: DataSetInfo, feed: InputMapping) -> Loaded:
    """A model with one input gets the first picture alone."""
    pixels, _ = digits()
    pairs, same = digit_pairs()
    pictures = pixels.reshape(-1, *info.forms[0])
    names = (info.first, *(name for name, _ in info.further))
    fed = {one.field for one in feed.inputs}
    sides = dict(zip(names, pairs.T, strict=True))
    return {name: pictures[rows] for name, rows in sides.items() if name in fed}, {ANSWER: same}


@lru_cache(maxsize=1)
def _recordings() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    signals, targets = heartbeats.generate(BUILT_IN["heartbeats"].samples, seed=0)
    # Divided only: the rest of the signal lies near 0, where the padding is.
    return signals / signals[:, : heartbeats.LENGTH].std(), targets


def _heartbeats(info: DataSetInfo, feed: InputMapping) -> Loaded:
    signals, targets = _recordings()
    return {info.first: signals}, {ANSWER: targets}


def _sounds(info: DataSetInfo, feed: InputMapping) -> Loaded:
    clips, targets = sounds()
    return {info.first: clips.reshape(-1, *info.forms[0])}, {ANSWER: targets}


def _shapes(info: DataSetInfo, feed: InputMapping) -> Loaded:
    pictures, masks = shapes()
    return {info.first: pictures}, {ANSWER: masks}


def _films(info: DataSetInfo, feed: InputMapping) -> Loaded:
    frames, following = films()
    return {info.first: frames}, {ANSWER: following}


def _solids(info: DataSetInfo, feed: InputMapping) -> Loaded:
    clouds, targets = solids()
    return {info.first: clouds}, {ANSWER: targets}


def _sentences(info: DataSetInfo, feed: InputMapping) -> Loaded:
    tokens, following = sentences()
    return {info.first: tokens}, {ANSWER: following}


def _actors(info: DataSetInfo, feed: InputMapping) -> Loaded:
    tokens, answers = actors()
    return {info.first: tokens}, {ANSWER: answers}


def _tokens(info: DataSetInfo, feed: InputMapping) -> Loaded:
    """With two inputs the decoder reads the answer one token behind."""
    source, answers = sequences.tokens(info.name, info.samples, info.forms[0][0], info.tokens)
    if len(feed.inputs) == 1:
        field = feed.inputs[0].field
        return {field: source}, {ANSWER: answers}
    read, say = sequences.shift(answers)
    return {info.first: source, "tgt": read}, {ANSWER: say}


def _waves(info: DataSetInfo, feed: InputMapping) -> Loaded:
    """As long and as wide as the model takes them."""
    lengths = tuple(one.form[0] for one in feed.inputs)
    recordings, clean = sequences.waves(info.samples, lengths, feed.inputs[0].form[-1])
    fields = (one.field for one in feed.inputs)
    return dict(zip(fields, recordings, strict=True)), {ANSWER: clean}


LOADERS: dict[str, Loader] = {
    "digits": _digits,
    "digits-heads": _digits_with(digit_answers.MNIST),
    "digits-properties": _digits_with(digit_answers.CIFAR),
    "digit-pairs": _digit_pairs,
    "heartbeats": _heartbeats,
    "sounds": _sounds,
    "shapes": _shapes,
    "films": _films,
    "solids": _solids,
    "sentences": _sentences,
    "actors": _actors,
    "copy": _tokens,
    "reverse": _tokens,
    "sort": _tokens,
    "sequences": _waves,
}
