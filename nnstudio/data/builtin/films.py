"""Synthetic films of discs that move and bounce off the edges, made with numpy alone.

Each disc has a drawn size, place, direction and speed; discs pass in front of each other. They try
out models that look ahead and say nothing about how well one does on films of the world.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.builtin.catalogue import BUILT_IN

FILMS = BUILT_IN["films"].samples
FRAMES, _, SIDE, _ = BUILT_IN["films"].forms[0]
DISCS = 2
"""Discs in a film."""

_DOWN, _ACROSS = np.mgrid[:SIDE, :SIDE] + 0.5


@lru_cache(maxsize=1)
def films() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The set as it comes with the program: (600, 8, 1, 16, 16) of 0 to 1, and the frame after."""
    return generate(FILMS, seed=0)


def generate(count: int, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """`count` films and the frame that follows each. Same seed, same films, however many."""
    frames = np.zeros((count, FRAMES + 1, 1, SIDE, SIDE), np.float32)
    for row in range(count):
        random = np.random.default_rng([seed, row])
        for _ in range(DISCS):
            disc = _disc(random.uniform(2.0, 3.0), random)
            frames[row, :, 0] = np.maximum(frames[row, :, 0], disc)
    return frames[:, :-1], frames[:, -1]


def _disc(radius: float, random: np.random.Generator) -> NDArray[np.float64]:
    """A disc in every frame, (FRAMES + 1, SIDE, SIDE) of 0 to 1, its edge softened."""
    room = SIDE - 2 * radius
    angle, speed = random.uniform(0.0, 2 * np.pi), random.uniform(0.7, 1.5)
    steps = np.arange(FRAMES + 1)[:, None] * speed * np.array([np.sin(angle), np.cos(angle)])
    way = (random.uniform(0.0, room, 2) + steps) % (2 * room)
    places = radius + np.minimum(way, 2 * room - way)
    top, left = places.T[:, :, None, None]
    distance = np.hypot(_DOWN - top, _ACROSS - left)
    return np.asarray((radius + 0.5 - distance).clip(0.0, 1.0))
