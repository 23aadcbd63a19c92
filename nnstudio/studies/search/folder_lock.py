"""A lock as a file that only one can make, for processes of one or several machines.

It holds on every file system that makes files exclusively, network shares from NFS 3 on included.
Whoever dies with it leaves it behind: it is taken away once it has not changed for `grace` seconds
of the waiting process's own clock. A holder that was only slow finds out when it lets go, and
takes nobody else's lock with it.
"""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nnstudio.studies.errors import StudyError

GRACE = 8.0
"""Seconds after which a lock that stands still is taken for left behind."""
_POLL = 0.004
_SLOWEST = 0.1


class FolderLock:
    """One file, made by whoever holds the lock. May be acquired again after its release."""

    def __init__(self, path: Path, grace: float = GRACE) -> None:
        self._path = path
        self._grace = grace
        self._key = ""

    def acquire(self) -> bool:
        """Wait until it is ours; True. Raises `StudyError` if the folder takes no files."""
        seen, since, pause = "", time.monotonic(), _POLL
        while not self._make():
            found = self._read()
            if found != seen:
                seen, since = found, time.monotonic()
            elif time.monotonic() - since > self._grace:
                self._take_away(seen)
            time.sleep(pause * (0.5 + random.random()))
            pause = min(pause * 1.5, _SLOWEST)
        return True

    def release(self) -> None:
        """Let go of it, unless another has taken it away meanwhile."""
        if self._read() == self._key:
            with contextlib.suppress(OSError):
                self._path.unlink()
        self._key = ""

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it for the time of the block."""
        self.acquire()
        try:
            yield
        finally:
            self.release()

    def _make(self) -> bool:
        key = secrets.token_hex(8)
        try:
            file = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        except (FileExistsError, PermissionError) as error:
            # Windows refuses a file that is just being removed
            if isinstance(error, PermissionError) and not self._path.exists() and os.name != "nt":
                raise StudyError(
                    f"{self._path.parent} cannot be written: {error.strerror}."
                ) from error
            return False
        except OSError as error:
            raise StudyError(f"{self._path.parent} cannot be written: {error.strerror}.") from error
        try:
            with os.fdopen(file, "w") as stream:
                stream.write(key)
        except OSError as error:  # a full disk: nobody is to wait for a lock without a key
            with contextlib.suppress(OSError):
                self._path.unlink()
            raise StudyError(f"{self._path.parent} cannot be written: {error.strerror}.") from error
        self._key = key
        return True

    def _read(self) -> str:
        try:
            return self._path.read_text()
        except OSError:
            return "?"

    def _take_away(self, seen: str) -> None:
        if self._read() != seen:
            return
        gone = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        with contextlib.suppress(OSError):  # another was faster
            os.rename(self._path, gone)
            gone.unlink()
