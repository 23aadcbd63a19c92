"""The order of axes in a file, and how samples come first and channels before sides.

An order is a word: N samples, C channels, H height, W width; other letters are axes without such
a meaning. Without an N the samples come first. "HWC" are pictures with their channels last,
"HWCN" MATLAB's, "FN" its columns.
"""

from __future__ import annotations

from math import prod
from typing import Any

from numpy.typing import NDArray

from nnstudio.data.answer import in_words
from nnstudio.data.info import DataError

ORDER = "CHW"
SAMPLES = "N"
CHANNELS = (1, 3, 4)
LETTERS = {SAMPLES: "samples", "C": "channels", "H": "height", "W": "width", "F": "values"}


def in_order(axes: str) -> str:
    """The letters of an order as words: "HWC" -> "height, width, channels"."""
    return ", ".join(LETTERS.get(letter, letter) for letter in axes)


def picture_axes(form: tuple[int, ...]) -> str:
    """How the axes of a picture lie, by its sizes: channels are 1, 3 or 4 and sides are more."""
    if len(form) == 2:
        return "HW"
    *sides, last = form
    return "HWC" if last in CHANNELS and min(sides) > last else "CHW"


def as_handed_on(form: tuple[int, ...], axes: str) -> tuple[int, ...]:
    """The shape of a sample of `form`, stored in that order, channels first; one is added."""
    letters = axes.replace(SAMPLES, "")
    if len(letters) != len(form):
        return form
    sizes = tuple(form[k] for k in _permutation(letters))
    return (1, *sizes) if set(letters) == {"H", "W"} else sizes


def rearranged(
    values: NDArray[Any], axes: str, shape: tuple[int, ...], name: str, file: str
) -> NDArray[Any]:
    """A view of stored values as samples of `shape`, first axis the samples.

    Raises `DataError` if there are other axes or sizes than these.
    """
    moved = values
    if axes:
        order = order_of(axes)
        if len(order) != values.ndim:
            letters = axes if SAMPLES in axes else SAMPLES + axes
            raise DataError(
                f"{file} has '{name}' with {values.ndim} axes: expected {len(order)}, "
                f"{in_order(letters)}."
            )
        moved = values.transpose(order)
    return in_shape(moved, shape, name, file)


def order_of(axes: str) -> tuple[int, ...]:
    """For each axis, samples first, where it lies in an array that is stored in that order."""
    letters = axes if SAMPLES in axes else SAMPLES + axes
    rest = letters.replace(SAMPLES, "")
    return letters.index(SAMPLES), *(letters.index(rest[k]) for k in _permutation(rest))


def in_shape(values: NDArray[Any], shape: tuple[int, ...], name: str, file: str) -> NDArray[Any]:
    """The same with axes of one value added or left out. Raises `DataError` for other sizes."""
    there = values.shape[1:]
    if there == shape:
        return values
    if prod(there) == prod(shape) and _broad(there) == _broad(shape):
        # Unlike `reshape` these copy nothing, whatever the strides.
        narrow = values.squeeze(tuple(k + 1 for k, size in enumerate(there) if size == 1))
        return narrow[(slice(None), *(None if size == 1 else slice(None) for size in shape))]
    raise DataError(
        f"{file} has '{name}' with samples of {in_words(there)}: expected {in_words(shape)}."
    )


def _broad(form: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for size in form if size != 1)


def _permutation(letters: str) -> list[int]:
    """Where what comes first lies: known letters in their order, if all of them are known."""
    places = list(range(len(letters)))
    if set(letters) <= set(ORDER):
        places.sort(key=lambda k: ORDER.index(letters[k]))
    return places
