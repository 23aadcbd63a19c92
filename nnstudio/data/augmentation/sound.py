"""Augmentations of sound and signals: noise, time shift, gain, masking of spectrograms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field as Limits

from nnstudio.data.answer import in_words
from nnstudio.data.augmentation.declared import (
    Drawn,
    Sometimes,
    as_float,
    like,
    per_sample,
    spread_of,
    uniform,
)
from nnstudio.data.info import DataError
from nnstudio.project.data.fields import Kind

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Noise(Sometimes):
    """Adds noise, of another strength for each sample."""

    name: ClassVar[str] = "noise"
    title: ClassVar[str] = "Noise"
    kinds: ClassVar[tuple[Kind, ...]] = ("image", "signal", "audio", "number")

    amount: float = Limits(
        default=0.1,
        gt=0.0,
        le=5.0,
        title="Amount",
        description="Deviation of the noise at most, in deviations of the sample.",
    )

    def draw(self, samples: int, device: torch.device) -> Drawn:
        return {"amount": uniform(samples, device), "happens": self.happens(samples, device)}

    def change(self, values: Tensor, drawn: Drawn, kind: Kind) -> Tensor:
        import torch

        there = as_float(values)
        strength = per_sample(drawn["amount"] * drawn["happens"] * self.amount, there)
        return like(there + strength * spread_of(there, kind) * torch.randn_like(there), values)


class TimeShift(Sometimes):
    """Moves sound or a signal along time."""

    name: ClassVar[str] = "time_shift"
    title: ClassVar[str] = "Time shift"
    kinds: ClassVar[tuple[Kind, ...]] = ("signal", "audio")
    moves: ClassVar[bool] = True

    shift: float = Limits(
        default=0.1, gt=0.0, le=1.0, title="Shift", description="Share of the length at most."
    )
    filled: Literal["zero", "around"] = Limits(
        default="zero",
        title="Filled with",
        description="zero: silence; around: what left at the other end.",
    )

    def draw(self, samples: int, device: torch.device) -> Drawn:
        moved = uniform(samples, device, -1.0, 1.0)
        return {"shift": moved * self.happens(samples, device)}

    def change(self, values: Tensor, drawn: Drawn, kind: Kind) -> Tensor:
        import torch

        length = values.shape[-1]
        steps = (drawn["shift"] * self.shift * length).round().long()
        from_ = torch.arange(length, device=values.device) - steps[:, None]
        index = per_sample(steps, values) * 0 + (from_ % length).reshape(
            len(values), *[1] * (values.ndim - 2), length
        )
        made = values.gather(-1, index.expand_as(values))
        if self.filled == "around":
            return made
        outside = (from_ < 0) | (from_ >= length)
        return made.masked_fill(outside.reshape(index.shape), 0)


class Gain(Sometimes):
    """Makes sound or a signal louder or softer."""

    name: ClassVar[str] = "gain"
    title: ClassVar[str] = "Gain"
    kinds: ClassVar[tuple[Kind, ...]] = ("signal", "audio")

    decibels: float = Limits(
        default=6.0, gt=0.0, le=60.0, title="Gain", description="Decibels at most, both ways."
    )

    def draw(self, samples: int, device: torch.device) -> Drawn:
        louder = uniform(samples, device, -1.0, 1.0)
        return {"gain": louder * self.happens(samples, device)}

    def change(self, values: Tensor, drawn: Drawn, kind: Kind) -> Tensor:
        import torch

        if values.ndim > 3:
            raise DataError(
                "The augmentation 'gain' is for sound and signals: it cannot be used on "
                f"spectrograms ({in_words(tuple(values.shape[1:]))})."
            )
        factor = torch.exp(drawn["gain"] * (self.decibels * math.log(10.0) / 20.0))
        return like(as_float(values) * per_sample(factor, values), values)


class SpectrogramMasking(Sometimes):
    """Covers bands of frequencies and stretches of time in spectrograms."""

    name: ClassVar[str] = "spectrogram_masking"
    title: ClassVar[str] = "Masking of spectrograms"
    kinds: ClassVar[tuple[Kind, ...]] = ("audio", "signal")

    frequency: float = Limits(
        default=0.15, ge=0.0, le=0.9, title="Frequency", description="Share of the bands at most."
    )
    time: float = Limits(
        default=0.15, ge=0.0, le=0.9, title="Time", description="Share of the length at most."
    )
    number: int = Limits(default=1, ge=1, le=8, title="Number", description="Covers of each kind.")

    def draw(self, samples: int, device: torch.device) -> Drawn:
        drawn = {
            f"{key}{number}": uniform(samples, device)
            for number in range(self.number)
            for key in ("high", "low", "long", "early")
        }
        return {**drawn, "happens": self.happens(samples, device)}

    def change(self, values: Tensor, drawn: Drawn, kind: Kind) -> Tensor:
        import torch

        if values.ndim != 4:
            raise DataError(
                "The augmentation 'spectrogram_masking' is for spectrograms, channels x bands x "
                f"time: it cannot be used on {in_words(tuple(values.shape[1:]))}; put the step "
                "'log_mel' before it."
            )
        bands, steps = values.shape[-2:]
        covered = torch.zeros(len(values), bands, steps, dtype=torch.bool, device=values.device)
        for number in range(self.number):
            band = _within(bands, drawn[f"high{number}"] * self.frequency, drawn[f"low{number}"])
            stretch = _within(steps, drawn[f"long{number}"] * self.time, drawn[f"early{number}"])
            covered = covered | band[:, :, None] | stretch[:, None, :]
        covered = (covered & drawn["happens"][:, None, None])[:, None]
        mean = per_sample(as_float(values).flatten(1).mean(1), values)
        return like(mean.expand(values.shape), values).where(covered, values)


def _within(side: int, share: Tensor, place: Tensor) -> Tensor:
    """(n, side) bool: a stretch of that share of the side, at that place; it may be empty."""
    import torch

    length = (share * side).round()
    first = (place * (side - length + 1)).floor()
    at = torch.arange(side, device=share.device)
    return (at >= first[:, None]) & (at < (first + length)[:, None])
