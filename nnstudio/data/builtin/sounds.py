"""Synthetic environmental sounds of ten classes, made with numpy alone. No torch, no files.

Each clip is computed from a few drawn numbers (pitch, pace, decay, number of events) and lies in
noise of its own colour and level. Nothing was recorded: they are drawings of sounds, made for
trying out models of sound, and say nothing about how well a model does on real ones.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Random = np.random.Generator

RATE = 16_000
"""Values per second."""
SECONDS = 2
LENGTH = RATE * SECONDS
EACH = 40
"""Clips of each class."""
NOISE = (-3.0, 15.0)
"""How far the sound lies above its background, dB, least and most."""

_TIME = np.arange(LENGTH) / RATE
_BINS = np.fft.rfftfreq(LENGTH, 1 / RATE)


@lru_cache(maxsize=1)
def sounds() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The set as it comes with the program: (400, 32000) from -1 to 1, and the classes 0 to 9."""
    return generate(EACH, seed=0)


def generate(each: int, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """`each` clips of every class, class after class. Same seed, same clips, however many."""
    clips = np.empty((each * len(MAKERS), LENGTH), np.float32)
    targets = np.repeat(np.arange(len(MAKERS)), each)
    for row, target in enumerate(targets):
        random = np.random.default_rng([seed, int(target), row % each])
        clips[row] = _recorded(tuple(MAKERS.values())[target](random), random)
    return clips, targets


def _recorded(sound: Array, random: Random) -> Array:
    """In the noise of a place, at some level, as 16 bits would hold it."""
    sound = sound / np.sqrt((sound**2).mean() + 1e-12)
    colour = random.uniform(0.0, 1.2)
    noise = _noise(random, lambda hertz: 1.0 / np.maximum(hertz, 40.0) ** colour)
    noise *= 10 ** (-random.uniform(*NOISE) / 20) / np.sqrt((noise**2).mean())
    mixed = sound + noise
    mixed *= random.uniform(0.2, 0.9) / np.abs(mixed).max()
    return np.round(mixed * 32_767) / 32_767


def _noise(random: Random, gain: Callable[[Array], Array]) -> Array:
    """Noise with this gain over the frequency in Hz, of deviation 1."""
    noise = np.fft.irfft(np.fft.rfft(random.standard_normal(LENGTH)) * gain(_BINS), LENGTH)
    return np.asarray(noise / noise.std())


def _band(hertz: Array, centre: float, width: float) -> Array:
    """A bell over frequency, on a logarithmic scale; `width` in octaves."""
    octaves: Array = np.log2(np.maximum(hertz, 1.0) / centre) / width
    return np.exp(-0.5 * octaves**2)


def _slow(random: Random, hertz: float) -> Array:
    """Something between 0 and 1 that changes about `hertz` times a second."""
    points = random.uniform(0.0, 1.0, int(SECONDS * hertz) + 3)
    at = random.uniform(0.0, 1.0) + _TIME * hertz
    low = at.astype(int)
    ease = 0.5 - 0.5 * np.cos(np.pi * (at - low))
    values: Array = points[low] * (1 - ease) + points[low + 1] * ease
    return values


def _phase(hertz: Array) -> Array:
    return 2 * np.pi * np.cumsum(hertz) / RATE


def _put(sound: Array, event: Array, at: float) -> None:
    """Add an event that begins at `at` seconds, cut at the end of the clip."""
    first = int(at * RATE)
    if 0 <= first < LENGTH:
        event = event[: LENGTH - first]
        sound[first : first + len(event)] += event


def _ringing(random: Random, partials: Array, decay: float, seconds: float) -> Array:
    """Partials (Hz) that die away, the higher the sooner, after a soft start of 1 ms."""
    time = np.arange(int(seconds * RATE)) / RATE
    phases = random.uniform(0, 2 * np.pi, len(partials))
    rates = partials / partials[0]
    waves = np.sin(2 * np.pi * partials[:, None] * time + phases[:, None])
    fading = np.exp(-time[None] / (decay / rates[:, None] ** 0.7)) / rates[:, None] ** 0.5
    ringing: Array = (waves * fading).sum(0) * np.minimum(time / 0.001, 1.0)
    return ringing


def _beats(random: Random, pace: float, jitter: float) -> Array:
    """Times of events, `pace` a second."""
    count = int(SECONDS * pace) + 2
    steps = 1 / pace * (1 + jitter * random.standard_normal(count))
    times: Array = np.cumsum(np.maximum(steps, 0.02)) - random.uniform(0.0, 1.0) / pace
    return times[times < SECONDS]


def _rain(random: Random) -> Array:
    sound = 0.6 * _noise(random, lambda hertz: _band(hertz, random.uniform(2500, 5000), 1.3))
    sound /= np.abs(sound).max()
    for at in random.uniform(0, SECONDS, random.integers(30, 220)):
        drop = _ringing(random, np.array([random.uniform(1500, 6500)]), 0.004, 0.02)
        _put(sound, random.exponential(0.5) * drop, at)
    return sound


def _wind(random: Random) -> Array:
    gusts = 0.15 + _slow(random, random.uniform(0.8, 2.5)) ** 2
    deep = _noise(random, lambda hertz: 1 / (1 + (hertz / random.uniform(150, 500)) ** 2))
    howl = _noise(random, lambda hertz: _band(hertz, random.uniform(400, 1100), 0.12))
    return gusts * (deep + random.uniform(0.0, 0.8) * gusts * howl)


def _siren(random: Random) -> Array:
    pace, low = random.uniform(0.3, 3.0), random.uniform(450, 900)
    high = low * random.uniform(1.25, 2.2)
    turn = (_TIME * pace + random.uniform(0, 1)) % 1
    shape = random.integers(3)
    way = (turn, 0.5 - 0.5 * np.cos(2 * np.pi * turn), (turn < 0.5).astype(float))[shape]
    phase = _phase(low + (high - low) * way)
    return sum(
        (np.sin(k * phase) * random.uniform(0.2, 1.0) / k for k in range(1, 5)), np.zeros(LENGTH)
    )


def _clock(random: Random) -> Array:
    sound, pace = np.zeros(LENGTH), random.uniform(1.5, 6.0)
    pitches = random.uniform(1800, 4500) * np.array([1.0, random.uniform(0.75, 1.0)])
    for number, at in enumerate(_beats(random, pace, 0.01)):
        partials = pitches[number % 2] * np.array([1.0, 1.47, 2.09])
        _put(sound, _ringing(random, partials[partials < 7900], 0.008, 0.05), at)
    return sound


def _bark(random: Random) -> Array:
    sound, at = np.zeros(LENGTH), random.uniform(0.0, 0.5)
    pitch, throat = random.uniform(250, 700), random.uniform(700, 1600)
    for _ in range(random.integers(1, 5)):
        time = np.arange(int(random.uniform(0.09, 0.22) * RATE)) / RATE
        hertz = pitch * (1 + 0.35 * np.sin(np.pi * time / time[-1])) * random.uniform(0.95, 1.05)
        phase = _phase(hertz)
        harmonics = np.arange(1, 13)
        heights = _band(harmonics * pitch, throat, 0.9)
        voice = (heights[:, None] * np.sin(harmonics[:, None] * phase)).sum(0)
        breath = np.convolve(random.standard_normal(len(time)), np.ones(4) / 4, "same")
        _put(sound, (voice + 0.8 * breath) * np.abs(np.sin(np.pi * time / time[-1])) ** 0.6, at)
        at += time[-1] + random.uniform(0.08, 0.5)
    return sound


def _bell(random: Random) -> Array:
    sound, base = np.zeros(LENGTH), random.uniform(350, 1400)
    partials = base * np.array([1.0, 1.2, 1.5, 2.0, 2.66, 3.01, 4.1]) * random.normal(1, 0.01, 7)
    decay = random.uniform(0.25, 1.2)
    for at in _beats(random, random.uniform(0.5, 2.0), 0.1):
        _put(sound, random.uniform(0.5, 1) * _ringing(random, partials, decay, 2.0), at)
    return sound


def _engine(random: Random) -> Array:
    speed = random.uniform(18, 75) * (1 + 0.3 * (_slow(random, 1.0) - 0.5))
    phase, harmonics = _phase(speed), np.arange(1, 25)
    heights = random.uniform(0.2, 1.0, 24) * _band(harmonics * 45.0, random.uniform(120, 500), 1.4)
    firing = (heights[:, None] * np.sin(harmonics[:, None] * phase)).sum(0)
    rattle = _noise(random, lambda hertz: _band(hertz, random.uniform(500, 1500), 0.8))
    return np.asarray(firing + random.uniform(0.1, 0.5) * rattle * (1 + np.sin(phase)))


def _crickets(random: Random) -> Array:
    sound = np.zeros(LENGTH)
    for _ in range(random.integers(1, 4)):
        pitch, trill = random.uniform(2800, 6500), random.uniform(18, 60)
        pace, share = random.uniform(0.8, 4.0), random.uniform(0.3, 1.0)
        chirping = (_TIME * pace + random.uniform(0, 1)) % 1 < share
        pulses = np.maximum(np.sin(2 * np.pi * trill * _TIME + random.uniform(0, 6)), 0.0)
        sound += random.uniform(0.3, 1) * chirping * pulses * np.sin(2 * np.pi * pitch * _TIME)
    return sound


def _knocking(random: Random) -> Array:
    sound, at = np.zeros(LENGTH), random.uniform(0.0, 0.5)
    wood = random.uniform(110, 420) * np.array([1.0, 1.9, 2.8, 4.3])
    pause = random.uniform(0.12, 0.35)
    for _ in range(random.integers(2, 8)):
        knock = _ringing(random, wood * random.uniform(0.97, 1.03), 0.03, 0.2)
        knock[:80] += random.standard_normal(80) * np.linspace(1, 0, 80)
        _put(sound, random.uniform(0.6, 1.0) * knock, at)
        at += pause * random.uniform(0.8, 1.25)
    return sound


def _waves(random: Random) -> Array:
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * (_TIME / random.uniform(1.6, 4) + random.uniform(0, 1)))
    roar = _noise(random, lambda hertz: _band(hertz, random.uniform(300, 800), 1.5))
    foam = _noise(random, lambda hertz: _band(hertz, random.uniform(2000, 4500), 1.2))
    return (0.1 + swell**2) * roar + 0.7 * swell**4 * foam


MAKERS: dict[str, Callable[[Random], Array]] = {
    "rain": _rain,
    "wind": _wind,
    "siren": _siren,
    "clock": _clock,
    "bark": _bark,
    "bell": _bell,
    "engine": _engine,
    "crickets": _crickets,
    "knocking": _knocking,
    "waves": _waves,
}
"""What draws a clip of each class, in the order of their numbers."""
