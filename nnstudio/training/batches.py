"""The samples of a training, cut into batches: where they lie and in which order they come."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from nnstudio.data.dataset import DataSet
from nnstudio.data.rows import Rows, count, each, size
from nnstudio.training.ahead import Ahead
from nnstudio.training.objectives import Objective
from nnstudio.training.processes import Place

_SHARE = 0.5
"""Data may take this share of the device's free memory; the rest is for the model."""
_MOST_ON_MPS = 2 * 1024**3
_ALONE = Place()


class Batches:
    """Inputs (n, *form) and targets (n, ...), each one or several by name, as batches on `device`.

    Data that fits lies on the device and batches are gathered there by index: no loader, no
    Python per sample. Otherwise batches are gathered in page-locked memory and sent, each by a
    thread while the one before it is used. A batch is always a copy: a layer that overwrites its
    input must not reach the data.
    """

    def __init__(
        self,
        inputs: Rows,
        targets: Rows,
        batch_size: int,
        device: torch.device,
        *,
        rows: Tensor | None = None,
        draw_weights: Tensor | None = None,
        place: Place = _ALONE,
        fewest: int = 1,
    ) -> None:
        """rows: which rows of the inputs belong to it; draw_weights: how often each is drawn.

        place: of a process that gets its part of each batch, if there are several; fewest: samples
        that each of them must get.
        """
        self.samples = count(inputs) if rows is None else len(rows)
        self.variance: float | None = None
        self._device = device
        self._size = batch_size
        self._place = place
        self._draw_weights = draw_weights
        self._resident = _fits(inputs, targets, device)
        self._rows = rows.to(device) if rows is not None and self._resident else rows
        self._inputs = each(self._to_device, inputs)
        # An autoencoder's targets are its inputs: no second copy.
        self._targets = self._inputs if targets is inputs else each(self._to_device, targets)
        self._ahead: Ahead[tuple[Rows, Rows]] = Ahead()
        self.steps = max(1, -(-self.samples // batch_size))
        if 0 < self.samples % batch_size < max(2, fewest * place.size) and self.steps > 1:
            # A last batch of one sample has no variance for BatchNorm: it joins the one before.
            self.steps -= 1

    def order(self, seed: int, epoch: int) -> Tensor:
        """The order of the samples in `epoch`: drawn from both numbers and nothing else."""
        generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
        if self._draw_weights is None:
            order = torch.randperm(self.samples, generator=generator)
        else:
            order = _drawn(self._draw_weights, self.samples, generator)
        return order.to(self._device) if self._resident else order

    def batch(self, order: Tensor, step: int) -> tuple[Rows, Rows]:
        """Batch number `step`, from 0, of an epoch in that order, or this process's part of it."""
        return self._made(order, step, lambda number: self._gather(order[self._part(number)]))

    def of(self, chosen: Tensor) -> tuple[Rows, Rows]:
        """A batch of chosen samples, by their numbers (n,)."""
        return self._gather(chosen)

    def divisor(self, step: int) -> float:
        """What the mean over this part of a batch is divided by, so that the mean of what all
        processes have is the mean over the batch: 1 where the parts are equal.
        """
        if self._place.size == 1:
            return 1
        whole, part = self._slice(step), self._part(step)
        samples, own = whole.stop - whole.start, part.stop - part.start
        return float(samples / (own * self._place.size))

    def close(self) -> None:
        """End the thread that gathers in advance."""
        self._ahead.close()

    def _made(
        self, sequence: object, step: int, make: Callable[[int], tuple[Rows, Rows]]
    ) -> tuple[Rows, Rows]:
        if self._resident:
            return make(step)
        return self._ahead.take(sequence, step, self.steps, make)

    def _gather(self, chosen: Tensor) -> tuple[Rows, Rows]:
        def gather(rows: Tensor) -> Tensor:
            return self._send(_taken(rows, chosen))

        def gather_inputs(rows: Tensor) -> Tensor:
            places = chosen if self._rows is None else self._rows.index_select(0, chosen)
            return self._send(_taken(rows, places))

        inputs = each(gather_inputs, self._inputs)
        same = self._targets is self._inputs
        return inputs, each(gather_inputs if same else gather, self._targets)

    def in_sequence(self, step: int) -> tuple[Rows, Rows]:
        """Batch number `step` of the samples as they lie."""
        return self._made(None, step, self._in_sequence)

    def _in_sequence(self, step: int) -> tuple[Rows, Rows]:
        which = self._part(step)
        if self._rows is not None:
            return self._gather(torch.arange(which.start, which.stop, device=self._rows.device))

        def cut(rows: Tensor) -> Tensor:
            return self._send(rows[which].clone(memory_format=torch.contiguous_format))

        return each(cut, self._inputs), each(cut, self._targets)

    def _slice(self, step: int) -> slice:
        end = self.samples if step == self.steps - 1 else (step + 1) * self._size
        return slice(step * self._size, end)

    def _part(self, step: int) -> slice:
        return part_of(self._slice(step), self._place)

    def _to_device(self, rows: Tensor) -> Tensor:
        return rows.to(self._device) if self._resident else rows

    def _send(self, batch: Tensor) -> Tensor:
        if self._resident:
            return batch
        if self._device.type == "cuda":
            batch = batch.pin_memory()
        return batch.to(self._device, non_blocking=True)


def part_of(batch: slice, place: Place) -> slice:
    """The part of a batch that a process gets: parts follow one another and differ by one sample
    at most.
    """
    samples = batch.stop - batch.start
    first, end = (samples * rank // place.size for rank in (place.rank, place.rank + 1))
    return slice(batch.start + first, batch.start + end)


def batches_of(
    dataset: DataSet,
    objective: Objective,
    batch_size: int,
    device: torch.device,
    *,
    place: Place = _ALONE,
    fewest: int = 1,
) -> Batches:
    """The samples of a data set with the targets that the objective takes; else as `Batches`."""
    targets = objective.targets(dataset)
    made = Batches(
        dataset.inputs,
        targets,
        batch_size,
        device,
        rows=dataset.rows,
        draw_weights=dataset.draw_weights,
        place=place,
        fewest=fewest,
    )
    made.variance = objective.variance(targets)
    return made


def _taken(rows: Tensor, places: Tensor) -> Tensor:
    """Those rows, copied; of maps of files, which may lie channels last, by numpy: it is faster."""
    if rows.is_contiguous() or rows.device.type != "cpu":
        return rows.index_select(0, places)
    return torch.from_numpy(rows.numpy()[places.numpy()]).contiguous()


def _drawn(weights: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """So many places, drawn with replacement in proportion to the weights."""
    sums = weights.double().cumsum(0)
    places = torch.rand(count, generator=generator, dtype=torch.float64) * sums[-1]
    return torch.searchsorted(sums, places, right=True).clamp_(max=len(weights) - 1)


def _fits(inputs: Rows, targets: Rows, device: torch.device) -> bool:
    needed = size(inputs) + (0 if targets is inputs else size(targets))
    if device.type == "cuda":
        return needed < _SHARE * torch.cuda.mem_get_info(device)[0]
    return device.type == "cpu" or needed < _MOST_ON_MPS
