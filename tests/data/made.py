"""Samples made by hand: a table with numbers, a category, groups and days."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnstudio.data.samples import Samples
from nnstudio.project.data.fields import Field, Target
from nnstudio.project.data.source import Table
from nnstudio.project.data.spec import DataSpec


def table(count: int = 90, classes: int = 3, **spec: Any) -> Samples:
    """Numbers `a` and `b`, a category `colour`, a class `kind`, a group and a day; all seeded."""
    random = np.random.default_rng(0)
    fields = {
        "a": random.normal(5.0, 2.0, count),
        "b": random.normal(-100.0, 30.0, count),
        "colour": random.integers(0, 2, count),
        "kind": np.arange(count) % classes,
        "person": np.arange(count) // 6,
        "day": random.permutation(count).astype(np.float64),
    }
    names = tuple("xyzuvw")[:classes]
    known = DataSpec(
        source=Table(path="/data/made.csv"),
        samples=count,
        fields=(
            Field(name="a", kind="number", role="input"),
            Field(name="b", kind="number", role="input"),
            Field(name="colour", kind="category", role="input", classes=("blue", "red")),
            Field(name="kind", kind="category", role="target", classes=names),
            Field(name="person", kind="number", role="group"),
            Field(name="day", kind="number", role="time"),
        ),
        targets=(Target(name="kind", fields=("kind",), task="classes", classes=names),),
    )
    return Samples(known.with_values(**spec) if spec else known, fields, count)


def pictures(count: int = 30, channels: int = 3, side: int = 6, **spec: Any) -> Samples:
    """Pictures of bytes with a class each."""
    random = np.random.default_rng(0)
    shape = (channels, side, side)
    known = DataSpec(
        source=Table(path="/data/pictures"),
        samples=count,
        fields=(
            Field(name="picture", kind="image", role="input", shape=shape),
            Field(name="kind", kind="category", role="target", classes=("cat", "dog")),
        ),
        targets=(Target(name="kind", fields=("kind",), task="classes", classes=("cat", "dog")),),
    )
    fields = {
        "picture": random.integers(0, 256, (count, *shape)).astype(np.uint8),
        "kind": np.arange(count) % 2,
    }
    return Samples(known.with_values(**spec) if spec else known, fields, count)
