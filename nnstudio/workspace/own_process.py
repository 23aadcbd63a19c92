"""A command of this program in a process of its own, which goes on when this program ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

STOPPED = 130
"""What the command line ends with where it was told to stop."""


class OwnProcess:
    """`nnstudio ...` with a folder of its own, in which it runs and says why it fails."""

    def __init__(
        self, command: Sequence[str], variables: Mapping[str, str], place: Path | None = None
    ) -> None:
        """place: its folder, removed at its end; a new one if None. Raises `OSError`."""
        self._place = place or new_place()
        self._was_asked = False
        with (self._place / "errors.txt").open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "nnstudio", *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env={**os.environ, **variables},
                cwd=self._place,
                start_new_session=True,  # Ctrl+C in the terminal of the window is not meant for it
            )

    @property
    def number(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def is_over(self) -> bool:
        """True if the process has ended."""
        return self._process.poll() is not None

    @property
    def was_stopped(self) -> bool:
        """True if it has ended well, or because it was told to stop."""
        return self._was_asked or self._process.returncode in (0, STOPPED)

    def ask_to_stop(self) -> None:
        """Ask it to stop, as Ctrl+C does. On Windows it is ended; its last checkpoint stays."""
        if not self.is_over:
            self._was_asked = True
            self._process.terminate()

    def last_words(self) -> str:
        """What it said last of what went wrong. Call it once, when it `is_over`."""
        errors = self._place / "errors.txt"
        said = errors.read_text("utf-8", "replace").strip().splitlines() if errors.exists() else []
        shutil.rmtree(self._place, ignore_errors=True)
        told = said[-1].removeprefix("nnstudio: ") if said else "it said no reason"
        return told.rstrip(".")


def new_place() -> Path:
    """A folder for one process."""
    return Path(tempfile.mkdtemp(prefix="nnstudio-"))
