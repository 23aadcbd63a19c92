"""A claim: a folder that only one can make says who has begun with a training, and what came of it.

The first claim of an entry is the folder `claim-1`, the next one `claim-2`. Whoever makes it may
start the training; there is no next one before it has ended or its processes are gone.
"""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nnstudio.project.storage.atomic import write_text
from nnstudio.runs.owner import Owner

BLANK_SECONDS = 20.0
"""So long a claim may say nothing, as long as it takes to start a process."""
ATTEMPTS = 2
"""Processes that may die at a training before it is tried no more."""


@dataclass(frozen=True)
class Claim:
    """One attempt. Its folder is there."""

    folder: Path

    @classmethod
    def all_of(cls, entry: Path) -> list[Claim]:
        """Every attempt at an entry, the first one first."""
        with contextlib.suppress(OSError):
            numbers = sorted(
                int(path.name.removeprefix("claim-"))
                for path in entry.glob("claim-*")
                if path.name.removeprefix("claim-").isdecimal()
            )
            return [cls(entry / f"claim-{number}") for number in numbers]
        return []

    @classmethod
    def make(cls, entry: Path) -> Claim | None:
        """The next attempt; None if another was faster, or the entry is gone."""
        made = cls(entry / f"claim-{len(cls.all_of(entry)) + 1}")
        try:
            made.folder.mkdir()
        except (FileExistsError, FileNotFoundError):
            return None
        return made

    def begun(self, process: int) -> None:
        """Say which process of this machine trains."""
        write_text(json.dumps(asdict(Owner.of(process))), self.folder / "process.json")

    def ended(self, sentence: str = "", *, again: bool = False, died: bool = False) -> None:
        """Say that it is over. sentence: why it was not trained. again: it waits once more."""
        said = {"sentence": sentence, "again": again, "died": died}
        write_text(json.dumps(said), self.folder / "end.json")

    @property
    def process(self) -> Owner | None:
        """The process that trains, if it has been said."""
        said = self._read("process.json")
        try:
            return Owner(str(said["host"]), int(said["process"]), str(said["started"]))
        except (KeyError, ValueError, TypeError):
            return None

    @property
    def end(self) -> dict[str, Any] | None:
        """What came of it; None while it is not over."""
        return self._read("end.json") or None

    @property
    def may_live(self) -> bool:
        """False if its process has certainly gone."""
        process = self.process
        if process is not None:
            return process.is_alive
        with contextlib.suppress(OSError):
            return time.time() - self.folder.stat().st_mtime < BLANK_SECONDS
        return False

    def _read(self, name: str) -> dict[str, Any]:
        try:
            said = json.loads((self.folder / name).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}
