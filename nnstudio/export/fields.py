"""A field with what its preparation has learnt, as values for JSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnstudio.data.preparation.fit import FittedField, scale_of
from nnstudio.data.preparation.numbers import Affine, Clip, OneHot, classes_in
from nnstudio.data.preparation.pictures import PictureSize
from nnstudio.data.preparation.sound import SoundLength
from nnstudio.data.preparation.step import Fitted, Preparation
from nnstudio.data.reading.arrays.axes import order_of
from nnstudio.project.data.fields import Field
from nnstudio.project.data.source import Arrays, Source, Table

_NAMES = {"log": "logarithm", "index": "class_number"}
"""Steps that have a clearer name in the program."""
_BY_READERS = ("pictures", "recordings", "table")


def described(one: FittedField, source: Source, reads: str) -> dict[str, Any]:
    """What a program has to know of a field: how it is read, and its steps with their figures."""
    field = one.field
    found: dict[str, Any] = {"kind": field.kind}
    if field.kind in ("category", "tokens") and reads != "text":
        found["classes"] = list(field.classes)
    if isinstance(source, Table):
        found["column"] = field.name if field.origin is None else field.origin
    if reads == "arrays":
        found["array"] = field.name if field.origin is None else str(field.origin)
        as_stored = isinstance(source, Arrays) and source.format in ("npz", "npy")
        found["order"] = list(order_of(field.axes)) if field.axes and as_stored else None
        found["shape"], found["dtype"] = list(field.shape), field.dtype
    by_reader = _done_while_reading(one, reads)
    if by_reader is not None:
        found["size" if isinstance(by_reader, PictureSize) else "length"] = by_reader.model_dump()
    if reads == "text":
        return found
    found["steps"] = _steps(one, reads)
    return found


def _done_while_reading(one: FittedField, reads: str) -> Preparation | None:
    """The first size of pictures or sound, which readers of files obey; others are steps."""
    if reads not in _BY_READERS:
        return None
    return next((step for step in one.steps if isinstance(step, PictureSize | SoundLength)), None)


def _steps(one: FittedField, reads: str) -> list[dict[str, Any]]:
    field = one.field
    steps: list[dict[str, Any]] = []
    if "filling" in one.filling:
        value = np.asarray(one.filling["filling"])
        if field.kind == "category":
            steps.append({"step": "fill_class", "value": int(value)})
        else:
            stored = value.astype(field.dtype) if np.dtype(field.dtype).kind == "f" else value
            steps.append({"step": "fill", "value": float(stored)})
    elif field.missing == "own_category":
        steps.append({"step": "fill_class", "value": len(field.classes)})
    whole = field.kind == "image" and np.dtype(field.dtype).kind == "u"
    if whole and one.is_stored_small:
        done = scale_of(one, np.dtype(field.dtype))
        scale = _as_lists({"offset": done.offset, "factor": done.factor})
        return [*steps, {"step": "scale_pixels", **scale}]
    if whole:
        steps.append({"step": "fractions", "most": int(np.iinfo(field.dtype).max)})
    for step, fitted in zip(one.steps, one.fitted, strict=True):
        if step is _done_while_reading(one, reads):
            continue
        steps.append(_step(step, fitted, field))
    return steps


def _step(step: Preparation, fitted: Fitted, field: Field) -> dict[str, Any]:
    if isinstance(step, Affine):
        return {"step": "scale", **_as_lists(fitted)}
    if isinstance(step, Clip):
        return {"step": "clip", **{name: float(fitted[name][0]) for name in ("low", "high")}}
    if isinstance(step, OneHot):
        return {"step": "one_hot", "classes": classes_in(field)}
    return {"step": _NAMES.get(step.name, step.name), **step.model_dump()}


def _as_lists(values: Fitted) -> dict[str, Any]:
    return {name: np.ravel(values[name]).tolist() for name in ("offset", "factor")}
