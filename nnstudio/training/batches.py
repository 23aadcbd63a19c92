"""The samples of a training, cut into batches: where they lie and in which order they come."""

from __future__ import annotations

import torch
from torch import Tensor

from nnstudio.data.rows import Rows, count, each, size

_SHARE = 0.5
"""Data may take this share of the device's free memory; the rest is for the model."""
_MOST_ON_MPS = 2 * 1024**3


class Batches:
    """Inputs (n, *form) and targets (n, ...), each one or several by name, as batches on `device`.

    Data that fits lies on the device and batches are gathered there by index: no loader, no
    Python per sample. Otherwise batches are gathered in page-locked memory and sent. A batch is
    always a copy: a layer that overwrites its input must not reach the data.
    """

    def __init__(self, inputs: Rows, targets: Rows, batch_size: int, device: torch.device) -> None:
        self.samples = count(inputs)
        self._device = device
        self._size = batch_size
        self._resident = _fits(inputs, targets, device)
        self._inputs = each(self._to_device, inputs)
        # An autoencoder's targets are its inputs: no second copy.
        self._targets = self._inputs if targets is inputs else each(self._to_device, targets)
        self.steps = max(1, -(-self.samples // batch_size))
        if self.samples % batch_size == 1 and self.steps > 1:
            # A last batch of one sample has no variance for BatchNorm: it joins the one before.
            self.steps -= 1

    def order(self, seed: int, epoch: int) -> Tensor:
        """The order of the samples in `epoch`: drawn from both numbers and nothing else."""
        generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
        order = torch.randperm(self.samples, generator=generator)
        return order.to(self._device) if self._resident else order

    def batch(self, order: Tensor, step: int) -> tuple[Rows, Rows]:
        """Batch number `step`, from 0, of an epoch in that order."""
        chosen = order[self._slice(step)]

        def gather(rows: Tensor) -> Tensor:
            return self._send(rows.index_select(0, chosen))

        return each(gather, self._inputs), each(gather, self._targets)

    def in_sequence(self, step: int) -> tuple[Rows, Rows]:
        """Batch number `step` of the samples as they lie."""
        which = self._slice(step)

        def cut(rows: Tensor) -> Tensor:
            return rows[which].to(self._device, copy=True)

        return each(cut, self._inputs), each(cut, self._targets)

    def _slice(self, step: int) -> slice:
        end = self.samples if step == self.steps - 1 else (step + 1) * self._size
        return slice(step * self._size, end)

    def _to_device(self, rows: Tensor) -> Tensor:
        return rows.to(self._device) if self._resident else rows.contiguous()

    def _send(self, batch: Tensor) -> Tensor:
        if self._resident:
            return batch
        if self._device.type == "cuda":
            batch = batch.pin_memory()
        return batch.to(self._device, non_blocking=True)


def _fits(inputs: Rows, targets: Rows, device: torch.device) -> bool:
    needed = size(inputs) + (0 if targets is inputs else size(targets))
    if device.type == "cuda":
        return needed < _SHARE * torch.cuda.mem_get_info(device)[0]
    return device.type == "cpu" or needed < _MOST_ON_MPS
