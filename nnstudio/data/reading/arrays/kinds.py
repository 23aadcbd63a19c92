"""What an array of inputs holds, by its shape, type and first values: pictures, signals, ..."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.reading.arrays import names
from nnstudio.data.reading.arrays.axes import as_handed_on, in_order, picture_axes
from nnstudio.data.reading.arrays.layout import Group
from nnstudio.data.reading.arrays.stored import Hint
from nnstudio.project.data.fields import Kind

LONG = 64
"""Values from which a row may be a signal."""
LEAST_SIDE = 8
MOST_OBLONG = 4
MOST_TOKENS = 1_000_000
"""Numbers of tokens; larger whole numbers are something else."""
SMOOTH = 0.5


@dataclass(frozen=True)
class Reading:
    """How an array is to be read, and why."""

    kind: Kind
    shape: tuple[int, ...]
    axes: str
    why: str


def is_whole(values: NDArray[Any]) -> bool:
    """True for whole numbers, also where they are stored as floats; NaN says nothing."""
    if values.dtype.kind in "biu":
        return True
    if values.dtype.kind != "f":
        return False
    finite = values[np.isfinite(values)]
    return len(finite) > 0 and bool((finite == np.floor(finite)).all())


def reading_of(group: Group, head: NDArray[Any], hint: Hint) -> Reading:
    """What the samples of a group are. `head`: the first ones, (rows, *form)."""
    last = "N" if group.last else ""
    if hint.kind == "category" or group.is_text:
        shape = () if group.form == (1,) else group.form
        return Reading("category", shape, _plain(group), hint.why or "it holds words")
    if hint.axes:
        shape = as_handed_on(group.form, hint.axes)
        return Reading("image", shape, hint.axes + last, hint.why)
    match group.form:
        case () | (1,):
            return Reading("number", (), _plain(group), "it holds one value per sample")
        case (length,):
            return _of_rows(group, head, length)
        case (a, b) if _is_picture(group, a, b):
            why = f"samples of {a} x {b} have the sides of a picture"
            return Reading("image", (1, a, b), f"HW{last}" if last else "", why)
        case (a, b):
            return _of_two(group, a, b)
        case (_, _, _) if not names.has(group.name, names.SIGNALS):
            return _of_three(group, hint)
        case _:
            return Reading("number", group.form, _plain(group), "of no form that is known")


def _plain(group: Group) -> str:
    """The order of a group that is taken as it lies, with the samples moved to the front."""
    letters = {1: "F", 2: "AB", 3: "ABD"}.get(len(group.form), "")
    return f"{letters}N" if group.last and group.form else ""


def _of_rows(group: Group, head: NDArray[Any], length: int) -> Reading:
    whole = is_whole(head)
    if names.has(group.name, names.TOKENS) and is_tokens(head):
        return Reading("tokens", (length,), _plain(group), "its name is that of tokens")
    if names.has(group.name, names.SIGNALS):
        return Reading("signal", (length,), _plain(group), "its name is that of signals")
    if length >= LONG and not whole and _is_smooth(head) and not _may_be_pixels(head, length):
        why = f"each of its {length} values is near the one before"
        return Reading("signal", (length,), _plain(group), why)
    return Reading("number", (length,), _plain(group), f"{length} values per sample")


def is_tokens(values: NDArray[Any]) -> bool:
    """True if the values may be numbers of tokens."""
    if not is_whole(values) or values.dtype.kind == "b" or not len(values):
        return False
    return bool(values.min() >= 0) and bool(values.max() < MOST_TOKENS)


def _is_smooth(head: NDArray[Any]) -> bool:
    """True if neighbours are alike: their correlation is over a half."""
    values = np.nan_to_num(np.asarray(head, np.float64), posinf=0.0, neginf=0.0)
    values = values - values.mean()
    power = float((values * values).sum())
    return power > 0 and float((values[:, 1:] * values[:, :-1]).sum()) > SMOOTH * power


def _may_be_pixels(head: NDArray[Any], length: int) -> bool:
    return isqrt(length) ** 2 == length and not bool((head < 0).any())


def _is_picture(group: Group, height: int, width: int) -> bool:
    if names.has(group.name, names.SIGNALS):
        return False
    small, large = sorted((height, width))
    if group.dtype.kind in "bu" and group.dtype.itemsize <= 2:
        return small >= 2
    return small >= LEAST_SIDE and large <= MOST_OBLONG * small


def _of_two(group: Group, a: int, b: int) -> Reading:
    if b >= a and (b >= LONG or names.has(group.name, names.SIGNALS)):
        why = f"samples of {a} x {b} are long: channels and a signal"
        return Reading("signal", (a, b), _plain(group), why)
    return Reading("number", (a, b), _plain(group), f"samples of {a} x {b} are too small or narrow")


def _of_three(group: Group, hint: Hint) -> Reading:
    letters = picture_axes(group.form)
    order = f"{letters}N" if group.last else letters if letters != "CHW" else ""
    shape = as_handed_on(group.form, letters)
    if letters == "HWC":
        why = (
            f"the last axis of a sample has {group.form[2]} values and the two before have more, "
            "as channels do"
        )
    else:
        why = f"samples with three axes, {in_order(letters)}"
    return Reading("image", shape, order, hint.why or why)


def dtype_of(kind: Kind, stored: np.dtype[Any], shape: tuple[int, ...]) -> np.dtype[Any]:
    """The type in which values of a kind are handed on.

    Pictures stay bytes or 16 bits where they are, and are float32 otherwise. Numbers of several
    values keep their width, so that large arrays can stay memory maps.
    """
    if kind in ("category", "tokens"):
        return np.dtype(np.int64)
    if kind == "image":
        small = stored.kind == "b" or (stored.kind == "u" and stored.itemsize <= 2)
        return np.dtype(f"u{stored.itemsize}") if small else np.dtype(np.float32)
    if kind == "mask":
        return np.dtype(np.uint8)
    if kind in ("signal", "audio"):
        return np.dtype(np.float32)
    if kind != "number":
        return np.dtype(object)
    if not shape:
        large = stored.kind == "u" and stored.itemsize == 8
        return np.dtype(np.float64 if stored.kind == "f" or large else np.int64)
    if stored.kind == "b":
        return np.dtype(np.uint8)
    if stored.kind == "f" and stored.itemsize not in (4, 8):
        return np.dtype(np.float32 if stored.itemsize < 4 else np.float64)
    return stored.newbyteorder("=")
