"""What people do with kept studies: give them a name, put them into the trash, take them out.

A study's own files are not changed: the name lies beside its plan, the trash is a folder beside
the other studies. A study that lies elsewhere is only taken off the list; its files stay.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nnstudio.project.storage.atomic import write_text
from nnstudio.runs.owner import Owner, owner_of
from nnstudio.studies import places
from nnstudio.studies.errors import StudyError
from nnstudio.studies.places import RECORD
from nnstudio.studies.search.folder import StudyFolder

NAME = "name.txt"
"""The name that somebody gave the study; without it, it is called after what it trains."""
TRASH = ".trash"
"""The folder, within that of all studies, of those that were deleted."""


@dataclass(frozen=True)
class Deleted:
    """A study that was deleted. folder: where it lay; kept: where its files lie now."""

    folder: Path
    kept: Path

    @property
    def is_elsewhere(self) -> bool:
        """True if its files have stayed where they were."""
        return self.kept == self.folder


def name_of(folder: Path) -> str:
    """The name that somebody gave a study, "" if nobody did."""
    try:
        return (folder / NAME).read_text("utf-8").strip()
    except (OSError, ValueError):
        return ""


def rename(folder: Path, name: str) -> None:
    """Give a study another name. Raises `StudyError` for none, `FileError` if it cannot be kept."""
    name = " ".join(name.split())
    if not name:
        raise StudyError("A study has a name: give one of at least one letter.")
    write_text(f"{name}\n", folder / NAME)


def trash(folder: Path, among: Path) -> Deleted:
    """Put a study into the trash of the folder `among`; nothing is removed.

    Raises `StudyError` if somebody works at it or its folder cannot be moved, `FileError` if the
    list cannot be written.
    """
    if (owner := _at_work(folder)) is not None:
        raise StudyError(f"{owner} is at work on the study: stop it first.")
    if folder.parent != among:
        places.forget(folder, among)
        return Deleted(folder, folder)
    kept = among / TRASH / folder.name
    with _refusing(folder, "moved"):
        kept.parent.mkdir(exist_ok=True)
        folder.rename(kept)
    return Deleted(folder, kept)


def take_back(deleted: Deleted, among: Path) -> None:
    """Undo `trash`. Raises `StudyError` if something lies in its place now."""
    if deleted.is_elsewhere:
        with _refusing(among, "written"):
            places.remember(deleted.folder, among)
        return
    if deleted.folder.exists():
        raise StudyError(f"There is something else in {deleted.folder} now.")
    with _refusing(deleted.kept, "moved"):
        deleted.kept.rename(deleted.folder)


def in_trash(among: Path) -> list[Path]:
    """The folders of the studies that were deleted."""
    return sorted(path.parent for path in (among / TRASH).glob(f"*/{RECORD}"))


def empty_trash(among: Path) -> int:
    """Remove the files of all deleted studies for good; how many there were.

    Raises `StudyError` if one of them cannot be removed.
    """
    gone = in_trash(among)
    for folder in gone:
        with _refusing(folder, "removed"):
            shutil.rmtree(folder)
    return len(gone)


def _at_work(folder: Path) -> Owner | None:
    """Who works at a study: its process, or that of a worker of a search."""
    if (owner := owner_of(folder)) is not None:
        return owner
    try:
        beats = StudyFolder.open(folder).workers().values()
    except StudyError:  # of another kind, or damaged
        return None
    return next((beat.owner for beat in beats if not beat.ended and beat.owner.is_alive), None)


@contextmanager
def _refusing(folder: Path, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StudyError(f"{folder} cannot be {done}: {error.strerror or error}.") from error
