"""Writing a file that may be read-only: elsewhere, over it, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nnstudio.project.storage.atomic import ReadOnlyFileError
from nnstudio.ui.files.questions import ReadOnlyAnswer


def write_asking(
    write: Callable[[Path, bool], object],
    path: Path,
    ask: Callable[[Path], ReadOnlyAnswer],
    ask_path: Callable[[], Path | None],
) -> Path | None:
    """Write a file, asking about one that is read-only; where it was written, None if nowhere.

    write: takes the path, and whether a read-only file is overwritten. ask: what becomes of a
    read-only file. ask_path: gives another path.
    """
    overwrite = False
    while True:
        try:
            write(path, overwrite)
            return path
        except ReadOnlyFileError:
            match ask(path):
                case ReadOnlyAnswer.OVERWRITE:
                    overwrite = True
                case ReadOnlyAnswer.SAVE_AS:
                    other = ask_path()
                    if other is None:
                        return None
                    path = other
                case _:
                    return None
