"""Training with several targets, several inputs, resized samples and sequences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny_training import saving_always
from torch import Tensor, nn

from nnstudio.data.dataset import DataSet
from nnstudio.data.info import InputMapping, ModelInput
from nnstudio.data.pipeline.sets import load, load_for
from nnstudio.project.refused_value import SettingsError
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.events import CheckpointSaved, Completed, EpochDone, Event, Failed
from nnstudio.training.loop import train
from tests.parts import limit, split

CPU = torch.device("cpu")
SHORT = TrainingSettings(epochs=2, batch_size=16, learning_rate=0.01)


class Heads(nn.Module):
    """A picture and five numbers in; several answers out."""

    def __init__(self, names: tuple[str, ...] = ("digit", "thickness", "smoothness")) -> None:
        super().__init__()
        self.shared = nn.Sequential(nn.Flatten(), nn.Linear(144, 32), nn.ReLU(), nn.Dropout(0.2))
        self.heads = nn.ModuleDict({name: nn.Linear(37, 10) for name in names})

    def forward(self, image: Tensor, extra: Tensor) -> dict[str, Tensor]:
        features = torch.cat([self.shared(image), extra], dim=1)
        return {name: head(features) for name, head in self.heads.items()}


class Tagger(nn.Module):
    """One class for each token, the batch second."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.out = nn.Embedding(20, 16), nn.Linear(16, 20)

    def forward(self, tokens: Tensor) -> Tensor:
        scores: Tensor = self.out(self.embedding(tokens))
        return scores


def pictures() -> tuple[DataSet, DataSet]:
    feed = InputMapping(
        (ModelInput("image", "x", (1, 12, 12)), ModelInput("extra", "measures", (5,))), named=True
    )
    return split(limit(load_for("digits-heads", feed), 200), 0.2)


def heads(**more: object) -> tuple[nn.Module, list[Event]]:
    torch.manual_seed(0)
    model, settings = Heads(), more.pop("settings", SHORT)
    return model, list(train(model, *pictures(), settings, device=CPU, **more))  # type: ignore[arg-type]


def epochs(events: list[Event]) -> list[EpochDone]:
    return [replace(event, seconds=0.0) for event in events if isinstance(event, EpochDone)]


def test_heads_learn_together_and_resume_bit_equal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saving_always(monkeypatch)
    whole, expected = heads()
    assert isinstance(expected[-1], Completed), expected[-1]
    torch.manual_seed(0)
    before = []
    for event in train(Heads(), *pictures(), SHORT, device=CPU, run_folder=tmp_path):
        before.append(event)
        if isinstance(event, CheckpointSaved) and epochs(before):
            break
    model, after = heads(resume=tmp_path)
    assert epochs(before) + epochs(after) == epochs(expected)
    states = whole.state_dict(), model.state_dict()
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])


def test_weights_of_losses_count() -> None:
    first = epochs(heads(settings=SHORT.with_values(epochs=1, learning_rate=1e-9))[1])[0]
    half = SHORT.with_values(epochs=1, learning_rate=1e-9, loss_weights="0.5, 0.5, 0.5")
    second = epochs(heads(settings=half)[1])[0]
    assert second.train.loss == pytest.approx(first.train.loss / 2, rel=1e-5)
    failed = heads(settings=SHORT.with_values(loss_weights="1, 2"))[1][-1]
    assert isinstance(failed, Failed)
    assert "2 weights of losses are given for 3 outputs" in failed.sentence
    with pytest.raises(SettingsError, match="Weights of losses must be numbers with commas"):
        SHORT.with_values(loss_weights="a lot")


def test_an_output_without_a_target_is_named() -> None:
    model = Heads(("digit", "colour"))
    failed = list(train(model, *pictures(), SHORT, device=CPU))[-1]
    assert isinstance(failed, Failed)
    assert "2 outputs (digit, colour)" in failed.sentence
    assert "has digit, thickness, smoothness" in failed.sentence


@pytest.mark.parametrize("batch_axis", [0, 1])
def test_accuracy_is_per_token(batch_axis: int) -> None:
    dataset = load_for("copy", InputMapping((ModelInput("", "src", (10,)),), batch_axis=batch_axis))
    settings = SHORT.with_values(epochs=6, batch_size=32)
    events = list(train(Tagger(), *split(limit(dataset, 800), 0.2), settings, device=CPU))
    last = epochs(events)[-1]
    assert last.validation is not None
    assert last.validation.accuracy == 1.0
    assert last.validation.samples == 160


def test_resized_samples_reconstructed_by_an_autoencoder() -> None:
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(144, 8), nn.Linear(8, 144), nn.Unflatten(1, (1, 12, 12))
    )
    dataset = limit(load("digits", (1, 12, 12)), 200)
    settings = SHORT.with_values(loss="mse", epochs=4)
    events = list(train(model, *split(dataset, 0.2), settings, device=CPU))
    assert isinstance(events[-1], Completed), events[-1]
    done = epochs(events)
    assert done[-1].train.loss < done[0].train.loss
