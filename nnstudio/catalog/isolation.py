"""Calls of code of other packages: on a thread that can be given up, with its output kept off ours.

Whatever such code raises comes back as a `ForeignError`, a `KeyboardInterrupt` of its own included:
that of the user reaches the waiting thread. What does not end in time is told to end and left
alone. Nothing here is done where no such code is there.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import Any, TypeVar

T = TypeVar("T")

IMPORTING = 10.0
ASKING = 3.0
RUNNING = 10.0
"""Seconds for the import of a plugin, for a rule and its like, and for a run of a layer."""


class ForeignError(Exception):
    """What foreign code raised, or that it did not end; the message is one line."""


class UnansweredError(ForeignError):
    """Foreign code that did not end in time."""


class _GivenUp(BaseException):
    """Raised inside of foreign code that has taken too long."""


def call(function: Callable[[], T], seconds: float, passing: tuple[type[Exception], ...] = ()) -> T:
    """What `function` returns; raises `ForeignError`, or what it raised if that is `passing`."""
    results: list[T] = []
    raised: list[BaseException] = []
    done = threading.Event()
    context = copy_context()

    def work() -> None:
        try:
            results.append(context.run(function))
        except BaseException as error:
            raised.append(error)
        finally:
            done.set()

    thread = threading.Thread(target=work, name="plugin", daemon=True)
    with muted():
        thread.start()
        try:
            ended = done.wait(seconds)
        finally:
            if not done.is_set():
                _end(thread)
    if not ended:
        raise UnansweredError(f"it did not end within {seconds:g} s")
    if raised:
        if isinstance(raised[0], passing):
            raise raised[0]
        raise ForeignError(message_of(raised[0])) from raised[0]
    return results[0]


def _end(thread: threading.Thread) -> None:
    """Raise `_GivenUp` in the thread as soon as it runs Python code again."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_GivenUp)
    )


def message_of(error: BaseException) -> str:
    """What an error says, in one line with its type, whatever its `__str__` does."""
    kind = type(error).__name__
    try:
        text = " ".join(str(error).split())
    except BaseException:
        return f"{kind}, which cannot say what it is"
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return f"{kind}: {text:.200}" if text else kind


# -- output --------------------------------------------------------------------------------------

_lock = threading.Lock()
_depth = 0
_kept: list[tuple[int, int]] = []
_streams: list[Any] = []


@contextlib.contextmanager
def muted() -> Iterator[None]:
    """Nothing reaches standard output and error, neither from Python nor from below."""
    global _depth
    with _lock:
        if _depth == 0:
            _mute()
        _depth += 1
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0:
                _unmute()


def _mute() -> None:
    _streams[:] = [sys.stdout, sys.stderr]
    for stream in _streams:
        with contextlib.suppress(Exception):  # None where there is no console, or closed
            stream.flush()
    sys.stdout, sys.stderr = _Nowhere(), _Nowhere()
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for number in (1, 2):
            with contextlib.suppress(OSError):
                _kept.append((number, os.dup(number)))
                os.dup2(nowhere, number)
        os.close(nowhere)


def _unmute() -> None:
    for number, kept in _kept:
        with contextlib.suppress(OSError):
            os.dup2(kept, number)
            os.close(kept)
    _kept.clear()
    sys.stdout, sys.stderr = _streams


class _Nowhere(io.TextIOBase):
    def write(self, text: str) -> int:
        return len(text)

    def writable(self) -> bool:
        return True
