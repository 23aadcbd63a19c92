"""The contract of a reader."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from nnstudio.data.samples import Glance, Progress, Samples
from nnstudio.project.data.source import Source
from nnstudio.project.data.spec import DataSpec


class Reader(Protocol):
    """Reads one kind of source. Whatever cannot be right is a `DataError` with one sentence.

    The sentence names file, physical line or record, field, value and remedy, as far as there
    are any. Nothing is allocated before its declared size was held against `budget`, nothing in
    a file is executed, and no exception of a library passes.
    """

    def claims(self, path: Path) -> bool:
        """True if `path` is of this kind, by its ending and its first bytes."""
        ...

    def glance(self, path: Path, source: Source | None) -> Glance:
        """Understand the beginning: bounded in time and memory. `source`: options to obey."""
        ...

    def read(self, path: Path, spec: DataSpec, progress: Progress) -> Samples:
        """All samples as `spec` says; what it leaves open (fields, classes) is filled in.

        Classes that a spec holds keep their numbers; a word that is none of them is refused.
        """
        ...
