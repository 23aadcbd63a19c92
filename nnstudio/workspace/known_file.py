"""The file of the open project as this program knows it, and what has become of it since.

By content, not by time: a file that was touched is the same, one that was swapped is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import digest, read_bytes, read_stored
from nnstudio.project.values import Project


class FileState(Enum):
    """What has become of a file since it was last read or written here."""

    SAME = "same"
    CHANGED = "changed"
    DELETED = "deleted"
    BROKEN = "broken"


class FileChangedError(FileError):
    """A file that holds something that was neither read nor written here, and so was kept."""


@dataclass(frozen=True, slots=True)
class FileNow:
    """A file as it is now; `project` if it has changed and can be read, `reason` if it cannot."""

    state: FileState
    digest: str = ""
    project: Project | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KnownFile:
    """The path of a project's file and the digest of the content it had here last.

    The digest is empty where there was no file.
    """

    path: Path
    digest: str = ""

    @classmethod
    def at(cls, path: Path) -> KnownFile:
        """Know a file with the content that it has now."""
        try:
            return cls(path, digest(read_bytes(path)))
        except FileError:
            return cls(path)

    def look(self) -> FileNow:
        """Read the file again and tell what has become of it."""
        try:
            self.path.stat()
            found = digest(read_bytes(self.path))
        except (FileNotFoundError, NotADirectoryError):
            return FileNow(FileState.DELETED if self.digest else FileState.SAME)
        except (OSError, FileError) as error:
            return FileNow(FileState.BROKEN, reason=str(error))
        if found == self.digest:
            return FileNow(FileState.SAME, found)
        try:
            stored = read_stored(self.path)
        except FileError as error:
            return FileNow(FileState.BROKEN, found, reason=str(error))
        return FileNow(FileState.CHANGED, stored.digest, stored.project)

    def told(self, now: FileNow) -> str:
        """Say in a sentence what has become of the file; nothing if nothing has."""
        name = self.path.name
        match now.state:
            case FileState.CHANGED:
                return f"{name} was changed by another program"
            case FileState.DELETED:
                return f"{name} was deleted or moved by another program"
            case FileState.BROKEN:
                return f"{name} was changed by another program and can no longer be read"
        return ""
