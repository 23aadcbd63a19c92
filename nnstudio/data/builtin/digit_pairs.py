"""Pairs of the handwritten digits: the same digit twice, or two of them. Numpy alone."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.builtin.digits import digits


@lru_cache(maxsize=1)
def digit_pairs() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of both pictures of each pair (P, 2), and 1 where they show the same digit (P).

    No picture is in two pairs, so that what is held out was never seen.
    """
    _, shown = digits()
    random = np.random.default_rng(0)
    alike: list[NDArray[np.int64]] = []
    rest: list[NDArray[np.int64]] = []
    for digit in range(10):
        rows = random.permutation(np.flatnonzero(shown == digit))
        half = len(rows) // 4 * 2
        alike.append(rows[:half].reshape(-1, 2))
        rest.append(rows[half:])
    left = np.concatenate(rest)  # by digit: half of all further on stands another one
    half = len(left) // 2
    pairs = np.concatenate([*alike, np.stack([left[:half], left[half : 2 * half]], 1)])
    order = random.permutation(len(pairs))
    pairs = pairs[order]
    return pairs, np.equal(*shown[pairs].T).astype(np.int64)
