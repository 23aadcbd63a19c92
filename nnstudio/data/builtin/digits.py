"""Handwritten digits and tumour measurements, as scikit-learn carries them."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@lru_cache(maxsize=1)
def digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    pixels, targets = of_scikit_learn()
    pixels = pixels / 16.0
    # One mean and deviation for all pixels: some pixels at the edge are always empty.
    pixels = (pixels - pixels.mean()) / pixels.std()
    return pixels.astype(np.float32), targets.astype(np.int64)


def of_scikit_learn() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Pixels (n, 64) from 0 to 16 and classes (n,), from scikit-learn's own file.

    To import scikit-learn for it takes longer than to import torch: that is done only where its
    file lies elsewhere.
    """
    found = find_spec("sklearn")
    for place in (found.submodule_search_locations or ()) if found else ():
        file = Path(place) / "datasets" / "data" / "digits.csv.gz"
        if file.is_file():
            table = np.loadtxt(file, delimiter=",")
            return table[:, :-1], table[:, -1].astype(np.int64)
    from sklearn.datasets import load_digits

    pixels, targets = load_digits(return_X_y=True)
    return pixels, targets


def measures_of(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean, centre of the ink across and down, its deviation across and down: (n, 5), standard."""
    images = pixels.reshape(len(pixels), 8, 8).astype(np.float64)
    images = images - images.min()
    total, at = images.sum((1, 2)), np.arange(8)
    columns, rows = images.sum(1) / total[:, None], images.sum(2) / total[:, None]
    across, down = columns @ at, rows @ at
    wide = np.sqrt(columns @ at**2 - across**2)
    high = np.sqrt(rows @ at**2 - down**2)
    measures = np.stack([total, across, down, wide, high], axis=1)
    standard: NDArray[np.float32] = (measures - measures.mean(0)) / measures.std(0)
    return standard.astype(np.float32)


ENLARGED = 6
"""Strokes are measured in pictures enlarged so many times."""


@lru_cache(maxsize=1)
def strokes() -> NDArray[np.float32]:
    """Thickness and smoothness of all digits: (n, 2), mean 0 and deviation 1 each."""
    measures = strokes_of(digits()[0])
    standard: NDArray[np.float32] = (measures - measures.mean(0)) / measures.std(0)
    return standard.astype(np.float32)


def strokes_of(pixels: NDArray[np.float32]) -> NDArray[np.float64]:
    """Measured of pictures (n, 64): (n, 2), thickness in pixels and smoothness from 0 to 1.

    Thickness: twice the ink's area over the length of its outline, which for a stroke is its
    width. Smoothness: 1 over 1 + the outline's mean curvature (1 / pixel), so that straight
    strokes have the most. Both over all levels of grey at once: the total variation of a picture
    is the sum of the lengths of its level lines.
    """
    images = pixels.reshape(len(pixels), 8, 8).astype(np.float64)
    images = np.pad(images - images.min(), ((0, 0), (1, 1), (1, 1)))
    parts = [_strokes_of(images[start : start + 100]) for start in range(0, len(images), 100)]
    return np.concatenate(parts)


def _strokes_of(images: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same of pictures (n, 10, 10) with an empty border."""
    at = np.linspace(0, 9, 10 * ENLARGED)
    low = np.minimum(at.astype(int), 8)
    # A soft way from pixel to pixel: its first derivative has no steps, which curvature needs.
    ease = 0.5 - 0.5 * np.cos(np.pi * (at - low))
    weights = np.zeros((len(at), 10))
    weights[np.arange(len(at)), low] += 1 - ease
    weights[np.arange(len(at)), low + 1] += ease
    large = np.einsum("ri,nij,cj->nrc", weights, images, weights, optimize=True)
    step = at[1] - at[0]
    down, across = np.gradient(large, step, axis=(1, 2))
    slope = np.sqrt(down**2 + across**2) + 1e-9
    bend = np.gradient(down / slope, step, axis=1) + np.gradient(across / slope, step, axis=2)
    outline = slope.sum((1, 2))
    thickness = 2 * large.sum((1, 2)) / outline
    smoothness = 1 / (1 + (np.minimum(np.abs(bend), 1 / step) * slope).sum((1, 2)) / outline)
    return np.stack([thickness, smoothness], axis=1)
