"""The spectrogram of a sound for the eye: levels over time and frequency. No torch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

WINDOW = 512
FLOOR = 70.0
"""Decibels below the loudest that are black."""
MOST_FRAMES = 1_200


def spectrogram(values: NDArray[Any], window: int = WINDOW) -> NDArray[np.float64]:
    """(frequencies, frames) of a sound (length,): 0 for 70 dB below the loudest or less, 1 for it.

    Hann windows, half overlapping, or further apart where there would be more than 1,200 frames.
    Frequencies go from 0 to half the rate.
    """
    sound = np.nan_to_num(np.asarray(values, np.float64))
    if len(sound) < window:
        sound = np.pad(sound, (0, window - len(sound)))
    hop = max(window // 2, -(-(len(sound) - window) // MOST_FRAMES))
    frames = np.lib.stride_tricks.sliding_window_view(sound, window)[::hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(window), axis=1)) ** 2
    loudest = float(power.max(initial=0.0))
    if loudest <= 0.0:
        return np.zeros((window // 2 + 1, len(frames)))
    decibels = 10 * np.log10(np.maximum(power / loudest, 1e-12))
    levels: NDArray[np.float64] = np.clip(1 + decibels / FLOOR, 0.0, 1.0).T
    return levels
