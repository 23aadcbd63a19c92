"""The side file: unsaved work, written after every act, and what an earlier window left behind.

A side file belongs to the window that holds its lock; one whose lock nobody holds was lost.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile

from nnstudio.project.storage.file import FileError, read, write
from nnstudio.project.values import Project


@dataclass(frozen=True, slots=True)
class RecoverableProject:
    """Unsaved work of a window that is gone. `path`: the file it was opened from, if any."""

    file: Path
    title: str
    path: Path | None
    seconds: float

    def project(self) -> Project:
        """The project as it was at the last act; raises `FileError`."""
        return read(self.file)

    def forget(self) -> None:
        """Remove it for good."""
        for suffix in (".nns", ".json", ".lock"):
            self.file.with_suffix(suffix).unlink(missing_ok=True)


class AutosaveFile:
    """The side file of this window."""

    def __init__(self, folder: Path) -> None:
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / f"{secrets.token_hex(6)}.nns"
        self._lock = QLockFile(str(self._file.with_suffix(".lock")))
        self._lock.setStaleLockTime(0)

    def write(self, project: Project, title: str, path: Path | None) -> None:
        """Keep the project; a folder that cannot be written is no reason to stop working."""
        with contextlib.suppress(FileError, OSError):
            self._lock.tryLock(0)
            about = {"title": title, "path": str(path) if path else None, "seconds": time.time()}
            write(project, self._file)
            self._file.with_suffix(".json").write_text(json.dumps(about), encoding="utf-8")

    def remove(self) -> None:
        """Nothing is unsaved any more."""
        for suffix in (".nns", ".json"):
            with contextlib.suppress(OSError):
                self._file.with_suffix(suffix).unlink(missing_ok=True)
        self._lock.unlock()


def lost_work(folder: Path) -> list[RecoverableProject]:
    """What earlier windows left behind, newest first."""
    found: list[RecoverableProject] = []
    for about in folder.glob("*.json"):
        lock = QLockFile(str(about.with_suffix(".lock")))
        lock.setStaleLockTime(0)
        if not lock.tryLock(0):
            continue  # another window has it open
        lock.unlock()
        file = about.with_suffix(".nns")
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            told = json.loads(about.read_text(encoding="utf-8"))
            path = Path(told["path"]) if told["path"] else None
            if file.is_file():
                found.append(
                    RecoverableProject(file, str(told["title"]), path, float(told["seconds"]))
                )
    return sorted(found, key=lambda lost: -lost.seconds)
