"""Built-in data sets: what is told of them is true, forms, splits."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from nnstudio.data.builtin import digits, heartbeats
from nnstudio.data.info import DataError
from nnstudio.data.pipeline.sets import load
from nnstudio.data.pipeline.understanding import describe
from tests.parts import split


@pytest.mark.parametrize("name", ["digits", "heartbeats"])
def test_every_form_is_as_described(name: str) -> None:
    info = describe(name)
    native = load(name)
    assert native.form == info.forms[0]
    for form in info.forms:
        dataset = load(name, form)
        assert tuple(dataset.inputs.shape) == (info.samples, *form)
        assert dataset.inputs.dtype == torch.float32
        assert torch.equal(dataset.inputs.flatten(), native.inputs.flatten())
    assert native.targets.dtype == torch.int64
    assert native.targets.unique().tolist() == list(range(len(info.classes)))


def test_digits_are_standardised() -> None:
    inputs = load("digits").inputs
    assert abs(inputs.mean().item()) < 1e-5
    assert abs(inputs.std().item() - 1.0) < 1e-3


def test_digits_are_those_of_scikit_learn() -> None:
    from sklearn.datasets import load_digits

    ours, theirs = digits.of_scikit_learn(), load_digits(return_X_y=True)
    for one, other in zip(ours, theirs, strict=True):
        assert one.dtype == other.dtype
        assert (one == other).all()


def test_changing_a_loaded_set_leaves_the_next_one_alone() -> None:
    load("digits").inputs.zero_()
    assert load("digits").inputs.abs().sum() > 0


def test_heartbeats_are_padded_seeded_and_plainly_synthetic() -> None:
    signals, targets = heartbeats.generate(200, seed=3)
    again, _ = heartbeats.generate(200, seed=3)
    other, _ = heartbeats.generate(200, seed=4)
    assert signals.shape == (200, 192)
    assert not signals[:, heartbeats.LENGTH :].any()
    assert np.array_equal(signals, again)
    assert not np.array_equal(signals, other)
    assert np.bincount(targets).tolist() == [80, 30, 30, 30, 30]
    info = describe("heartbeats")
    assert info.synthetic
    assert "Synthetic" in info.note


def test_ventricular_beats_are_wider_than_normal_ones() -> None:
    signals, targets = heartbeats.generate(1000, seed=0)
    middle = signals[:, 50:90]
    high = (middle > 0.5 * middle.max(1, keepdims=True)).sum(1)
    assert np.median(high[targets == 2]) > 1.5 * np.median(high[targets == 0])


def test_a_wrong_form_names_the_forms_there_are() -> None:
    with pytest.raises(DataError, match="does not come as 4 x 8 x 8; its forms are 1 x 8 x 8, 8"):
        load("digits", (4, 8, 8))


def test_an_unknown_name_tells_what_is_there() -> None:
    with pytest.raises(DataError, match=r"named 'mnits'; built in are digits, .*, heartbeats"):
        load("mnits")


def test_split_is_stratified_complete_and_seeded() -> None:
    dataset = load("heartbeats", (192,))
    train, validation = split(dataset, 0.2, seed=1)
    assert (len(train), len(validation)) == (4000, 1000)
    assert train.info.samples == 4000
    assert torch.bincount(validation.targets).tolist() == [400, 150, 150, 150, 150]
    both = torch.cat([train.inputs, validation.inputs])
    assert torch.equal(both.sum(1).sort().values, dataset.inputs.sum(1).sort().values)
    same, _ = split(dataset, 0.2, seed=1)
    other, _ = split(dataset, 0.2, seed=2)
    assert torch.equal(train.inputs, same.inputs)
    assert not torch.equal(train.inputs, other.inputs)


def test_split_without_validation_and_with_a_senseless_share() -> None:
    dataset = load("digits")
    train, validation = split(dataset, 0.0)
    assert (len(train), len(validation)) == (len(dataset), 0)
    with pytest.raises(DataError, match=r"below 1, not 1\.5"):
        split(dataset, 1.5)


def test_describing_needs_no_torch() -> None:
    code = (
        "import sys; from nnstudio.data.pipeline.understanding import describe; describe('digits');"
        "assert 'torch' not in sys.modules and 'sklearn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
