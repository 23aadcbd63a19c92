"""Studies that are killed at random and gone on with: nothing is lost, repeated or different.

`python -m tests.robustness.killing_study 3 [SEED]` kills one study three times. Each try is a
child of this process; it is killed after so many steps or so many calls of the system that write.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from nnstudio.runs.journal import read_history
from nnstudio.runs.record import read_record
from nnstudio.studies.folds import FoldRule
from nnstudio.studies.plan import Plan, Variant
from nnstudio.studies.study import Study, read_study
from nnstudio.training import checkpointer, checkpoints
from nnstudio.training.train_step import TrainStep
from nnstudio.workspace.studies.running import begun, folds_for, trained
from tests.robustness.killing import WRITING, project

STEPS, CALLS = "step", "call"


def child(plan: Plan, folder: Path, by: str, at: int, counts: Path | None = None) -> int:
    """Go on with the study in a process of its own; its exit code, -9 if it was killed."""
    process = os.fork()
    if process == 0:
        code = 70
        try:
            _go_on(plan, folder, by, at, counts)
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _go_on(plan: Plan, folder: Path, by: str, at: int, counts: Path | None) -> None:
    checkpointer.EVERY = checkpointer._SHARE = 0.0
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
    for _ in trained(begun(plan, folder)):
        pass
    if counts is not None:
        counts.write_text(f"{seen[STEPS]} {seen[CALLS]}")


def result(study: Study) -> list[Any]:
    """Index sets, and of each run its history without times, and its last weights."""
    found: list[Any] = [study.folds.hash]
    for cell in study.plan.cells():
        folder = study.run_folder(cell)
        rows = [{k: v for k, v in row.items() if k != "seconds"} for row in read_history(folder)]
        weights = checkpoints.read(folder).weights
        found.append((rows, {name: one.tolist() for name, one in weights.items()}))
    return found


def ended(study: Study) -> dict[str, str | None]:
    """When each run that is done has ended."""
    done = [study.run_folder(cell) for cell in study.done()]
    return {folder.name: read_record(folder).ended for folder in done}


def trial(kills: int, seed: int) -> str:
    """Kill one study so many times; what went wrong, "" if nothing."""
    chance = random.Random(seed)
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as place:
        os.environ["NNSTUDIO_RUNS"] = f"{place}/runs"
        made = project()
        made = replace(made, training=made.training.with_values(epochs=2))
        plan = Plan((Variant("model", made),), FoldRule(2))
        folds_for(plan)  # what it imports and reads is there in every child
        whole, killed, counts = (Path(place) / name for name in ("whole", "killed", "counts"))
        assert child(plan, whole, "", 0, counts) == 0
        numbers = dict(zip((STEPS, CALLS), map(int, counts.read_text().split()), strict=True))
        before: dict[str, str | None] = {}
        for _ in range(kills):
            by = chance.choice((STEPS, CALLS))
            code = child(plan, killed, by, 1 + chance.randrange(numbers[by] // kills))
            if code not in (0, -9):
                return f"exit code {code}"
            if not (killed / "study.json").exists():
                continue  # nothing was begun
            now = ended(read_study(killed))
            if any(now.get(name) != when for name, when in before.items()):
                return "a run that was done was trained again"
            before = now
        if child(plan, killed, "", 0):
            return "it does not go on"
        study = read_study(killed)
        if any(ended(study).get(name) != when for name, when in before.items()):
            return "a run that was done was trained again"
        if result(study) != result(read_study(whole)):
            return "the result differs"
        there = sorted(path.name for path in Path(f"{place}/runs").glob(f"{study.id}*"))
        expected = sorted(study.run_folder(cell).name for cell in study.plan.cells())
        return "" if there == expected else f"there are {there}"


if __name__ == "__main__":
    torch.set_num_threads(1)
    given = [int(word) for word in sys.argv[1:]]
    wrong = trial(given[0], given[1] if len(given) > 1 else 0)
    print(wrong or f"{given[0]} kills: equal to the bit, nothing repeated")
    sys.exit(1 if wrong else 0)
