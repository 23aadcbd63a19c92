"""A training in a process of its own: it needs no window, and goes on when this program ends."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from nnstudio.project.storage import file
from nnstudio.project.values import Project
from nnstudio.runs.record import RECORD
from nnstudio.runs.store import RunStore

_NO_NAME = re.compile(r"[^\w .,()+-]")
"""What is no part of a file's name on some system."""
_STOPPED = 130
"""What the command line ends with where it was told to stop."""


class Worker:
    """`nnstudio train` for a project as it is now, into a new folder of the store."""

    def __init__(self, project: Project, title: str, store: RunStore) -> None:
        """title: the name of the run. Raises `FileError` or `OSError` if it cannot be started."""
        self.title = title
        self.folder = store.new_folder()
        self._place = Path(tempfile.mkdtemp(prefix="nnstudio-"))
        path = self._place / (_NO_NAME.sub("_", title) + ".nns")
        file.write(project, path)
        command = [sys.executable, "-m", "nnstudio", "train", str(path), "--json"]
        with (self._place / "errors.txt").open("wb") as errors:
            self._process = subprocess.Popen(
                [*command, "--run", str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env={**os.environ, "NNSTUDIO_RUNS": str(store.folder)},
                cwd=self._place,
                start_new_session=True,  # Ctrl+C in the terminal of the window is not meant for it
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
        errors = self._place / "errors.txt"
        said = errors.read_text("utf-8", "replace").strip().splitlines() if errors.exists() else []
        shutil.rmtree(self._place, ignore_errors=True)
        if self.has_begun or self._process.returncode in (0, _STOPPED):
            return ""
        told = said[-1].removeprefix("nnstudio: ") if said else "it said no reason"
        return f"'{self.title}' was not trained: {told.rstrip('.')}."
