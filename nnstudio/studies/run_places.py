"""Where the runs of a study lie by now: folders move, and what was written down is the old place.

A run is known by the name of its folder, which no other has. It is looked for where it was, then
where it would be if study and runs were moved together, then in this user's own store.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from nnstudio.runs.store import default_folder


def seen_from(folder: Path, runs: Path) -> str:
    """The folder of the runs as a path from that of the study; "" where there is none."""
    try:
        return Path(os.path.relpath(runs.absolute(), folder.absolute())).as_posix()
    except ValueError:  # another drive
        return ""


def folder_of_runs(folder: Path, written: str, relative: str, names: Iterable[str]) -> Path:
    """The folder in which the runs of those names lie by now; where none does, the one that was
    written down, or this user's own store if that is no folder any more."""
    places = RunPlaces(folder, relative)
    for name in names:
        found = places.locate(f"{written}/{name}")
        if found.exists():
            return found.parent
    return Path(written) if Path(written).is_dir() else default_folder().absolute()


class RunPlaces:
    """Finds the runs of one study. relative: as `seen_from` gave it when the study was begun."""

    def __init__(self, folder: Path, relative: str = "") -> None:
        self._others = [folder / PurePosixPath(relative)] if relative else []
        self._found: dict[str, Path] = {}

    def locate(self, run: str) -> Path:
        """Where a run lies that was written down as this path; the path itself if nowhere else."""
        written = Path(run)
        parent, _, name = run.replace("\\", "/").rpartition("/")  # of whichever system
        if parent in self._found:
            return self._found[parent] / name
        if written.exists():
            self._found[parent] = written.parent
            return written
        for other in (*self._others, default_folder()):
            if name and (other / name).is_dir():
                self._found[parent] = Path(os.path.abspath(other))
                return self._found[parent] / name
        return written
