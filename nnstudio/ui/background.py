"""One piece of work in a thread of its own, whose answer comes back to the window's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal


class Background(QObject):
    """`done(result)` or `failed(error)` in the window's thread; one piece of work at a time.

    The thread is no daemon: `close` waits for it.
    """

    done = Signal(object)
    failed = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def is_busy(self) -> bool:
        """True while the work is being done."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, work: Callable[[], object]) -> bool:
        """Begin; False if something is being done already."""
        if self.is_busy or self._closed:
            return False
        self._thread = threading.Thread(
            target=self._do, args=(work,), name=self._name, daemon=False
        )
        self._thread.start()
        return True

    def wait(self, seconds: float | None = None) -> None:
        """Wait for the end of what is being done, or so long; its answer comes all the same."""
        if self._thread is not None:
            self._thread.join(seconds)

    def close(self) -> None:
        """Wait for the end; the answer is dropped."""
        self._closed = True
        self.wait()

    def _do(self, work: Callable[[], object]) -> None:
        try:
            result = work()
        except Exception as error:  # handed to the window, which says it
            if not self._closed:
                self.failed.emit(error)
            return
        if not self._closed:
            self.done.emit(result)
