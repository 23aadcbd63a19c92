"""The fields of the samples, what each is for, and what is asked of the model."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as Limits

from nnstudio.project.data.part import Part

Kind = Literal[
    "number", "category", "text", "tokens", "image", "signal", "audio", "mask", "date", "path"
]
Role = Literal["input", "target", "group", "time", "weight", "part", "ignored"]
Missing = Literal["refuse", "drop", "mean", "median", "most_common", "zero", "own_category"]
TaskKind = Literal[
    "classes",
    "labels",
    "number",
    "per_position",
    "per_pixel",
    "tokens",
    "next_token",
    "reconstruction",
]


class Field(Part):
    """One field of a sample: a column, an array, the picture of a file.

    `shape` is that of one sample as it is handed on, channels first; `axes` is the order in the
    source where it is another one ("HWC", "HWCN"). `classes` are the words of a category in the
    order of their numbers. `format` is how dates are written, in the words of strptime; empty:
    as in ISO 8601.
    """

    name: str = Limits(min_length=1)
    origin: str | int | None = Limits(default=None, description="Column or array, if not the name.")
    kind: Kind
    role: Role
    shape: tuple[int, ...] = ()
    axes: str = ""
    dtype: str = "float32"
    classes: tuple[str, ...] = ()
    missing: Missing = "refuse"
    format: str = ""


class Target(Part):
    """What an Output of the model is to give: of which fields, as which task.

    `classes` are the names of its answers: of the classes or labels, in the order of their
    numbers; empty for numbers. `separator` cuts a cell with several labels.
    """

    name: str = Limits(min_length=1)
    fields: tuple[str, ...]
    task: TaskKind
    classes: tuple[str, ...] = ()
    separator: str = ""


class Feed(Part):
    """The fields that an Input of the model gets: one, or numbers put side by side."""

    input: str
    fields: tuple[str, ...]
    batch_axis: int = Limits(default=0, ge=0)
