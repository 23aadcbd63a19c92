"""Looks after the file of the open project: what other programs make of it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from nnstudio.ui.files.file_watch import FileWatch
from nnstudio.workspace.known_file import FileNow, FileState
from nnstudio.workspace.workspace import Workspace

CONFIRMED = 400
"""Milliseconds for which a file may be missing or half written while another program saves it."""
_PASSING = (FileState.DELETED, FileState.BROKEN)


class OutsideChanges(QObject):
    """`now` is the file as it was last seen; `found()` when it is another one, or is asked for.

    It is looked at when the system gives a hint, when the window comes to the front, and before
    whatever rests on it.
    """

    found = Signal()

    def __init__(self, window: QWidget, workspace: Workspace) -> None:
        super().__init__(window)
        self._workspace = workspace
        self.now = FileNow(FileState.SAME)
        self.watch = FileWatch(self)
        self.watch.hinted.connect(self._on_hint)
        self._confirm = QTimer(self, singleShot=True, interval=CONFIRMED)
        self._confirm.timeout.connect(self.look)
        self._window = window
        window.installEventFilter(self)

    def begin(self) -> None:
        """The project has been opened or saved: its file may be another one."""
        self.watch.watch(self._workspace.path)
        self.look()

    def end(self) -> None:
        """Look no more."""
        self._window.removeEventFilter(self)
        self._confirm.stop()
        self.watch.watch(None)

    @property
    def is_lost(self) -> bool:
        """True if the window has the only good copy of what was once saved."""
        return self.now.state in _PASSING

    def look(self) -> FileNow:
        """Look at the file now."""
        self._confirm.stop()
        return self._take(self._workspace.look_at_file())

    def ask(self) -> None:
        """Let the question of what becomes of the file be put again."""
        self.found.emit()

    def _on_hint(self) -> None:
        now = self._workspace.look_at_file()
        if now.state in _PASSING and now != self.now:
            self._confirm.start()
        else:
            self._take(now)

    def _take(self, now: FileNow) -> FileNow:
        if (now.state, now.digest) != (self.now.state, self.now.digest):
            self.now = now
            self.found.emit()
        return now

    # -- Qt -----------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate:
            self.look()
        return super().eventFilter(watched, event)
