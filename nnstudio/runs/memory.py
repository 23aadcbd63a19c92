"""How much memory can still be had, and the sentences where that is too little. No torch."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path


def not_enough(what: str, needed: float, free: float) -> str:
    """The sentence for something that takes more bytes than are free."""
    return f"There is not enough memory: {what} take {in_units(needed)}, {in_units(free)} are free"


def is_shortage(error: BaseException) -> bool:
    """True for the errors by which Python and torch say that there is no memory left."""
    said = str(error).lower()
    words = ("out of memory", "can't allocate memory", "not enough memory", "size calculation")
    return isinstance(error, MemoryError) or any(word in said for word in words)


def in_units(count: float) -> str:
    """A number of bytes in MB, GB or TB; of less than a tenth of the first, in kB or bytes."""
    if count < 1e5:
        return f"{count / 1e3:,.1f} kB" if count >= 1e3 else f"{count:,.0f} bytes"
    unit = "MB" if count < 1e9 else "GB" if count < 1e12 else "TB"
    number = count / {"MB": 1e6, "GB": 1e9, "TB": 1e12}[unit]
    return f"{number:,.1f} {unit}" if number < 1e15 else f"{number:.1e} {unit}"


def free_memory() -> int | None:
    """The bytes that can still be had, by the strictest of all limits; None if nothing tells."""
    found = []
    for ask in (_of_the_machine, _of_the_container, _of_the_process):
        with contextlib.suppress(OSError, ValueError, ImportError, AttributeError, LookupError):
            number = ask()
            found += [] if number is None else [number]
    return min(found, default=None)


def _of_the_machine() -> int | None:
    if sys.platform == "linux":
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
        return None
    if sys.platform == "win32":
        return _of_windows()
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _of_windows() -> int:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong) for name in ("total", "free", "a", "b", "c", "d", "e")
        ]

    status = Status(length=ctypes.sizeof(Status))
    ask: Callable[..., int] = ctypes.windll.kernel32.GlobalMemoryStatusEx  # type: ignore[attr-defined]
    if not ask(ctypes.byref(status)):
        raise OSError("the memory status cannot be read")
    return int(status.free)


def _of_the_container() -> int | None:
    """What a control group of Linux leaves; its cache of files can be had, too."""
    folder = Path("/sys/fs/cgroup")
    limit = (folder / "memory.max").read_text().strip()
    if limit == "max":
        return None
    used = int((folder / "memory.current").read_text())
    stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
    return max(0, int(limit) - used + int(stat.get("inactive_file", 0)))


def _of_the_process() -> int | None:
    """What the limit of the address space leaves."""
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return None
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    return max(0, limit - used)
