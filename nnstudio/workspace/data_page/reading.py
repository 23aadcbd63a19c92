"""What is being read for the page, by what, and why something cannot be read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from nnstudio.data.builtin.catalogue import BUILT_IN
from nnstudio.data.samples import Progress, Samples
from nnstudio.project.data.spec import DataSpec
from nnstudio.symbols.work import look

Place = str | Path


class Understand(Protocol):
    """From a file, a folder or the name of a built-in set to samples; raises `DataError`."""

    def __call__(
        self, place: Place, spec: DataSpec | None = None, progress: Progress = ...
    ) -> Samples: ...


class Jobs(Protocol):
    """Does one piece of work at a time, elsewhere; its end is told in the thread of the caller."""

    def start(
        self,
        work: Callable[[], object],
        done: Callable[[object], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Begin; `done` or `failed` is called at the end."""


@dataclass
class Reading:
    """What is being read, how far, and the wish that it ends.

    otherwise: the spec with which it is read if it cannot be with `spec`.
    """

    name: str
    place: Place
    spec: DataSpec | None
    title: str
    share: float = 0.0
    what: str = "Looking at it"
    otherwise: DataSpec | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)

    def watch(self, share: float, what: str) -> None:
        """Note how far it is; the progress of the readers."""
        look(self.cancelled.is_set)
        self.share, self.what = min(1.0, max(0.0, share)), what


@dataclass(frozen=True)
class Refused:
    """Why something cannot be read: what was tried, and the sentence with what to try."""

    reading: Reading
    sentence: str

    @property
    def name(self) -> str:
        """What it is called."""
        return self.reading.name

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.reading.place


def name_of(path: str) -> str:
    """What a source is called: a built-in set's title, else the last part of its path."""
    info = BUILT_IN.get(path)
    if info is not None:
        return info.title
    return Path(path).name or path
