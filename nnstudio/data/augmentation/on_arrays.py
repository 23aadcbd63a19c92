"""The augmentation done to arrays, to be looked at: outside of a training, by draws of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nnstudio.data.augmentation.augment import ONLY, Augment
from nnstudio.project.data.fields import Kind
from nnstudio.project.data.steps import Step


def changed(steps: Sequence[Step], values: NDArray[Any], kind: Kind, draw: int) -> NDArray[Any]:
    """Values (n, ...) of one field as the steps change them; form and type stay.

    draw: which of the endless draws; the same one gives the same values. Torch's random state
    stays as it was, but a training must not draw from it meanwhile. Raises `DataError` where a
    step cannot be done.
    """
    whole = values.dtype.kind == "u"
    given = torch.from_numpy(values.astype(np.float32) if whole else values.copy())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(draw)
        inputs, _ = Augment(steps, {ONLY: kind}, {})(given, {})
    made: NDArray[Any] = inputs.numpy()
    if whole:
        made = made.round().clip(0, np.iinfo(values.dtype).max)
    return made.astype(values.dtype)
