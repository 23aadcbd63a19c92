"""Samples made by hand, and a reader that gives them, for tests of what shows data."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nnstudio.data.info import DataError
from nnstudio.data.samples import Finding, Fix, Progress, Samples, nobody_watches
from nnstudio.project.data.fields import Field, Target
from nnstudio.project.data.source import Folder, Table, Text
from nnstudio.project.data.spec import DataSpec, Guess


def _field(name: str, kind: Any, role: Any = "input", **more: Any) -> Field:
    return Field(name=name, origin=None, kind=kind, role=role, **more)


def table(rows: int = 240, numbers: int = 4, path: str = "/data/patients.csv") -> Samples:
    """A table with faults: missing ages, a constant column, ids, three unequal classes."""
    random = np.random.default_rng(1)
    names = ("age", "height", "pressure", "dose", *(f"v{k}" for k in range(4, numbers)))[:numbers]
    group = random.choice(3, rows, p=(0.7, 0.22, 0.08)).astype(np.int64)
    values: dict[str, Any] = {
        name: np.round(random.normal(40 + 9 * k, 6 + k, rows) + 4 * group, 1)
        for k, name in enumerate(names)
    }
    values["age"][::17] = np.nan
    values["ward"] = random.integers(0, 4, rows)
    values["station"] = np.full(rows, 3, np.int64)
    values["patient"] = np.arange(1, rows + 1)
    values["outcome"] = group
    fields = (
        _field("patient", "number", "ignored"),
        *(_field(name, "number") for name in names),
        _field("ward", "category", classes=("A1", "A2", "B1", "B2")),
        _field("station", "number"),
        _field("outcome", "category", "target", classes=("well", "ill", "worse")),
    )
    spec = DataSpec(
        source=Table(path=path, delimiter=";", decimal=",", encoding="cp1252"),
        fields=fields,
        targets=(
            Target(
                name="outcome",
                fields=("outcome",),
                task="classes",
                classes=("well", "ill", "worse"),
            ),
        ),
        guesses=(
            Guess(about="source.decimal", why="41 of 48 cells have a comma between digits."),
            Guess(about="source.encoding", why="The file is no UTF-8; cp1252 gives words."),
            Guess(about="fields.patient.role", why="The column counts up by 1."),
            Guess(about="targets.outcome.task", why="Three words that recur are classes."),
        ),
    )
    dropped = spec.with_values(
        fields=tuple(
            f.with_values(role="ignored") if f.name == "station" else f for f in spec.fields
        )
    )
    filled = spec.with_values(
        fields=tuple(f.with_values(missing="median") if f.name == "age" else f for f in spec.fields)
    )
    findings = (
        Finding(
            "error",
            "missing",
            f"{len(values['age'][::17])} samples have no age: training would stop at the first.",
            "age",
            (Fix("Fill with the median", filled),),
        ),
        Finding(
            "warning",
            "constant",
            "station is 3 in every sample: it tells nothing.",
            "station",
            (Fix("Leave it out", dropped),),
        ),
        Finding("note", "title", "The first line is a title and was skipped.", "line 1"),
    )
    origins = [f"line {k + 3}" for k in range(rows)]
    return Samples(spec, values, rows, None, origins, findings)


def pictures(count: int = 120, side: int = 28, channels: int = 3) -> Samples:
    """Pictures of discs, squares and stripes in colours, with the parts that folders give."""
    random = np.random.default_rng(2)
    kinds = ("disc", "square", "stripes")
    number = random.integers(0, 3, count)
    y, x = np.mgrid[0:side, 0:side]
    found = np.zeros((count, channels, side, side), np.uint8)
    for k in range(count):
        cx, cy, r = (*random.uniform(0.35, 0.65, 2), random.uniform(0.18, 0.32))
        shape = {
            0: (x / side - cx) ** 2 + (y / side - cy) ** 2 < r**2,
            1: np.maximum(abs(x / side - cx), abs(y / side - cy)) < r,
            2: ((x + y * cy + 4 * k) // max(2, side // 7)) % 2 == 0,
        }[int(number[k])]
        ink, ground = random.integers(90, 256, channels), random.integers(0, 80, channels)
        found[k] = np.where(shape, ink[:, None, None], ground[:, None, None])
    given = np.where(np.arange(count) % 5 == 0, 2, 0).astype(np.int8)
    spec = DataSpec(
        source=Folder(path="/data/shapes", holds="pictures", parts=(("test", "test"),)),
        fields=(
            _field("image", "image", shape=(channels, side, side), dtype="uint8"),
            _field("label", "category", "target", classes=kinds),
        ),
        targets=(Target(name="label", fields=("label",), task="classes", classes=kinds),),
    )
    origins = [f"{kinds[n]}/{k:04}.png" for k, n in enumerate(number)]
    values = {"image": found, "label": number.astype(np.int64)}
    return Samples(spec, values, count, given, origins)


def sounds(count: int = 24, length: int = 16_000) -> Samples:
    """Rising, falling and clicking sounds of a second."""
    random = np.random.default_rng(3)
    kinds = ("rising", "falling", "clicks")
    number = np.arange(count) % 3
    t = np.linspace(0, 1, length)
    found = np.zeros((count, 1, length), np.float32)
    for k in range(count):
        low, high = random.uniform(200, 500), random.uniform(1_500, 4_000)
        sweep = {0: (low, high), 1: (high, low), 2: (low, low)}[int(number[k])]
        wave = np.sin(2 * np.pi * (sweep[0] * t + (sweep[1] - sweep[0]) * t**2 / 2))
        shape = np.exp(-6 * t) if number[k] != 2 else (np.sin(2 * np.pi * 6 * t) > 0.8) * 0.9
        found[k, 0] = wave * shape + random.normal(0, 0.01, length)
    spec = DataSpec(
        source=Folder(path="/data/sounds", holds="recordings"),
        fields=(
            _field("sound", "audio", shape=(1, length)),
            _field("label", "category", "target", classes=kinds),
        ),
        targets=(Target(name="label", fields=("label",), task="classes", classes=kinds),),
    )
    origins = [f"{kinds[n]}/{k:02}.wav" for k, n in enumerate(number)]
    return Samples(spec, {"sound": found, "label": number.astype(np.int64)}, count, None, origins)


def tokens(count: int = 90, length: int = 96) -> Samples:
    """A text in pieces, by characters, for the next token."""
    words = [
        "the",
        "model",
        "reads",
        "one",
        "character",
        "after",
        "the",
        "other",
        "and",
        "says",
        "which",
        "comes",
        "next",
        ".",
    ]
    random = np.random.default_rng(4)
    text = " ".join(random.choice(words, 40 * count))
    letters = tuple(sorted(set(text)))
    numbers = np.array([letters.index(c) for c in text[: count * length]], np.int64)
    spec = DataSpec(
        source=Text(path="/data/novel.txt", unit="characters", length=length),
        fields=(_field("text", "tokens", shape=(length,), dtype="int64", classes=letters),),
        targets=(Target(name="text", fields=("text",), task="next_token", classes=letters),),
    )
    values = {"text": numbers.reshape(count, length)}
    return Samples(spec, values, count, None, [f"line {3 * k + 1}" for k in range(count)])


def signals(count: int = 60, length: int = 187) -> Samples:
    """Computed heartbeats in rows."""
    random = np.random.default_rng(5)
    number = random.choice(3, count, p=(0.6, 0.25, 0.15)).astype(np.int64)
    t = np.linspace(0, 1, length)
    found = np.zeros((count, 1, length), np.float32)
    for k in range(count):
        centre = 0.35 + 0.08 * number[k]
        found[k, 0] = (
            np.exp(-(((t - centre) / 0.02) ** 2))
            + 0.3 * np.exp(-(((t - centre - 0.25) / 0.06) ** 2))
            - 0.2 * np.exp(-(((t - centre - 0.04) / 0.02) ** 2))
            + random.normal(0, 0.02, length)
        )
    classes = ("N", "V", "F")
    spec = DataSpec(
        source=Table(path="/data/beats.csv"),
        fields=(
            _field("beat", "signal", shape=(1, length)),
            _field("kind", "category", "target", classes=classes),
        ),
        targets=(Target(name="kind", fields=("kind",), task="classes", classes=classes),),
    )
    return Samples(spec, {"beat": found, "kind": number}, count)


class FakeReader:
    """Gives samples by the name of a place. `refuse`: a sentence; `hold`: wait until `go` is set.

    A place that is not known is refused; `asked` are those that were read, with their specs.
    """

    def __init__(self, **known: Samples) -> None:
        self.known = known
        self.refuse = ""
        self.hold = False
        self.go = threading.Event()
        self.asked: list[tuple[str, DataSpec | None]] = []

    def __call__(
        self, place: str | Path, spec: DataSpec | None = None, progress: Progress = nobody_watches
    ) -> Samples:
        self.asked.append((str(place), spec))
        progress(0.25, "Reading records")
        while self.hold and not self.go.wait(0.01):
            progress(0.42, "Reading records")
        if self.refuse:
            raise DataError(self.refuse)
        found = self.known.get(Path(place).stem)
        if found is None:
            raise DataError(f"There is no data set or file named {place}.")
        if spec is None:
            return found
        names = ("source", "split", "preparation", "augmentation", "balance", "guesses")
        kept = {name: getattr(spec, name) for name in names}
        if spec.fields:
            kept |= {"fields": spec.fields, "targets": spec.targets, "feeds": spec.feeds}
        if not spec.guesses:
            del kept["guesses"]
        return replace(found, spec=found.spec.with_values(**kept))
