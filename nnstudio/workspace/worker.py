"""A training in a process of its own: it needs no window, and goes on when this program ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from nnstudio.project.storage import file
from nnstudio.project.values import Project
from nnstudio.runs.queue.folder import file_name
from nnstudio.runs.record import RECORD
from nnstudio.runs.store import VARIABLE, RunStore

STOPPED = 130
"""What the command line ends with where it was told to stop."""


def program(*words: str, runs: Path, errors: Path, within: Path) -> subprocess.Popen[bytes]:
    """A command of this program in a process that outlives this one. Raises `OSError`.

    runs: the folder of its store. errors: the file that gets what it says of them. within: the
    folder in which it works.
    """
    with errors.open("wb") as stream:
        return subprocess.Popen(
            [sys.executable, "-m", "nnstudio", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stream,
            env={**os.environ, VARIABLE: str(runs)},
            cwd=within,
            start_new_session=True,  # Ctrl+C in the terminal of the window is not meant for it
        )


def last_line(errors: Path) -> str:
    """The last that a process said of its errors, without the name of the program."""
    try:
        said = errors.read_text("utf-8", "replace").strip().splitlines()
    except OSError:
        return ""
    return said[-1].removeprefix("nnstudio: ") if said else ""


class Worker:
    """`nnstudio train` for a project as it is now, into a new folder of the store."""

    def __init__(self, project: Project, title: str, store: RunStore) -> None:
        """title: the name of the run. Raises `FileError` or `OSError` if it cannot be started."""
        self.title = title
        self.folder = store.new_folder()
        self._place = Path(tempfile.mkdtemp(prefix="nnstudio-"))
        path = self._place / file_name(title)
        file.write(project, path)
        self._process = program(
            *("train", str(path), "--json", "--run", str(self.folder)),
            runs=store.folder,
            errors=self._place / "errors.txt",
            within=self._place,
        )

    @property
    def number(self) -> int:
        """The number of its process."""
        return self._process.pid

    @property
    def has_begun(self) -> bool:
        """True if its run is among the others."""
        return (self.folder / RECORD).exists()

    @property
    def is_over(self) -> bool:
        """True if the process has ended."""
        return self._process.poll() is not None

    def last_words(self) -> str:
        """Why it has ended before its run began, in a sentence; "" where there is nothing to say.

        What happens to a run is told by the run. Call it once, when it `is_over`.
        """
        told = last_line(self._place / "errors.txt") or "it said no reason"
        shutil.rmtree(self._place, ignore_errors=True)
        if self.has_begun or self._process.returncode in (0, STOPPED):
            return ""
        return f"'{self.title}' was not trained: {told.rstrip('.')}."
