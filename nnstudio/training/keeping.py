"""A training in files: what a checkpoint holds beside the tensors, and going on from one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from nnstudio.project.data.spec import DataSpec
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import checkpoints, resuming
from nnstudio.training.checkpoints import Checkpoint
from nnstudio.training.events import CheckpointSaved, EpochDone, from_json
from nnstudio.training.failures import TrainingError
from nnstudio.training.meters import NOTHING, RunningTotals
from nnstudio.training.schedules import Schedule
from nnstudio.training.train_step import TrainStep


@dataclass(frozen=True)
class Position:
    """Position of a training: `epoch` in work, `step` steps of it done with these sums."""

    epoch: int = 1
    step: int = 0
    sums: RunningTotals = NOTHING
    epoch_seconds: float = 0.0
    seconds: float = 0.0
    rate: float | None = None
    """Of the last step; None in the checkpoints of older versions."""

    @property
    def last_epoch(self) -> int:
        """The last epoch of which at least one step is done."""
        return self.epoch if self.step else self.epoch - 1


@dataclass(frozen=True)
class Keeper:
    """Writes and reads the checkpoints of one training."""

    learner: TrainStep
    schedule: Schedule
    settings: TrainingSettings
    data: DataSpec | None
    samples: int
    """To train on."""
    threads: int

    def save(
        self, folder: Path, position: Position, history: Sequence[EpochDone]
    ) -> CheckpointSaved:
        """Write all that is needed to go on from here."""
        state = {
            "position": asdict(position),
            "schedule": self.schedule.state(),
            "learner": self.learner.state(),
            "history": [done.to_json() for done in history],
            **resuming.state_of(self.settings, self.data),
            "samples": self.samples,
            "threads": self.threads,
        }
        path = folder / checkpoints.LAST
        checkpoints.write(path, self.learner.tensors(), state)
        return CheckpointSaved(str(path), position.last_epoch, best=False)

    def save_best(self, folder: Path, done: EpochDone) -> CheckpointSaved:
        """Write the weights that were judged best."""
        path = folder / checkpoints.BEST
        weights = checkpoints.model_tensors(self.learner.judged_model)
        checkpoints.write(path, weights, {"epoch_done": done.to_json()})
        return CheckpointSaved(str(path), done.epoch, best=True)

    def restore(self, checkpoint: Checkpoint) -> tuple[Position, list[EpochDone]]:
        """Go on exactly where the checkpoint was written. Raises `TrainingError`."""
        state = checkpoint.state
        if "position" not in state:
            raise TrainingError("This checkpoint holds weights only: resume from the last one.")
        self._check_same(state)
        position = Position(**state["position"])
        position = replace(position, sums=RunningTotals(**state["position"]["sums"]))
        if position.epoch > self.settings.epochs:
            raise TrainingError(
                f"All {self.settings.epochs:,} epochs are done: give more epochs to go on."
            )
        self.learner.restore(checkpoint)
        self.schedule.restore(state["schedule"], position.epoch - 1)
        events = [from_json(done) for done in state["history"]]
        return position, [done for done in events if isinstance(done, EpochDone)]

    def _check_same(self, state: dict[str, Any]) -> None:
        resuming.refuse_others(state, self.settings, self.data)
        if state["samples"] != self.samples:
            raise TrainingError(
                f"The checkpoint was made with {state['samples']:,} samples to train on, "
                f"not {self.samples:,}."
            )
