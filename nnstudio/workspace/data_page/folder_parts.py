"""Which folder is which part, and which folders there are to choose from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

from nnstudio.data.reading.folder.tree import PartName
from nnstudio.project.data.source import Folder
from nnstudio.project.data.spec import DataSpec
from nnstudio.workspace.data_page.edits import understood_anew

MOST = 24
"""Folders of the first level from which on none is offered: those are classes."""
PART_NAMES: tuple[PartName, ...] = get_args(PartName)


def folders_of(source: Folder) -> tuple[str, ...]:
    """The folders that can be parts, in order: those of the first level, if others lie in them.

    Empty where there are none, or the disk does not tell. What wraps everything is passed over.
    """
    try:
        path, inside = Path(source.path), _folders(Path(source.path))
        while len(inside) == 1 and inside[0] not in dict(source.parts):
            path = path / inside[0]
            inside = _folders(path)
        if not 1 < len(inside) <= MOST and not source.parts:
            return ()
        if source.parts or all(_folders(path / name) for name in inside):
            return tuple(inside[:MOST])
    except OSError:
        pass
    return tuple(name for name, _ in source.parts)


def _folders(path: Path) -> list[str]:
    with os.scandir(path) as entries:
        return sorted(e.name for e in entries if e.is_dir() and not e.name.startswith("."))


def with_part(spec: DataSpec, folder: str, part: PartName | None) -> DataSpec:
    """Make a folder a part, or none; then everything has to be understood anew.

    As long as one folder is a part, those that are none are left out; without any, the folders
    of the first level are classes again and the parts are drawn.
    """
    source = spec.source
    assert isinstance(source, Folder)
    parts = {name: chosen for name, chosen in source.parts if name != folder}
    if part is not None:
        parts[folder] = part
    by = "given" if parts else "stratified" if spec.split.by == "given" else spec.split.by
    source = source.with_values(parts=tuple(sorted(parts.items())))
    changed = spec.with_values(split=spec.split.with_values(by=by))
    return understood_anew(changed, source, "source.parts")
