"""One step of a training on several processes: torch's DistributedDataParallel around the model.

Each process learns from its part of a batch, and the gradient of every process is the mean over
the whole of it. The model itself stays unwrapped: it is what is validated and kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from nnstudio.data.dataset import DataSet
from nnstudio.data.rows import Rows, each
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import kept_tensors
from nnstudio.training.checkpoints import Checkpoint
from nnstudio.training.failures import TrainingError
from nnstudio.training.objectives import Objective, objective_for
from nnstudio.training.random_numbers import random_numbers_kept
from nnstudio.training.shared_objective import SharedObjective
from nnstudio.training.single_objective import Judged
from nnstudio.training.train_step import TrainStep
from nnstudio.training.world import ALONE, World

_OVER_ALL = "BatchNorm takes mean and variance over the whole batch of all processes."
_OVER_PARTS = (
    "BatchNorm takes mean and variance over each process's own part of a batch, and the running "
    "averages of the first process are kept: results differ from those of a single process."
)


def refuse_to_train(
    train_set: DataSet,
    settings: TrainingSettings,
    fingerprints: Mapping[str, str],
    world: World,
) -> None:
    """Raise `TrainingError` without samples, for fewer than there are processes, for other data."""
    if len(train_set) == 0:
        raise TrainingError(f"There are no samples to train on in {train_set.info.in_sentence}.")
    if world.size == 1:
        return
    for count, what in (
        (settings.batch_size, f"a batch size of {settings.batch_size:,}"),
        (len(train_set), f"{len(train_set):,} samples to train on"),
    ):
        if count < world.size:
            raise TrainingError(
                f"{world.size} processes expect a batch size and samples for each of them, and "
                f"this training has {what}: start at most {count:,}."
            )
    mine = (len(train_set), dict(fingerprints), settings.model_dump(mode="json"))
    if any(other != mine for other in world.gather(mine)):
        raise TrainingError(
            "The processes were given other settings, another model or other data than each other: "
            "start all of them with the same command and the same files."
        )


def step_for(
    model: nn.Module,
    example: DataSet,
    settings: TrainingSettings,
    device: torch.device,
    *,
    world: World = ALONE,
    resumes: bool = False,
    losses: tuple[str, ...] = (),
) -> TrainStep:
    """A `TrainStep` for a process alone, or for one of several. Raises what that raises."""
    if world.size == 1:
        return TrainStep(model, example, settings, device, resumes=resumes, losses=losses)
    return SharedTrainStep(model, example, settings, device, world, resumes=resumes, losses=losses)


class SharedTrainStep(TrainStep):
    """Of one process among several; all of them make it at the same time."""

    def __init__(
        self,
        model: nn.Module,
        example: DataSet,
        settings: TrainingSettings,
        device: torch.device,
        world: World,
        *,
        resumes: bool = False,
        losses: tuple[str, ...] = (),
    ) -> None:
        self.world = world
        self._wrapped: Any = None
        self._others: dict[str, Tensor] = {}
        if _has_batch_norm(model):
            if device.type == "cuda":
                model = nn.SyncBatchNorm.convert_sync_batchnorm(model)  # type: ignore[no-untyped-call]
                self.says = (_OVER_ALL,)
            else:  # torch has no other for CPUs
                self.fewest, self.says = 2, (_OVER_PARTS,)
        super().__init__(model, example, settings, device, resumes=resumes, losses=losses)
        self._wrapped = DistributedDataParallel(
            self.model,
            device_ids=[device] if device.type == "cuda" else None,
            find_unused_parameters=self._leaves_weights_out(),
        )
        self._forward = torch.compile(self._wrapped) if settings.compile else self._wrapped
        world.seed(settings.seed)

    def _objective(self, output: Rows) -> Objective:
        make = partial(SharedObjective, self.world)
        return objective_for(self._settings, self._example, output, self._losses, make)

    def step(
        self, inputs: Rows, targets: Rows, *, batches: float = 1, is_last: bool = True
    ) -> Judged:
        """As that of a single process; gradients are sent with the last batch of a step."""
        if is_last:
            return super().step(inputs, targets, batches=batches)
        with self._wrapped.no_sync():
            return super().step(inputs, targets, batches=batches, is_last=False)

    def measure(self, inputs: Rows, targets: Rows, figures: Any = None) -> Judged:
        """Without the others: their parts may have another number of batches."""
        with torch.no_grad():
            return self._judge(self.judged_model, inputs, targets, learning=False, figures=figures)

    def prepare_to_measure(self) -> None:
        """All measure with the running averages of the first process, which are kept."""
        self.world.spread(list(self.judged_model.buffers()))
        super().prepare_to_measure()

    # Checkpoints

    def meet_others(self) -> None:
        """Learn the states of their random numbers."""
        states = self.world.gather(kept_tensors.of_random_numbers(self.device))
        self._others = {
            f"rank{rank}.{name}": state
            for rank, found in enumerate(states)
            if rank
            for name, state in found.items()
        }

    def tensors(self) -> dict[str, Tensor]:
        """With the random numbers of all processes as `meet_others` found them."""
        return {**super().tensors(), **self._others}

    def restore(self, checkpoint: Checkpoint) -> None:
        """With this process's own random numbers; other ones if there were fewer processes."""
        rank = self.world.rank
        super().restore(checkpoint.of_process(rank))
        if rank and not checkpoint.part(f"rank{rank}.rng"):
            position = checkpoint.state["position"]
            self.world.seed(self._settings.seed + 31 * position["epoch"] + position["step"])

    def _leaves_weights_out(self) -> bool:
        """Try on a copy whether some weight has no part in the loss, as wires may leave it."""
        with random_numbers_kept(self.device):
            trial = self.copy()
            trial.learn()
            trial.step(*self._few())
            lone = any(p.grad is None for p in trial.parameters)
        return bool(self.world.highest([int(lone)])[0])

    def _few(self) -> tuple[Rows, Rows]:
        """A batch of two samples."""
        example = self._example
        which = slice(0, 2) if example.rows is None else example.rows[:2]
        targets = self.objective.targets(example)
        same = targets is example.inputs
        return (
            each(lambda rows: rows[which].to(self.device, copy=True), example.inputs),
            each(
                lambda rows: rows[which if same else slice(0, 2)].to(self.device, copy=True),
                targets,
            ),
        )


def _has_batch_norm(model: nn.Module) -> bool:
    """True if the model has a BatchNorm of any kind."""
    return any(isinstance(one, nn.modules.batchnorm._BatchNorm) for one in model.modules())
