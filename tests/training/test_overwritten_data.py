"""A model that overwrites its input does not reach the data: a batch is always a copy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny_training import points
from torch import nn

from nnstudio.compiler.build import build
from nnstudio.compiler.source import generate
from nnstudio.data.dataset import DataSet
from nnstudio.data.pipeline.sets import load
from nnstudio.project.storage import file
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import checkpoints
from nnstudio.training.batches import Batches
from nnstudio.training.events import Completed, EpochDone, Metrics
from nnstudio.training.loop import train
from tests.parts import split

CASES = Path(__file__).parents[1] / "cases" / "training"
CPU = torch.device("cpu")
SIX = TrainingSettings(epochs=6, batch_size=64, device="cpu", seed=3)


def run(
    name: str, folder: Path, settings: TrainingSettings, resume: bool = False
) -> list[EpochDone]:
    """The epochs of a training of the case on the digits."""
    project = file.read(CASES / f"{name}.nns")
    torch.manual_seed(settings.seed)
    model = build(generate(project))
    train_set, held_out = split(load("digits", (64,)), 0.2, settings.seed)
    again = folder if resume else None
    events = list(
        train(model, train_set, held_out, settings, device=CPU, run_folder=folder, resume=again)
    )
    assert isinstance(events[-1], Completed)
    return [event for event in events if isinstance(event, EpochDone)]


def figures(epochs: list[EpochDone]) -> list[tuple[Metrics, Metrics | None]]:
    return [(done.train, done.validation) for done in epochs]


def test_overwriting_the_input_changes_no_figure(tmp_path: Path) -> None:
    saving = run("inplace_first", tmp_path / "saving", SIX)
    plain = run("notinplace_first", tmp_path / "plain", SIX)
    assert len(saving) == 6
    assert figures(saving) == figures(plain)


@pytest.mark.parametrize("name", ["inplace_first", "notinplace_first"])
def test_three_epochs_and_three_more_are_six(name: str, tmp_path: Path) -> None:
    whole = run(name, tmp_path / "whole", SIX)
    first = run(name, tmp_path / "parts", SIX.with_values(epochs=3))
    rest = run(name, tmp_path / "parts", SIX, resume=True)
    assert figures(first + rest) == figures(whole)
    one, two = (checkpoints.read(tmp_path / folder).tensors for folder in ("whole", "parts"))
    assert one.keys() == two.keys()
    assert all(torch.equal(one[key], two[key]) for key in one)


def test_no_batch_is_a_view_of_the_data() -> None:
    data = points(10)
    for targets in (data.targets, data.inputs):
        batches = Batches(data.inputs, targets, 4, CPU)
        order = batches.order(0, 1)
        for step in range(batches.steps):
            for inputs, answers in (batches.batch(order, step), batches.in_sequence(step)):
                for tensor in (inputs, answers):
                    assert isinstance(tensor, torch.Tensor)
                    tensor.zero_()
        again, _ = batches.in_sequence(0)
        assert isinstance(again, torch.Tensor)
        assert again.abs().sum() > 0
    assert isinstance(data.inputs, torch.Tensor)
    assert torch.equal(data.inputs, points(10).inputs)


class Erasing(nn.Module):
    """Overwrites what it is given with zeros, and gives these back."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scale * x.mul_(0.0)


def test_what_is_to_be_reconstructed_is_what_was_given() -> None:
    data = points(12)
    numbers: DataSet = replace(
        data, info=replace(data.info, classes=()), targets=torch.zeros(len(data), 5)
    )
    settings = TrainingSettings(epochs=1, batch_size=4, loss="mse", device="cpu")
    events = list(train(Erasing(), numbers, None, settings, device=CPU))
    (done,) = [event for event in events if isinstance(event, EpochDone)]
    assert isinstance(data.inputs, torch.Tensor)
    assert done.train.loss == pytest.approx(float(data.inputs.square().mean()), rel=1e-5)
