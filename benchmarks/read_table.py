"""A table of 100,000 x 785 whole numbers, read by NN Studio and by pandas alone.

    python -m benchmarks.read_table [FOLDER]

Seen on two shared cores (210 MB, loaded from the cache of the system; seconds of the processor):

    glance           0.13 to 0.18 s, peak   129 MB
    ours             4.3 to 4.7 s, peak   496 MB, of which 315 MB are the numbers
    pandas_typed     3.0 to 3.2 s, peak   480 MB (nothing is understood or counted)
    pandas_guessing  3.9 to 4.5 s, peak 1,590 MB

On the clock of a machine that is free 4.5 s, the same as of the processor. To parse the next block
in a thread while this one is checked was tried: 4.7 s, since both want the interpreter.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROWS, PIXELS = 100_000, 784


def write(path: Path) -> None:
    """Write the table: a label and 784 numbers of one byte, many of them 0, with names."""
    generator = np.random.default_rng(0)
    with path.open("w", encoding="ascii") as file:
        names = ",".join(f"pixel{k}" for k in range(PIXELS))
        file.write(f"label,{names}\n")
        for _ in range(0, ROWS, 1000):
            pixels = generator.integers(0, 256, (1000, PIXELS))
            pixels[generator.random(pixels.shape) < 0.57] = 0
            labels = generator.integers(0, 10, (1000, 1))
            rows = np.concatenate([labels, pixels], axis=1).tolist()
            file.write("\n".join(",".join(map(str, row)) for row in rows) + "\n")


def ours(path: Path) -> None:
    """Understood, read and searched for what is odd."""
    from nnstudio.data.reading.table.reader import TableReader
    from nnstudio.project.data.source import Table
    from nnstudio.project.data.spec import DataSpec

    TableReader().read(path, DataSpec(source=Table(path=path.as_posix())))


def glance(path: Path) -> None:
    """The first look."""
    from nnstudio.data.reading.table.reader import TableReader

    TableReader().glance(path, None)


def pandas_guessing(path: Path) -> None:
    """What people write: the types are guessed, then one array is made."""
    import pandas as pd

    table = pd.read_csv(path)
    table.iloc[:, 1:].to_numpy(np.float32)


def pandas_typed(path: Path) -> None:
    """With the type given, in chunks into one array: the least that pandas takes."""
    import pandas as pd

    array = np.empty((ROWS, PIXELS + 1), np.float32)
    at = 0
    for chunk in pd.read_csv(path, dtype=np.float32, chunksize=5000):
        array[at : at + len(chunk)] = chunk.to_numpy()
        at += len(chunk)


def main() -> None:
    """Each way in its own process: seconds on the clock and of the processor, peak of memory."""
    if len(sys.argv) > 2:
        import pandas as pd

        import nnstudio.data.reading.table.reader as reader  # loaded before the clock starts

        assert pd
        assert reader
        act, path = globals()[sys.argv[1]], Path(sys.argv[2])
        start, used = time.perf_counter(), time.process_time()
        act(path)
        seconds, used = time.perf_counter() - start, time.process_time() - used
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print(f"{seconds:6.2f} s ({used:5.2f} s of the processor), peak {peak:6,.0f} MB")
        return
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as folder:
        path = Path(folder) / "pixels.csv"
        write(path)
        print(f"{path.stat().st_size / 1e6:.0f} MB")
        for way in ("glance", "ours", "pandas_typed", "pandas_guessing"):
            print(f"{way:16}", end=" ", flush=True)
            command = [sys.executable, "-m", "benchmarks.read_table", way, str(path)]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
