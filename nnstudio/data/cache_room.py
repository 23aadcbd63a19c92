"""Where the cache lies, and how much of the disk it may take."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from pathlib import Path

import platformdirs

from nnstudio.data import cache_lock
from nnstudio.data.info import DataError
from nnstudio.runs.memory import in_units

FOLDER = "NNSTUDIO_CACHE"
LIMIT = "NNSTUDIO_CACHE_GB"
USUAL_LIMIT = 20.0
"""GB (10^9 bytes) of all entries together."""
LEFT_FREE = 0.1
"""Share of the disk that the cache leaves free."""
_ENTRY = re.compile(r"([0-9a-f]{32})(\.part|\.gone)?")


def folder_of(given: Path | None = None) -> Path:
    """`given`, else what the environment says, else the user's cache folder."""
    if given is not None:
        return given.absolute()
    if said := os.environ.get(FOLDER, "").strip():
        return Path(said).expanduser().absolute()
    return platformdirs.user_cache_path("nnstudio", appauthor=False) / "data"


def limit_of(given: int | None = None) -> int:
    """Bytes: `given`, else what the environment says in GB, else 20 GB."""
    if given is not None:
        return given
    said = os.environ.get(LIMIT, "").strip()
    try:
        number = float(said or USUAL_LIMIT)
    except ValueError:
        number = -1.0
    if not 0.0 < number < 1e9:
        raise DataError(f"{LIMIT} is '{said[:40]}': expected a number of GB, such as 20.")
    return int(number * 1e9)


def keep_apart(cache: Path, source: Path) -> None:
    """Raise `DataError` if the cache lies in the folder of the data: it would become data."""
    if cache.resolve().is_relative_to(source.resolve()):
        raise DataError(
            f"The cache at {cache} lies in the data folder {source}: set {FOLDER} to a folder "
            "outside of it."
        )


def make_room(folder: Path, needed: int, limit: int, spared: str) -> None:
    """Remove the least recently used entries until `needed` bytes fit, if anything is to be gained.

    Raises `DataError` if they cannot fit. The entry `spared`, and those that are being made, stay.
    """
    if needed > limit:
        raise DataError(
            f"The cache would take {in_units(needed)}: expected at most {in_units(limit)}; "
            f"choose a smaller size of the samples, or raise {LIMIT}."
        )
    entries = sorted(_entries(folder), key=lambda entry: entry[0])
    total = sum(size for _, size, _ in entries)
    disk = shutil.disk_usage(folder)
    free, left = disk.free, int(disk.total * LEFT_FREE)
    for _, size, path in entries:
        if total + needed <= limit and free - needed >= left:
            return
        if path.name.startswith(spared) or not _evict(folder, path):
            continue
        total -= size
        free += size
    if free - needed < left:
        raise DataError(
            f"The disk of the cache at {folder} has {in_units(free)} free, {in_units(needed)} are "
            f"needed and {in_units(left)} must stay free: free some space, choose a smaller size "
            f"of the samples, or set {FOLDER} to a folder of a larger disk."
        )
    if total + needed > limit:
        raise DataError(
            f"The cache at {folder} is taken by data that are being prepared: wait for them, or "
            f"raise {LIMIT}."
        )


def remove(path: Path) -> None:
    """Remove a folder, out of sight first: no half of it is ever found."""
    if not path.exists():
        return
    gone = path if path.suffix == ".gone" else path.with_suffix(".gone")
    if gone != path:
        shutil.rmtree(gone, ignore_errors=True)
        os.replace(path, gone)
    shutil.rmtree(gone)


def _evict(folder: Path, path: Path) -> bool:
    """Remove an entry that nobody is making. False if it stays."""
    with cache_lock.tried(folder / f"{path.name[:32]}.lock") as ours:
        if ours:
            with contextlib.suppress(OSError):  # Windows keeps what is mapped somewhere
                remove(path)
        return not path.exists()


def _entries(folder: Path) -> list[tuple[float, int, Path]]:
    """When each was used last, its bytes on the disk, its folder."""
    found = []
    for path in folder.iterdir():
        if _ENTRY.fullmatch(path.name):
            with contextlib.suppress(OSError):
                states = [file.stat() for file in path.iterdir()]
                used = max((state.st_mtime for state in states), default=0.0)
                found.append((used, sum(state.st_size for state in states), path))
    return found
