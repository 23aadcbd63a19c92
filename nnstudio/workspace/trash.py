"""The trash of runs and studies: how much is in it, and emptying it for good."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nnstudio.runs.folder import OWN
from nnstudio.runs.index import Wanted
from nnstudio.runs.store import RunStore
from nnstudio.studies import keeping, places
from nnstudio.studies.study import Among


@dataclass(frozen=True)
class Trash:
    """How many runs and studies are in it, and their size in bytes.

    wanted: how many of the runs belong to studies that are not in the trash.
    """

    runs: int
    studies: int
    size: int
    wanted: int = 0

    def __str__(self) -> str:
        counts = ((self.runs, "run", "runs"), (self.studies, "study", "studies"))
        told = [f"{count:,} {one if count == 1 else many}" for count, one, many in counts if count]
        return f"{' and '.join(told)}, {_in_bytes(self.size)}" if told else "nothing"

    @property
    def warning(self) -> str:
        """What emptying it takes from studies that stay; "" if nothing."""
        if not self.wanted:
            return ""
        if self.wanted == 1:
            return "1 of the runs belongs to a study that stays: its figures go with it."
        return (
            f"{self.wanted:,} of the runs belong to studies that stay: their figures go with them."
        )

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to remove."""
        return not self.runs and not self.studies


def trash_of(among: Among) -> Trash:
    """What is in the trash by now. Raises `RunStoreError`."""
    store = RunStore(among.runs)
    store.refresh()
    found = store.find(Wanted(trashed=True))
    kept = {str(places.told_of(folder).get("id")) for folder in places.folders(among.studies)}
    wanted = sum(1 for record in found if record.group and record.group in kept)
    runs = [record.folder for record in found]
    studies = keeping.in_trash(among.studies)
    files = [*(run / name for run in runs for name in OWN), *studies]
    return Trash(len(runs), len(studies), sum(map(_size, files)), wanted)


def empty_trash(among: Among) -> Trash:
    """Remove for good all that is in the trash; what that was.

    Raises `RunStoreError` or `StudyError` where something cannot be removed, after all else was.
    """
    gone = trash_of(among)
    try:
        RunStore(among.runs).empty_trash()
    finally:
        keeping.empty_trash(among.studies)
    return gone


def _size(path: Path) -> int:
    size = 0
    for file in _files(path):
        with contextlib.suppress(FileNotFoundError):  # removed meanwhile
            size += file.stat(follow_symlinks=False).st_size
    return size


def _files(path: Path) -> Iterator[Path]:
    if path.is_symlink():  # of a link, only the link is removed
        yield path
        return
    if path.is_file():
        yield path
    for folder, _, names in os.walk(path):
        yield from (Path(folder, name) for name in names)


def _in_bytes(size: int) -> str:
    """As file managers write it: `812 bytes`, `1.4 MB`, of a thousand each."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size:,} bytes"
