"""Tells that a file may have changed: a hint, to be checked by whoever gets it."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

SETTLING = 200
"""Milliseconds for several writes of another program to become one hint."""


class FileWatch(QObject):
    """Watches one file and the folders in which it and what it links to lie.

    The folders tell when the file is replaced as a whole, which ends the watch of the file itself.
    """

    hinted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._watcher = QFileSystemWatcher(self)
        self._settling = QTimer(self, singleShot=True, interval=SETTLING)
        self._settling.timeout.connect(self._on_settled)
        for signal in (self._watcher.fileChanged, self._watcher.directoryChanged):
            signal.connect(self._on_change)

    def watch(self, path: Path | None) -> None:
        """Watch this file from now on, or none."""
        if path != self._path:
            self._path = path
            self._settling.stop()
            self._renew_paths()

    def _on_change(self, _path: str) -> None:
        if not self._settling.isActive():  # a folder in which much happens shall not put it off
            self._settling.start()

    def _on_settled(self) -> None:
        self._renew_paths()
        self.hinted.emit()

    def _renew_paths(self) -> None:
        wanted: set[str] = set()
        if self._path is not None:
            real = Path(os.path.realpath(self._path))
            places = (self._path, real, self._path.absolute().parent, real.parent)
            wanted = {str(place) for place in places if place.exists()}
        watched = {*self._watcher.files(), *self._watcher.directories()}
        if gone := watched - wanted:
            self._watcher.removePaths(sorted(gone))
        if new := wanted - watched:
            self._watcher.addPaths(sorted(new))
