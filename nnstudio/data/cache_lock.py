"""One owner at a time, among processes and threads: a file that the system locks.

The lock is the system's, so it ends with the process that holds it, however that ends; what the
file says (process and machine) is for the sentence shown to those who wait.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nnstudio.data.info import DataError

LOOK = 0.2
"""Seconds between two looks at whether another owner has ended."""
_FAR = 1 << 20
"""The byte that is locked on Windows, behind the text: a locked one cannot be read there."""


@contextmanager
def held(path: Path, waiting: Callable[[str], None]) -> Iterator[None]:
    """Own `path` inside. `waiting` is told who owns it, again and again, and may raise."""
    descriptor = _take(path)
    while descriptor is None:
        waiting(owner(path))
        time.sleep(LOOK)
        descriptor = _take(path)
    try:
        yield
    finally:
        _give_back(path, descriptor)


@contextmanager
def tried(path: Path) -> Iterator[bool]:
    """Own `path` inside if nobody else does; else False."""
    descriptor = _take(path)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            _give_back(path, descriptor)


def owner(path: Path) -> str:
    """Who owns the file, as its text says: `process 12 on host`."""
    try:
        said = json.loads(path.read_text("utf-8"))
        return f"process {int(said['pid'])} on {str(said['host'])[:60]}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


def _take(path: Path) -> int | None:
    """The open file if it is owned now, None if another owns it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not _lock(descriptor):
                os.close(descriptor)
                return None
            if not _is_still(path, descriptor):  # its owner took it away while we asked for it
                os.close(descriptor)
                continue
            os.ftruncate(descriptor, 0)
            os.write(
                descriptor,
                json.dumps({"pid": os.getpid(), "host": socket.gethostname()}).encode(),
            )
        except OSError as error:
            os.close(descriptor)
            raise DataError(
                f"The cache at {path.parent} cannot be locked ({error.strerror}): set "
                "NNSTUDIO_CACHE to a folder of a local disk."
            ) from error
        return descriptor


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        there, ours = path.stat(), os.fstat(descriptor)
    except FileNotFoundError:
        return False
    return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)


def _give_back(path: Path, descriptor: int) -> None:
    if sys.platform != "win32":
        path.unlink(missing_ok=True)  # while it is owned: nobody else's is taken away
        os.close(descriptor)
        return
    os.close(descriptor)
    with contextlib.suppress(OSError):  # open elsewhere: the next owner's by now
        path.unlink(missing_ok=True)


def _lock(descriptor: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        os.lseek(descriptor, 0, os.SEEK_SET)
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
