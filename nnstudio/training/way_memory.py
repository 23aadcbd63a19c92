"""The ways that trials have found, in one small file of the user's cache. No torch.

The file is a convenience: where it cannot be written, a choice holds as long as the program runs.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path

import platformdirs

from nnstudio.training.way import Way

MOST = 1_000
"""So many choices are kept, the latest."""

_of_this_process: dict[Path, dict[str, Way]] = {}


def default_file() -> Path:
    """Return where this user's choices are kept."""
    return platformdirs.user_cache_path("nnstudio", appauthor=False) / "ways.json"


class WayMemory:
    """Choices by what they depend on; what is known once is not changed again."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = default_file() if file is None else file
        self._known = _of_this_process.setdefault(self._file, {})

    def recall(self, case: str) -> Way | None:
        """Return the choice for `case`; None if there is none yet."""
        if case not in self._known:
            written = self._read().get(case)
            if written is not None:
                self._known[case] = written
        return self._known.get(case)

    def keep(self, case: str, way: Way) -> Way:
        """Keep a choice, unless another program has made one meanwhile; return what holds."""
        written = self._read()
        holds = self._known[case] = written.get(case, way)
        if case not in written:
            with contextlib.suppress(OSError):
                self._write(dict([*written.items(), (case, way)][-MOST:]))
        return holds

    def _read(self) -> dict[str, Way]:
        try:
            told = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(told, dict):
            return {}
        ways = {case: Way.of(way) for case, way in told.items() if isinstance(way, dict)}
        return {case: way for case, way in ways.items() if way is not None}

    def _write(self, choices: dict[str, Way]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._file.parent, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump({case: asdict(way) for case, way in choices.items()}, stream, indent=0)
            os.replace(name, self._file)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
