"""From stored values to those of a field: classes to numbers, pictures to bytes, in blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.reading.arrays.axes import rearranged
from nnstudio.data.reading.arrays.kinds import MOST_TOKENS, dtype_of, is_whole
from nnstudio.data.reading.arrays.stored import BLOCK, Tick, room_for
from nnstudio.project.data.fields import Field

MOST_CLASSES = 10_000
MOST_MASK_CLASSES = 256


@dataclass(frozen=True)
class Converted:
    """The values of a field, (n, *shape), and its classes if it has some."""

    values: NDArray[Any]
    classes: tuple[str, ...]


def convert(file: str, field: Field, pieces: list[NDArray[Any]], tick: Tick) -> Converted:
    """The pieces of a field as one array of what its kind asks for.

    One piece that is already so stays as it is, a memory map included. Raises `DataError` for
    values that are not of that kind, with the sample.
    """
    name = field.name
    if holds_labels(field):
        return _labels(file, field, pieces, tick)
    if field.kind in ("category", "mask"):
        return _classes(file, field, pieces, tick)
    if pieces[0].dtype.kind in "USO":
        if field.kind == "text":
            return Converted(np.array(_words(np.concatenate(pieces)), dtype=object), ())
        raise DataError(f"{file} holds words in '{name}': expected numbers for a {field.kind}.")
    stored = np.result_type(*pieces)
    target = dtype_of(field.kind, stored, field.shape)
    views = [rearranged(piece, field.axes, field.shape, name, file) for piece in pieces]
    if len(views) == 1 and views[0].dtype == target:
        values = views[0]
    else:
        values = _copied(file, field, views, target, _as_type(target), tick)
    if field.kind != "tokens":
        return Converted(values, ())
    most = _check_tokens(file, field, pieces)
    return Converted(values, field.classes or counted(most + 1))


def counted(count: int) -> tuple[str, ...]:
    """The names of things that are numbers from 0 on."""
    return tuple(str(k) for k in range(count))


def holds_labels(field: Field) -> bool:
    """True for several labels, 0 or 1 each, rather than a class for each position."""
    return field.kind == "category" and field.dtype == "uint8" and len(field.shape) == 1


def _labels(file: str, field: Field, pieces: list[NDArray[Any]], tick: Tick) -> Converted:
    if pieces[0].dtype.kind in "USO":
        raise DataError(f"{file} holds words in '{field.name}': expected 0 or 1 for each label.")
    views = [rearranged(piece, field.axes, field.shape, field.name, file) for piece in pieces]

    def zero_or_one(block: NDArray[Any], start: int) -> NDArray[Any]:
        wrong = np.argwhere((block != 0) & (block != 1))
        if len(wrong):
            raise DataError(
                f"{file} has {block[tuple(wrong[0])]:g} in sample {start + wrong[0][0] + 1:,} of "
                f"'{field.name}': expected 0 or 1 for each label."
            )
        return block.astype(np.uint8)

    values = _copied(file, field, views, np.dtype(np.uint8), zero_or_one, tick)
    return Converted(values, field.classes or counted(field.shape[0]))


def _as_type(target: np.dtype[Any]) -> Callable[[NDArray[Any], int], NDArray[Any]]:
    def cast(block: NDArray[Any], _start: int) -> NDArray[Any]:
        if block.dtype.kind == "b":
            block = block != 0
        with np.errstate(over="ignore", invalid="ignore"):  # counted among the findings
            return block.astype(target)

    return cast


def _copied(
    file: str,
    field: Field,
    views: list[NDArray[Any]],
    target: np.dtype[Any],
    change: Callable[[NDArray[Any], int], NDArray[Any]],
    tick: Tick,
) -> NDArray[Any]:
    """All views after each other, changed in blocks of samples."""
    count = sum(len(view) for view in views)
    out = room_for(file, f"'{field.name}'", (count, *field.shape), target)
    at = 0
    for view in views:
        rows = max(1, BLOCK // max(1, prod(view.shape[1:]) * view.dtype.itemsize))
        for start in range(0, len(view), rows):
            block = view[start : start + rows]
            out[at : at + len(block)] = change(block, at)
            at += len(block)
            tick(block.nbytes)
    return out


def _check_tokens(file: str, field: Field, pieces: list[NDArray[Any]]) -> int:
    """The largest token. Raises `DataError` for numbers that are none, or not in the vocabulary."""
    most = 0
    known = len(field.classes) or MOST_TOKENS
    for piece in pieces:
        if not is_whole(piece) or not np.isfinite(piece).all():
            raise DataError(
                f"{file} holds numbers in '{field.name}' that are not whole: expected tokens."
            )
        low, high = int(piece.min()), int(piece.max())
        if low < 0 or high >= known:
            raise DataError(
                f"{file} has the token {low if low < 0 else high} in '{field.name}': expected 0 to "
                f"{known - 1:,}."
            )
        most = max(most, high)
    return most


def _classes(file: str, field: Field, pieces: list[NDArray[Any]], tick: Tick) -> Converted:
    """Numbers of classes, -1 where there is none, and the classes' names."""
    text = pieces[0].dtype.kind in "USO"
    if text:
        pieces = [np.array(_words(piece), dtype=object).reshape(piece.shape) for piece in pieces]
    elif field.kind == "category" and field.shape == () and _width(field, pieces[0]) > 1:
        return _one_hot(file, field, pieces)
    found: set[Any] = set()
    for piece in pieces:
        found.update(_distinct(file, field, piece, text))
    table = _numbered(file, field, found, text)
    target: np.dtype[Any] = np.dtype(np.int64)
    if field.kind == "mask":
        if len(table.classes) > MOST_MASK_CLASSES:
            raise DataError(
                f"{file} has {len(table.classes):,} different values in '{field.name}': expected "
                f"at most {MOST_MASK_CLASSES} classes of pixels."
            )
        target = np.dtype(np.uint8)
    views = [rearranged(piece, field.axes, field.shape, field.name, file) for piece in pieces]
    if field.kind == "mask" and any(p.dtype.kind == "f" and np.isnan(p).any() for p in pieces):
        raise DataError(f"{file} has pixels without a class (NaN) in '{field.name}'.")
    return Converted(_copied(file, field, views, target, table.numbers, tick), table.classes)


def class_names(file: str, field: Field, values: NDArray[Any]) -> tuple[str, ...]:
    """The classes of a field with these values, (n, *form), which are all that it has."""
    if holds_labels(field):
        return counted(field.shape[0])
    if values.dtype.kind in "USO":
        return tuple(sorted({word for word in _words(values) if word is not None}))
    if field.kind == "category" and field.shape == () and values.size > len(values):
        return counted(values.size // len(values))
    return tuple(str(value) for value in sorted(_distinct(file, field, values, False)))


def _width(field: Field, piece: NDArray[Any]) -> int:
    samples = piece.shape[-1] if field.axes.endswith("N") else len(piece)
    return piece.size // max(1, samples)


def _one_hot(file: str, field: Field, pieces: list[NDArray[Any]]) -> Converted:
    rows = [piece.T if field.axes.endswith("N") else piece for piece in pieces]
    width = _width(field, pieces[0])
    flat = np.concatenate([piece.reshape(len(piece), width) for piece in rows])
    wrong = np.flatnonzero(((flat != 0).sum(1) != 1) | (flat.sum(1) != 1))
    if len(wrong):
        raise DataError(
            f"{file} has sample {wrong[0] + 1:,} of '{field.name}' with other values than exactly "
            "one 1: expected one class each, or take it as labels."
        )
    classes = field.classes or counted(width)
    if len(classes) != width:
        raise DataError(
            f"{file} has {width} columns in '{field.name}': expected {len(classes)}, one for each "
            "class."
        )
    return Converted(np.asarray(flat.argmax(1), np.int64), classes)


def _words(values: NDArray[Any]) -> list[str | None]:
    return [_word(value) for value in values.reshape(-1)]


def _word(value: object) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return str(value).strip() or None


def _distinct(file: str, field: Field, piece: NDArray[Any], text: bool) -> set[Any]:
    """The values there are, as words or whole numbers; NaN and empty words are none."""
    if text:
        found = set(piece.reshape(-1)) - {None}
    else:
        flat = np.unique(piece)
        flat = flat[np.isfinite(flat)] if flat.dtype.kind == "f" else flat
        if not is_whole(flat) and len(flat):
            raise DataError(
                f"{file} has {flat[flat != np.floor(flat)][0]:g} in '{field.name}': expected whole "
                "numbers or words for classes."
            )
        found = {int(value) for value in flat}
    if len(found) > MOST_CLASSES:
        raise DataError(
            f"{file} has {len(found):,} different values in '{field.name}': expected at most "
            f"{MOST_CLASSES:,} classes."
        )
    return found


@dataclass(frozen=True)
class _Table:
    """The classes, and which stored value is which of them."""

    file: str
    name: str
    classes: tuple[str, ...]
    index: dict[Any, int]
    text: bool

    def numbers(self, block: NDArray[Any], _start: int) -> NDArray[Any]:
        """The number of the class of each value, -1 where there is none."""
        if self.text:
            flat = [self.index.get(value, -1) for value in block.reshape(-1)]
            return np.array(flat, np.int64).reshape(block.shape)
        values, inverse = np.unique(block, return_inverse=True)
        known = [self.index[int(v)] if np.isfinite(v) else -1 for v in values]
        return np.array(known, np.int64)[inverse].reshape(block.shape)


def _numbered(file: str, field: Field, found: set[Any], text: bool) -> _Table:
    """Classes that the field has keep their numbers; else the values in their order.

    Whole numbers in a file whose classes are words are the numbers of these.
    """
    if not field.classes:
        ordered = sorted(found)
        index = {value: k for k, value in enumerate(ordered)}
        return _Table(file, field.name, tuple(map(str, ordered)), index, text)
    index = {word: k for k, word in enumerate(field.classes)}
    if not text:
        index = _whole_numbers(field.classes)
    for value in sorted(found):
        if value not in index:
            raise DataError(
                f"{file} has the class {value} in '{field.name}', which is none of those known: "
                f"{', '.join(field.classes[:12])}{', ...' if len(field.classes) > 12 else ''}."
            )
    return _Table(file, field.name, field.classes, index, text)


def _whole_numbers(classes: tuple[str, ...]) -> dict[Any, int]:
    try:
        return {int(word): k for k, word in enumerate(classes)}
    except ValueError:
        return {k: k for k in range(len(classes))}
