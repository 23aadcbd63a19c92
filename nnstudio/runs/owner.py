"""Who writes into a run's folder: one process, which says so in a file.

The file names process, host and the time at which that process started, so that a number that the
system has given to another process since is no owner. It comes into being whole.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import platform
import secrets
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nnstudio.runs.errors import RunStoreError

LOCK = "owner.lock"


@dataclass(frozen=True)
class Owner:
    """A process. `started`: in the system's own counting, "" where it tells none."""

    host: str
    process: int
    started: str

    @classmethod
    def me(cls) -> Owner:
        """This process."""
        return cls.of(os.getpid())

    @classmethod
    def of(cls, process: int) -> Owner:
        """A process of this machine by its number."""
        return cls(platform.node(), process, _started(process) or "")

    @property
    def is_alive(self) -> bool:
        """False if it has certainly ended; nobody can tell of a process on another machine."""
        if self.host != platform.node():
            return True
        started = _started(self.process)
        if started is None:
            return False
        return not self.started or not started or self.started == started

    def __str__(self) -> str:
        return f"process {self.process} on {self.host}"


def owner_of(folder: Path) -> Owner | None:
    """The living owner of a run's folder."""
    found = _read(folder / LOCK)
    return found if found is not None and found.is_alive else None


def stop_owner(folder: Path) -> None:
    """Ask the process that trains in a folder to stop, as Ctrl+C does.

    On Windows, where no process can be asked, it is ended; its last checkpoint stays. Raises
    `RunStoreError` if there is none, it is on another machine, or it may not be asked.
    """
    owner = owner_of(folder)
    if owner is None:
        raise RunStoreError(f"Nobody is at work on {folder}.")
    if owner.host != platform.node():
        raise RunStoreError(f"{folder} is written by {owner}: stop it there.")
    try:
        os.kill(owner.process, signal.SIGTERM)
    except OSError as error:
        raise RunStoreError(f"{owner} cannot be stopped: {error.strerror}.") from error


class Ownership:
    """This process owns the folder, until `release`.

    Raises `RunStoreError` if another one does, or if this one does so already; held: how that is
    said, before the owner is named. Where the folder is not there, it is made.
    """

    def __init__(self, folder: Path, held: str = "") -> None:
        self.folder = folder
        self._made = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        self._text = json.dumps({**vars(Owner.me()), "key": secrets.token_hex(8)})
        with _one_at_a_time(folder):  # else a lock that came in a dead one's place might go with it
            while not self._take():
                found = _read(folder / LOCK)
                if found is not None and found.is_alive:
                    away = found.host != platform.node()
                    more = f"; if it has ended, remove {folder / LOCK}" if away else ""
                    said = held or f"{folder} belongs to a training that runs: it is written by"
                    raise RunStoreError(f"{said} {found}{more}.")
                (folder / LOCK).unlink(missing_ok=True)

    def release(self) -> None:
        """Give it up; a folder that was made for this and got nothing goes as well."""
        path = self.folder / LOCK
        with contextlib.suppress(OSError):
            if path.read_text("utf-8") == self._text:
                path.unlink()
            if self._made:
                self.folder.rmdir()  # only if it is empty

    def _take(self) -> bool:
        """Put the lock there, whole, unless there is one."""
        path = self.folder / LOCK
        new = path.with_name(f".{LOCK}.{secrets.token_hex(4)}.tmp")
        new.write_text(self._text, "utf-8")
        try:
            os.link(new, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without links: the text follows a moment later
            return self._take_without_links(path)
        finally:
            new.unlink()
        return True

    def _take_without_links(self, path: Path) -> bool:
        try:
            with path.open("x", encoding="utf-8") as stream:
                stream.write(self._text)
        except FileExistsError:
            return False
        return True


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """One process or thread of this machine at a time; the system ends it for one that dies.

    Where a file system knows no locks there is none: then two who come within a thousandth of a
    second after a dead owner could both get the folder.
    """
    if sys.platform == "win32":  # where no folder can be locked
        import msvcrt

        place = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()
        with (Path(tempfile.gettempdir()) / f"nnstudio-{place[:24]}.lock").open("a+b") as file:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        return
    import fcntl

    opened = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _read(path: Path) -> Owner | None:
    try:
        said = json.loads(path.read_text("utf-8"))
        return Owner(str(said["host"]), int(said["process"]), str(said["started"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _started(process: int) -> str | None:
    """When it started: "" if the system does not tell, None if there is no such process."""
    if process <= 0:
        return None
    if sys.platform == "win32":
        return _started_on_windows(process)
    stat = Path(f"/proc/{process}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if words[0] in "ZX" else f"{_boot()}:{words[19]}"
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return None
    except OSError:
        return ""
    return ""


def _boot() -> str:
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


def _started_on_windows(process: int) -> str | None:
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = kernel.OpenProcess(0x1000, False, process)
    if not handle:
        return None
    try:
        code = ctypes.c_ulong()
        kernel.GetExitCodeProcess(ctypes.c_void_p(handle), ctypes.byref(code))
        times = [ctypes.c_ulonglong() for _ in range(4)]
        kernel.GetProcessTimes(ctypes.c_void_p(handle), *(ctypes.byref(one) for one in times))
        return str(times[0].value) if code.value == 259 else None
    finally:
        kernel.CloseHandle(ctypes.c_void_p(handle))
