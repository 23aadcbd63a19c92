"""The files below a folder, in natural order, without what systems and archivers leave there."""

from __future__ import annotations

import os
import re
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nnstudio.data.info import DataError
from nnstudio.data.samples import Finding, Progress, nobody_watches

LEFT_BEHIND = {"thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "$recycle.bin", "icon\r"}
ARCHIVES = (
    ".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".7z",
    ".rar",
)  # fmt: skip
GLANCE_SECONDS = 0.5
GLANCE_FILES = 300
"""Files of one folder that a glance takes note of."""
GLANCE_ENTRIES = 20_000
"""Entries of one folder that a glance looks at."""
LOOK = 1_000


@dataclass(frozen=True)
class File:
    """A file below the folder: the names on its way, bytes, time of change (ns)."""

    way: tuple[str, ...]
    size: int = 0
    modified: int = 0

    @property
    def path(self) -> str:
        """Relative to the folder, with `/`."""
        return "/".join(self.way)


@dataclass
class Listing:
    """files: those with a wanted ending. folders: the ways of all. complete: False if cut."""

    files: list[File] = field(default_factory=list)
    folders: list[tuple[str, ...]] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    closed: list[str] = field(default_factory=list)
    complete: bool = True

    def findings(self, unreadable: Mapping[str, str]) -> list[Finding]:
        """What was passed over. `unreadable`: endings of the kind that cannot be read: remedy."""
        found = []
        if self.ignored:
            number = sum(self.ignored.values())
            kinds = ", ".join(f"{count:,} {what}" for what, count in self.ignored.most_common(6))
            found.append(Finding("note", "ignored_files", f"{_files(number)} ignored: {kinds}."))
        for ending, remedy in unreadable.items():
            if count := self.ignored.get(ending, 0):
                said = f"{_files(count)} left out: {ending} cannot be read; {remedy}."
                found.append(Finding("warning", "unreadable_kind", said, ending))
        for ending in ARCHIVES:
            if count := self.ignored.get(ending, 0):
                said = f"{_files(count)} left out: unpack {ending} archives to have what they hold."
                found.append(Finding("warning", "archives", said, ending))
        if self.closed:
            said = f"The folder {self.closed[0]} cannot be opened, its files are left out"
            more = f" (and {len(self.closed) - 1:,} more)" if len(self.closed) > 1 else ""
            found.append(Finding("warning", "closed_folders", f"{said}{more}.", self.closed[0]))
        return found


def _files(count: int) -> str:
    return "1 file is" if count == 1 else f"{count:,} files are"


def natural(name: str) -> tuple[list[str | int], str]:
    """The key of an order in which `10` follows `9`."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return [int(part) if k % 2 else part for k, part in enumerate(parts)], name


def shown(name: str) -> str:
    """A file name as text, whatever its bytes are."""
    return os.fsencode(name).decode("utf-8", "replace")


def ending_of(name: str) -> str:
    """`.jpg` of `a.JPG`; of archives both: `.tar.gz`."""
    low = name.casefold()
    double = next((one for one in ARCHIVES if one.count(".") > 1 and low.endswith(one)), None)
    return double or os.path.splitext(low)[1]


def is_archive(path: Path) -> bool:
    """True for a file whose ending is that of an archive."""
    return ending_of(path.name) in ARCHIVES and path.is_file()


def must_be_folder(path: Path) -> None:
    """Raise `DataError` for archives, other files and what is not there."""
    if is_archive(path):
        raise DataError(
            f"{path.name} is an archive: unpack it and choose the folder that comes out of it."
        )
    if not path.exists():
        raise DataError(f"There is no folder {path}.")
    if not path.is_dir():
        raise DataError(f"{path.name} is a file: expected a folder.")


def listed(
    root: Path,
    endings: frozenset[str],
    progress: Progress = nobody_watches,
    glance: bool = False,
    enough: int | None = None,
) -> Listing:
    """All files below `root` with one of `endings`, level by level; a glance is bounded in time.

    With `enough` files no further folder is opened.

    Links to folders are followed, each folder is visited once. Raises `DataError` if `root`
    itself cannot be opened.
    """
    found = Listing()
    end = time.monotonic() + GLANCE_SECONDS if glance else float("inf")
    queue: deque[tuple[str, ...]] = deque([()])
    visited: set[tuple[int, int]] = set()
    seen = 0
    while queue:
        way = queue.popleft()
        full = enough is not None and len(found.files) >= enough
        if full or (time.monotonic() > end and len(way) > 1):
            found.complete = False
            break
        try:
            folder = root.joinpath(*way)
            state = folder.stat()
            if (state.st_dev, state.st_ino) in visited:
                continue
            visited.add((state.st_dev, state.st_ino))
            with os.scandir(folder) as entries:
                taken = 0
                for number, entry in enumerate(entries):
                    seen += 1
                    if seen % LOOK == 0:
                        progress(0.0, f"Looking through folders: {seen:,} files")
                    if glance and (number >= GLANCE_ENTRIES or taken >= GLANCE_FILES):
                        found.complete = False
                        break
                    taken += _note(found, queue, way, entry, endings, stated=not glance)
        except OSError as error:
            if not way:
                raise DataError(f"The folder {root} cannot be opened: {error.strerror}.") from error
            found.closed.append(shown("/".join(way)))
    found.files.sort(key=lambda file: [natural(name) for name in file.way])
    found.folders.sort(key=lambda way: [natural(name) for name in way])
    return found


def _note(
    found: Listing,
    queue: deque[tuple[str, ...]],
    way: tuple[str, ...],
    entry: os.DirEntry[str],
    endings: frozenset[str],
    stated: bool,
) -> int:
    """Note an entry of the folder at `way`; 1 if it is a file that is wanted."""
    name = entry.name
    if name.casefold() in LEFT_BEHIND:
        found.ignored[name if entry.is_file() else f"{name} (folder)"] += 1
    elif name.startswith("."):
        found.ignored["hidden"] += 1
    elif entry.is_dir():
        found.folders.append((*way, name))
        queue.append((*way, name))
    elif ending_of(name) not in endings:
        found.ignored[ending_of(name) or "without ending"] += 1
    elif entry.is_file():
        try:
            state = entry.stat() if stated else None
        except OSError:
            state = None
        size, modified = (state.st_size, state.st_mtime_ns) if state else (0, 0)
        found.files.append(File((*way, name), size, modified))
        return 1
    return 0


def mostly(root: Path, endings: frozenset[str], others: frozenset[str]) -> bool:
    """True if a look at a folder finds files with `endings`, and not fewer than `others`."""
    try:
        found = listed(root, endings | others, glance=True, enough=GLANCE_FILES)
    except DataError:
        return False
    ours = sum(ending_of(file.way[-1]) in endings for file in found.files)
    return ours > 0 and 2 * ours >= len(found.files)
