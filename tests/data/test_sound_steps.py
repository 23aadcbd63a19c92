"""Steps for sound: log-mel spectrograms, windows, length."""

from __future__ import annotations

import numpy as np
import pytest

from nnstudio.data.info import DataError
from nnstudio.data.preparation.sound import LogMel, SoundLength, Windows
from nnstudio.project.data.steps import Step


def log_mel(**params: float) -> LogMel:
    return LogMel.of(Step(name="log_mel", params=tuple(params.items())))


def test_a_tone_lies_in_its_band() -> None:
    step = log_mel(bands=40)
    time = np.arange(16_000) / 16_000
    tones = np.stack([np.sin(2 * np.pi * hertz * time) for hertz in (300, 1000, 4000)])[:, None]
    made = step.apply(tones.astype(np.float32), step.fit(tones))
    assert made.shape == (3, 1, 40, 63)
    assert made.dtype == np.float32
    mel = 2595 * np.log10(1 + np.array([300, 1000, 4000]) / 700)
    expected = mel / (2595 * np.log10(1 + 8000 / 700)) * 41 - 1
    assert np.abs(made[:, 0, :, 30].argmax(1) - expected).max() < 1


def test_batches_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    step = log_mel(window=256, hop=128, bands=20)
    values = np.random.default_rng(0).standard_normal((7, 2, 2000)).astype(np.float32)
    whole = step.apply(values, step.fit(values))
    monkeypatch.setattr("nnstudio.data.preparation.sound.BATCH", 3)
    assert np.allclose(step.apply(values, step.fit(values)), whole, atol=1e-5)
    assert whole.shape == (7, 2, 20, 16)


def test_filters_are_triangles_that_cover_everything() -> None:
    bank = log_mel(bands=30).filters()
    assert bank.shape == (30, 513)
    assert bank.max() <= 1.0
    assert np.allclose(bank.sum(0)[40:440], 1.0, atol=1e-3)


def test_empty_filters_are_warned_of() -> None:
    assert log_mel().findings() == ()
    (finding,) = log_mel(window=400, hop=160, bands=128).findings()
    assert finding.severity == "warning"
    assert finding.sentence.startswith("4 of the bands are always empty: 128 bands are too many")


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"bands": 0}, "'log_mel' cannot have bands 0"),
        ({"lowest": 5000.0, "highest": 4000.0}, "lowest < highest <= half the rate"),
        ({"highest": 9000.0}, "lowest < highest <= half the rate"),
        ({"colour": 1}, "has no parameter 'colour'"),
    ],
)
def test_parameters_are_checked(params: dict[str, float], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        log_mel(**params)


def test_windows_overlap_and_the_last_is_padded() -> None:
    step = Windows.of(Step(name="windows", params=(("window", 4), ("hop", 2))))
    values = np.arange(1, 10, dtype=np.float32)[None, None]
    made = step.apply(values, step.fit(values))
    assert made[0].tolist() == [[1, 2, 3, 4], [3, 4, 5, 6], [5, 6, 7, 8], [7, 8, 9, 0]]
    two = step.apply(np.concatenate([values, -values], 1), {})
    assert two.shape == (1, 4, 8)
    assert two[0, 0].tolist() == [1, 2, 3, 4, -1, -2, -3, -4]
    assert step.apply(values[..., :3], {})[0].tolist() == [[1, 2, 3, 0]]


def test_arrays_are_cut_or_filled() -> None:
    step = SoundLength.of(Step(name="sound_length", params=(("length", 4),)))
    values = np.arange(6.0)[None, None]
    assert step.apply(values, {})[0, 0].tolist() == [0, 1, 2, 3]
    assert step.with_values(part="middle").apply(values, {})[0, 0].tolist() == [1, 2, 3, 4]
    assert step.apply(values[..., :2], {})[0, 0].tolist() == [0, 1, 0, 0]
    repeated = step.with_values(filled="repeat").apply(values[..., :3], {})
    assert repeated[0, 0].tolist() == [0, 1, 2, 0]
