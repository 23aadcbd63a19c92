"""The random trial in its long form: ``python -m tests.robustness.trial 2000 [first seed]``.

Each case runs in a process of its own, which is ended after `SECONDS` and may take `MEGABYTES`
more than it began with. What is wrong is printed with its seed; the exit code tells if anything is.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
import time
import traceback
from collections import Counter

SECONDS = 5.0
MEGABYTES = 500
CEILING = 6 * 2**30
"""Bytes of addresses for one process: the machine is safe, whatever a case does."""


def main(count: int, first: int = 0) -> int:
    """Run `count` cases and print what became of them."""
    from tests.robustness import cases

    warm(cases)
    kinds = list(cases.KINDS)
    ends: Counter[str] = Counter()
    slowest, largest = (0.0, ""), (0, "")
    wrong: list[str] = []
    for k in range(first, first + count):
        kind = kinds[k % len(kinds)]
        name = f"{kind} {k}"
        end, seconds, megabytes = in_a_process(cases, kind, k)
        slowest, largest = max(slowest, (seconds, name)), max(largest, (megabytes, name))
        if megabytes > MEGABYTES:
            end = f"took {megabytes} MB"
        ends[end if end in ("refused", "wrong", "built") else "FAILED"] += 1
        if end not in ("refused", "wrong", "built"):
            wrong.append(f"{name}: {end}")
            print(wrong[-1], flush=True)
    print(f"{count:,} cases: " + ", ".join(f"{n:,} {end}" for end, n in sorted(ends.items())))
    print(f"slowest {slowest[0]:.1f} s ({slowest[1]}), largest {largest[0]} MB ({largest[1]})")
    return 1 if wrong else 0


def warm(cases: object) -> None:
    """Load what every case needs, so that none of them pays for it."""
    import torch

    torch.set_num_threads(1)
    run = cases.run  # type: ignore[attr-defined]
    for kind in cases.KINDS:  # type: ignore[attr-defined]
        for seed in range(10_000_000, 10_000_004):
            run(kind, seed, commands=True)


def in_a_process(cases: object, kind: str, seed: int) -> tuple[str, float, int]:
    """The end of a case, the seconds and the megabytes that it took."""
    reading, writing = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _case(cases, kind, seed, writing)
    os.close(writing)
    ready, _, _ = select.select([reading], [], [], SECONDS)
    if not ready:
        os.kill(child, signal.SIGKILL)
    said = b""
    while ready and (part := os.read(reading, 65536)):
        said += part
    os.close(reading)
    _, status = os.waitpid(child, 0)
    seconds = time.monotonic() - started
    if not ready:
        return f"did not end within {SECONDS:g} s", seconds, 0
    megabytes, _, end = said.decode().partition(" ")
    if status or not megabytes:
        return f"the process ended with {status}", seconds, 0
    return end, seconds, int(megabytes)


def _case(cases: object, kind: str, seed: int, writing: int) -> None:
    """Run a case in this process, write what it took and how it ended, and leave."""
    resource.setrlimit(resource.RLIMIT_AS, (CEILING, CEILING))
    before = _resident()
    try:
        run = cases.run  # type: ignore[attr-defined]
        end = str(run(kind, seed, commands=seed % 4 == 0))
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{where.filename.rpartition('/')[2]}:{where.lineno}"
        end = f"{type(error).__name__} at {place}: {error}"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    os.write(writing, f"{max(0, peak - before)} {end[:2000]}".encode(errors="replace"))
    os._exit(0)


def _resident() -> int:
    """Megabytes of memory that this process has now."""
    with open("/proc/self/statm") as stream:
        return int(stream.read().split()[1]) * resource.getpagesize() // 2**20


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:3])))
