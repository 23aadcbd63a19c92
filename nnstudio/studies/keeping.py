"""What people do with kept studies: give them a name, put them into the trash, take them out.

A study's own files are not changed: the name lies beside its plan, the trash is a folder beside
the other studies. A study that lies elsewhere is only taken off the list; its files stay.
"""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nnstudio.errors import first_of
from nnstudio.project.storage.atomic import write_text
from nnstudio.runs.owner import Owner, owner_of
from nnstudio.studies import places
from nnstudio.studies.errors import StudyError
from nnstudio.studies.places import RECORD
from nnstudio.studies.search.folder import StudyFolder

NAME = "name.txt"
"""The name that somebody gave the study; without it, it is called after what it trains."""
LONGEST = 200
"""Characters that a name has at most."""
TRASH = ".trash"
"""The folder, within that of all studies, of those that were deleted."""
_HIDDEN = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}
"""Characters that turn the direction of what is written after them."""


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
        if not (folder / NAME).is_file():  # a pipe would be waited for
            return ""
        with (folder / NAME).open(encoding="utf-8") as stream:
            return _in_one_line(stream.read(LONGEST + 1))[:LONGEST]
    except (OSError, ValueError):
        return ""


def rename(folder: Path, name: str) -> None:
    """Give a study another name. Raises `StudyError` for none, for one that is too long or if the
    study is gone, `FileError` if it cannot be kept."""
    name = _in_one_line(name)
    if not name:
        raise StudyError("A study has a name: give one of at least one letter.")
    if len(name) > LONGEST:
        raise StudyError(
            f"A name has at most {LONGEST} characters; this one has {len(name):,}: shorten it."
        )
    if not (folder / RECORD).is_file():
        raise StudyError(f"There is no study in {folder} any more.")
    write_text(f"{name}\n", folder / NAME)


def _in_one_line(text: str) -> str:
    """The text without line ends, and without characters that act instead of being seen."""
    words = " ".join(text.split())
    return "".join(
        one for one in words if unicodedata.category(one) not in ("Cc", "Cs") and one not in _HIDDEN
    ).strip()


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
    kept = _free(among / TRASH / folder.name)
    with _refusing(folder, "moved"):
        kept.parent.mkdir(exist_ok=True)
        folder.rename(kept)
    return Deleted(folder, kept)


def is_gone(deleted: Deleted) -> bool:
    """True if its files were removed for good."""
    return not (deleted.kept.is_symlink() or deleted.kept.exists())


def take_back(deleted: Deleted, among: Path) -> None:
    """Undo `trash`. Raises `StudyError` if its files are gone or something lies in its place."""
    if is_gone(deleted):
        raise StudyError(f"The study of {deleted.folder} is gone: its files were removed for good.")
    if deleted.is_elsewhere:
        with _refusing(among, "written"):
            places.remember(deleted.folder, among)
        return
    if deleted.folder.exists():
        raise StudyError(f"There is something else in {deleted.folder} now.")
    with _refusing(deleted.kept, "moved"):
        deleted.kept.rename(deleted.folder)


def in_trash(among: Path) -> list[Path]:
    """The folders of the studies that were deleted, and links to those that lie elsewhere."""
    try:
        found = sorted((among / TRASH).iterdir())
    except OSError:
        return []
    return [
        path
        for path in found
        if (path / RECORD).is_file() or (path.is_symlink() and not path.exists())
    ]


def empty_trash(among: Path) -> int:
    """Remove the files of all deleted studies for good; how many there were.

    Of a link only the link is removed. Raises `StudyError` if some cannot be removed, after all
    others were.
    """
    gone, kept = 0, []
    for folder in in_trash(among):
        try:
            if (owner := _at_work(folder)) is not None:
                raise StudyError(f"{owner} is at work on the study in {folder}: stop it first.")
            with _refusing(folder, "removed"):
                _remove(folder)
            gone += 1
        except StudyError as error:
            kept.append(error)
    if kept:
        raise StudyError(first_of(kept, "in the trash"))
    return gone


def _remove(folder: Path) -> None:
    """Remove a folder, what tells of the study last: where that is interrupted, it is still there
    to be removed."""
    if folder.is_symlink():
        folder.unlink()
        return
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != RECORD:
            path.unlink()
    (folder / RECORD).unlink(missing_ok=True)
    folder.rmdir()


def _free(wanted: Path) -> Path:
    """The path, with a number behind it where something lies there."""
    found, number = wanted, 1
    while found.is_symlink() or found.exists():
        number += 1
        found = wanted.with_name(f"{wanted.name}-{number}")
    return found


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
