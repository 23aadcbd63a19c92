"""What a folder holds already: a run or a study is begun only where it overwrites nothing.

A run and a study have files of the same name, and so may a user. Nobody looks into those: a name
that is taken is enough to refuse, before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nnstudio.runs.owner import LOCK
from nnstudio.runs.record import holds_run

STUDY = "study.json"
"""The file that makes a folder that of a study."""
ASSIGNMENT = "assignment.json"
"""The file that makes a folder that of all that a document asks for."""
_ELSE = "choose another folder"


def why_no_run(folder: Path, names: Iterable[str]) -> str:
    """Why no run may be written into a folder, in one sentence: "" if one may be.

    names: of the files and folders that are written. A run that is there is no reason here: whoever
    begins asks whether it is gone on with or replaced.
    """
    return (
        _no_folder(folder)
        or _study_in(folder)
        or ("" if holds_run(folder) else _file_in(folder, names, "run"))
    )


def why_no_study(folder: Path, names: Iterable[str]) -> str:
    """Why no study may be written into a folder, in one sentence: "" if one may be.

    names: of the files and folders that are written. Not for the folder of a study that is gone on
    with.
    """
    held = f"{folder} holds a run: {_ELSE}." if holds_run(folder) else ""
    return _no_folder(folder) or held or _study_in(folder) or _file_in(folder, names, "study")


def _no_folder(folder: Path) -> str:
    there = next((one for one in (folder, *folder.parents) if one.exists()), None)
    return "" if there is None or there.is_dir() else f"{there} is a file: expected a folder."


def _study_in(folder: Path) -> str:
    known = any((folder / name).exists() for name in (STUDY, ASSIGNMENT))
    return f"{folder} holds a study: {_ELSE}." if known else ""


def _file_in(folder: Path, names: Iterable[str], of: str) -> str:
    if (folder / LOCK).exists():  # what somebody who begins, or died of it, has written
        return ""
    found = next((name for name in names if (folder / name).exists()), None)
    if found is None:
        return ""
    what = "folder" if (folder / found).is_dir() else "file"
    return f"{folder} holds a {what} {found} that belongs to no {of}: {_ELSE}."
