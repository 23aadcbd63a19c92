"""What is known about a data set before it is loaded. No torch, no file access."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt, prod


class DataError(ValueError):
    """A data set cannot be had as asked; the message is one sentence for the user."""


@dataclass(frozen=True)
class DataSetInfo:
    """A data set's description.

    `forms` are the shapes of one sample, without the batch; the first is the native one.
    `classes` is empty when the targets are numbers to be predicted (regression).
    """

    name: str
    title: str
    note: str
    classes: tuple[str, ...]
    samples: int
    forms: tuple[tuple[int, ...], ...]
    licence: str
    source: str
    synthetic: bool


def in_words(form: tuple[int, ...]) -> str:
    """(1, 8, 8) -> '1 x 8 x 8'."""
    return " x ".join(str(size) for size in form) if form else "a single number"


def usual_forms(native: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """The forms in which a sample of shape `native` is usually given to a model.

    A vector may also be a sequence of numbers (n, 1) or a signal with one channel (1, n);
    a square number of values may be a grey picture; a picture without a channel may get one;
    everything may be flattened.
    """
    values = prod(native)
    forms = [native]
    if len(native) == 1:
        forms += [(values, 1), (1, values)]
        if isqrt(values) ** 2 == values and values > 1:
            forms += [(1, isqrt(values), isqrt(values))]
    elif len(native) == 2 and 1 not in native:
        forms += [(1, *native), (values,)]
    else:
        forms += [(values,)]
    return tuple(dict.fromkeys(forms))
