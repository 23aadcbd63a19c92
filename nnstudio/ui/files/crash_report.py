"""What is left of a crash: the stacks of Python, written by `faulthandler` as the program dies.

Each window process has a file of its own. A clean end removes it; a file that holds a fatal error
and belongs to no living process is offered at the next start.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import PySide6
from PySide6.QtCore import QLockFile

import nnstudio

FATAL = "Fatal Python error"
"""What `faulthandler` begins with."""


@dataclass(frozen=True, slots=True)
class CrashReport:
    """The report of a crash of an earlier start."""

    file: Path
    text: str
    seconds: float

    def forget(self) -> None:
        """Remove it for good."""
        with contextlib.suppress(OSError):
            self.file.unlink(missing_ok=True)
            self.file.with_suffix(".lock").unlink(missing_ok=True)


class CrashRecorder:
    """Lets a crash of this process be written down, from `start` to `stop`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / f"{os.getpid()}-{time.time_ns():x}.txt"
        self._lock = QLockFile(str(self._file.with_suffix(".lock")))
        self._lock.setStaleLockTime(0)
        self._open: TextIO | None = None

    def start(self) -> None:
        """Begin; where nothing can be written, the stacks go to stderr as Python does it."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._open = self._file.open("w", encoding="utf-8")
            self._lock.tryLock(0)
            self._open.write(_versions())
            self._open.flush()
            faulthandler.enable(self._open)
        except OSError:
            faulthandler.enable()

    def stop(self) -> None:
        """Leave nothing behind: the program ends as it should."""
        faulthandler.disable()
        if self._open is not None:
            self._open.close()
            self._open = None
            with contextlib.suppress(OSError):
                self._file.unlink(missing_ok=True)
            self._lock.unlock()


def _versions() -> str:
    return (
        f"NN Studio {nnstudio.__version__}, Python {platform.python_version()}, "
        f"PySide6 {PySide6.__version__}, {platform.platform()}, "
        f"started {time.strftime('%Y-%m-%d %H:%M:%S')}\n\n"
    )


def crash_reports(folder: Path) -> list[CrashReport]:
    """Find the crashes of earlier starts, newest first. What ended without one is swept away."""
    found: list[CrashReport] = []
    for file in folder.glob("*.txt"):
        lock = QLockFile(str(file.with_suffix(".lock")))
        lock.setStaleLockTime(0)
        if not lock.tryLock(0):
            continue  # that window is open
        lock.unlock()
        with contextlib.suppress(OSError):
            text = file.read_text(encoding="utf-8", errors="replace")
            report = CrashReport(file, text, file.stat().st_mtime)
            if FATAL in text:
                found.append(report)
            else:
                report.forget()
    return sorted(found, key=lambda report: -report.seconds)
