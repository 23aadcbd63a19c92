"""The user's own blocks: a folder of fragments from which any project can take them.

A file holds one use of a block and the definitions that it needs, as on the clipboard. Inserting
one is a paste. Files of the folder may come from anywhere and are read like any other.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from nnstudio.project.command import block_of
from nnstudio.project.file import FileError, read_text, write_text
from nnstudio.project.fragment import Paste, block_text, parse_fragment
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Block, Project

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

    def insert(self, block: str, at: tuple[float, float] | None = None) -> Paste:
        """The command that puts it into `block`, with its definitions; raises `FileError`."""
        found, text = _read(self.path)
        return Paste(block, text, at, title=f"Insert {found.name}")


def folder() -> Path:
    """Where the user's blocks lie; it need not exist."""
    return Path(platformdirs.user_data_dir("nnstudio", appauthor=False)) / "blocks"


def saved_blocks(where: Path | None = None) -> list[LibraryBlock]:
    """All files of the library by name, broken ones with the reason. Never raises."""
    found: list[LibraryBlock] = []
    paths: list[Path] = []
    with contextlib.suppress(OSError):
        paths = sorted((where or folder()).glob(f"*{SUFFIX}"))[:MAX_BLOCKS]
    for path in paths:
        try:
            block, _ = _read(path)
            found.append(LibraryBlock(path, block.name, block.note))
        except FileError as error:
            found.append(LibraryBlock(path, path.stem, problem=str(error)))
    return sorted(found, key=lambda item: item.name.lower())


def save_block(
    project: Project, name: str, where: Path | None = None, *, overwrite: bool = False
) -> Path:
    """Put a block, with the blocks inside it, into the library; the model counts as a block.

    Raises `Refusal` if there is a block of that name and `overwrite` is False, `FileError` if
    the file cannot be written.
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
    write_text(block_text(project, name), path)
    return path


def insert_block(
    block: str, name: str, at: tuple[float, float] | None = None, where: Path | None = None
) -> Paste:
    """The command that puts the library's block `name` into `block`, with its definitions.

    Raises `FileError` if it cannot be read. Where the project has another block of the name, the
    new one gets a free name.
    """
    return LibraryBlock(_path(where or folder(), name), name).insert(block, at)


def delete_block(name: str, where: Path | None = None) -> None:
    """Remove a block from the library; projects that use it keep it. Raises `FileError`."""
    path = _path(where or folder(), name)
    try:
        path.unlink()
    except OSError as error:
        raise FileError(f"{path}: cannot be removed: {error.strerror or error}") from error


def _path(where: Path, name: str) -> Path:
    if not name.isidentifier():
        raise FileError(f"expected the name of a block, received '{name:.60}'")
    return where / f"{name}{'_' if name.lower() in RESERVED else ''}{SUFFIX}"


def _read(path: Path) -> tuple[Block, str]:
    """The block that a file is about, and the text."""
    text = read_text(path)
    try:
        fragment = parse_fragment(text)
    except FileError as error:
        raise FileError(f"{path.name}: {error}") from None
    known = {block.name: block for block in fragment.blocks}
    if len(fragment.graph.nodes) != 1 or fragment.graph.nodes[0].type not in known:
        raise FileError(f"{path.name}: expected one use of one block, received something else")
    return known[fragment.graph.nodes[0].type], text
