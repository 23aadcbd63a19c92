"""Handwritten digits and tumour measurements, as scikit-learn carries them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@lru_cache(maxsize=1)
def digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    from sklearn.datasets import load_digits  # slow to import, so only when asked for

    pixels, targets = load_digits(return_X_y=True)
    pixels = pixels / 16.0
    # One mean and deviation for all pixels: some pixels at the edge are always empty.
    pixels = (pixels - pixels.mean()) / pixels.std()
    return pixels.astype(np.float32), targets.astype(np.int64)


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
