"""Trainings that are killed at random, once or twice, and gone on with: nothing may differ.

`python -m tests.robustness.killing 100 [SEED]` does so a hundred times. A trial is a child of this
process, so that torch is loaded once. It is killed where the chance says: after so many steps, at
so many calls of the system that write (also between two files of one checkpoint), or after a time.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

import nnstudio
from nnstudio.project.settings import with_settings
from nnstudio.project.values import Project
from nnstudio.runs.journal import read_history
from nnstudio.runs.record import RECORD, read_record
from nnstudio.runs.states import State
from nnstudio.training import checkpointer, checkpoints
from nnstudio.training.train_step import TrainStep
from nnstudio.workspace.kept_run import Keeping
from nnstudio.workspace.training import fitted, start

WRITING = ("fsync", "replace", "rename", "write", "mkdir", "link", "unlink")


@dataclass(frozen=True)
class Moment:
    """When a child is killed: at step or call number `at`, or after `at` seconds."""

    by: str
    at: float


def project() -> Project:
    """A small training with a random augmentation, whose best epoch is not the last."""
    given = {
        "data": "digits",
        "max_samples": 160,
        "augment": "noise",
        "epochs": 4,
        "batch_size": 32,
        "learning_rate": 0.05,
        "schedule": "cosine",
        "threads": 1,
        "device": "cpu",
    }
    return fitted(with_settings(nnstudio.load("SimpleMLP"), given))[0]


def child(made: Project, folder: Path, moment: Moment | None, counts: Path | None) -> int:
    """Train in the folder in a process of its own; its exit code, -9 if it was killed."""
    process = os.fork()
    if process == 0:
        code = 70
        try:
            code = _train(made, folder, moment, counts)
        finally:
            os._exit(code)
    if moment is not None and moment.by == "time":
        time.sleep(moment.at)
        os.kill(process, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _train(made: Project, folder: Path, moment: Moment | None, counts: Path | None) -> int:
    checkpointer.EVERY = checkpointer._SHARE = 0.0
    seen = {"step": 0, "call": 0}

    def counted(kind: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            seen[kind] += 1
            if moment is not None and moment.by == kind and seen[kind] >= moment.at:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **named)

        return call

    TrainStep.step = counted("step", TrainStep.step)  # type: ignore[method-assign]
    for name in WRITING:
        setattr(os, name, counted("call", getattr(os, name)))
    there = (folder / "checkpoints" / checkpoints.LAST).exists()
    keeping = Keeping("killed", folder, None, resume=there, replace=not there)
    with start(made, made.training, keeping=keeping) as run:
        run.join()
    if counts is not None:
        counts.write_text(f"{seen['step']} {seen['call']}")
    if run.state is not State.COMPLETED:
        print(run.drain()[-1], file=sys.stderr)
    return 0 if run.state is State.COMPLETED else 1


def result(folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, torch.Tensor]], str | None]:
    """History without its times, last and best weights, which checkpoint is the best."""
    history = [{k: v for k, v in row.items() if k != "seconds"} for row in read_history(folder)]
    weights = [checkpoints.read(folder).weights, checkpoints.weights(folder)]
    return history, weights, checkpoints.best_of(folder)


def what_is_wrong(folder: Path, ended: bool) -> str:
    """What a run's folder says against itself; "" if nothing."""
    if not (folder / "checkpoints" / checkpoints.LAST).exists():
        return "there is no checkpoint" if ended else ""
    state = checkpoints.read(folder).state
    epochs = state["position"]["epoch"] - 1
    rows = [row for row in read_history(folder) if (row["epoch"] or 0) <= epochs]
    if [row["epoch"] for row in rows] != list(range(1, epochs + 1)):
        return f"the history has {[row['epoch'] for row in rows]} of {epochs} epochs"
    if rows:
        best = min(rows, key=lambda row: row["validation_loss"] or 0.0)["epoch"]
        if checkpoints.best_of(folder) != f"{best}-0":
            return f"the best is {checkpoints.best_of(folder)}, by the history {best}"
        checkpoints.weights(folder)
    if (folder / RECORD).exists():
        expected = State.COMPLETED if ended else State.LOST
        found = read_record(folder).state
        if found is not expected and not (not ended and found is State.COMPLETED):
            return f"it is {found}"
    pointer = checkpoints.pointed(folder / "checkpoints", checkpoints.BEST)
    if ended and pointer != checkpoints.best_of(folder):
        return "best.json names another checkpoint"
    return ""


def trials(count: int, seed: int, tell: Callable[[str], None] = lambda text: None) -> list[str]:
    """Do so many; what went wrong in words, none if all went well."""
    chance, wrong = random.Random(seed), []
    made = project()
    memory = Path("/dev/shm")  # a kill asks nothing of the disk, and disks are slow
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as place:
        whole, counts = Path(place) / "whole", Path(place) / "counts"
        began = time.monotonic()
        assert child(made, whole, None, counts) == 0
        lasted = time.monotonic() - began
        steps, calls = map(int, counts.read_text().split())
        expected = result(whole)
        assert len(expected[0]) == made.training.epochs
        for number in range(count):
            folder = Path(place) / str(number)
            moments = []
            for _ in range(1 + number % 2):
                by = chance.choice(("call", "call", "step", "time"))
                at = {"call": calls, "step": steps, "time": lasted}[by]
                moments.append(
                    Moment(
                        by,
                        chance.uniform(0.05, 0.95) * at
                        if by == "time"
                        else 1 + chance.randrange(at),
                    )
                )
            said = _trial(made, folder, moments, expected)
            tell(f"{number + 1:>4}  {moments}  {said or 'equal to the bit'}")
            wrong += [f"trial {number}, {moments}: {said}"] if said else []
    return wrong


def _trial(made: Project, folder: Path, moments: list[Moment], expected: Any) -> str:
    for moment in moments:
        code = child(made, folder, moment, None)
        if code not in (0, -9):
            return f"exit code {code}"
        said = what_is_wrong(folder, ended=code == 0)
        if said:
            return f"after the kill: {said}"
    for _ in range(2):  # a finished run resumes to completed
        code = child(made, folder, None, None)
        if code:
            return f"exit code {code} of the resume"
    found = result(folder)
    if found[0] != expected[0]:
        return "the history differs"
    for one, other in zip(found[1], expected[1], strict=True):
        if one.keys() != other.keys() or not all(torch.equal(one[k], other[k]) for k in one):
            return "the weights differ"
    if found[2] != expected[2]:
        return f"the best is {found[2]}, not {expected[2]}"
    return what_is_wrong(folder, ended=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    numbers = [int(word) for word in sys.argv[1:]]
    failed = trials(numbers[0], numbers[1] if len(numbers) > 1 else 0, print)
    print("\n".join(failed) or f"{numbers[0]} trials: every resume is equal to the bit")
    sys.exit(1 if failed else 0)
