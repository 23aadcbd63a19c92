"""Mutated files of every binary kind: each is read, or refused in one sentence; nothing else.

`python -m tests.robustness.data_trial 1000 [KIND ...]` reads a thousand of each kind in processes
of their own and prints what came out: no other exception, no death of the process, at most 200 MB
above the start and two seconds a file. A worker is killed at ten times that.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nnstudio.data.info import DataError
from nnstudio.data.reading.arrays.reader import FilesOfArrays
from nnstudio.data.samples import Samples, nobody_watches
from nnstudio.project.data.spec import DataSpec
from tests.robustness.data_files import GOOD, write

MOST_MEMORY = 200_000_000
MOST_SECONDS = 2.0
ADDRESS_SPACE = 6_000_000_000
READER = FilesOfArrays()


def end_of(path: Path) -> str:
    """Read or refused. Raises `AssertionError` for a refusal that is not one sentence."""
    try:
        if not READER.claims(path):
            return "refused"
        found = READER.glance(path, None)
        look_at(found.preview)
        look_at(READER.read(path, found.spec, nobody_watches))
        READER.read(path, DataSpec(source=found.spec.source), nobody_watches)
    except DataError as error:
        sentence = str(error)
        assert sentence.isprintable(), sentence
        assert path.name in sentence, sentence
        assert 10 < len(sentence) < 800, sentence
        assert sentence.rstrip().endswith("."), sentence
        return "refused"
    return "read"


def look_at(samples: Samples) -> None:
    """What every user of samples takes for granted."""
    for name, values in samples.fields.items():
        field = samples.spec.by_name[name]
        assert values.shape == (samples.count, *field.shape), (name, values.shape, field.shape)
        if field.kind == "category" and field.dtype == "int64":
            assert len(field.classes) > int(np.max(values, initial=-1))


def peak() -> int:
    """Bytes that the process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def work(kind: str, start: int, count: int) -> None:
    """Read the files of a kind; a line for each, flushed before and after."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    good = GOOD[kind][1]()
    with tempfile.TemporaryDirectory() as name:
        end_of(write(kind, -1, Path(name), good))  # whatever is imported on first need
        at_start = peak()
        for seed in range(start, start + count):
            path = write(kind, seed, Path(name), good)
            print(f"{seed}", end=" ", flush=True)
            begun = time.monotonic()
            try:
                end = end_of(path)
            except Exception as error:
                end = f"WRONG {type(error).__name__} {error!a}"
                traceback.print_exc()
            seconds = time.monotonic() - begun
            print(f"{seconds:.3f} {peak() - at_start} {end}", flush=True)


def watched(kind: str, count: int) -> bool:
    """Let workers read `count` files of a kind, go on after one that died, and print a line."""
    ends: Counter[str] = Counter()
    slowest, largest, seed = 0.0, 0, 0
    complaints: list[str] = []
    while seed < count:
        command = [
            sys.executable,
            "-m",
            __spec__.name,
            "--work",
            kind,
            str(seed),
            str(count - seed),
        ]
        limit = count * MOST_SECONDS * 10
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
        for line in done.stdout.splitlines():
            number, *rest = line.split(" ", 3)
            seed = int(number) + 1
            if len(rest) < 3:
                ends["DIED"] += 1
                complaints.append(f"{kind} {number}: died with {done.returncode}")
                continue
            seconds, memory, end = float(rest[0]), int(rest[1]), rest[2]
            ends[end.split(" ")[0]] += 1
            slowest, largest = max(slowest, seconds), max(largest, memory)
            if end.startswith("WRONG") or seconds > MOST_SECONDS or memory > MOST_MEMORY:
                complaints.append(
                    f"{kind} {number}: {seconds:.1f} s, {memory / 1e6:.0f} MB, {end[:300]}"
                )
        if not done.stdout:
            complaints.append(f"{kind}: no worker: {done.stderr[-500:]}")
            break
    print(
        f"{kind:16} {dict(ends)}, slowest {slowest:.2f} s, most {largest / 1e6:.0f} MB",
        *complaints[:10],
        sep="\n    ",
        flush=True,
    )
    return not complaints


def main(arguments: Sequence[str]) -> int:
    """1 if a file of any kind came to a wrong end."""
    if arguments[:1] == ["--work"]:
        work(arguments[1], int(arguments[2]), int(arguments[3]))
        return 0
    count = int(arguments[0]) if arguments else 1000
    kinds = arguments[1:] or list(GOOD)
    right = [watched(kind, count) for kind in kinds]
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
