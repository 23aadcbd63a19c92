"""Ctrl+C, SIGTERM and SIGHUP as one wish to stop, that comes once however often it is said."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeAlias

Handler: TypeAlias = Callable[[int, FrameType | None], object] | int | None

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Those that this system has are heeded."""


class StopWish:
    """Whether the user wants the command to end.

    The first signal raises KeyboardInterrupt, or only sets `came` while it is `deferred`: where
    work goes on in another thread, an exception in this one would leave that alone. Any later
    signal changes nothing, so that what is being ended can be ended in peace.
    """

    def __init__(self) -> None:
        self.came = False
        self._deferred = False
        self._before: list[tuple[int, Handler]] = []

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Let a signal only set `came` for as long."""
        self._deferred = True
        try:
            yield
        finally:
            self._deferred = False

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        # Only plain values here: a lock could be held by the very code that was interrupted.
        if self.came:
            return
        self.came = True
        if not self._deferred:
            raise KeyboardInterrupt

    @contextmanager
    def heeded(self, *, to_the_end: bool) -> Iterator[None]:
        """Take the signals; afterwards they do what they did, unless the program ends then."""
        self.came = self._deferred = False
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
        # What was told to be ignored, as `nohup` does with SIGHUP, stays ignored.
        heeded = [one for one in numbers if signal.getsignal(one) is not signal.SIG_IGN]
        self._before = [(one, signal.signal(one, self._take)) for one in heeded]
        try:
            yield
        finally:
            if not to_the_end:
                self.let_go()
            elif self.came:
                # Python would give them back to the system while it ends, and be killed by them.
                for one, _ in self._before:
                    signal.signal(one, signal.SIG_IGN)

    def let_go(self) -> None:
        """Let signals do again what they did: the window has ways of its own."""
        for one, handler in self._before:
            signal.signal(one, handler)
        self._before = []


wish = StopWish()
"""Of the command that runs now."""
