"""The size that pictures and masks are brought to: a step that readers of files obey.

Readers do it while they decode (`nnstudio.data.reading.folder`); for pictures that are arrays
already, `apply` does it.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Limits

from nnstudio.data.preparation.step import Fitted, Form, Preparation
from nnstudio.project.data.fields import Field, Kind

How = Literal["stretch", "fit", "crop"]
Box = tuple[float, float, float, float]


class PictureSize(Preparation):
    """Brings all pictures to one size and colour."""

    name: ClassVar[str] = "picture_size"
    title: ClassVar[str] = "Picture size"
    kinds: ClassVar[tuple[Kind, ...]] = ("image", "mask")

    width: int = Limits(default=64, ge=1, le=4096, title="Width", description="Pixels.")
    height: int = Limits(default=64, ge=1, le=4096, title="Height", description="Pixels.")
    how: How = Limits(
        default="stretch",
        title="How",
        description=(
            "stretch: sides change apart; fit: all of the picture, on the background; crop: the "
            "middle of it, without a border."
        ),
    )
    colour: Literal["grey", "rgb"] = Limits(
        default="rgb", title="Colour", description="grey: one channel; rgb: red, green and blue."
    )
    background: Literal["white", "black"] = Limits(
        default="white",
        title="Background",
        description="Shows through transparent pixels, and beside pictures that are fitted.",
    )

    @property
    def channels(self) -> int:
        """1 or 3."""
        return 1 if self.colour == "grey" else 3

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of one picture: channels, height, width."""
        return self.channels, self.height, self.width

    def taken(self, width: int, height: int) -> Box:
        """The part of a picture of that size that is used: left, top, right, bottom."""
        if self.how != "crop":
            return 0.0, 0.0, float(width), float(height)
        scale = max(self.width / width, self.height / height)
        across, down = self.width / scale, self.height / scale
        left, top = (width - across) / 2, (height - down) / 2
        return max(left, 0.0), max(top, 0.0), min(left + across, width), min(top + down, height)

    def inner(self, width: int, height: int) -> tuple[int, int]:
        """Width and height that it gets within the result."""
        if self.how != "fit":
            return self.width, self.height
        scale = min(self.width / width, self.height / height)
        return (
            min(self.width, max(1, round(width * scale))),
            min(self.height, max(1, round(height * scale))),
        )

    def form(self, form: Form, field: Field) -> Form:
        """(channels, height, width), or (height, width) of masks."""
        return self.shape if field.kind == "image" else self.shape[1:]

    def apply(
        self, values: NDArray[Any], fitted: Fitted, field: Field | None = None
    ) -> NDArray[Any]:
        """Pictures (n, C, h, w) as (n, *shape), or masks (n, h, w) as (n, height, width).

        Those that have the size already are returned as they are. Masks take the nearest pixel.
        """
        if values.ndim == 3:
            if values.shape[1:] == (self.height, self.width):
                return values
            return self._masks(values)
        return values if values.shape[1:] == self.shape else self._pictures(values)

    def _masks(self, values: NDArray[Any]) -> NDArray[Any]:
        high, wide = values.shape[1:]
        left, top, right, bottom = self.taken(wide, high)
        across, down = self.inner(wide, high)
        columns = (left + (np.arange(across) + 0.5) * (right - left) / across).astype(np.intp)
        rows = (top + (np.arange(down) + 0.5) * (bottom - top) / down).astype(np.intp)
        small = values[:, rows[:, None], columns[None, :]]
        return self._on_background(small, 0)

    def _pictures(self, values: NDArray[Any]) -> NDArray[Any]:
        import torch
        from torch.nn.functional import interpolate

        pictures = torch.from_numpy(np.array(values, np.float32))
        if self.channels == 1 and pictures.shape[1] == 3:
            luma = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
            pictures = (pictures * luma).sum(1, keepdim=True)
        elif pictures.shape[1] != self.channels:
            pictures = pictures.mean(1, keepdim=True).expand(-1, self.channels, -1, -1)
        high, wide = pictures.shape[2:]
        left, top, right, bottom = (round(edge) for edge in self.taken(wide, high))
        across, down = self.inner(wide, high)
        small = interpolate(
            pictures[:, :, top : max(bottom, top + 1), left : max(right, left + 1)],
            (down, across),
            mode="bilinear",
            antialias=True,
        ).numpy()
        whole = np.issubdtype(values.dtype, np.integer)
        lightest = np.iinfo(values.dtype).max if whole else 1.0
        shaped = self._on_background(small, lightest if self.background == "white" else 0.0)
        return (np.rint(shaped) if whole else shaped).astype(values.dtype)

    def _on_background(self, values: NDArray[Any], colour: float) -> NDArray[Any]:
        down, across = values.shape[-2:]
        if (down, across) == (self.height, self.width):
            return values
        canvas = np.full((*values.shape[:-2], self.height, self.width), colour, values.dtype)
        top, left = (self.height - down) // 2, (self.width - across) // 2
        canvas[..., top : top + down, left : left + across] = values
        return canvas
