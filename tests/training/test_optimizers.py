"""The table of optimizers: torch has what it names, and every one goes on to the bit."""

from __future__ import annotations

import inspect
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from nnstudio.project.training.optimizers import OPTIMIZERS, OptimizerName, optimizers_with
from nnstudio.project.training.schedules import SCHEDULES
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.events import Completed, EpochDone, Event, Failed, Stopped
from nnstudio.training.loop import train
from nnstudio.training.optimizers import arguments_of, build_optimizers
from nnstudio.training.stop_and_pause import StopAndPause
from tests.training.tiny_training import network, parts

CPU = torch.device("cpu")
SHORT = TrainingSettings(epochs=4, batch_size=8, learning_rate=0.01)
THERE = [name for name in OPTIMIZERS if hasattr(torch.optim, name)]
OWN_DEFAULTS = {"momentum"}
"""Settings that were there before, with a value of their own."""


def same_but_for_time(events: list[Event]) -> list[EpochDone]:
    return [replace(event, seconds=0.0) for event in events if isinstance(event, EpochDone)]


class StopsAfter(nn.Module):
    """Asks for a stop in a chosen training step."""

    def __init__(self, inner: nn.Module, steps: int, control: StopAndPause) -> None:
        super().__init__()
        self.inner, self.left = inner, steps
        self.ask = lambda: control.stop()  # a function, so that the model can be copied

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training:
            self.left -= 1
            if self.left == 0:
                self.ask()
        return self.inner(x)


@cache
def in_one_piece(settings: TrainingSettings, make: Any) -> tuple[StopsAfter, list[Event]]:
    """The model and the events of a training that is not stopped; both are only looked at."""
    straight = StopsAfter(make(), -1, StopAndPause())
    whole = list(train(straight, *parts(), settings, device=CPU))
    assert isinstance(whole[-1], Completed), whole[-1]
    return straight, whole


def straight_and_resumed(
    folder: Path, settings: TrainingSettings, at: int, make: Any = network
) -> tuple[StopsAfter, StopsAfter]:
    """The models of a training of one piece and of one that was stopped in step `at`."""
    straight, whole = in_one_piece(settings, make)
    control = StopAndPause()
    stopped = StopsAfter(make(), at, control)
    events = list(
        train(stopped, *parts(), settings, device=CPU, control=control, run_folder=folder)
    )
    assert isinstance(events[-1], Stopped), events[-1]
    again = StopsAfter(make(), -1, StopAndPause())
    events = list(train(again, *parts(), settings, device=CPU, resume=folder))
    assert isinstance(events[-1], Completed), events[-1]
    told = same_but_for_time(events)
    assert told == same_but_for_time(whole)[-len(told) :]
    for name, value in straight.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name
    return straight, again


def test_the_table_is_the_choice() -> None:
    assert set(OPTIMIZERS) == set(get_args(OptimizerName))
    assert set(TrainingSettings.model_json_schema()["properties"]["optimizer"]["enum"]) == set(
        OPTIMIZERS
    )


@pytest.mark.parametrize("name", THERE)
def test_torch_has_the_arguments_with_these_defaults(name: OptimizerName) -> None:
    signature = inspect.signature(getattr(torch.optim, name).__init__).parameters
    kind = OPTIMIZERS[name]
    for argument, setting in kind.arguments.items():
        assert argument in signature, argument
        value = arguments_of(name, SHORT).get(argument, signature[argument].default)
        if setting not in OWN_DEFAULTS:
            assert value == signature[argument].default, argument
        fields = [setting] if isinstance(setting, str) else setting
        assert set(fields) <= set(TrainingSettings.model_fields)
    assert set(kind.fixed) <= set(signature)
    for device in ("cpu",):
        assert (device not in kind.fused) or "fused" in signature


@pytest.mark.parametrize("name", THERE)
def test_each_learns_and_goes_on_to_the_bit(tmp_path: Path, name: str) -> None:
    rate = 1.0 if name == "Adadelta" else 0.01
    settings = SHORT.with_values(optimizer=name, learning_rate=rate, weight_decay=0.01)
    straight, _ = straight_and_resumed(tmp_path, settings, 9)
    start = network().state_dict()
    assert not torch.equal(straight.inner.state_dict()["0.weight"], start["0.weight"])


@pytest.mark.parametrize("name", THERE)
def test_each_does_the_steps_of_torchs_own_class(name: str) -> None:
    """Two steps by the settings are two steps of the class as a person would write it."""
    settings = SHORT.with_values(optimizer=name, weight_decay=0.01)
    ours, theirs = nn.Linear(3, 4, bias=False), nn.Linear(3, 4, bias=False)
    theirs.load_state_dict(ours.state_dict())
    arguments = arguments_of(name, settings)  # type: ignore[arg-type]
    made = getattr(torch.optim, name)(theirs.parameters(), lr=0.01, weight_decay=0.01, **arguments)
    (optimizer,) = build_optimizers(ours, settings, CPU)
    for model, one in ((ours, optimizer), (theirs, made)):
        for number in range(2):
            one.zero_grad()
            model(torch.full((2, 3), 1.0 + number)).square().sum().backward()
            one.step()
    torch.testing.assert_close(ours.weight, theirs.weight)


@pytest.mark.skipif("Muon" not in THERE, reason="this torch has no Muon")
def test_muon_takes_weights_with_two_axes_and_adamw_the_others() -> None:
    muon, beside = build_optimizers(network(), SHORT.with_values(optimizer="Muon"), CPU)
    assert (type(muon).__name__, type(beside).__name__) == ("Muon", "AdamW")
    assert {p.ndim for group in muon.param_groups for p in group["params"]} == {2}
    assert {p.ndim for group in beside.param_groups for p in group["params"]} == {1}
    assert "ns_steps" not in optimizers_with("beta1")
    assert "Muon" in optimizers_with("beta1")


def test_decay_spares_norms_and_biases_if_asked() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.LayerNorm([3]), nn.Conv1d(1, 1, 1))
    settings = SHORT.with_values(optimizer="AdamW", weight_decay=0.1, decay_norms=False)
    (optimizer,) = build_optimizers(model, settings, CPU)
    pulled, spared = optimizer.param_groups
    assert (pulled["weight_decay"], spared["weight_decay"]) == (0.1, 0.0)
    assert [tuple(p.shape) for p in pulled["params"]] == [(3, 2), (1, 1, 1)]
    assert len(spared["params"]) == 4
    (one,) = build_optimizers(model, settings.with_values(decay_norms=True), CPU)
    assert len(one.param_groups) == 1


def test_decay_holds_for_length_and_direction_of_a_normalised_weight() -> None:
    for dim in (0, None):
        model = parametrizations.weight_norm(nn.Linear(2, 3), dim=dim)
        settings = SHORT.with_values(weight_decay=0.1, decay_norms=False)
        (optimizer,) = build_optimizers(model, settings, CPU)
        assert [len(group["params"]) for group in optimizer.param_groups] == [2, 1]


def test_a_norm_over_several_axes_is_spared() -> None:
    model = nn.Sequential(nn.LayerNorm([2, 3]), nn.Linear(3, 1, bias=False))
    settings = SHORT.with_values(weight_decay=0.1, decay_norms=False)
    (optimizer,) = build_optimizers(model, settings, CPU)
    assert [len(group["params"]) for group in optimizer.param_groups] == [1, 2]


def test_what_torch_refuses_is_a_sentence() -> None:
    settings = SHORT.with_values(optimizer="SGD", nesterov=True, momentum=0)
    last = list(train(network(), *parts(), settings, device=CPU))[-1]
    assert isinstance(last, Failed)
    assert last.sentence == (
        "The optimizer SGD refuses its settings: "
        "Nesterov momentum requires a momentum and zero dampening."
    )


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name != "constant"])
@pytest.mark.parametrize("warmup", [0, 8])
@pytest.mark.parametrize("at", [5, 9, 12])
def test_each_schedule_goes_on_to_the_bit(tmp_path: Path, name: str, warmup: int, at: int) -> None:
    settings = SHORT.with_values(
        schedule=name,
        schedule_every=1,
        schedule_epochs="1, 3",
        schedule_patience=0,
        warmup_steps=warmup,
    )
    straight_and_resumed(tmp_path, settings, at)


@pytest.mark.parametrize("name", THERE)
def test_each_optimizer_cycles_and_goes_on(tmp_path: Path, name: str) -> None:
    straight_and_resumed(tmp_path, SHORT.with_values(optimizer=name, schedule="one_cycle"), 10)


@pytest.mark.parametrize("at", [1, 2, 3, 7, 11])
def test_gathered_gradients_and_averages_go_on(tmp_path: Path, at: int) -> None:
    settings = SHORT.with_values(accumulate=4, average_decay=0.9, clip_norm=0.5)
    straight_and_resumed(tmp_path, settings, at)
