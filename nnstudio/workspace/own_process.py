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
_ERRORS = "errors.txt"


def program(
    *words: str, variables: Mapping[str, str], errors: Path, within: Path
) -> subprocess.Popen[bytes]:
    """A command of this program in a process that outlives this one. Raises `OSError`.

    variables: of its environment, beside those of this one. errors: the file that gets what it says
    of them. within: the folder in which it works.
    """
    with errors.open("wb") as stream:
        return subprocess.Popen(
            [sys.executable, "-m", "nnstudio", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stream,
            env={**os.environ, **variables},
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


class OwnProcess:
    """`nnstudio ...` with a folder of its own, in which it runs and says why it fails."""

    def __init__(
        self, command: Sequence[str], variables: Mapping[str, str], place: Path | None = None
    ) -> None:
        """place: its folder, removed at its end; a new one if None. Raises `OSError`."""
        self._place = place or new_place()
        self._was_asked = False
        self._process = program(
            *command,
            variables=variables,
            errors=self._place / _ERRORS,
            within=self._place,
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
        told = last_line(self._place / _ERRORS) or "it said no reason"
        shutil.rmtree(self._place, ignore_errors=True)
        return told.rstrip(".")


def new_place() -> Path:
    """A folder for one process."""
    return Path(tempfile.mkdtemp(prefix="nnstudio-"))
