"""The built-in sounds, and what is measured of digits."""

from __future__ import annotations

import numpy as np
import torch

from nnstudio.data.builtin import digits
from nnstudio.data.builtin.sounds import LENGTH, MAKERS, generate
from nnstudio.data.pipeline.sets import load
from nnstudio.data.pipeline.understanding import describe


def test_they_are_seeded_synthetic_and_as_described() -> None:
    clips, targets = generate(2, seed=3)
    assert clips.shape == (20, LENGTH)
    assert clips.dtype == np.float32
    assert np.isfinite(clips).all()
    assert (np.abs(clips).max(axis=1) > 0.19).all()
    assert np.abs(clips).max() <= 0.9
    assert targets.tolist() == [k for k in range(10) for _ in range(2)]
    assert np.array_equal(generate(2, seed=3)[0], clips)
    assert np.array_equal(generate(1, seed=3)[0], clips[::2])
    assert not np.array_equal(generate(1, seed=4)[0], clips[::2])
    info = describe("sounds")
    assert info.synthetic
    assert "synthetic" in info.title
    assert info.classes == tuple(MAKERS)


def test_the_set_has_forty_of_each() -> None:
    dataset = load("sounds")
    assert isinstance(dataset.targets, torch.Tensor)
    assert torch.bincount(dataset.targets).tolist() == [40] * 10
    assert dataset.form == (1, 32_000)


def test_thickness_and_smoothness_are_measured() -> None:
    pixels = np.zeros((4, 8, 8), np.float32)
    pixels[0, 1:7, 3] = 1  # a thin bar
    pixels[1, 1:7, 2:6] = 1  # a thick one
    pixels[2, 1:7, 3:5] = 1  # a straight stroke
    for row in range(1, 7):  # the same, ragged
        pixels[3, row, 3 + row % 2 : 5 + row % 2] = 1
    thickness, smoothness = digits.strokes_of(pixels.reshape(4, 64)).T
    assert thickness[0] < thickness[2] < thickness[1]
    assert 0.6 < thickness[0] < 1.4
    assert smoothness[2] > smoothness[3]
    doubled = digits.strokes_of(2 * pixels.reshape(4, 64))
    assert np.allclose(doubled, np.stack([thickness, smoothness], 1), atol=1e-6)


def test_those_of_the_digits_differ_within_a_digit() -> None:
    measured, (_, targets) = digits.strokes(), digits.digits()
    assert measured.shape == (1797, 2)
    assert np.allclose(measured.mean(0), 0, atol=1e-4)
    assert np.allclose(measured.std(0), 1, atol=1e-3)
    assert all(measured[targets == digit].std(0).min() > 0.3 for digit in range(10))
    assert describe("digits").numbers == ("thickness", "smoothness")
