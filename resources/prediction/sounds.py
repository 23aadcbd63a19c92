"""One recording from a file."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from common import InputError
from steps import sound_length


def read_recording(path: Path, to: dict[str, Any]) -> np.ndarray:
    """A recording with one channel, at one rate and length: (1, length)."""
    try:
        with soundfile.SoundFile(path) as file:
            rate, frames = file.samplerate, file.frames
            wanted = math.ceil(to["length"] * rate / to["rate"]) + 1
            first = max(0, (frames - wanted) // 2) if to["part"] == "middle" else 0
            sound = file.read(first + wanted, dtype="float32", always_2d=True)[first:]
    except soundfile.LibsndfileError:
        raise InputError(f"{path} is no recording of a kind that can be read.") from None
    if len(sound) < min(wanted, frames - first):
        raise InputError(f"{path} is cut short.")
    if not len(sound) or not np.isfinite(sound).all():
        raise InputError(f"{path} holds no sound, or values that are no numbers.")
    mono = sound.mean(axis=1, dtype=np.float32)
    if rate != to["rate"]:
        mono = np.asarray(soxr.resample(mono, rate, to["rate"], quality="HQ"), np.float32)
    return sound_length(mono[None], to)
