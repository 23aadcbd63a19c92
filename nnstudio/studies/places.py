"""Where studies lie, of every kind, and which of them is meant by a word."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from nnstudio.project.storage.atomic import write_text
from nnstudio.runs.occupied import STUDY
from nnstudio.runs.store import default_folder
from nnstudio.studies.errors import StudyError

RECORD = STUDY
OUTER = "outer-"
"""How the folders of the searches begin that a nested search consists of."""
VARIABLE = "NNSTUDIO_STUDIES"
"""The environment variable that names another folder for this user's studies."""
PLACES = "places.txt"
"""The folders of studies that lie elsewhere, one a line."""

_COMMANDS = {
    "cross-validation": "nnstudio cross-validate",
    "comparison": "nnstudio compare",
    "search": "nnstudio tune --study",
}
"""What goes on with a study of each kind, followed by its folder."""


def studies_folder() -> Path:
    """Where this user's studies lie: beside the runs, or where `NNSTUDIO_STUDIES` says."""
    named = os.environ.get(VARIABLE)
    return (Path(named) if named else default_folder().parent / "studies").absolute()


def folders(place: Path | None = None) -> list[Path]:
    """Every folder with a study, those within `place` and those that were remembered there.

    place: by default `studies_folder`.
    """
    place = place or studies_folder()
    try:
        inside = sorted(place.iterdir())
    except OSError:
        inside = []
    return [folder for folder in (*inside, *_elsewhere(place)) if (folder / RECORD).is_file()]


def remember(folder: Path, place: Path | None = None) -> None:
    """Let a study be found that lies elsewhere than in `place`, by default `studies_folder`."""
    place = place or studies_folder()
    if folder.parent == place or folder in _elsewhere(place):
        return
    place.mkdir(parents=True, exist_ok=True)
    with (place / PLACES).open("a", encoding="utf-8") as stream:
        stream.write(f"{folder}\n")


def forget(folder: Path, place: Path) -> None:
    """Take a study that lies elsewhere off the list of `place`. Raises `OSError`."""
    left = [f"{other}\n" for other in _elsewhere(place) if other != folder]
    write_text("".join(left), place / PLACES)


def told_of(folder: Path) -> dict[str, Any]:
    """What a study of any kind says of itself; nothing where it cannot be read."""
    try:
        found = json.loads((folder / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def refuse_other_kind(folder: Path, *expected: str) -> None:
    """Raise `StudyError`, with the command that goes on with it, for a study of another kind.

    A kind that is not known, or one that cannot be read, is left to whoever reads the study.
    """
    kind = str(told_of(folder).get("kind", ""))
    if kind in _COMMANDS and kind not in expected:
        raise StudyError(
            f"{folder} holds a {kind}, not a {' or a '.join(expected)}: go on with it by "
            f"{_COMMANDS[kind]} {folder}"
        )


def matching(word: str) -> list[Path]:
    """The folders that a word may mean: one by its path, or those whose id begins so."""
    try:
        if (Path(word) / RECORD).is_file():
            return [Path(word).absolute()]
    except (OSError, ValueError):
        return []
    if not word.strip():
        return []
    return [folder for folder in folders() if str(told_of(folder).get("id", "")).startswith(word)]


def only(word: str) -> Path | None:
    """The folder that is meant, None if there is none. Raises `StudyError` if there are several, or
    if it is the folder of a nested search, which holds a study for each outer fold."""
    found = matching(word)
    if len(found) > 1:
        raise StudyError(f"{len(found)} studies begin with {word}: give more of the id.")
    if not found:
        _refuse_nested(Path(word))
    return found[0] if found else None


def _refuse_nested(folder: Path) -> None:
    try:
        inside = sum(1 for _ in folder.glob(f"{OUTER}*/{RECORD}")) if folder.name else 0
    except (OSError, ValueError):
        return
    if inside:
        first = folder / f"{OUTER}1"
        raise StudyError(
            f"{folder} is a nested search of {inside} outer fold{'' if inside == 1 else 's'}, each "
            f"a study of its own: name one of them, such as {first}; for the figures of all, "
            "repeat the command of the nested search with --resume."
        )


def folder_of(word: str) -> Path:
    """The folder that is meant, or where a new study of that name would lie. Raises as `only`."""
    return only(word) or Path(word).absolute()


def _elsewhere(place: Path) -> list[Path]:
    try:
        lines = (place / PLACES).read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return []
    return [Path(line) for line in dict.fromkeys(lines) if line]
