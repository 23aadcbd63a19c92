"""Synthetic clouds of points on the surfaces of simple solids, made with numpy alone.

Each solid has drawn proportions, is turned about the upright axis and scattered a little. They try
out models for points and say nothing about how well one does on things that were scanned.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.builtin.catalogue import BUILT_IN

CLOUDS = BUILT_IN["solids"].samples
CLASSES = BUILT_IN["solids"].classes
POINTS = BUILT_IN["solids"].forms[0][1]
NOISE = 0.02
"""Deviation of the noise of each coordinate; the farthest point is at 1."""

Points = NDArray[np.float64]


@lru_cache(maxsize=1)
def solids() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The set as it comes with the program: (500, 3, 128) and classes of 0 to 4, 100 of each."""
    return generate(CLOUDS, seed=0)


def generate(count: int, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """`count` clouds and their classes in turn. Same seed, same clouds, however many."""
    kinds = np.arange(count) % len(CLASSES)
    clouds = np.empty((count, 3, POINTS), np.float32)
    for row, kind in enumerate(kinds):
        random = np.random.default_rng([seed, row])
        points = _surface(CLASSES[kind], random)
        points = points * random.uniform(0.7, 1.3, 3)
        points -= points.mean(0)
        points /= np.linalg.norm(points, axis=1).max()
        angle = random.uniform(0.0, 2 * np.pi)
        turned = [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
        clouds[row] = np.array(turned) @ points.T + random.normal(0.0, NOISE, (3, POINTS))
    return clouds, kinds


def _surface(kind: str, random: np.random.Generator) -> Points:
    """Points of a solid about as large as 1, (POINTS, 3) with the upright axis last."""
    around = random.uniform(0.0, 2 * np.pi, POINTS)
    part = random.uniform(0.0, 1.0, POINTS)
    match kind:
        case "ball":
            points = random.normal(size=(POINTS, 3))
            return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True))
        case "box":
            points = random.uniform(-1.0, 1.0, (POINTS, 3))
            points[np.arange(POINTS), random.integers(3, size=POINTS)] = random.choice(
                [-1.0, 1.0], POINTS
            )
            return points
        case "cylinder":
            cap = part < 1 / 3
            radius = np.where(cap, np.sqrt(random.uniform(size=POINTS)), 1.0)
            ends = random.choice([-1.0, 1.0], POINTS)
            return _about(around, radius, np.where(cap, ends, random.uniform(-1, 1, POINTS)))
        case "cone":
            radius = np.sqrt(random.uniform(size=POINTS))
            return _about(around, radius, np.where(part < 0.3, -1.0, 1.0 - 2.0 * radius))
        case _:
            tube = random.uniform(0.0, 2 * np.pi, POINTS)
            return _about(around, 1.0 + 0.35 * np.cos(tube), 0.35 * np.sin(tube))


def _about(angle: NDArray[Any], radius: NDArray[Any], height: NDArray[Any]) -> Points:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), height], 1)
