"""Augmentations of pictures: crop, flip, affine, colour, erasing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field as Limits

from nnstudio.data.augmentation.declared import (
    Augmentation,
    Drawn,
    Sometimes,
    as_float,
    like,
    per_sample,
    spread_of,
    uniform,
)
from nnstudio.project.data.fields import Kind

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Crop(Augmentation):
    """Puts a border around the picture and cuts the same size out of it, anywhere."""

    name: ClassVar[str] = "crop"
    title: ClassVar[str] = "Crop with border"
    kinds: ClassVar[tuple[Kind, ...]] = ("image",)
    moves: ClassVar[bool] = True

    border: int = Limits(default=4, ge=1, le=512, title="Border", description="Pixels.")
    filled: Literal["zero", "edge", "mirror"] = Limits(
        default="zero", title="Filled with", description="What the border holds."
    )

    def draw(self, samples: int, device: torch.device) -> Drawn:
        return {"down": uniform(samples, device), "across": uniform(samples, device)}

    def change(self, values: Tensor, drawn: Drawn, kind: Kind) -> Tensor:
        import torch

        high, wide = values.shape[-2:]
        padded = self._padded(values, kind)
        top = (drawn["down"] * (2 * self.border + 1)).long().clamp(max=2 * self.border)
        left = (drawn["across"] * (2 * self.border + 1)).long().clamp(max=2 * self.border)
        if values.device.type == "cpu":  # slices are several times faster than an index there
            cut = [
                one[..., y : y + high, x : x + wide]
                for one, y, x in zip(padded, top.tolist(), left.tolist(), strict=True)
            ]
            return torch.stack(cut)
        rows = top[:, None] + torch.arange(high, device=values.device)
        columns = left[:, None] + torch.arange(wide, device=values.device)
        each = torch.arange(len(values), device=values.device)[:, None, None]
        if values.ndim == 3:
            return padded[each, rows[:, :, None], columns[:, None, :]]
        return padded[each, :, rows[:, :, None], columns[:, None, :]].movedim(-1, 1)

    def _padded(self, values: Tensor, kind: Kind) -> Tensor:
        import torch
        from torch.nn.functional import pad

        if self.filled == "zero":
            return pad(values, [self.border] * 4)
        for axis in (-2, -1):
            there = values.shape[axis]
            at = torch.arange(-self.border, there + self.border, device=values.device)
            if self.filled == "mirror" and there > 1:
                at = at.abs() % (2 * there - 2)
                at = torch.where(at < there, at, 2 * there - 2 - at)
            values = values.index_select(axis, at.clamp(0, there - 1))
        return values


class Flip(Augmentation):
    """Mirrors pictures: left and right, or upside down."""

    name: ClassVar[str] = "flip"
    title: ClassVar[str] = "Flip"
    kinds: ClassVar[tuple[Kind, ...]] = ("image",)
    moves: ClassVar[bool] = True

    horizontal: float = Limits(
        default=0.5, ge=0.0, le=1.0, title="Left and right", description="Share of the samples."
    )
    vertical: float = Limits(
        default=0.0, ge=0.0, le=1.0, title="Upside down", description="Share of the samples."
    )

    def draw(self, samples: int, device: torch.device) -> Drawn:
        return {"across": uniform(samples, device), "down": uniform(samples, device)}

    def change(self, values: Tensor, drawn: Drawn, kind: Kind) -> Tensor:
        for key, share, axis in (("across", self.horizontal, -1), ("down", self.vertical, -2)):
            if share > 0.0:
                turned = per_sample(drawn[key] < share, values)
                values = values.flip(axis).where(turned, values)
        return values


class Affine(Sometimes):
    """Turns, moves, enlarges and slants pictures."""

    name: ClassVar[str] = "affine"
    title: ClassVar[str] = "Turn, move, enlarge, slant"
    kinds: ClassVar[tuple[Kind, ...]] = ("image",)
    moves: ClassVar[bool] = True

    degrees: float = Limits(
        default=10.0, ge=0.0, le=180.0, title="Turn", description="Degrees at most, both ways."
    )
    shift: float = Limits(
        default=0.1, ge=0.0, le=1.0, title="Move", description="Share of the side at most."
    )
    zoom: float = Limits(
        default=0.1, ge=0.0, le=0.9, title="Enlarge", description="0.1: from 0.9 to 1.1 times."
    )
    slant: float = Limits(
        default=0.0, ge=0.0, le=60.0, title="Slant", description="Degrees at most, both ways."
    )
    filled: Literal["zero", "edge", "mirror"] = Limits(
        default="zero", title="Filled with", description="What shows beside the picture."
    )

    def draw(self, samples: int, device: torch.device) -> Drawn:
        drawn = {
            key: uniform(samples, device, -1.0, 1.0)
            for key in ("turn", "across", "down", "zoom", "slant")
        }
        return {**drawn, "happens": self.happens(samples, device)}

    def change(self, values: Tensor, drawn: Drawn, kind: Kind) -> Tensor:
        import torch
        from torch.nn.functional import affine_grid, grid_sample

        pictures = as_float(values if values.ndim == 4 else values[:, None])
        high, wide = pictures.shape[-2:]
        turn = drawn["turn"] * math.radians(self.degrees)
        slant = torch.tan(drawn["slant"] * math.radians(self.slant))
        scale = 1.0 / (1.0 + drawn["zoom"] * self.zoom)
        cos, sin = torch.cos(turn) * scale, torch.sin(turn) * scale
        # Coordinates run from -1 to 1 along both sides: a turn is one only with their ratio.
        across = torch.stack(
            [cos, (slant * cos - sin) * high / wide, 2 * self.shift * drawn["across"]]
        )
        down = torch.stack([sin * wide / high, slant * sin + cos, 2 * self.shift * drawn["down"]])
        ways = torch.stack([across, down]).permute(2, 0, 1).to(pictures.dtype)
        grid = affine_grid(ways, list(pictures.shape), align_corners=False)
        made = grid_sample(
            pictures,
            grid,
            mode="nearest" if kind == "mask" else "bilinear",
            padding_mode={"zero": "zeros", "edge": "border", "mirror": "reflection"}[self.filled],
            align_corners=False,
        )
        made = like(made, values).reshape(values.shape)
        return made.where(per_sample(drawn["happens"], values), values)


class Colour(Sometimes):
    """Changes brightness, contrast and saturation."""

    name: ClassVar[str] = "colour"
    title: ClassVar[str] = "Brightness and contrast"
    kinds: ClassVar[tuple[Kind, ...]] = ("image",)

    brightness: float = Limits(
        default=0.2,
        ge=0.0,
        le=2.0,
        title="Brightness",
        description="Lighter or darker by so many deviations of the picture at most.",
    )
    contrast: float = Limits(
        default=0.2, ge=0.0, le=0.95, title="Contrast", description="0.2: from 0.8 to 1.2 times."
    )
    saturation: float = Limits(
        default=0.0, ge=0.0, le=0.95, title="Saturation", description="0.2: from 0.8 to 1.2 times."
    )

    def draw(self, samples: int, device: torch.device) -> Drawn:
        drawn = {
            key: uniform(samples, device, -1.0, 1.0) for key in ("light", "contrast", "saturation")
        }
        return {**drawn, "happens": self.happens(samples, device)}

    def change(self, values: Tensor, drawn: Drawn, kind: Kind) -> Tensor:
        import torch

        pictures = as_float(values)
        spread, mean = torch.std_mean(pictures.flatten(1), 1, correction=0)
        factor = 1.0 + drawn["contrast"] * self.contrast
        moved = mean * (1.0 - factor) + drawn["light"] * self.brightness * spread
        made = torch.addcmul(per_sample(moved, pictures), pictures, per_sample(factor, pictures))
        if self.saturation > 0.0 and values.ndim == 4 and values.shape[1] == 3:
            factor = per_sample(1.0 + drawn["saturation"] * self.saturation, pictures)
            made = made * factor + made.mean(1, keepdim=True) * (1.0 - factor)
        return like(made, values).where(per_sample(drawn["happens"], values), values)


class Erasing(Sometimes):
    """Covers a rectangle."""

    name: ClassVar[str] = "erasing"
    title: ClassVar[str] = "Erase a rectangle"
    kinds: ClassVar[tuple[Kind, ...]] = ("image",)

    chance: float = Limits(
        default=0.5,
        gt=0.0,
        le=1.0,
        title="Chance",
        description="Share of the samples to which it happens.",
    )
    area: float = Limits(
        default=0.2, gt=0.0, le=0.9, title="Area", description="Share of the picture at most."
    )
    filled: Literal["zero", "mean", "noise"] = Limits(
        default="mean", title="Filled with", description="What the rectangle holds."
    )

    def draw(self, samples: int, device: torch.device) -> Drawn:
        drawn = {key: uniform(samples, device) for key in ("area", "shape", "down", "across")}
        return {**drawn, "happens": self.happens(samples, device)}

    def change(self, values: Tensor, drawn: Drawn, kind: Kind) -> Tensor:
        import torch

        high, wide = values.shape[-2:]
        area = (
            0.02 + (self.area - 0.02) * drawn["area"] if self.area > 0.02 else drawn["area"] * 0.02
        )
        ratio = torch.exp((2 * drawn["shape"] - 1) * math.log(3.0))
        inside = box(
            high,
            wide,
            (area * ratio).sqrt().clamp(max=1.0),
            (area / ratio).sqrt().clamp(max=1.0),
            drawn["down"],
            drawn["across"],
        )
        inside = inside & drawn["happens"][:, None, None]
        if values.ndim == 4:
            inside = inside[:, None]
        pictures = as_float(values)
        if self.filled == "zero":
            return values.masked_fill(inside, 0)
        filling = per_sample(pictures.flatten(1).mean(1), pictures)
        if self.filled == "noise":
            filling = filling + spread_of(pictures, kind) * torch.randn_like(pictures)
        return like(filling.expand_as(pictures), values).where(inside, values)


def box(
    high: int, wide: int, height: Tensor, width: Tensor, down: Tensor, across: Tensor
) -> Tensor:
    """(n, high, wide) bool: rectangles of these shares of the sides, at these places (0 to 1)."""
    import torch

    def within(side: int, share: Tensor, place: Tensor) -> Tensor:
        length = (share * side).round().clamp(min=1)
        first = (place * (side - length + 1)).floor().clamp(max=side - 1)
        at = torch.arange(side, device=share.device)
        return (at >= first[:, None]) & (at < (first + length)[:, None])

    return within(high, height, down)[:, :, None] & within(wide, width, across)[:, None, :]
