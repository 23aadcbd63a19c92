"""What a study costs beside its trainings: 500 trials of no training, and opening one of 2,000.

    python -m benchmarks.study_overhead [TRIALS]

The trainer is a formula; the storage is the log in the study's folder. CPU and wall of one worker,
for each trial, over all and over the last fifty.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.plan import Limits, Sampler
from nnstudio.studies.search.result import Follower
from nnstudio.studies.search.start import begin
from nnstudio.studies.search.worker import Told
from tests.fake_search import FakeTrainer, plan, work


def measure(sampler: Sampler, pruner: str, trials: int) -> None:
    """One search from its begin to its end."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place)
        made = plan(sampler=sampler, limits=Limits(trials=trials), pruner=pruner, epochs=5)
        folder = begin(path, made)
        marks: list[tuple[float, float]] = []

        def told(event: Told) -> None:
            if event.kind == "ended":
                marks.append((time.perf_counter(), time.process_time()))

        began = (time.perf_counter(), time.process_time())
        work(folder, FakeTrainer(path, epochs=5), told=told)
        wall, cpu = (
            1e3 * (end - start) / trials for end, start in zip(marks[-1], began, strict=True)
        )
        late = [1e3 * (marks[-1][k] - marks[-51][k]) / 50 for k in (0, 1)]
        print(
            f"{sampler:>6}, {pruner:<6} {trials} trials of 5 epochs: "
            f"{wall:6.1f} ms each ({cpu:.1f} ms CPU), the last fifty {late[0]:.1f} ({late[1]:.1f})",
            flush=True,
        )


def opening(trials: int) -> None:
    """A study of so many trials opened, and looked at again."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place)
        folder = begin(path, plan(limits=Limits(trials=trials)))
        work(folder, FakeTrainer(path, epochs=1))
        began = (time.perf_counter(), time.process_time())
        follower = Follower(StudyFolder.open(path))
        found = follower.result()
        opened = (time.perf_counter(), time.process_time())
        follower.result()
        again = time.perf_counter()
        shares = follower.importance()
        end = time.perf_counter()
        size = (path / "optuna.log").stat().st_size / 1e6
        wall, cpu = (1e3 * (b - a) for a, b in zip(began, opened, strict=True))
        print(
            f"opening {len(found.rows):,} trials ({size:.1f} MB): {wall:.0f} ms ({cpu:.0f} ms CPU) "
            f"looking again {1e3 * (again - opened[0]):.0f} ms, what mattered "
            f"{1e3 * (end - again):.0f} ms ({len(shares)} axes)"
        )


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    for which in ("random", "tpe"):
        for cut in ("none", "median"):
            measure(which, cut, count)  # type: ignore[arg-type]
    opening(4 * count)
