"""Mutated files of every kind: each is read, or refused in one sentence; nothing else.

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
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nnstudio.data.info import DataError
from nnstudio.data.reading.arrays.reader import FilesOfArrays
from nnstudio.data.samples import Samples, nobody_watches
from nnstudio.project.data.spec import DataSpec
from tests.robustness.data_files import GOOD, mutated, write
from tests.robustness.other_files import OTHER, beside, reader_of

MOST_MEMORY = 200_000_000
MOST_SECONDS = 2.0
ADDRESS_SPACE = 6_000_000_000
READER = FilesOfArrays()


def end_of(path: Path, reader: Any = READER) -> str:
    """Read or refused. Raises `AssertionError` for a refusal that is not one sentence."""
    try:
        if hasattr(reader, "claims") and not reader.claims(path):
            return "refused"
        found = reader.glance(path, None)
        look_at(found.preview)
        samples = reader.read(path, found.spec, nobody_watches)
        look_at(samples)
        if any(finding.severity == "error" for finding in samples.findings):
            return "refused"
        reader.read(path, DataSpec(source=found.spec.source), nobody_watches)
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
    with tempfile.TemporaryDirectory() as name:
        make, end_of_it = trial_of(kind, Path(name))
        end_of_it(make(-1))  # whatever is imported on first need
        at_start = peak()
        for seed in range(start, start + count):
            path = make(seed)
            print(f"{seed}", end=" ", flush=True)
            begun = time.monotonic()
            try:
                end = end_of_it(path)
            except Exception as error:
                end = f"WRONG {type(error).__name__} {error!a}"
                traceback.print_exc()
            seconds = time.monotonic() - begun
            print(f"{seconds:.3f} {peak() - at_start} {end}", flush=True)


def trial_of(kind: str, folder: Path) -> tuple[Callable[[int], Path], Callable[[Path], str]]:
    """What makes the file of a seed, and what reads it."""
    if kind in GOOD:
        good = GOOD[kind][1]()
        return lambda seed: write(kind, seed, folder, good), end_of
    name, make = OTHER[kind]
    good = make()
    reader, around = reader_of(kind, folder / "cache")

    def made(seed: int) -> Path:
        place = beside(kind, folder / name)
        place.write_bytes(good if seed < 0 else mutated(kind, seed, good))
        return place.parents[1] if around else place

    return made, lambda path: end_of(path, reader)


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
    kinds = arguments[1:] or [*GOOD, *OTHER]
    right = [watched(kind, count) for kind in kinds]
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
