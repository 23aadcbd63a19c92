"""Batches of data that do not lie on the device: one ahead, in the same order, errors passed on."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from tiny_training import network, parts, points

from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import batches as batches_module
from nnstudio.training.ahead import Ahead
from nnstudio.training.batches import Batches
from nnstudio.training.events import EpochDone, Event, Failed
from nnstudio.training.loop import train

CPU = torch.device("cpu")
SHORT = TrainingSettings(epochs=3, batch_size=8, learning_rate=0.01)


def gatherers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("batches")]


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    assert not gatherers()


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nothing fitted on the device."""
    monkeypatch.setattr(batches_module, "_fits", lambda *_: False)


def losses(events: list[Event]) -> list[float]:
    return [loss for e in events if isinstance(e, EpochDone) for loss in (e.train.loss,)]


def test_the_same_training_as_with_data_on_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    resident = losses(list(train(network(), *parts(), SHORT, device=CPU)))
    monkeypatch.setattr(batches_module, "_fits", lambda *_: False)
    assert losses(list(train(network(), *parts(), SHORT, device=CPU))) == resident
    assert len(resident) == 3


@pytest.mark.usefixtures("elsewhere")
def test_batches_come_in_the_order_in_which_they_are_asked_for() -> None:
    data = points(30)
    batches = Batches(data.inputs, data.targets, 8, CPU)
    for epoch in (1, 2):
        order = batches.order(0, epoch)
        for step in (0, 1, 2, 1, 3):  # a training that goes on begins anywhere
            inputs, _ = batches.batch(order, step)
            assert torch.equal(inputs, data.inputs[order[8 * step : 8 * step + 8]])
    assert len(gatherers()) == 1
    assert torch.equal(batches.in_sequence(2)[0], data.inputs[16:24])
    batches.close()


@pytest.mark.usefixtures("elsewhere")
def test_an_error_in_gathering_ends_the_training_with_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(self: Batches, chosen: torch.Tensor) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Batches, "_gather", failing)
    (*_, last) = train(network(), *parts(), SHORT, device=CPU)
    assert isinstance(last, Failed)
    assert "Input/output error" in last.sentence


@pytest.mark.usefixtures("elsewhere")
def test_a_training_that_is_dropped_leaves_no_thread() -> None:
    events = train(network(), *parts(), SHORT.with_values(epochs=50), device=CPU)
    while not isinstance(next(events), EpochDone):
        pass
    assert gatherers()
    events.close()


def test_nothing_is_made_twice_and_no_more_than_one_ahead() -> None:
    made = []

    def make(number: int) -> int:
        made.append(number)
        return number * 10

    ahead: Ahead[int] = Ahead()
    assert [ahead.take("a", k, 4, make) for k in range(4)] == [0, 10, 20, 30]
    assert made == [0, 1, 2, 3]
    ahead.close()
    assert ahead.take("a", 1, 2, make) == 10  # it begins again where it is asked
    ahead.close()


def test_rows_of_a_map_that_lies_channels_last() -> None:
    values = np.arange(5 * 2 * 3 * 4, dtype=np.uint8).reshape(5, 2, 3, 4)
    rows = torch.from_numpy(np.moveaxis(values, -1, 1))
    batches = Batches(rows, torch.arange(5), 2, CPU)
    inputs, targets = batches.batch(torch.tensor([3, 1, 4, 0, 2]), 0)
    assert torch.equal(inputs, rows[[3, 1]])
    assert inputs.is_contiguous()
    assert targets.tolist() == [3, 1]
