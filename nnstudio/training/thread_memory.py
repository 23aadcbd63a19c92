"""The numbers of threads that trials have found, in one small file of the user's cache. No torch.

The file is a convenience: where it cannot be written, a choice holds as long as the program runs.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path

import platformdirs

MOST = 1_000
"""So many choices are kept, the latest."""

_of_this_process: dict[Path, dict[str, int]] = {}


def default_file() -> Path:
    """Return where this user's choices are kept."""
    return platformdirs.user_cache_path("nnstudio", appauthor=False) / "threads.json"


class ThreadMemory:
    """Choices by what they depend on; what is known once is not changed again."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = default_file() if file is None else file
        self._known = _of_this_process.setdefault(self._file, {})

    def recall(self, case: str) -> int | None:
        """Return the choice for `case`; None if there is none yet."""
        if case not in self._known:
            written = self._read().get(case)
            if written is not None:
                self._known[case] = written
        return self._known.get(case)

    def keep(self, case: str, threads: int) -> int:
        """Keep a choice, unless another program has made one meanwhile; return what holds."""
        written = self._read()
        holds = self._known[case] = written.get(case, threads)
        if case not in written:
            with contextlib.suppress(OSError):
                self._write(dict([*written.items(), (case, threads)][-MOST:]))
        return holds

    def _read(self) -> dict[str, int]:
        try:
            told = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(told, dict):
            return {}
        return {
            case: threads
            for case, threads in told.items()
            if isinstance(threads, int) and threads > 0
        }

    def _write(self, choices: dict[str, int]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._file.parent, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(choices, stream, indent=0)
            os.replace(name, self._file)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
