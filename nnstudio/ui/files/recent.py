"""The projects that were open lately, newest first. Paths only; nothing is read here."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from nnstudio.ui.settings import Settings

KEPT = 9


class RecentFiles(QObject):
    """A short list of paths in the settings; `changed` says that it is another one."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._paths: list[Path] = []
        self.refresh()

    def refresh(self) -> None:
        """Look again which of the files are still there."""
        known = map(Path, self._settings.texts("recent"))
        self._paths = [path for path in known if path.is_file()]

    def paths(self) -> list[Path]:
        """Return the files that were there when it was last looked, newest first."""
        return self._paths

    def add(self, path: Path) -> None:
        """Put a file on top."""
        path = path.resolve()
        rest = [known for known in self.paths() if known != path]
        self._write([path, *rest])

    def remove(self, path: Path) -> None:
        """Take a file off the list."""
        self._write([known for known in self.paths() if known != path])

    def _write(self, paths: list[Path]) -> None:
        self._settings.set_texts("recent", [str(path) for path in paths[:KEPT]])
        self.refresh()
        self.changed.emit()


def ago(seconds: float, now: float | None = None) -> str:
    """Write a moment (seconds since the epoch) as people say it: `5 minutes ago`, a date."""
    now = time.time() if now is None else now
    past = max(0.0, now - seconds)
    for size, word in ((86_400.0, "day"), (3_600.0, "hour"), (60.0, "minute")):
        count = int(past // size)
        if word == "day" and count > 13:
            return time.strftime("%d %B %Y", time.localtime(seconds)).lstrip("0")
        if count:
            return f"{count} {word}{'s' if count > 1 else ''} ago"
    return "just now"
