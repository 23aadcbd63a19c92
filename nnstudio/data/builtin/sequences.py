"""Computed sequences: tokens to copy, reverse or sort, and waves to be freed from noise. Numpy.

They need no file and are the same for the same seed. What a model is given and what it should
answer is all that lives here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

START, END = 1, 2
"""Tokens before and after a sequence; 0 stands for padding and does not occur."""
FIRST = 3
TASKS = ("copy", "reverse", "sort")
NOISE = 0.5
WAVES = 4

Tokens = NDArray[np.int64]
Values = NDArray[np.float32]


def tokens(
    task: str, samples: int, length: int, vocabulary: int, seed: int = 0
) -> tuple[Tokens, Tokens]:
    """Questions and answers, both (samples, length), tokens from 3 to vocabulary - 1."""
    random = np.random.default_rng([seed, TASKS.index(task)])
    source = random.integers(FIRST, vocabulary, (samples, length), dtype=np.int64)
    if task == "copy":
        return source, source.copy()
    return source, source[:, ::-1].copy() if task == "reverse" else np.sort(source, axis=1)


def shift(answers: Tokens) -> tuple[Tokens, Tokens]:
    """Input and target of a decoder, both (samples, length + 1): one token ahead."""
    edge = np.ones((len(answers), 1), np.int64)
    read = np.concatenate([START * edge, answers], axis=1)
    return read, np.concatenate([answers, END * edge], axis=1)


def waves(
    samples: int, lengths: tuple[int, ...], width: int, seed: int = 0
) -> tuple[list[Values], Values]:
    """Noisy recordings (samples, length, width) of each length, and the clean one of the first.

    A sample is a sum of four sines of its own frequencies; each of the `width` values has its
    own phases, the same in all samples. Mean 0 and variance 1, plus noise of deviation 0.5.
    """
    random = np.random.default_rng(seed)
    frequency = random.uniform(0.25, 2.0, (samples, WAVES, 1))
    height = random.uniform(0.0, 1.0, (samples, WAVES, 1))
    height /= np.sqrt((height**2).sum(1, keepdims=True) / 2)
    phase = random.uniform(0.0, 2.0 * np.pi, (WAVES, width))
    turning, still = np.exp(1j * phase), 2.0j * np.pi * frequency
    recordings, clean = [], None
    for length in lengths:
        at = np.linspace(0.0, 1.0, length)
        # The imaginary part of height * exp(i (2 pi frequency time + phase)), summed over waves.
        turns = height * np.exp(still * at)
        signal = np.einsum("nwt,wd->ntd", turns, turning, optimize=True).imag.astype(np.float32)
        clean = signal if clean is None else clean
        noise = random.standard_normal(signal.shape, np.float32)
        recordings.append(signal + np.float32(NOISE) * noise)
    if clean is None:
        raise ValueError("expected at least one length")
    return recordings, clean
