"""Resized pictures and signals, several targets, several inputs, token and float sequences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from nnstudio.data.builtin import sequences
from nnstudio.data.builtin.catalogue import BUILT_IN
from nnstudio.data.dataset import DataSet
from nnstudio.data.info import DataError, InputMapping, ModelInput
from nnstudio.data.pipeline.sets import load, load_for
from nnstudio.data.pipeline.understanding import describe
from nnstudio.data.resizing import resize
from tests.parts import limit, split


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_every_set_is_as_described(name: str) -> None:
    info, dataset = describe(name), load(name)
    assert len(dataset) == info.samples
    assert dataset.form == info.forms[0]
    assert isinstance(dataset.inputs, Tensor)
    assert dataset.inputs.dtype == (torch.int64 if info.tokens else torch.float32)
    if info.heads:
        assert isinstance(dataset.targets, dict)
        assert info.heads[0][1] == info.classes
        for head, classes in info.heads:
            assert dataset.targets[head].unique().tolist() == list(range(len(classes)))


def given(dataset: DataSet) -> Tensor:
    assert isinstance(dataset.inputs, Tensor)
    rows = dataset.to_model(dataset.inputs[:4])
    assert isinstance(rows, Tensor)
    return rows


@pytest.mark.parametrize(
    "form", [(1, 28, 28), (3, 32, 32), (3, 224, 224), (28, 28), (784, 1), (784,), (1, 4, 4)]
)
def test_digits_in_any_size_as_pictures(form: tuple[int, ...]) -> None:
    dataset = load("digits", form)
    assert dataset.form == form
    assert isinstance(dataset.inputs, Tensor)
    assert tuple(dataset.inputs.shape) == (1797, 1, 8, 8)
    rows = given(dataset)
    assert tuple(rows.shape) == (4, *form)
    small = load("digits").inputs
    assert isinstance(small, Tensor)
    assert rows.mean().item() == pytest.approx(small[:4].mean().item(), abs=0.05)


def test_channels_are_repeated_or_averaged() -> None:
    grey = torch.rand(2, 1, 8, 8)
    colour = resize(grey, (3, 8, 8))
    assert all(torch.equal(colour[:, k : k + 1], grey) for k in range(3))
    assert torch.allclose(resize(colour, (1, 8, 8)), grey)


def test_heartbeats_are_resampled_on_a_line() -> None:
    rows = given(load("heartbeats", (1, 16000)))
    assert tuple(rows.shape) == (4, 1, 16000)
    line = torch.linspace(0.0, 1.0, 100).reshape(1, 1, 100)
    longer = resize(line, (200,))[0]
    assert torch.allclose(longer.diff()[5:-5], longer.diff()[5:-5].mean().expand(189), atol=1e-4)


def test_a_signal_is_no_picture() -> None:
    with pytest.raises(DataError, match=r"does not come as 3 x 28 x 28; its forms are .* a signal"):
        load("heartbeats", (3, 28, 28))


def test_heads_are_functions_of_the_digit() -> None:
    targets = load("digits-heads").targets
    assert isinstance(targets, dict)
    for digit, thickness, smoothness in ((0, 0, 2), (4, 2, 0), (9, 4, 2)):
        rows = targets["digit"] == digit
        assert targets["thickness"][rows].unique().tolist() == [thickness]
        assert targets["smoothness"][rows].unique().tolist() == [smoothness]


def test_parts_keep_all_inputs_and_targets_together() -> None:
    feed = InputMapping(
        (ModelInput("image", "x", (1, 8, 8)), ModelInput("more", "measures", (5,))), named=True
    )
    dataset = load_for("digits-heads", feed)
    train, validation = split(limit(dataset, 500, seed=1), 0.2, seed=1)
    assert len(train) + len(validation) == 500
    for part in (train, validation):
        assert isinstance(part.inputs, dict)
        assert isinstance(part.targets, dict)
        assert {len(rows) for rows in (*part.inputs.values(), *part.targets.values())} == {
            len(part)
        }
    whole = limit(dataset, 500, seed=1)
    assert torch.equal(whole.inputs["more"], limit(dataset, 500, seed=1).inputs["more"])  # type: ignore[index]


def test_measures_are_of_the_picture() -> None:
    feed = InputMapping(
        (ModelInput("x", "x", (1, 8, 8)), ModelInput("a", "measures", (5,))), named=True
    )
    inputs = load_for("digits", feed).inputs
    assert isinstance(inputs, dict)
    pictures, measures = inputs["x"], inputs["a"]
    assert torch.allclose(measures.mean(0), torch.zeros(5), atol=1e-4)
    mean = pictures.mean((1, 2, 3))
    assert torch.corrcoef(torch.stack([mean, measures[:, 0]]))[0, 1] > 0.999


@pytest.mark.parametrize("task", sequences.TASKS)
def test_decoders_read_the_answer_one_token_behind(task: str) -> None:
    feed = InputMapping(
        (ModelInput("src", "src", (10,)), ModelInput("tgt", "tgt", (11,))), named=True
    )
    dataset = load_for(task, feed)
    assert isinstance(dataset.inputs, dict)
    assert isinstance(dataset.targets, Tensor)
    source, read = dataset.inputs["src"], dataset.inputs["tgt"]
    assert torch.equal(read[:, 1:], dataset.targets[:, :-1])
    assert (read[:, 0] == sequences.START).all()
    assert (dataset.targets[:, -1] == sequences.END).all()
    expected = {"copy": source, "reverse": source.flip(1), "sort": source.sort(1).values}[task]
    assert torch.equal(dataset.targets[:, :-1], expected)
    alone = load(task)
    assert torch.equal(alone.targets, expected)  # type: ignore[arg-type]
    assert source.min() >= sequences.FIRST
    assert source.max() < describe(task).tokens


def test_waves_of_any_width_and_the_batch_anywhere() -> None:
    feed = InputMapping(
        (ModelInput("src", "noisy", (10, 32)), ModelInput("tgt", "second", (7, 32))),
        named=True,
        batch_axis=1,
    )
    dataset = load_for("sequences", feed)
    assert isinstance(dataset.targets, Tensor)
    rows = dataset.to_model(dataset.inputs)
    assert {name: tuple(r.shape) for name, r in rows.items()} == {  # type: ignore[union-attr]
        "src": (10, 1000, 32),
        "tgt": (7, 1000, 32),
    }
    assert tuple(dataset.targets.shape) == (1000, 10, 32)
    noise = rows["src"].movedim(1, 0) - dataset.targets  # type: ignore[call-overload]
    assert noise.std().item() == pytest.approx(sequences.NOISE, abs=0.01)
    assert dataset.targets.std().item() == pytest.approx(1.0, abs=0.05)
    same, _ = sequences.waves(5, (4,), 3, seed=2)
    again, _ = sequences.waves(5, (4,), 3, seed=2)
    assert np.array_equal(same[0], again[0])
