"""Searches with folds whose workers are killed at random: nothing is lost, repeated or different.

`python -m tests.robustness.killing_search SAMPLER KILLS [SEED] [WORKERS]` kills the workers of one
search so often, and holds what comes of it against the same search without a kill. A worker is a
child of this process; it is killed after so many steps or so many calls of the system that write.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import torch

from nnstudio.project.search.space import Choices, RealRange, Space, WholeRange
from nnstudio.runs.journal import read_history
from nnstudio.runs.record import holds_run, read_record
from nnstudio.runs.states import State
from nnstudio.studies.search import folder_lock
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.plan import Limits, Objective, Sampler
from nnstudio.studies.search.result import Follower, TrialRow
from nnstudio.studies.search.worker import Worker
from nnstudio.training import checkpointer, checkpoints
from nnstudio.training.train_step import TrainStep
from nnstudio.workspace.studies.search_beginning import How, begin_search
from nnstudio.workspace.studies.search_folds import run_of_fold, trainer_of
from tests.robustness.killing import WRITING, project

STEPS, CALLS = "step", "call"
TRIALS, FOLDS = 8, 3


def begin(path: Path, sampler: Sampler, *, prunes: bool) -> StudyFolder:
    """A search of a small model, with enough trials for some to be cut short."""
    made = project()
    made = replace(made, training=made.training.with_values(epochs=2))
    rate = RealRange(name="learning_rate", low=1e-4, high=0.3, log=True)
    batch = WholeRange(name="batch_size", low=16, high=40, step=8)
    axes = (batch, Choices(name="optimizer", choices=("SGD", "Adam")))
    how = How(
        limits=Limits() if sampler == "grid" else Limits(trials=TRIALS),
        objectives=(Objective.of("accuracy"),),
        sampler=sampler,
        pruner="auto" if prunes else "none",
        folds=FOLDS,
    )
    space = Space(axes=axes if sampler == "grid" else (rate, *axes))
    return begin_search(made, space, how, path=path).folder


def start(path: Path, by: str, at: int, counts: Path | None = None) -> int:
    """Begin a worker in a process of its own, which is killed then; its number."""
    process = os.fork()
    if process:
        return process
    code = 70
    try:
        _work(path, by, at, counts)
        code = 0
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    finally:
        os._exit(code)


def ended(process: int) -> int:
    """The exit code of a worker, -9 if it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _work(path: Path, by: str, at: int, counts: Path | None) -> None:
    checkpointer.EVERY = checkpointer._SHARE = 0.0
    # a killed worker leaves its lock behind in every other try
    folder_lock.FolderLock.__init__.__defaults__ = (0.5,)  # type: ignore[misc]
    seen = {STEPS: 0, CALLS: 0}

    def counted(kind: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            seen[kind] += 1
            if by == kind and seen[kind] >= at:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **named)

        return call

    TrainStep.step = counted(STEPS, TrainStep.step)  # type: ignore[method-assign]
    for name in WRITING:
        setattr(os, name, counted(CALLS, getattr(os, name)))
    folder = StudyFolder.open(path)
    Worker(folder, trainer_of(folder), beat=60.0).work()
    if counts is not None:
        counts.write_text(f"{seen[STEPS]} {seen[CALLS]}")


def runs_of(row: TrialRow) -> list[Path]:
    """The runs of a trial that there are."""
    if row.run is None:
        return []
    there = [run_of_fold(Path(row.run), 0, fold) for fold in range(FOLDS)]
    return [one for one in there if holds_run(one)]


def table(folder: StudyFolder) -> list[Any]:
    """Every trial with what was reported and found, and of each of its runs history and weights."""
    rows = []
    for row in Follower(folder).result().rows:
        found: list[Any] = []
        for run in runs_of(row):
            history = [
                {k: v for k, v in one.items() if k != "seconds"} for one in read_history(run)
            ]
            weights = hashlib.sha256()
            for name, values in sorted(checkpoints.read(run).weights.items()):
                weights.update(name.encode() + values.numpy().tobytes())
            found.append((history, weights.hexdigest()))
        rows.append((row.number, row.state, row.point, row.values, row.reports, row.folds, found))
    return rows


def done(folder: StudyFolder) -> dict[str, Any]:
    """When each run that is completed has ended, and the values of each trial that has."""
    result = Follower(folder).result()
    found: dict[str, Any] = {
        f"trial {row.number}": row.values for row in result.rows if row.state == "completed"
    }
    for row in result.rows:
        for run in runs_of(row):
            record = read_record(run)
            if record.state is State.COMPLETED:
                found[run.name] = record.ended
    return found


def compared(whole: StudyFolder, killed: StudyFolder, runs: Path) -> str:
    """What is another in a search that was killed than in one that was not, "" if nothing.

    runs: the folder in which its runs lie.
    """
    expected, found = table(whole), table(killed)
    if [row[1] for row in found if row[1] in ("running", "waiting")]:
        return "a trial runs for ever"
    if found != expected:
        for one, other in zip(expected, found, strict=False):
            if one != other:
                return f"expected {one[:6]}, found {other[:6]}"
        return f"{len(found)} trials instead of {len(expected)}"
    listed = sum(len(runs_of(row)) for row in Follower(killed).result().rows)
    there = len(list(runs.glob(f"{killed.plan.id}*")))
    return "" if there == listed else f"there are {there} runs, {listed} of trials"


def trial(
    sampler: Sampler,
    kills: int,
    seed: int,
    workers: int = 1,
    killed_at: Callable[[int], None] = lambda code: None,
) -> str:
    """Kill the workers of one search so often; what went wrong, "" if nothing.

    killed_at: told the exit code of each worker that was to be killed; some end before.
    """
    chance, prunes = random.Random(seed), workers == 1
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as place:
        os.environ["NNSTUDIO_RUNS"] = f"{place}/runs"
        os.environ["NNSTUDIO_STUDIES"] = f"{place}/studies"
        whole = begin(Path(place) / "whole", sampler, prunes=prunes)
        counts = Path(place) / "counts"
        if ended(start(whole.path, "", 0, counts)):
            return "it does not come to its end without a kill"
        numbers = dict(zip((STEPS, CALLS), map(int, counts.read_text().split()), strict=True))
        killed = begin(Path(place) / "killed", sampler, prunes=prunes)
        before: dict[str, Any] = {}
        rounds = max(1, kills // workers)
        for _ in range(rounds):
            processes = []
            for _ in range(workers):
                by = chance.choice((STEPS, CALLS))
                at = 1 + chance.randrange(max(1, numbers[by] // kills))
                processes.append(start(killed.path, by, at))
            codes = [ended(one) for one in processes]
            for code in codes:
                killed_at(code)
            if any(code not in (0, -9) for code in codes):
                return f"exit codes {codes}"
            now = done(killed)
            if any(now.get(name) != what for name, what in before.items()):
                return "something that was done was lost or done again"
            before = now
        if any(ended(one) for one in [start(killed.path, "", 0) for _ in range(workers)]):
            return "it does not go on"
        now = done(killed)
        if any(now.get(name) != what for name, what in before.items()):
            return "something that was done was lost or done again"
        return compared(whole, killed, Path(place) / "runs")


if __name__ == "__main__":
    torch.set_num_threads(1)
    asked, *words = sys.argv[1:]
    assert asked in get_args(Sampler)
    given = [int(word) for word in words]
    codes: list[int] = []
    kills, seed, workers = [*given, *(0, 1)[len(given) - 1 :]]
    wrong = trial(asked, kills, seed, workers, codes.append)  # type: ignore[arg-type]
    done = f"{codes.count(-signal.SIGKILL)} kills"
    print(wrong or f"{asked}, {done}: equal to the bit, nothing lost or repeated")
    sys.exit(1 if wrong else 0)
