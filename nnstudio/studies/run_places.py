"""Where the runs of a study lie by now: folders move, and what was written down is the old place.

A run is known by the name of its folder, which no other has. It is looked for where it was, then
where it would be if study and runs were moved together, then in this user's own store.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from nnstudio.runs.store import default_folder


def seen_from(folder: Path, runs: Path) -> str:
    """The folder of the runs as a path from that of the study; "" where there is none."""
    try:
        return Path(os.path.relpath(runs.absolute(), folder.absolute())).as_posix()
    except ValueError:  # another drive
        return ""


class RunPlaces:
    """Finds the runs of one study. relative: as `seen_from` gave it when the study was begun."""

    def __init__(self, folder: Path, relative: str = "") -> None:
        self._others = [folder / PurePosixPath(relative)] if relative else []
        self._found: dict[str, Path] = {}

    def locate(self, run: str) -> Path:
        """Where a run lies that was written down as this path; the path itself if nowhere else."""
        written = Path(run)
        parent, name = str(written.parent), written.name
        if parent in self._found:
            return self._found[parent] / name
        if written.exists():
            self._found[parent] = written.parent
            return written
        name = run.replace("\\", "/").rpartition("/")[2]  # written by another system
        for other in (*self._others, default_folder()):
            if name and (other / name).is_dir():
                place = Path(os.path.abspath(other))
                if len(name) < len(run):
                    self._found[parent] = place
                return place / name
        return written
