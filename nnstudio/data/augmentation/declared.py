"""What an augmentation is: a declared step that changes samples of a batch, each in its own way.

All that is drawn comes from torch's own random state, which checkpoints carry: a training that
goes on from one sees the same samples. torch is loaded when a batch comes, not with the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field as Limits

from nnstudio.data.declared import DeclaredStep
from nnstudio.project.data.fields import Kind

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Drawn = dict[str, Any]
"""What was drawn for a batch, by name: tensors (n,), on the device, mostly from 0 to 1."""


class Augmentation(DeclaredStep):
    """Changes fields of a batch, all of them by what is drawn once.

    moves: True if values change their place; then targets with places go along: masks, and
    pictures or signals that are to be reconstructed.
    """

    moves: ClassVar[bool] = False

    def draw(self, samples: int, device: torch.device) -> Drawn:
        """What is different in each sample of a batch."""
        raise NotImplementedError

    def change(self, values: Tensor, drawn: Drawn, kind: Kind) -> Tensor:
        """Values (n, ...) changed, same shape and type. Raises `DataError` for a wrong shape."""
        raise NotImplementedError


class Sometimes(Augmentation):
    """An augmentation that happens to a share of the samples."""

    chance: float = Limits(
        default=1.0,
        gt=0.0,
        le=1.0,
        title="Chance",
        description="Share of the samples to which it happens.",
    )

    def happens(self, samples: int, device: torch.device) -> Tensor:
        """(n,) bool: to which samples."""
        import torch

        return torch.rand(samples, device=device) < self.chance


def uniform(samples: int, device: torch.device, least: float = 0.0, most: float = 1.0) -> Tensor:
    """(n,) numbers from `least` to `most`."""
    import torch

    return least + (most - least) * torch.rand(samples, device=device)


def per_sample(numbers: Tensor, values: Tensor) -> Tensor:
    """(n,) as (n, 1, ..., 1), with as many axes as `values`."""
    return numbers.reshape(-1, *[1] * (values.ndim - 1))


def as_float(values: Tensor) -> Tensor:
    """Whole numbers as float32."""
    return values if values.is_floating_point() else values.float()


def like(made: Tensor, values: Tensor) -> Tensor:
    """Back in the type of `values`: whole numbers rounded and kept within its range."""
    import torch

    if values.is_floating_point():
        return made.to(values.dtype)
    limits = torch.iinfo(values.dtype)
    return made.round().clamp(limits.min, limits.max).to(values.dtype)


def spread_of(values: Tensor, kind: Kind) -> Tensor:
    """How far values lie apart: the deviation within each sample, of numbers within the batch.

    Amounts are relative to it, so that they mean the same before and after scaling.
    """
    if kind == "number":
        return values.std(0, correction=0, keepdim=True)
    return per_sample(values.flatten(1).std(1, correction=0), values)
