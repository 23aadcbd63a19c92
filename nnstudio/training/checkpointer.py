"""When checkpoints are written: on a clock and at the end, with the best weights held until then.

A checkpoint after each epoch would cost small models more than the training does. The best weights
are copied on the device, where that is cheap, and written with the next checkpoint.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from nnstudio.project.storage.fields import FileError
from nnstudio.training import checkpoints, kept_tensors
from nnstudio.training.checkpoints import Checkpoint
from nnstudio.training.events import CheckpointSaved, Warned
from nnstudio.training.train_step import TrainStep

EVERY = 30.0
"""Seconds between two checkpoints."""
_SHARE = 20.0
"""A checkpoint that takes long is written so many times more seldom than it takes."""


class Checkpointer:
    """Keeps one training in the folder of its checkpoints; does nothing without one."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._best: dict[str, Tensor] | None = None
        self._best_name: str | None = None
        self._best_facts: dict[str, Any] = {}
        self._best_waits = False
        self._saved: str | None = None
        self._next = time.monotonic() + EVERY
        self._in_trouble = False

    @property
    def is_due(self) -> bool:
        """True if the clock says so."""
        return self.folder is not None and time.monotonic() >= self._next

    def resumed(self, checkpoint: Checkpoint) -> None:
        """Go on after a checkpoint, which says which one holds the best weights."""
        folder, best = checkpoint.path.parent, checkpoint.state.get("best_checkpoint")
        self._best_name = best
        if self.folder is None or folder.absolute() == self.folder.absolute():
            self._saved = checkpoint.path.name
        elif best is not None:  # it is to be kept elsewhere from now on
            found = checkpoints.read(folder / best)
            self._best, self._best_waits = found.weights, True
            self._best_facts = {k: v for k, v in found.state.items() if k != "tensors"}

    def hold_best(self, model: nn.Module, name: str, facts: Mapping[str, Any]) -> None:
        """Copy the weights, which are the best so far; `name`: of the checkpoint they make."""
        if self.folder is None:
            return
        now = kept_tensors.of_model(model)
        if self._best is None or not _fits(self._best, now):
            self._best = {}
            for key, tensor in now.items():
                self._best[key] = _copied(tensor)
        else:
            with torch.no_grad():
                for key, tensor in now.items():
                    self._best[key].copy_(tensor)
        self._best_name, self._best_facts = name, dict(facts)
        self._best_waits = True

    def save(
        self, name: str, epoch: int, learner: TrainStep, state: Mapping[str, Any]
    ) -> Iterator[CheckpointSaved | Warned]:
        """Write the training as the checkpoint `name`; a full disk is told once, and no error."""
        folder = self.folder
        if folder is None or (name == self._saved and not self._best_waits):
            return
        began = time.monotonic()
        try:
            told = self._write(folder, name, epoch, learner, state)
        except (OSError, FileError, SafetensorError) as error:
            self._next = time.monotonic() + EVERY
            if not self._in_trouble:
                said = getattr(error, "strerror", None) or str(error).splitlines()[0]
                yield Warned(
                    f"The training goes on, but no checkpoint can be written to {folder}: {said}."
                )
            self._in_trouble = True
            return
        self._in_trouble = False
        ended = time.monotonic()
        self._next = ended + max(EVERY, _SHARE * (ended - began))
        yield from told

    def _write(
        self,
        folder: Path,
        name: str,
        epoch: int,
        learner: TrainStep,
        state: Mapping[str, Any],
    ) -> list[CheckpointSaved]:
        told, best = [], self._best_name
        if best is not None and self._best_waits and best != name:
            assert self._best is not None
            checkpoints.write(folder / best, self._best, {}, self._best_facts)
            told.append(CheckpointSaved(str(folder / best), int(best.partition("-")[0]), best=True))
        if name != self._saved:
            weights = kept_tensors.of_model(learner.judged_model)
            tensors = learner.tensors()
            checkpoints.write(folder / name, weights, tensors, {**state, "best_checkpoint": best})
        checkpoints.point(folder, checkpoints.LAST, name)
        if best is not None:
            checkpoints.point(folder, checkpoints.BEST, best)
        self._saved, self._best_waits = name, False
        checkpoints.keep_only(folder, [name, *([best] if best else [])])
        told.append(CheckpointSaved(str(folder / name), epoch, best=best == name))
        return told


def _fits(held: Mapping[str, Tensor], now: Mapping[str, Tensor]) -> bool:
    return held.keys() == now.keys() and all(
        held[key].shape == tensor.shape and held[key].dtype == tensor.dtype
        for key, tensor in now.items()
    )


def _copied(tensor: Tensor) -> Tensor:
    """A copy on the device, or in memory where the device has no room."""
    try:
        return tensor.detach().clone()
    except torch.OutOfMemoryError:
        return tensor.detach().cpu()
