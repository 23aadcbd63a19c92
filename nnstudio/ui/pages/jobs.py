"""What a page reads, in a thread of its own: one piece after the other, none twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from PySide6.QtCore import QObject

from nnstudio.ui.background import Background

_Job: TypeAlias = tuple[Callable[[], object], Callable[[object], None], Callable[[Exception], None]]


class ReadingJobs(QObject):
    """Pieces of work wait under a name; of those with one name the last is done."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background("page", self)
        self._waiting: dict[str, _Job] = {}
        self._current: _Job | None = None
        self._background.done.connect(self._on_done)
        self._background.failed.connect(self._on_failed)

    @property
    def is_busy(self) -> bool:
        """True while something is done or waits."""
        return self._current is not None or bool(self._waiting)

    def ask(
        self,
        what: str,
        work: Callable[[], object],
        done: Callable[[object], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Do it soon; `done` or `failed` is called at its end, in the window's thread."""
        self._waiting[what] = (work, done, failed)
        self._next()

    def close(self) -> None:
        """Wait for the end of what is being done; nothing is told any more."""
        self._waiting.clear()
        self._background.close()

    def _next(self) -> None:
        if self._current is None and self._waiting:
            self._current = self._waiting.pop(next(iter(self._waiting)))
            self._background.start(self._current[0])

    def _ended(self) -> _Job | None:
        self._background.wait()  # its last instant: the next piece begins now
        job, self._current = self._current, None
        return job

    def _on_done(self, result: object) -> None:
        job = self._ended()
        if job is not None:
            job[1](result)
        self._next()

    def _on_failed(self, error: Exception) -> None:
        job = self._ended()
        if job is not None:
            job[2](error)
        self._next()
