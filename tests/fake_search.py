"""Trainings that take no time: a formula instead of a model, for the tests of a search."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nnstudio.project.search.space import Point, RealRange, Space, WholeRange
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.plan import Limits, Objective, SearchPlan
from nnstudio.studies.search.trainer import Assignment, Outcome, Wanted, Watch
from nnstudio.studies.search.worker import Worker

SPACE = Space(
    axes=(
        WholeRange(name="model.hidden", low=8, high=64, step=8),
        RealRange(name="learning_rate", low=1e-4, high=1e-1, log=True),
    )
)


def plan(**values: Any) -> SearchPlan:
    """A search for the highest accuracy, random, without a pruner."""
    few: dict[str, Any] = {
        "id": "s1",
        "title": "Fake",
        "space": SPACE,
        "objectives": (Objective.of("accuracy"),),
        "sampler": "random",
        "seed": 7,
        "limits": Limits(trials=6),
    }
    return SearchPlan(**{**few, **values})


class FakeTrainer:
    """Writes down each epoch that it does, in runs that lie in the study's folder."""

    def __init__(
        self,
        folder: Path,
        *,
        epochs: int = 2,
        value: Callable[[Point], float] = lambda point: 1 / (1 + abs(point["model.hidden"] - 32)),
        refuses: Callable[[Point], str | None] = lambda point: None,
        dies_at: tuple[int, int] | None = None,
        seconds: float = 0.0,
    ) -> None:
        """dies_at: trial and epoch after which the process is killed, the first time."""
        self.folder, self.epochs, self.value = folder, epochs, value
        self.refuses, self.dies_at, self.seconds = refuses, dies_at, seconds
        self.asked = 0

    def refusal(self, point: Point) -> str | None:
        self.asked += 1
        return self.refuses(point)

    def train(self, assignment: Assignment, watch: Watch) -> Outcome:
        run = assignment.run or self.folder / "runs" / f"t{assignment.number}"
        run.mkdir(parents=True, exist_ok=True)
        watch.begins_in(run)
        log = run / "epochs.jsonl"
        done = len(log.read_text().splitlines()) if log.exists() else 0
        watch.goes_on(self._epochs(run) if done else ())
        for epoch in range(done + 1, self.epochs + 1):
            figures = {"accuracy": self.value(assignment.point), "loss": 1.0 / epoch}
            with log.open("a") as stream:
                stream.write(json.dumps(figures) + "\n")
            watch.epoch(epoch, figures)
            time.sleep(self.seconds)
            if self.dies_at == (assignment.number, epoch) and assignment.attempt == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            while watch.wanted() is Wanted.PAUSE:
                time.sleep(0.01)
            if watch.wanted() is Wanted.STOP and epoch < self.epochs:
                return Outcome("stopped", self._epochs(run))
        found = self.finished(run)
        assert found is not None
        return found

    def finished(self, run: Path) -> Outcome | None:
        epochs = self._epochs(run)
        facts = {"parameters": 10.0, "seconds": 1.0}
        return Outcome("completed", epochs, facts) if len(epochs) == self.epochs else None

    def cut(self, run: Path) -> None:
        return None

    def done(self, run: Path) -> int:
        return len(self._epochs(run)) if (run / "epochs.jsonl").exists() else 0

    def can_go_on(self, run: Path, gone: object = None) -> bool:
        return (run / "epochs.jsonl").exists()

    def _epochs(self, run: Path) -> tuple[dict[str, float], ...]:
        return tuple(json.loads(line) for line in (run / "epochs.jsonl").read_text().splitlines())


class FoldedFake(FakeTrainer):
    """Trains so many folds of one epoch each; the value of each is that of its number, too.

    worth: of a point and a fold, from 1 on.
    """

    def __init__(
        self, folder: Path, folds: int, worth: Callable[[Point, int], float], **more: Any
    ) -> None:
        super().__init__(folder, epochs=folds, **more)
        self.worth = worth

    def train(self, assignment: Assignment, watch: Watch) -> Outcome:
        run = assignment.run or self.folder / "runs" / f"t{assignment.number}"
        run.mkdir(parents=True, exist_ok=True)
        watch.begins_in(run)
        for fold in range(1, self.epochs + 1):
            if fold > len(self._epochs(run)):
                figures = {"accuracy": self.worth(assignment.point, fold)}
                with (run / "epochs.jsonl").open("a") as stream:
                    stream.write(json.dumps(figures) + "\n")
                if self.dies_at == (assignment.number, fold) and assignment.attempt == 1:
                    raise KeyboardInterrupt
            watch.fold(fold, self._epochs(run)[:fold])
            if watch.wanted() is Wanted.STOP and fold < self.epochs:
                return Outcome("stopped", folds=self._epochs(run)[:fold])
        return Outcome("completed", facts={"seconds": 1.0}, folds=self._epochs(run))

    def finished(self, run: Path) -> Outcome | None:
        done = self._epochs(run)
        return Outcome("completed", folds=done) if len(done) == self.epochs else None

    def _epochs(self, run: Path) -> tuple[dict[str, float], ...]:
        return super()._epochs(run) if (run / "epochs.jsonl").exists() else ()


def work(folder: StudyFolder, trainer: FakeTrainer | None = None, **more: Any) -> str:
    """One worker in this process, to its end."""
    return Worker(folder, trainer or FakeTrainer(folder.path), **more).work()


if __name__ == "__main__":  # a worker process: FOLDER [TRIAL EPOCH], the last two to die at
    found = StudyFolder.open(Path(sys.argv[1]))
    die = (int(sys.argv[2]), int(sys.argv[3])) if len(sys.argv) > 2 else None
    epochs = 4 if die else 1
    Worker(found, FakeTrainer(found.path, epochs=epochs, dies_at=die)).work()
