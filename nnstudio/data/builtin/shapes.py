"""Synthetic pictures of shapes with the class of every pixel, made with numpy alone.

Each shape has a drawn place, size and colour and may hide another one; background and noise are
drawn as well. They try out models that segment and say nothing about how well one does on photos.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.builtin.catalogue import BUILT_IN

SIDE = 32
PICTURES = BUILT_IN["shapes"].samples
CLASSES = BUILT_IN["shapes"].classes
MOST = 3
"""Shapes in a picture, one at least."""
NOISE = 0.08
"""Deviation of the noise of each value, of 1 from black to white."""

_DOWN, _ACROSS = np.mgrid[:SIDE, :SIDE] + 0.5


@lru_cache(maxsize=1)
def shapes() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The set as it comes with the program: (400, 3, 32, 32) about 0, and (400, 32, 32) of 0 to 3.

    Values of 0 to 1 less 0.5, divided by 0.25.
    """
    return generate(PICTURES, seed=0)


def generate(count: int, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """`count` pictures and their masks. Same seed, same pictures, however many."""
    pictures = np.empty((count, 3, SIDE, SIDE), np.float32)
    masks = np.zeros((count, SIDE, SIDE), np.int64)
    for row in range(count):
        random = np.random.default_rng([seed, row])
        picture = np.ones((3, SIDE, SIDE)) * random.uniform(0.0, 1.0, (3, 1, 1))
        for _ in range(random.integers(1, MOST + 1)):
            kind = int(random.integers(1, len(CLASSES)))
            where = _inside(kind, random)
            picture[:, where] = random.uniform(0.0, 1.0, (3, 1))
            masks[row, where] = kind
        picture += random.normal(0.0, NOISE, picture.shape)
        pictures[row] = (picture.clip(0.0, 1.0) - 0.5) / 0.25
    return pictures, masks


def _inside(kind: int, random: np.random.Generator) -> NDArray[Any]:
    """The pixels of one shape of a drawn place and size, (SIDE, SIDE) of bools."""
    radius = random.uniform(4.0, 9.0)
    top, left = random.uniform(radius * 0.7, SIDE - radius * 0.7, 2)
    down, across = _DOWN - top, _ACROSS - left
    match CLASSES[kind]:
        case "disc":
            found = down**2 + across**2 < radius**2
        case "square":
            found = np.maximum(abs(down), abs(across)) < 0.85 * radius
        case _:
            found = (down < 0.8 * radius) & (2 * abs(across) - down < 0.8 * radius)
    return np.asarray(found)
