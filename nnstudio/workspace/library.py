"""The user's own blocks: a folder of fragments from which any project can take them.

A file holds one use of a block and the definitions that it needs, as on the clipboard. Files of
the folder may come from anywhere and are read like any other.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import platformdirs

from nnstudio.project.commands.base import block_of
from nnstudio.project.fragment import Fragment, block_text, parse_fragment
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.atomic import write_text
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import read_text
from nnstudio.project.values import Project
from nnstudio.workspace.block_insertion import Addition, addition

SUFFIX = ".nns"
MAX_BLOCKS = 1000
RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{k}" for port in ("com", "lpt") for k in range(1, 10))}
)
"""Names that no file may bear on Windows."""


@dataclass(frozen=True)
class LibraryBlock:
    """One file of the library: the block in it, or (`problem`) why it cannot be used."""

    path: Path
    name: str
    note: str = ""
    problem: str = ""
    fragment: Fragment | None = field(default=None, repr=False)

    def addition(self, project: Project) -> Addition:
        """Addition that puts it into `project`. Raises `Refusal` if the file is broken."""
        if self.fragment is None:
            raise Refusal(self.problem)
        return addition(project, self.name, self.fragment)

    def delete(self) -> None:
        """Remove the file; projects that use the block keep it. Raises `FileError`."""
        try:
            self.path.unlink()
        except OSError as error:
            raise FileError(f"{self.path}: cannot be removed: {error.strerror or error}") from error


def folder() -> Path:
    """Folder of the user's blocks; it need not exist."""
    return Path(platformdirs.user_data_dir("nnstudio", appauthor=False)) / "blocks"


def saved_blocks(where: Path | None = None) -> list[LibraryBlock]:
    """All files of the library by name, broken ones with the reason. Never raises."""
    paths: list[Path] = []
    with contextlib.suppress(OSError):
        paths = sorted((where or folder()).glob(f"*{SUFFIX}"))[:MAX_BLOCKS]
    found = [_entry_of(path) for path in paths]
    return sorted(found, key=lambda item: (item.name.lower(), item.path.name))


def _entry_of(path: Path) -> LibraryBlock:
    try:
        stat = path.stat()
        return _read_once(path, (stat.st_ino, stat.st_mtime_ns, stat.st_size))
    except FileError as error:
        return LibraryBlock(path, path.stem, problem=str(error))
    except OSError as error:
        return LibraryBlock(path, path.stem, problem=f"{path.name}: {error.strerror or error}")


@lru_cache(maxsize=MAX_BLOCKS)
def _read_once(path: Path, _state: tuple[int, int, int]) -> LibraryBlock:
    """A file in the state in which it is; one that is broken is read again each time."""
    fragment = _read(path)
    name = fragment.graph.nodes[0].type
    note = next(block.note for block in fragment.blocks if block.name == name)
    return LibraryBlock(path, name, note, fragment=fragment)


def is_saved(project: Project, name: str, where: Path | None = None) -> bool:
    """True if the library has a block just as it is in `project`."""
    path = _path(where or folder(), name)
    try:
        return read_text(path) == block_text(project, name)
    except FileError:
        return False


def save_block(
    project: Project,
    name: str,
    where: Path | None = None,
    *,
    overwrite: bool = False,
    overwrite_read_only: bool = False,
) -> Path:
    """Put a block, with the blocks inside it, into the library; the model counts as a block.

    Raises `Refusal` if there is a block of that name and `overwrite` is False,
    `ReadOnlyFileError` if its file is read-only and `overwrite_read_only` is False, `FileError`
    if it cannot be written.
    """
    block_of(project, name)
    target = where or folder()
    path = _path(target, name)
    if path.exists() and not overwrite:
        raise Refusal(f"The library has a block '{name}' already")
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"{target}: cannot be made: {error.strerror or error}") from error
    write_text(block_text(project, name), path, overwrite_read_only=overwrite_read_only)
    return path


def _path(where: Path, name: str) -> Path:
    if not name.isidentifier():
        raise FileError(f"expected the name of a block, received '{name:.60}'")
    return where / f"{name}{'_' if name.lower() in RESERVED else ''}{SUFFIX}"


def _read(path: Path) -> Fragment:
    """The one use of one block that a file holds."""
    text = read_text(path)
    try:
        fragment = parse_fragment(text)
    except FileError as error:
        raise FileError(f"{path.name}: {error}") from None
    known = {block.name for block in fragment.blocks}
    if len(fragment.graph.nodes) != 1 or fragment.graph.nodes[0].type not in known:
        raise FileError(f"{path.name}: expected one use of one block, received something else")
    return fragment
