"""Samples in another size, a batch at a time on the device where they lie. No data sets here.

Small pictures stay small in memory: 1,797 digits of 3 x 224 x 224 would need 1 GB.
"""

from __future__ import annotations

from math import prod

from torch import Tensor
from torch.nn import functional

from nnstudio.data.answer import in_words
from nnstudio.data.info import DataError, image_of


def resize(samples: Tensor, form: tuple[int, ...]) -> Tensor:
    """Samples (n, C, h, w), pictures, or (n, 1, l), signals, as (n, *form).

    Pictures bilinearly, edge to edge (reduced ones are smoothed first); one channel is repeated,
    several are averaged into one. Signals linearly, edge to edge.
    """
    if samples.ndim == 3:
        resampled = functional.interpolate(samples, prod(form), mode="linear")
        return resampled.reshape(len(samples), *form)
    image = image_of(form)
    if image is None:
        raise DataError(f"A picture cannot be given as {in_words(form)}.")
    channels, height, width = image
    smooth = height < samples.shape[2] or width < samples.shape[3]
    if channels == 1 and samples.shape[1] > 1:
        samples = samples.mean(1, keepdim=True)
    samples = functional.interpolate(samples, (height, width), mode="bilinear", antialias=smooth)
    return samples.expand(-1, channels, -1, -1).reshape(len(samples), *form)
