"""The work of the page in a thread of its own, one piece after the other."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from nnstudio.ui.background import Background


class BackgroundJobs(QObject):
    """Does one piece of work at a time; its end is told in the window's thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background("data", self)
        self._done: Callable[[object], None] | None = None
        self._failed: Callable[[Exception], None] | None = None
        self._background.done.connect(self._on_done)
        self._background.failed.connect(self._on_failed)

    def start(
        self,
        work: Callable[[], object],
        done: Callable[[object], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Begin; `done` or `failed` is called at the end."""
        self._done, self._failed = done, failed
        self._background.start(work)

    def close(self) -> None:
        """Wait for the end of what is being done; nothing is told any more."""
        self._background.close()

    def _on_done(self, result: object) -> None:
        self._background.wait()  # its last instant: the next piece may be begun by what follows
        if self._done is not None:
            self._done(result)

    def _on_failed(self, error: Exception) -> None:
        self._background.wait()
        if self._failed is not None:
            self._failed(error)
