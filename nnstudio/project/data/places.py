"""Where the files of a source lie: absolute while a project is open, relative in its file.

Paths are worked out as texts, without a look at the disk: `..` and links stay what they are.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath

from nnstudio.project.data.source import Arrays, Folder, Hub, Source, Table, Text

HUB = "hub:"
"""Stands before the name of a data set of the Hugging Face Hub where a path could stand."""


def place_of(source: Source, folder: Path | None = None) -> str:
    """The name of a built-in set, `hub:` and the name of a set of the Hub, or the absolute path.

    folder: that to which a relative path is relative; the present one if it is None.
    """
    if isinstance(source, Hub):
        return HUB + source.path
    return absolute(source, folder or Path.cwd()).path


def absolute(source: Source, folder: Path) -> Source:
    """The source with absolute paths, relative ones taken from `folder`."""
    return _with_paths(source, lambda path: absolute_path(path, folder))


def relative(source: Source, folder: Path) -> Source:
    """The source with paths relative to `folder`, with `/`, where both have a folder in common."""
    return _with_paths(source, lambda path: relative_path(path, folder))


def absolute_path(path: str, folder: Path) -> str:
    """`path`, from `folder` if it is relative; those of other systems stay as they are."""
    if _is_absolute(path):
        return path
    return Path(os.path.abspath(folder / path)).as_posix()


def relative_path(path: str, folder: Path) -> str:
    """`path` from `folder`; as it is if it is relative, or has nothing but the root in common.

    What are next to each other can be moved together; what is far away stays where it is.
    """
    if not Path(path).is_absolute():
        return path
    try:
        common = os.path.commonpath((path, folder))
    except ValueError:  # on another drive
        return path
    if common == Path(common).anchor:
        return path
    return Path(os.path.relpath(path, folder)).as_posix()


def _is_absolute(path: str) -> bool:
    """True on every system for what is absolute on one."""
    return PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute()


def _with_paths(source: Source, change: Callable[[str], str]) -> Source:
    if not isinstance(source, Table | Arrays | Folder | Text):
        return source
    found: dict[str, object] = {"path": change(source.path)}
    if isinstance(source, Table) and source.files:
        found["files"] = change(source.files)
    if all(getattr(source, name) == path for name, path in found.items()):
        return source
    return source.model_copy(update=found)  # which options were chosen stays known
