"""The loop: order of events, same seed same losses, stop and resume bit-equal, failures."""

from __future__ import annotations

import linecache
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import torch
from tiny_training import network, parts, points, saving_always
from torch import Tensor, nn

from nnstudio.data.dataset import DataSet
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import checkpoints, kept_tensors
from nnstudio.training.batches import Batches
from nnstudio.training.events import (
    CheckpointSaved,
    Completed,
    EpochDone,
    Event,
    Failed,
    Started,
    StepsDone,
    Stopped,
)
from nnstudio.training.loop import train
from nnstudio.training.stop_and_pause import StopAndPause

CPU = torch.device("cpu")
SHORT = TrainingSettings(epochs=3, batch_size=8, learning_rate=0.01)


def epochs(events: list[Event]) -> list[EpochDone]:
    """What does not depend on the clock."""
    return [replace(event, seconds=0.0) for event in events if isinstance(event, EpochDone)]


def same(one: nn.Module, other: nn.Module) -> bool:
    mine, yours = one.state_dict(), other.state_dict()
    return mine.keys() == yours.keys() and all(torch.equal(mine[key], yours[key]) for key in mine)


def whole(settings: TrainingSettings = SHORT, **more: object) -> tuple[nn.Module, list[Event]]:
    model = network()
    return model, list(train(model, *parts(), settings, device=CPU, **more))  # type: ignore[arg-type]


@cache
def in_one_piece(settings: TrainingSettings) -> tuple[nn.Module, list[Event]]:
    """The model and the events of a training that is not stopped; both are only looked at."""
    return whole(settings)


def test_order_of_events(tmp_path: Path) -> None:
    _, events = whole(run_folder=tmp_path)
    assert isinstance(events[0], Started)
    assert (events[0].train_samples, events[0].validation_samples) == (45, 15)
    assert (events[0].steps_per_epoch, events[0].first_epoch) == (6, 1)
    assert events[0].parameters == 2 * 8 + 8 + 8 + 8 + 8 * 3 + 3
    assert isinstance(events[-1], Completed)
    assert [event.epoch for event in epochs(events)] == [1, 2, 3]
    saved = [event for event in events if isinstance(event, CheckpointSaved)]
    assert events[-1 - len(saved) : -1] == saved
    assert saved[-1].epoch == 3
    assert saved[-1].path == str(checkpoints.folder_of(tmp_path) / "3-0")
    steps = [event for event in events if isinstance(event, StepsDone)]
    assert (steps[-1].step, steps[-1].steps, steps[-1].remaining_seconds) == (18, 18, 0.0)
    assert not [*tmp_path.rglob("*.part"), *tmp_path.rglob("*.tmp"), *tmp_path.rglob(".new-*")]


def test_it_learns_and_tells_the_best() -> None:
    _, events = whole(SHORT.with_values(epochs=20))
    done, completed = epochs(events), events[-1]
    assert isinstance(completed, Completed)
    assert done[-1].train.loss < done[0].train.loss
    losses = [epoch.validation.loss for epoch in done if epoch.validation]
    assert completed.best is not None
    assert completed.best.loss == min(losses)
    assert losses[completed.best_epoch - 1] == min(losses)
    assert completed.last == done[-1].validation


def test_same_seed_same_losses() -> None:
    one, first = whole()
    other, second = whole()
    assert epochs(first) == epochs(second)
    assert same(one, other)
    _, third = whole(SHORT.with_values(seed=1))
    assert epochs(first) != epochs(third)


@pytest.mark.parametrize("optimizer", ["Adam", "AdamW", "SGD", "RMSprop"])
@pytest.mark.parametrize("schedule", ["plateau", "cosine"])
@pytest.mark.parametrize("at", [0, 1, 4, 6, 11, 17])
def test_stop_and_resume_is_bit_equal(
    tmp_path: Path, optimizer: str, schedule: str, at: int
) -> None:
    settings = SHORT.with_values(
        optimizer=optimizer, schedule=schedule, schedule_patience=0, clip_norm=0.5
    )
    straight, expected = in_one_piece(settings)

    control = StopAndPause()
    model = StopsAfter(network(), at, control)
    before = list(
        train(model, *parts(), settings, device=CPU, control=control, run_folder=tmp_path)
    )
    assert isinstance(before[-1], Stopped)

    stopped = checkpoints.read(tmp_path).state["position"]
    assert (stopped["epoch"] - 1) * 6 + stopped["step"] == max(at, 0)
    again = StopsAfter(network(), -1, StopAndPause())
    after = list(train(again, *parts(), settings, device=CPU, resume=tmp_path))
    assert isinstance(after[-1], Completed)
    assert epochs(before) + epochs(after) == epochs(expected)
    assert same(again.inner, straight)


class StopsAfter(nn.Module):
    """Asks for the stop in its training step number `at`; 0: before the first one."""

    def __init__(self, inner: nn.Module, at: int, control: StopAndPause) -> None:
        super().__init__()
        self.inner, self.at, self.control, self.steps = inner, at, control, 0
        if at == 0:
            control.stop()

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.steps += 1
            if self.steps == self.at:
                self.control.stop()
        output: Tensor = self.inner(x)
        return output


def test_checkpoints_come_on_a_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saving_always(monkeypatch)
    _, events = whole(run_folder=tmp_path)
    saved = [event for event in events if isinstance(event, CheckpointSaved)]
    names = {Path(event.path).name for event in saved}
    assert {"0-1", "0-5", "1-0", "1-3", "2-0", "3-0"} <= names
    best = min(epochs(events), key=lambda done: done.validation.loss)
    assert checkpoints.best_of(tmp_path) == f"{best.epoch}-0"
    there = {path.name for path in checkpoints.folder_of(tmp_path).iterdir()}
    assert there == {"last.json", "best.json", "3-0", f"{best.epoch}-0"}


def test_killed_and_resumed_is_bit_equal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed means: nothing was said, the last checkpoint is what there is."""
    saving_always(monkeypatch)
    straight, expected = whole()
    events = train(network(), *parts(), SHORT, device=CPU, run_folder=tmp_path)
    before = []
    for event in events:
        before.append(event)
        if isinstance(event, CheckpointSaved) and event.path.endswith("2-0"):
            break
    events.close()  # type: ignore[attr-defined]
    model = network()
    after = list(train(model, *parts(), SHORT, device=CPU, resume=tmp_path))
    assert isinstance(after[0], Started)
    assert after[0].first_epoch == 3
    assert epochs(before) + epochs(after) == epochs(expected)
    assert same(model, straight)


def test_resume_for_more_epochs(tmp_path: Path) -> None:
    expected = epochs(whole(SHORT.with_values(epochs=5))[1])
    whole(run_folder=tmp_path)
    _, after = whole(SHORT.with_values(epochs=5), resume=tmp_path)
    assert [replace(event, epochs=5) for event in epochs(after)] == expected[3:]


def test_best_weights_are_kept(tmp_path: Path) -> None:
    model, events = whole(SHORT.with_values(learning_rate=1e-9), run_folder=tmp_path)
    saved = checkpoints.weights(tmp_path)
    assert saved.keys() == model.state_dict().keys()
    assert any(isinstance(event, CheckpointSaved) and event.best for event in events)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (SHORT.with_values(batch_size=4), "made with another batch size, 8: .* with 4"),
        (SHORT.with_values(learning_rate=0.5), r"made with another learning rate, .* with 0\.5"),
    ],
)
def test_unfit_checkpoints(tmp_path: Path, settings: TrainingSettings, sentence: str) -> None:
    whole(run_folder=tmp_path)
    assert_fails(train(network(), *parts(), settings, device=CPU, resume=tmp_path), sentence)


def test_more_unfit_checkpoints(tmp_path: Path) -> None:
    whole(run_folder=tmp_path)
    more = SHORT.with_values(epochs=4)
    other = nn.Sequential(nn.Linear(2, 3))
    assert_fails(
        train(other, *parts(), more, device=CPU, resume=tmp_path), "The checkpoint is of another"
    )
    assert_fails(
        train(network(), *parts(80), more, device=CPU, resume=tmp_path), "45 samples .* not 60"
    )
    gone = tmp_path / "gone"
    assert_fails(train(network(), *parts(), more, device=CPU, resume=gone), "no checkpoint at")
    weights = checkpoints.folder_of(gone) / "1-0"
    checkpoints.write(weights, kept_tensors.of_model(network()), {}, {})
    assert_fails(train(network(), *parts(), more, device=CPU, resume=weights), "weights only")


def test_a_run_of_the_first_version_is_refused(tmp_path: Path) -> None:
    old = checkpoints.folder_of(tmp_path) / "last.safetensors"
    old.parent.mkdir()
    old.write_bytes(b"tensors")
    assert_fails(
        train(network(), *parts(), SHORT, device=CPU, resume=tmp_path),
        r"last\.safetensors was written by an earlier version of this program",
    )


def test_a_finished_run_is_completed_again(tmp_path: Path) -> None:
    model, expected = whole(run_folder=tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    again, events = whole(run_folder=tmp_path, resume=tmp_path)
    assert [type(event) for event in events] == [Started, Completed]
    assert isinstance(events[-1], Completed)
    assert isinstance(expected[-1], Completed)
    assert replace(events[-1], seconds=0.0) == replace(expected[-1], seconds=0.0)
    assert same(again, model)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_best_weights_load_in_one_line(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    seen: dict[int, dict[str, Tensor]] = {}
    model = network()
    for event in train(model, *parts(), SHORT, device=CPU, run_folder=tmp_path):
        if isinstance(event, EpochDone):
            seen[event.epoch] = {k: v.clone() for k, v in model.state_dict().items()}
    folder = checkpoints.folder_of(tmp_path)
    best = checkpoints.pointed(folder, checkpoints.BEST)
    assert best is not None
    fresh = network()
    fresh.load_state_dict(load_file(folder / best / checkpoints.WEIGHTS), strict=True)
    expected = seen[int(best.split("-")[0])]
    assert all(torch.equal(value, expected[key]) for key, value in fresh.state_dict().items())


def test_a_resume_into_another_folder_takes_the_best_weights_along(tmp_path: Path) -> None:
    whole(run_folder=tmp_path / "one")
    best = checkpoints.weights(tmp_path / "one")
    still = SHORT.with_values(epochs=4)
    _, events = whole(still, run_folder=tmp_path / "two", resume=tmp_path / "one")
    assert isinstance(events[-1], Completed)
    name = checkpoints.best_of(tmp_path / "two")
    assert name == f"{events[-1].best_epoch}-0"
    if events[-1].best_epoch < 4:
        assert all(
            torch.equal(best[k], v) for k, v in checkpoints.weights(tmp_path / "two").items()
        )


def test_tied_weights_are_saved_and_restored(tmp_path: Path) -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.into, self.out = nn.Linear(2, 3), nn.Linear(2, 3)
            self.out.weight = self.into.weight

        def forward(self, x: Tensor) -> Tensor:
            output: Tensor = self.into(x) + self.out(x)
            return output

    torch.manual_seed(0)
    model = Tied()
    list(train(model, *parts(), SHORT, device=CPU, run_folder=tmp_path))
    again = Tied()
    more = SHORT.with_values(epochs=4)
    events = list(train(again, *parts(), more, device=CPU, resume=tmp_path))
    assert isinstance(events[-1], Completed)
    assert again.out.weight is again.into.weight


def test_early_stopping() -> None:
    _, events = whole(SHORT.with_values(epochs=50, learning_rate=5.0, early_stopping=2))
    completed = events[-1]
    assert isinstance(completed, Completed)
    assert completed.epochs == completed.best_epoch + 2 < 50


def test_schedules() -> None:
    step = SHORT.with_values(epochs=4, schedule="step", schedule_every=2, schedule_factor=0.5)
    assert [e.learning_rate for e in epochs(whole(step)[1])] == [0.01, 0.01, 0.005, 0.005]
    cosine = SHORT.with_values(epochs=4, schedule="cosine", lowest_rate=0.001)
    rates = [e.learning_rate for e in epochs(whole(cosine)[1])]
    assert rates[0] == pytest.approx(0.01)
    assert rates[2] == pytest.approx(0.0055)
    assert rates == sorted(rates, reverse=True)


@pytest.mark.parametrize("samples", [17, 9, 2])
def test_a_last_batch_of_one_joins_the_one_before(samples: int) -> None:
    dataset = points(samples)
    batches = Batches(dataset.inputs, dataset.targets, 8, CPU)
    order = batches.order(seed=0, epoch=1)
    sizes = [len(batches.batch(order, step)[0]) for step in range(batches.steps)]
    assert sum(sizes) == samples
    assert min(sizes) > 1
    model = network()
    events = list(train(model, dataset, None, SHORT, device=CPU))
    assert isinstance(events[-1], Completed), events[-1]


def test_orders_differ_by_epoch_and_seed_and_hold_every_sample() -> None:
    dataset = points(30)
    batches = Batches(dataset.inputs, dataset.targets, 8, CPU)
    orders = [batches.order(seed, epoch) for seed in (0, 1) for epoch in (1, 2)]
    assert len({tuple(order.tolist()) for order in orders}) == 4
    assert all(sorted(order.tolist()) == list(range(30)) for order in orders)
    assert torch.equal(batches.order(1, 2), orders[3])


def test_without_validation_the_training_is_judged() -> None:
    model = network()
    events = list(train(model, points(), None, SHORT, device=CPU))
    assert epochs(events)[0].validation is None
    assert isinstance(events[-1], Completed)
    assert events[-1].last == epochs(events)[-1].train


def test_mse_of_classes_of_numbers_and_of_the_inputs() -> None:
    settings = SHORT.with_values(loss="mse")
    numbers = replace(points(), targets=points().inputs.sum(1))
    numbers = replace(numbers, info=replace(numbers.info, classes=()))
    for dataset, outputs in ((points(), 3), (numbers, 1), (points(), 2)):
        events = list(train(network(outputs), dataset, None, settings, device=CPU))
        assert isinstance(events[-1], Completed), events[-1]
        assert events[-1].last is not None
        assert events[-1].last.accuracy is None


# Failures


def assert_fails(events: Iterator[Event], sentence: str) -> Failed:
    last = list(events)[-1]
    assert isinstance(last, Failed)
    assert re.search(sentence, last.sentence), last.sentence
    assert last.sentence.endswith(".")
    assert "\n" not in last.sentence
    return last


class Returns(nn.Module):
    """Returns what it is told to make of the output."""

    def __init__(self, make: object) -> None:
        super().__init__()
        self.inner, self.make = network(), make

    def forward(self, x: Tensor) -> object:
        return self.make(self.inner(x))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda y: {"digit": y, "size": y}, r"2 outputs \(digit, size\): training needs a model"),
        (lambda y: (y, y), "returns a tuple"),
        (lambda y: y.mean(), "single number"),
        (lambda y: y[:1], "expected one row per sample"),
        (lambda y: y[:, :2], "gives 2 values per sample, but the data set 'Points' has 3 classes"),
        (lambda y: y[:, None], "gives 1 x 3 per sample"),
        (lambda y: y * float("nan"), "loss became nan in epoch 1"),
        (lambda y: y.detach(), "does not require grad"),
    ],
)
def test_models_that_cannot_be_trained(make: object, sentence: str) -> None:
    assert_fails(train(Returns(make), *parts(), SHORT, device=CPU), sentence)


def test_nothing_to_train_or_to_train_on() -> None:
    assert_fails(train(nn.Identity(), *parts(), SHORT, device=CPU), "no weights|values per sample")
    empty = DataSet(points().info, torch.zeros(0, 2), torch.zeros(0, dtype=torch.int64))
    assert_fails(train(network(), empty, None, SHORT, device=CPU), "no samples")


def test_classes_are_needed_for_cross_entropy() -> None:
    numbers = replace(points(), targets=points().inputs.sum(1))
    numbers = replace(numbers, info=replace(numbers.info, classes=()))
    settings = SHORT.with_values(loss="cross_entropy")
    assert_fails(train(network(), numbers, None, settings, device=CPU), "choose the loss mse")


def test_numbers_are_judged_by_the_share_of_their_variance() -> None:
    numbers = replace(points(), targets=points().inputs.sum(1))
    numbers = replace(numbers, info=replace(numbers.info, classes=()))
    model = nn.Linear(2, 1)
    settings = SHORT.with_values(epochs=40, learning_rate=0.05)
    done = list(train(model, numbers, numbers, settings, device=CPU))[-1]
    assert isinstance(done, Completed)
    assert done.last is not None
    with torch.no_grad():
        guess, true = model(numbers.inputs)[:, 0], numbers.targets
    rest = ((guess - true) ** 2).sum() / ((true - true.mean()) ** 2).sum()
    assert done.last.accuracy is None
    assert done.last.r2 == pytest.approx(1 - rest.item(), abs=1e-5)
    assert done.last.r2 > 0.9


def test_a_failure_knows_the_line_of_the_generated_code() -> None:
    source = (
        "from torch import nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.fc = nn.Linear(5, 3)\n"
        "    def forward(self, x):\n"
        "        return self.fc(x)\n"
    )
    name = "<net of the test>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    space: dict[str, type[nn.Module]] = {"__name__": "generated"}  # type: ignore[dict-item]
    exec(compile(source, name, "exec"), space)
    events = train(space["Net"](), *parts(), SHORT, device=CPU, source_name=name)
    failed = assert_fails(events, "The model failed in line 7 of its code: mat1 and mat2")
    assert failed.line == 7
    assert "return self.fc(x)" in failed.detail
