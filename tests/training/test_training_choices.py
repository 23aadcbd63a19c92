"""What else can be chosen of a training: averages, gathering, freezing, starting, precision."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from tiny_training import convolutions, pictures
from torch import nn
from torch.nn.utils import parametrizations

from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import checkpoints, machine
from nnstudio.training.events import Completed, EpochDone, Event, Failed, WeightsTaken, from_json
from nnstudio.training.loop import train
from nnstudio.training.machine import machine_set_up
from tests.training.tiny_training import network, parts, points

CPU = torch.device("cpu")
SHORT = TrainingSettings(epochs=3, batch_size=8, learning_rate=0.01)


def run(model: nn.Module, settings: TrainingSettings, folder: Path | None = None) -> list[Event]:
    return list(train(model, *parts(), settings, device=CPU, run_folder=folder))


def done(events: list[Event]) -> list[EpochDone]:
    assert isinstance(events[-1], Completed), events[-1]
    return [event for event in events if isinstance(event, EpochDone)]


def sentence(settings: TrainingSettings, model: nn.Module | None = None) -> str:
    last = run(model or network(), settings)[-1]
    assert isinstance(last, Failed)
    return last.sentence


def plain() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 3))


# Gathered batches


def test_gathered_batches_are_a_larger_batch() -> None:
    """40 samples: with 8 and 5 in a step, as with 40 in one."""
    one, many = plain(), plain()
    data = points(40)
    base = TrainingSettings(epochs=3, batch_size=40, learning_rate=0.1, optimizer="SGD")
    list(train(one, data, None, base, device=CPU))
    gathered = base.with_values(batch_size=8, accumulate=5)
    list(train(many, data, None, gathered, device=CPU))
    for a, b in zip(one.parameters(), many.parameters(), strict=True):
        torch.testing.assert_close(a, b)


def test_the_rest_of_an_epoch_is_a_step_of_its_own() -> None:
    """More batches in a step than an epoch has: one step an epoch."""
    one, many = plain(), plain()
    base = TrainingSettings(epochs=2, batch_size=20, learning_rate=0.1, optimizer="SGD")
    list(train(one, points(60), None, base.with_values(accumulate=3), device=CPU))
    list(train(many, points(60), None, base.with_values(accumulate=50), device=CPU))
    for a, b in zip(one.parameters(), many.parameters(), strict=True):
        assert torch.equal(a, b)


# The average of weights


def test_the_average_is_judged_and_kept(tmp_path: Path) -> None:
    events = run(plain(), SHORT.with_values(average_decay=0.9), tmp_path)
    best = [one for one in done(events) if one.best][-1]
    assert best.validation is not None
    kept = plain()
    kept.load_state_dict(checkpoints.weights(tmp_path))
    validation = parts()[1]
    loss = nn.functional.cross_entropy(kept(validation.inputs), validation.targets).detach()
    assert best.validation.loss == pytest.approx(float(loss), rel=1e-5)


def test_the_average_is_torchs() -> None:
    """One batch an epoch: the second step's average is decay * first + (1 - decay) * second."""
    data, decay = points(30), 0.75
    settings = TrainingSettings(
        epochs=2, batch_size=30, optimizer="SGD", learning_rate=0.5, average_decay=decay
    )
    after_one, after_two = plain(), plain()
    list(train(after_one, data, None, settings.with_values(epochs=1), device=CPU))
    events = list(train(after_two, data, data, settings, device=CPU))
    mean = plain()
    with torch.no_grad():
        for to, a, b in zip(
            mean.parameters(), after_one.parameters(), after_two.parameters(), strict=True
        ):
            to.copy_(decay * a + (1 - decay) * b)
    last = done(events)[-1].validation
    assert last is not None
    loss = nn.functional.cross_entropy(mean(data.inputs), data.targets).detach()
    assert last.loss == pytest.approx(float(loss), rel=1e-5)


# Freezing


def test_frozen_nodes_stay_as_they_are() -> None:
    model = network()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    done(run(model, SHORT.with_values(freeze="0, 1")))
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]) == name.startswith(("0.", "1.")), name


def test_freezing_a_block_by_pattern() -> None:
    class Blocks(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.block = nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 4))
            self.head = nn.Linear(4, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.head(self.block(x))

    model = Blocks()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    done(run(model, SHORT.with_values(freeze="block.*")))
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]) == name.startswith("block"), name


def test_a_frozen_weight_of_spectral_norm_stays_as_it_is() -> None:
    model = nn.Sequential(parametrizations.spectral_norm(nn.Linear(2, 8)), nn.Linear(8, 3))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    done(run(model, SHORT.with_values(freeze="0")))
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]) == name.startswith("0."), name


def test_what_cannot_be_frozen_is_said() -> None:
    assert sentence(SHORT.with_values(freeze="conv1"), plain()) == (
        "No node to freeze is named conv1: there is 0, 1, 2."
    )
    assert sentence(SHORT.with_values(freeze="*"), plain()) == (
        "The model has no weights that could be trained."
    )


# Starting from weights


def test_weights_are_taken_where_they_fit(tmp_path: Path) -> None:
    other = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 5), nn.Linear(5, 5))
    path = tmp_path / "other.safetensors"
    save_file(other.state_dict(), path)
    model = plain()
    settings = SHORT.with_values(start_from=str(path), freeze="0")
    events = run(model, settings)
    done(events)
    told = next(event for event in events if isinstance(event, WeightsTaken))
    assert sorted(told.unused) == ["3.bias", "3.weight"]
    assert told == WeightsTaken(
        str(path),
        ["0.weight", "0.bias"],
        other_shape=["2.weight", "2.bias"],
        missing=[],
        unused=told.unused,
    )
    assert from_json(told.to_json()) == told
    assert torch.equal(model[0].weight, other[0].weight)


def test_a_run_gives_its_best_weights(tmp_path: Path) -> None:
    first = plain()
    done(run(first, SHORT, tmp_path))
    second = plain()
    settings = SHORT.with_values(epochs=1, learning_rate=1e-9, start_from=str(tmp_path))
    events = run(second, settings)
    told = next(event for event in events if isinstance(event, WeightsTaken))
    assert told.path == str(tmp_path)
    assert len(told.taken) == 4
    saved = checkpoints.weights(tmp_path)
    torch.testing.assert_close(second[0].weight.detach(), saved["0.weight"])


def test_resuming_does_not_start_again(tmp_path: Path) -> None:
    path = tmp_path / "start.safetensors"
    save_file(plain().state_dict(), path)
    settings = SHORT.with_values(start_from=str(path))
    done(run(plain(), settings, tmp_path / "run"))
    path.unlink()
    more = settings.with_values(epochs=4)
    events = list(train(plain(), *parts(), more, device=CPU, resume=tmp_path / "run"))
    assert len(done(events)) == 1


def test_weights_that_cannot_be_taken(tmp_path: Path) -> None:
    gone = tmp_path / "gone.safetensors"
    assert sentence(SHORT.with_values(start_from=str(gone))) == (
        f"There are no weights to start from at {gone}."
    )
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"\x80\x04pickle")
    assert sentence(SHORT.with_values(start_from=str(broken))) == (
        f"{broken} is not a readable safetensors file."
    )
    other = tmp_path / "other.safetensors"
    save_file({"w": torch.zeros(1)}, other)
    assert sentence(SHORT.with_values(start_from=str(other)), plain()) == (
        f"No weight of {other} fits the model: the file has w, the model has 0.weight."
    )


# The best


def test_the_best_is_the_highest_accuracy() -> None:
    settings = SHORT.with_values(epochs=12, learning_rate=0.1, best_by="accuracy")
    events = run(network(), settings)
    told, completed = done(events), events[-1]
    assert isinstance(completed, Completed)
    accuracies = [event.validation.accuracy for event in told if event.validation]
    assert completed.best_epoch == accuracies.index(max(accuracies)) + 1


@pytest.mark.parametrize("best_by", ["accuracy", "macro_f1", "balanced_accuracy"])
def test_waiting_for_a_better_figure(best_by: str) -> None:
    settings = SHORT.with_values(epochs=60, best_by=best_by, early_stopping=3)
    events = run(network(), settings)
    told, completed = done(events), events[-1]
    assert isinstance(completed, Completed)
    figures = [event.validation.figure(best_by) for event in told if event.validation]
    assert completed.epochs == completed.best_epoch + 3 < 60
    assert figures.index(max(figures)) + 1 == completed.best_epoch


def test_figures_that_there_are_not() -> None:
    assert sentence(SHORT.with_values(best_by="mae")) == (
        "Epochs cannot be compared by mae: this training has loss, accuracy, balanced_accuracy, "
        "macro_f1."
    )
    settings = SHORT.with_values(best_by="macro_f1")
    last = list(train(network(), points(), None, settings, device=CPU))[-1]
    assert isinstance(last, Failed)
    assert last.sentence == (
        "Epochs are compared by macro_f1 of the validation, but there are no samples to "
        "validate with: set a share for it, or compare by the loss."
    )


# The machine


def test_bf16_learns_with_weights_in_float32() -> None:
    model = plain()
    told = done(run(model, SHORT.with_values(precision="bf16", epochs=10)))
    assert told[-1].train.loss < told[0].train.loss
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    exact = done(run(plain(), SHORT.with_values(epochs=10)))
    assert told[-1].train.loss != exact[-1].train.loss
    assert told[-1].train.loss == pytest.approx(exact[-1].train.loss, rel=0.1)


@pytest.mark.parametrize(
    ("precision", "told"),
    [
        ("fp16", "The precision fp16 needs an NVIDIA or AMD GPU, and the device is cpu."),
        ("tf32", "The precision tf32 needs an NVIDIA GPU, and the device is cpu."),
    ],
)
def test_what_the_cpu_cannot_do_is_refused_at_the_start(precision: str, told: str) -> None:
    assert sentence(SHORT.with_values(precision=precision)) == told


def test_it_is_said_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    told = machine.shortcomings(CPU)
    assert told["precision"] == (
        "The precision tf32 needs an NVIDIA GPU, and the device is cpu. "
        "The precision fp16 needs an NVIDIA or AMD GPU, and the device is cpu."
    )
    monkeypatch.delattr(torch.optim, "Muon", raising=False)
    monkeypatch.setattr(machine.shutil, "which", lambda name: None)
    told = machine.shortcomings(CPU)
    assert told["optimizer"] == (
        f"The optimizer Muon needs torch 2.9, and this is {torch.__version__}."
    )
    expected = "Compiling needs a C++ compiler, and there is none on this machine."
    assert told["compile"] == expected
    assert sentence(SHORT.with_values(compile=True)) == expected
    assert sentence(SHORT.with_values(optimizer="Muon")) == told["optimizer"]


def test_deterministic_algorithms_are_asked_for_and_put_back() -> None:
    seen = []

    class Looks(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = plain()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.append(torch.are_deterministic_algorithms_enabled())
            return self.inner(x)

    done(run(Looks(), SHORT.with_values(deterministic=True)))
    assert all(seen)
    assert not torch.are_deterministic_algorithms_enabled()
    with machine_set_up(SHORT):
        assert not torch.are_deterministic_algorithms_enabled()


def test_channels_last_gives_the_same_losses_and_goes_on(tmp_path: Path) -> None:
    usual, data = TrainingSettings(epochs=4, batch_size=8), pictures()
    settings = usual.with_values(channels_last="on")
    plainly = list(train(convolutions(), data, data, usual, device=CPU))
    model = convolutions()
    inside = list(train(model, data, data, settings, device=CPU))
    assert model[0].weight.is_contiguous(memory_format=torch.channels_last)
    for one, other in zip(done(plainly), done(inside), strict=True):
        assert other.train.loss == pytest.approx(one.train.loss, rel=1e-4)
    two = settings.with_values(epochs=2)
    list(train(convolutions(), data, data, two, device=CPU, run_folder=tmp_path))
    again = list(train(convolutions(), data, data, settings, device=CPU, resume=tmp_path))
    assert [e.train.loss for e in done(again)] == [e.train.loss for e in done(inside)[2:]]


def test_channels_last_needs_pictures() -> None:
    assert sentence(SHORT.with_values(channels_last="on")).startswith(
        "Channels last needs samples of channels x height x width"
    )


@pytest.mark.slow
def test_a_compiled_model_learns_the_same(tmp_path: Path) -> None:
    if "compile" in machine.shortcomings(CPU):
        pytest.skip("nothing to compile with")
    usual = done(run(plain(), SHORT))
    model = plain()
    compiled = done(run(model, SHORT.with_values(compile=True), tmp_path))
    for one, other in zip(usual, compiled, strict=True):
        assert other.train.loss == pytest.approx(one.train.loss, rel=1e-4)
    assert set(checkpoints.weights(tmp_path)) == set(plain().state_dict())
