"""Augmentations that mix two samples of a batch, and their targets: mixup and cutmix."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field as Limits

from nnstudio.data.augmentation.declared import (
    Drawn,
    Sometimes,
    as_float,
    like,
    per_sample,
    uniform,
)
from nnstudio.data.augmentation.pictures import box
from nnstudio.project.data.fields import Kind

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Mixing(Sometimes):
    """Mixes each sample with another one of the batch; targets become shares of both."""

    def change_target(self, values: Tensor, drawn: Drawn, kind: Kind) -> Tensor:
        """A target: shares of classes (n, K, ...), or numbers, weighted as the inputs are."""
        mixed: Tensor = _blend(as_float(values), drawn)
        return mixed


class MixUp(Mixing):
    """Blends each sample with another one; its target is a blend of both targets."""

    name: ClassVar[str] = "mixup"
    title: ClassVar[str] = "Mixup"
    kinds: ClassVar[tuple[Kind, ...]] = ("image", "signal", "audio", "number")

    strength: float = Limits(
        default=0.2,
        gt=0.0,
        le=10.0,
        title="Strength",
        description="Both parameters of the beta distribution; 1: all blends equally often.",
    )

    def draw(self, samples: int, device: torch.device) -> Drawn:
        import torch

        share = _beta(self.strength, samples, device)
        happens = self.happens(samples, device)
        other = torch.randperm(samples, device=device)
        return {"share": share.where(happens, torch.ones_like(share)), "other": other}

    def change(self, values: Tensor, drawn: Drawn, kind: Kind) -> Tensor:
        return like(_blend(as_float(values), drawn), values)


class CutMix(Mixing):
    """Puts a rectangle of another picture into each; its target counts both by their areas."""

    name: ClassVar[str] = "cutmix"
    title: ClassVar[str] = "Cutmix"
    kinds: ClassVar[tuple[Kind, ...]] = ("image",)

    strength: float = Limits(
        default=1.0,
        gt=0.0,
        le=10.0,
        title="Strength",
        description="Both parameters of the beta distribution; 1: all areas equally often.",
    )

    def draw(self, samples: int, device: torch.device) -> Drawn:
        import torch

        return {
            "side": (1.0 - _beta(self.strength, samples, device)).sqrt(),
            "down": uniform(samples, device),
            "across": uniform(samples, device),
            "happens": self.happens(samples, device),
            "other": torch.randperm(samples, device=device),
        }

    def change(self, values: Tensor, drawn: Drawn, kind: Kind) -> Tensor:
        high, wide = values.shape[-2:]
        inside = box(high, wide, drawn["side"], drawn["side"], drawn["down"], drawn["across"])
        inside = inside & drawn["happens"][:, None, None]
        # What remains, counted in the pixels of the input: a target of classes gets this share.
        drawn.setdefault("share", 1.0 - inside.flatten(1).float().mean(1))
        if values.ndim == 4:
            inside = inside[:, None]
        return values[drawn["other"]].where(inside, values)

    def change_target(self, values: Tensor, drawn: Drawn, kind: Kind) -> Tensor:
        """Targets with places are cut like the inputs; others are weighted by the areas."""
        if kind in ("mask", "image"):
            return self.change(values, drawn, kind)
        return super().change_target(values, drawn, kind)


def _blend(values: Tensor, drawn: Drawn) -> Tensor:
    share = per_sample(drawn["share"], values).to(values.dtype)
    return share * values + (1.0 - share) * values[drawn["other"]]


def _beta(strength: float, samples: int, device: torch.device) -> Tensor:
    """(n,) of the beta distribution, drawn on the processor: not every device can."""
    import torch

    alpha = torch.full((samples,), strength)
    return torch.distributions.Beta(alpha, alpha).sample().to(device)
