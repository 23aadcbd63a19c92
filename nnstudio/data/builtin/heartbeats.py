"""Synthetic heartbeats of five classes, made with numpy alone. No torch, no files.

The model is ECGSYN: P. E. McSharry, G. D. Clifford, L. Tarassenko, L. A. Smith, "A dynamical
model for generating synthetic electrocardiogram signals", IEEE Transactions on Biomedical
Engineering 50(3), 2003, doi 10.1109/TBME.2003.808805. Its waves P, Q, R, S, T are Gaussians in
the phase theta of the beat. We use the integrated form

    z(theta) = sum over i of a_i * exp(-(theta - theta_i)^2 / (2 * b_i^2)),

where a_i is the height in millivolts: the paper's a_i * b_i^2 (its table I), scaled so that R
has 1 mV. How a class departs from the normal beat is ours, after the textbook picture of each.
These are drawings of heartbeats for trying out models, not data for any medical purpose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RATE = 125
"""Samples per second, as in the MIT-BIH heartbeat files."""
LENGTH = 187
"""Values per heartbeat; about 1.5 s."""
PADDED = 192
"""Values after padding with zeros on the right: 192 = 16 * 12."""
SHARES = {"N": 0.40, "S": 0.15, "V": 0.15, "F": 0.15, "Q": 0.15}
"""Part of the samples that each class gets."""

#        P          Q           R    S          T
_THETA = np.array([-np.pi / 3, -np.pi / 12, 0.0, np.pi / 12, np.pi / 2])
_WIDTH = np.array([0.25, 0.10, 0.10, 0.10, 0.40])
_HEIGHT = np.array([1.2, -5.0, 30.0, -7.5, 0.75]) * _WIDTH**2 / (30.0 * 0.10**2)
P, Q, R, S, T = range(5)


@dataclass
class _Waves:
    """Height (mV), width and place (radians) of each wave: arrays (samples, 5)."""

    height: Array
    width: Array
    theta: Array

    def __getitem__(self, rows: NDArray[np.bool_]) -> _Waves:
        return _Waves(self.height[rows], self.width[rows], self.theta[rows])

    def __setitem__(self, rows: NDArray[np.bool_], new: _Waves) -> None:
        self.height[rows], self.width[rows], self.theta[rows] = new.height, new.width, new.theta


def generate(samples: int = 5000, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Heartbeats (samples, 192), float32 in millivolts, and their classes (samples,) 0..4.

    Each row shows the beat of its class in the middle, the end of the normal beat before and
    the start of the normal beat after it. The last five values are zeros.
    """
    random = np.random.default_rng(seed)
    targets = _targets(samples, random)
    normal = _normal_waves(samples, random)
    beat = _of_class(normal, targets, random)

    # Beat lengths in seconds: a premature beat comes early and is followed by a pause.
    period = random.uniform(0.68, 1.0, samples)
    early = _uniform(random, targets, {1: (0.62, 0.90), 2: (0.65, 1.0), 3: (0.72, 1.0)})
    pause = np.where(targets == 2, 2.0 - early, np.where(targets == 1, 1.05, 1.0))
    at = random.uniform(0.50, 0.62, samples)  # seconds from the start of the row to this R

    time = np.arange(LENGTH) / RATE
    signal = _draw(normal, time[None, :] - (at - period * early)[:, None], period)
    signal += _draw(beat, time[None, :] - at[:, None], period)
    signal += _draw(normal, time[None, :] - (at + period * pause)[:, None], period)
    signal += _pacing_spikes(targets, time, at, random)
    signal *= random.uniform(0.75, 1.25, (samples, 1)).astype(np.float32)  # electrode contact
    signal += _disturbance(samples, time, random)

    rows = np.zeros((samples, PADDED), np.float32)
    rows[:, :LENGTH] = signal
    return rows, targets


def _targets(samples: int, random: np.random.Generator) -> NDArray[np.int64]:
    bounds = np.round(np.cumsum([0.0, *SHARES.values()]) * samples).astype(int)
    return random.permutation(np.repeat(np.arange(len(SHARES)), np.diff(bounds)))


def _uniform(
    random: np.random.Generator,
    targets: NDArray[np.int64],
    ranges: dict[int, tuple[float, float]],
) -> Array:
    """One number per sample, uniform in its class's range; 1 for classes without a range."""
    numbers = np.ones(len(targets))
    for target, (low, high) in ranges.items():
        rows = targets == target
        numbers[rows] = random.uniform(low, high, int(rows.sum()))
    return numbers


def _normal_waves(samples: int, random: np.random.Generator) -> _Waves:
    shape = (samples, 5)
    return _Waves(
        height=_HEIGHT * random.normal(1.0, [0.25, 0.3, 0.15, 0.3, 0.3], shape),
        width=_WIDTH * random.normal(1.0, 0.12, shape).clip(0.6, 1.5),
        theta=_THETA + random.normal(0.0, [0.06, 0.02, 0.0, 0.02, 0.10], shape),
    )


def _of_class(normal: _Waves, targets: NDArray[np.int64], random: np.random.Generator) -> _Waves:
    beat = _Waves(normal.height.copy(), normal.width.copy(), normal.theta.copy())

    # S, from above the ventricles: the usual QRS after a small, moved or inverted P.
    rows = targets == 1
    count = int(rows.sum())
    beat.height[rows, P] *= random.uniform(-0.9, 0.5, count)
    beat.theta[rows, P] += random.normal(0.10, 0.12, count)

    # V, from a ventricle: no P, a wide tall QRS, T against it.
    rows = targets == 2
    beat[rows] = _ventricular(normal[rows], random)

    # F: both at once, so anything between N and V.
    rows = targets == 3
    part = random.uniform(0.30, 0.70, (int(rows.sum()), 1))
    other, own = _ventricular(normal[rows], random), normal[rows]
    beat[rows] = _Waves(
        own.height + part * (other.height - own.height),
        own.width + part * (other.width - own.width),
        own.theta + part * (other.theta - own.theta),
    )

    # Q, paced: a spike (drawn apart), then a wide QRS without a P of its own.
    rows = targets == 4
    count = int(rows.sum())
    beat.height[rows, P] *= random.uniform(0.0, 0.5, count)
    beat.height[rows, R] *= random.uniform(0.6, 1.2, count)
    beat.height[rows, S] *= random.uniform(1.0, 2.5, count)
    beat.width[rows, R] *= random.uniform(1.2, 2.2, count)
    beat.width[rows, S] *= random.uniform(1.3, 2.2, count)
    beat.height[rows, T] *= random.uniform(-1.2, 0.8, count)
    return beat


def _ventricular(normal: _Waves, random: np.random.Generator) -> _Waves:
    count = len(normal.height)
    waves = _Waves(normal.height.copy(), normal.width.copy(), normal.theta.copy())
    waves.height[:, P] *= random.uniform(0.0, 0.15, count)
    waves.height[:, Q] *= random.uniform(0.0, 0.8, count)
    waves.height[:, R] *= random.uniform(1.1, 1.7, count)
    waves.height[:, S] *= random.uniform(1.2, 2.4, count)
    waves.height[:, T] *= -random.uniform(0.7, 1.6, count)
    waves.width[:, R] *= random.uniform(1.9, 3.0, count)
    waves.width[:, S] *= random.uniform(1.6, 2.6, count)
    waves.theta[:, S] += random.uniform(0.10, 0.25, count)
    return waves


def _draw(waves: _Waves, time: Array, period: Array) -> NDArray[np.float32]:
    """The beats (samples, n) at `time` (samples, n), in seconds from each beat's R."""
    theta = (time * (2.0 * np.pi / period)[:, None]).astype(np.float32)
    signal = np.zeros_like(theta)
    for wave in range(5):
        away = theta - waves.theta[:, wave, None].astype(np.float32)
        scale = (-0.5 / waves.width[:, wave, None] ** 2).astype(np.float32)
        signal += waves.height[:, wave, None].astype(np.float32) * np.exp(scale * away**2)
    return signal


def _pacing_spikes(
    targets: NDArray[np.int64], time: Array, at: Array, random: np.random.Generator
) -> Array:
    """The pacemaker's spike, about 10 ms wide, 60 to 110 ms before R; some hardly show."""
    samples = len(targets)
    height = np.where(targets == 4, random.uniform(0.10, 0.90, samples), 0.0)
    before = random.uniform(0.06, 0.11, samples)
    away = (time[None, :] - (at - before)[:, None]) / 0.005
    return np.asarray(height[:, None] * np.exp(-0.5 * away**2))


def _disturbance(samples: int, time: Array, random: np.random.Generator) -> Array:
    """Breathing moves the baseline (0.15 to 0.4 Hz); muscles and the amplifier add noise."""
    phase = random.uniform(0.0, 2.0 * np.pi, (samples, 1))
    frequency = random.uniform(0.15, 0.40, (samples, 1))
    wander = random.uniform(0.0, 0.15, (samples, 1)) * np.sin(
        2.0 * np.pi * frequency * time[None, :] + phase
    )
    level = random.uniform(0.01, 0.07, (samples, 1))
    return np.asarray(wander + level * random.standard_normal((samples, len(time)), np.float32))
