"""The side file: unsaved work, written after every act, and what an earlier window left behind.

A side file belongs to the window that holds its lock; one whose lock nobody holds was lost. It is
one file, replaced as a whole, so that a kill at any moment leaves one that can be recovered.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile

from nnstudio.project.storage.atomic import TEMPORARY, write_text
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import dumps, load_json, loads, read_text
from nnstudio.project.values import Project
from nnstudio.workspace.known_file import KnownFile
from nnstudio.workspace.workspace import Workspace

FORMAT = "nnstudio-recovery"


@dataclass(frozen=True, slots=True)
class RecoverableProject:
    """Unsaved work of a window that is gone.

    `path` is the file it was opened from, if any, and `digest` that of the content it had then.
    """

    file: Path
    title: str
    path: Path | None
    digest: str
    seconds: float

    def project(self) -> Project:
        """Read the project as it was at the last act; raises `FileError`."""
        text = load_json(read_text(self.file), FORMAT)["project"]
        return loads(text, self.title)

    def forget(self) -> None:
        """Remove it for good."""
        with contextlib.suppress(OSError):
            for suffix in (".nns", ".lock"):
                self.file.with_suffix(suffix).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class UnsavedWork:
    """What a side file keeps: a project, its title, and what is known of its file."""

    project: Project
    title: str
    known: KnownFile | None

    @classmethod
    def of(cls, workspace: Workspace) -> UnsavedWork:
        """Take the work of a workspace as it is now."""
        return cls(workspace.project, workspace.title, workspace.known_file)


class AutosaveFile:
    """The side file of this window."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / f"{secrets.token_hex(6)}.nns"
        self._lock = _lock(self._file)

    def write(self, work: UnsavedWork) -> None:
        """Keep the work; may be called from any thread, one at a time. Raises `FileError`."""
        known = work.known
        about = {
            "format": FORMAT,
            "title": work.title,
            "path": str(known.path.absolute()) if known is not None else None,
            "digest": known.digest if known is not None else "",
            "seconds": time.time(),
            "project": dumps(work.project),
        }
        folder = self._file.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(f"{folder}: cannot be made: {error.strerror or error}") from error
        self._lock.tryLock(0)
        write_text(json.dumps(about, ensure_ascii=False), self._file)

    def remove(self) -> None:
        """Remove it: nothing is unsaved any more."""
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)
        self.release()

    def release(self) -> None:
        """Give the lock back: what is written then belongs to nobody, as after a crash."""
        self._lock.unlock()


def lost_work(folder: Path) -> list[RecoverableProject]:
    """Find what earlier windows left behind, newest first."""
    _sweep(folder)
    found: list[RecoverableProject] = []
    for file in folder.glob("*.nns"):
        if not _is_free(file):
            continue  # another window has it open
        with contextlib.suppress(FileError, KeyError, TypeError, ValueError):
            told = load_json(read_text(file), FORMAT)
            path = Path(told["path"]) if told["path"] else None
            seconds = float(told["seconds"])
            found.append(RecoverableProject(file, told["title"], path, told["digest"], seconds))
    return sorted(found, key=lambda lost: -lost.seconds)


def _sweep(folder: Path) -> None:
    """Remove what a kill in the middle of writing left."""
    for half in folder.glob(f".*{TEMPORARY}"):
        if _is_free(folder / half.name.removeprefix(".")):
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)


def _lock(file: Path) -> QLockFile:
    lock = QLockFile(str(file.parent / f"{file.name.split('.')[0]}.lock"))
    lock.setStaleLockTime(0)
    return lock


def _is_free(file: Path) -> bool:
    """True if no living window holds the lock of a side file."""
    lock = _lock(file)
    if not lock.tryLock(0):
        return False
    lock.unlock()
    return True
