"""Where the studies of searches lie, and how one is found by its folder, its id or a beginning."""

from __future__ import annotations

import json
import os
from pathlib import Path

from nnstudio.runs.store import default_folder
from nnstudio.studies.search.errors import StudyError
from nnstudio.studies.search.folder import PLAN

VARIABLE = "NNSTUDIO_STUDIES"
"""The environment variable that names another folder for this user's studies."""
PLACES = "places.txt"
"""The folders of studies that lie elsewhere, one a line."""


def studies_folder() -> Path:
    """Where this user's studies lie: beside the runs, or where `NNSTUDIO_STUDIES` says."""
    named = os.environ.get(VARIABLE)
    return (Path(named) if named else default_folder().parent / "studies").absolute()


def folder_of(word: str) -> Path:
    """The folder that is meant: of a study by its id, or else a folder by its path.

    Raises `StudyError` if several ids begin so.
    """
    path = Path(word).absolute()
    if (path / PLAN).is_file() or not word.strip():
        return path
    found = [folder for folder in _known() if _id_of(folder).startswith(word)]
    if len(found) > 1:
        raise StudyError(f"{len(found)} studies begin with {word}: give more of the id.")
    return found[0] if found else path


def remember(folder: Path) -> None:
    """Let a study be found by its id that lies elsewhere."""
    place = studies_folder()
    if folder.parent == place or folder in _known():
        return
    place.mkdir(parents=True, exist_ok=True)
    with (place / PLACES).open("a", encoding="utf-8") as stream:
        stream.write(f"{folder}\n")


def _known() -> list[Path]:
    place = studies_folder()
    try:
        lines = (place / PLACES).read_text("utf-8").splitlines()
    except (OSError, ValueError):
        lines = []
    try:
        inside = sorted(place.iterdir())
    except OSError:
        inside = []
    named = [Path(line) for line in dict.fromkeys(lines) if line]
    return [folder for folder in (*inside, *named) if (folder / PLAN).is_file()]


def _id_of(folder: Path) -> str:
    try:
        found = json.loads((folder / PLAN).read_text("utf-8"))
        return str(found["id"]) if found["kind"] == "search" else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""
