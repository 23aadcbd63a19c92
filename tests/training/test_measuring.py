"""A training measured before it is run: its time, its memory, the largest batch."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import nn

from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import measuring
from nnstudio.training.failures import TrainingError
from nnstudio.training.measured import Measured, in_time
from nnstudio.training.measuring import (
    CalledOffError,
    kept_for_backward,
    largest_that_fits,
    measure,
    straight_line,
)
from nnstudio.training.thread import Prepared
from tests.training.tiny_training import network, parts

SETTINGS = TrainingSettings(epochs=3, batch_size=16, threads=1, device="cpu")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "_SECONDS", 0.0)


def prepared(samples: int = 60) -> Prepared:
    return Prepared(network(), *parts(samples))


def test_time_and_memory_are_told_and_nobody_has_drawn_random_numbers() -> None:
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    expected = random.random(), float(np.random.rand()), float(torch.rand(()))
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    found = measure(prepared, SETTINGS)
    assert (random.random(), float(np.random.rand()), float(torch.rand(()))) == expected
    assert found.fits
    assert found.step_seconds is not None
    assert found.validation_batch_seconds is not None
    # 45 samples to train on are 3 batches, 15 to validate are one
    of_epoch = 3 * found.step_seconds + found.validation_batch_seconds
    assert found.seconds == pytest.approx(3 * of_epoch)
    assert found.memory_estimated
    # weights, gradients and two moments of Adam are the least of it
    assert found.memory > 4 * 4 * sum(p.numel() for p in network().parameters())


def test_what_a_step_keeps_is_summed_up_once_for_each_block_of_memory() -> None:
    rows, layer = torch.randn(5, 7), nn.Linear(7, 3)
    with kept_for_backward() as kept:
        made = layer(rows).tanh()
        loss = (made * made).sum()
    loss.backward()
    held = {rows.data_ptr(): 5 * 7 * 4, made.data_ptr(): 5 * 3 * 4}
    own = {p.untyped_storage().data_ptr() for p in layer.parameters()}
    assert {place: size for place, size in kept.items() if place not in own} == held


def test_more_than_is_free_is_never_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system may end a program that asks for too much: the largest batch is reckoned."""
    sizes = []
    real = measuring._Steps.step

    def step(self: measuring._Steps, size: int) -> None:
        sizes.append(size)
        real(self, size)

    monkeypatch.setattr(measuring._Steps, "step", step)
    monkeypatch.setattr(measuring, "free_memory", lambda: 12_000)
    found = measure(lambda: prepared(4_000), SETTINGS.with_values(batch_size=2_000))
    assert not found.fits
    assert max(sizes) == 8
    assert found.seconds is None
    assert found.largest_batch is not None
    assert 8 < found.largest_batch < 2_000
    assert found.largest_estimated
    assert "does not fit: largest batch " in found.sentence
    assert "(estimated)" in found.sentence


def test_of_a_batch_larger_than_the_data_all_samples_are_taken() -> None:
    whole = measure(prepared, SETTINGS.with_values(batch_size=45))
    assert measure(prepared, SETTINGS.with_values(batch_size=9_000)).memory == whole.memory


def test_it_can_be_called_off() -> None:
    steps = iter([False, False, True])
    with pytest.raises(CalledOffError):
        measure(prepared, SETTINGS, stopping=lambda: next(steps))


def test_what_a_training_would_refuse_is_refused() -> None:
    with pytest.raises(TrainingError, match="precision fp16 needs"):
        measure(prepared, SETTINGS.with_values(precision="fp16"))

    def broken() -> Prepared:
        raise RuntimeError("no such thing")

    with pytest.raises(TrainingError, match="no such thing"):
        measure(broken, SETTINGS)


@pytest.mark.parametrize(
    ("room", "wanted", "expected"), [(100, 512, 96), (1, 64, 1), (0, 64, None), (31, 32, 30)]
)
def test_the_largest_batch_is_found_by_trying(room: int, wanted: int, expected: int | None) -> None:
    tried = []

    def fits(size: int) -> bool:
        tried.append(size)
        return size <= room

    found = largest_that_fits(fits, wanted)
    assert found == expected or (found is not None and 0.8 * room <= found <= room)
    assert len(tried) < 12


def test_a_straight_line_tells_what_other_sizes_need() -> None:
    assert straight_line({2: 140, 8: 260}) == (100.0, 20.0)
    assert straight_line({1: 50}) == (0.0, 50.0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "less than a second"),
        (12.4, "about 12 s"),
        (250, "about 4 min"),
        (7_900, "about 2 h 12 min"),
        (3_600, "about 1 h"),
        (80_000, "about 22 h"),
        (400_000, "about 5 days"),
    ],
)
def test_time_in_words(seconds: float, text: str) -> None:
    assert in_time(seconds) == text


def test_sentences() -> None:
    fits = Measured(True, "cpu", 32, 310_000_000, True, None, seconds=250.0)
    assert fits.sentence == "fits, about 4 min, 310.0 MB (estimated)"
    large = Measured(False, "cuda:0", 512, 0, False, 20, largest_batch=96)
    assert large.sentence == "does not fit: largest batch 96 (measured)"
    none = Measured(False, "cpu", 8, 9_000_000_000, True, 2_000_000_000)
    assert none.sentence == (
        "does not fit: not even a batch of 1 fits; "
        "a batch of 8 needs 9.0 GB (estimated), 2.0 GB are free"
    )
