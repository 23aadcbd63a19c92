"""In which way a training works, with how many threads, and that it gives way to a window."""

from __future__ import annotations

import os
import random
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_training import convolutions, network, parts, pictures, saving_always
from torch import Tensor, nn

from nnstudio.project.refused_value import SettingsError
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import checkpoints, kept_tensors, loop, priority, way_memory, way_trial
from nnstudio.training.batches import Batches
from nnstudio.training.events import CheckpointSaved, EpochDone, Event, Started
from nnstudio.training.thread import Prepared, Run
from nnstudio.training.train_step import TrainStep
from nnstudio.training.way import Way
from nnstudio.training.way_memory import WayMemory
from nnstudio.training.way_trial import FEW_STEPS, fastest, thread_counts, way_for

CPU = torch.device("cpu")
SHORT = TrainingSettings(epochs=2, batch_size=8, device="cpu")
LONG = SHORT.with_values(epochs=FEW_STEPS)
"""Long enough for a trial; never run to its end here."""


FOUR_CORES = (Way(4), Way(2), Way(1))


def never() -> bool:
    return False


def learner_and_batches(model: nn.Module) -> tuple[TrainStep, Batches]:
    data = parts()[0]
    learner = TrainStep(model, data, LONG, CPU)
    return learner, Batches(data.inputs, learner.objective.targets(data), LONG.batch_size, CPU)


def asked(model: nn.Module, memory: Path, settings: TrainingSettings = LONG) -> Way:
    learner, batches = learner_and_batches(model)
    return way_for(learner, batches, settings, memory=WayMemory(memory))


@pytest.fixture
def four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way_trial, "cores", lambda: 4)


# -- the trial ------------------------------------------------------------------------------------


def test_what_is_tried() -> None:
    assert [thread_counts(cores) for cores in (1, 2, 4, 16)] == [
        (1,),
        (2, 1),
        (4, 2, 1),
        (16, 8, 1),
    ]


@pytest.mark.parametrize(
    ("milliseconds", "best"),
    [
        ({4: 10.0, 2: 20.0, 1: 40.0}, 4),
        ({4: 10.0, 2: 8.0, 1: 9.0}, 2),
        ({4: 10.0, 2: 20.0, 1: 2.0}, 1),
        ({4: 10.0, 2: 9.8, 1: 9.6}, 4),  # not clearly faster
        ({4: 3_000.0, 2: 1.0, 1: 1.0}, 4),  # too slow to try them all
    ],
)
def test_fewer_threads_only_where_they_are_clearly_faster(
    milliseconds: dict[int, float], best: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 0.0

    def step() -> None:
        nonlocal clock
        clock += milliseconds[torch.get_num_threads()] / 1e3

    monkeypatch.setattr(way_trial, "perf_counter", lambda: clock)
    assert fastest({False: step}, FOUR_CORES, never) == Way(best)


def test_a_trial_ends_when_the_training_shall_stop() -> None:
    assert fastest({False: lambda: None}, FOUR_CORES, lambda: True) is None


@pytest.mark.usefixtures("four_cores")
def test_a_trial_touches_neither_the_model_nor_random_numbers(tmp_path: Path) -> None:
    learner, batches = learner_and_batches(network())

    def tensors() -> dict[str, Tensor]:
        return {**kept_tensors.of_model(learner.model), **learner.tensors()}

    before = {key: value.clone() for key, value in tensors().items()}
    numbers = random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[union-attr]
    memory = WayMemory(tmp_path / "ways.json")
    found = way_for(learner, batches, LONG, memory=memory)
    assert found in FOUR_CORES
    after = tensors()
    assert after.keys() == before.keys()
    assert any(key.startswith("1.running_mean") for key in before)
    assert all(torch.equal(before[key], after[key]) for key in before)
    assert all(parameter.grad is None for parameter in learner.parameters)
    assert numbers == (random.getstate(), np.random.get_state()[1].tolist())  # type: ignore[union-attr]


class Uncopied(nn.Module):
    """What cannot be copied cannot be tried."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.lock = network(), threading.Lock()

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.inner(x)
        return output


@pytest.mark.usefixtures("four_cores")
def test_all_cores_without_a_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(Uncopied(), tmp_path / "a.json") == Way(4)
    monkeypatch.setattr(way_trial, "fastest", lambda *_, **__: pytest.fail("not worth its time"))
    assert asked(network(), tmp_path / "b.json", SHORT) == Way(4)
    assert asked(network(), tmp_path / "b.json", LONG.with_values(threads=3)) == Way(3)
    assert not (tmp_path / "b.json").exists()


# -- pictures with their channels innermost --------------------------------------------------------


def of_pictures(model: nn.Module) -> tuple[TrainStep, Batches]:
    data = pictures()
    learner = TrainStep(model, data, LONG, CPU)
    return learner, Batches(data.inputs, learner.objective.targets(data), LONG.batch_size, CPU)


class Viewed(nn.Module):
    """Takes pictures only as they usually lie."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear(144, 2)

    def forward(self, x: Tensor) -> Tensor:
        image = self.convolve(x)
        output: Tensor = self.fc(image.view(len(image), -1))
        return output


def test_the_layout_is_tried_where_there_are_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for: list[tuple[Way, ...]] = []

    def found(_steps: object, ways: tuple[Way, ...], *_: object, **__: object) -> Way:
        asked_for.append(ways)
        return ways[-1]

    monkeypatch.setattr(way_trial, "fastest", found)
    for number, model in enumerate((convolutions(), Viewed())):
        learner, batches = of_pictures(model)
        one = LONG.with_values(threads=1)
        way = way_for(learner, batches, one, memory=WayMemory(tmp_path / f"{number}.json"))
        assert way == asked_for[-1][-1]
    assert asked_for == [(Way(1), Way(1, channels_last=True)), (Way(1),)]
    learner, batches = of_pictures(convolutions())
    for settings, way in (
        (one.with_values(channels_last="off"), Way(1)),
        (one.with_values(channels_last="on"), Way(1, channels_last=True)),
        (one.with_values(deterministic=True), Way(1)),
    ):
        assert way_for(learner, batches, settings) == way
    before = Way(1, channels_last=True)
    assert way_for(learner, batches, one, before=before) == before
    assert len(asked_for) == 2


def test_the_faster_layout_is_taken_and_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way_trial, "fastest", lambda _steps, ways, *_, **__: ways[-1])
    settings = LONG.with_values(threads=1, epochs=80)

    def run(settings: TrainingSettings, **more: object) -> tuple[nn.Module, list[Event]]:
        model, data = convolutions(), pictures()
        return model, list(loop.train(model, data, data, settings, device=CPU, **more))  # type: ignore[arg-type]

    model, events = run(settings)
    assert model[0].weight.is_contiguous(memory_format=torch.channels_last)  # type: ignore[index]
    assert started(events).channels_last
    by_hand = run(settings.with_values(channels_last="on"))[1]
    assert epochs(by_hand) == epochs(events)
    run(settings.with_values(epochs=70), run_folder=tmp_path)
    assert checkpoints.read(tmp_path).state["channels_last"] is True
    again = run(settings, resume=tmp_path)[1]
    assert started(again).channels_last
    assert epochs(again) == epochs(events)[70:]


# -- what is remembered ---------------------------------------------------------------------------


@pytest.mark.usefixtures("four_cores")
def test_a_choice_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([Way(2), Way(1), Way(4)])
    monkeypatch.setattr(way_trial, "fastest", lambda *_, **__: next(answers))
    file = tmp_path / "cache" / "ways.json"
    assert [asked(network(), file) for _ in range(3)] == [Way(2)] * 3
    assert asked(network(outputs=5), file) == Way(1)  # another model
    assert asked(network(), file, LONG.with_values(optimizer="SGD")) == Way(4)
    assert asked(network(), file) == Way(2)


def test_the_first_choice_holds_whoever_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way_memory, "MOST", 20)
    file = tmp_path / "ways.json"
    told = '{"case": {"threads": 2, "channels_last": true}, "odd": "many", "none": {"threads": 0}}'
    file.write_text(told, encoding="utf-8")
    memory = WayMemory(file)
    assert memory.keep("case", Way(1)) == Way(2, channels_last=True)
    assert memory.recall("odd") is None
    assert memory.recall("none") is None
    assert memory.keep("other", Way(1)) == Way(1)
    assert WayMemory(file).recall("other") == Way(1)
    for number in range(25):
        memory.keep(str(number), Way(1))
    assert file.read_text(encoding="utf-8").count("threads") == 20
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("text", ["rubbish", "[1]", "\udcff"])
def test_a_cache_that_cannot_be_used_is_done_without(tmp_path: Path, text: str) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    nowhere = WayMemory(tmp_path / "file" / "ways.json")
    assert nowhere.recall("case") is None
    assert nowhere.keep("case", Way(2)) == Way(2)
    assert nowhere.recall("case") == Way(2)
    broken = tmp_path / "broken.json"
    broken.write_bytes(text.encode(errors="surrogateescape"))
    assert WayMemory(broken).recall("case") is None
    assert WayMemory(broken).keep("case", Way(2)) == Way(2)


# -- in a training --------------------------------------------------------------------------------


def told(settings: TrainingSettings, **more: object) -> list[Event]:
    return list(loop.train(network(), *parts(), settings, device=CPU, **more))  # type: ignore[arg-type]


def epochs(events: list[Event]) -> list[EpochDone]:
    return [replace(event, seconds=0.0) for event in events if isinstance(event, EpochDone)]


def started(events: list[Event]) -> Started:
    (found,) = [event for event in events if isinstance(event, Started)]
    return found


def test_a_training_says_its_threads_and_goes_on_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way_trial, "cores", lambda: 4)
    assert started(told(SHORT.with_values(threads=3), run_folder=tmp_path)).threads == 3
    assert checkpoints.read(tmp_path).state["threads"] == 3
    more, used = SHORT.with_values(epochs=3), set()
    for event in loop.train(network(), *parts(), more, device=CPU, resume=tmp_path):
        used.add(torch.get_num_threads())
        assert not isinstance(event, Started) or event.threads == 3
    assert used == {3}
    by_hand = told(more.with_values(threads=1), resume=tmp_path)
    assert (started(by_hand).threads, epochs(by_hand)[-1].epoch) == (1, 3)
    monkeypatch.setattr(way_trial, "cores", lambda: 2)
    assert started(told(more, resume=tmp_path)).threads == 2


def test_a_trial_changes_no_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saving_always(monkeypatch)
    settings = SHORT.with_values(epochs=40)
    assert settings.epochs * 6 > FEW_STEPS
    with_trial = told(settings)
    threads = started(with_trial).threads
    assert epochs(told(settings.with_values(threads=threads))) == epochs(with_trial)
    before = []
    for event in loop.train(network(), *parts(), settings, device=CPU, run_folder=tmp_path):
        before.append(event)
        if isinstance(event, CheckpointSaved) and event.path.endswith("20-0"):
            break
    assert epochs(before) + epochs(told(settings, resume=tmp_path)) == epochs(with_trial)


def test_threads_as_a_setting() -> None:
    assert TrainingSettings.from_values({"threads": "4"}).threads == 4
    assert TrainingSettings().threads == "auto"
    for wrong in ("many", 0, 2.5, 5_000):
        with pytest.raises(SettingsError) as caught:
            TrainingSettings.from_values({"threads": wrong})
        expected = "Threads must be auto or a whole number from 1 to 1,024"
        assert str(caught.value) == f"{expected}, not {wrong!r}."


# -- beside a window ------------------------------------------------------------------------------


def niceness() -> dict[int, int]:
    """Of each thread of this process, as Linux tells it; of this thread alone elsewhere."""
    if not sys.platform.startswith("linux"):
        return {}
    return {
        int(task.name): int((task / "stat").read_text("utf-8").rpartition(")")[2].split()[16])
        for task in Path("/proc/self/task").iterdir()
    }


def test_beside_a_window_a_training_and_all_its_threads_give_way() -> None:
    """Also those that torch starts for its operations."""
    before = niceness()
    seen: dict[int, int] = {}
    training: list[int] = []

    def prepare() -> Prepared:
        model = nn.Sequential(nn.Linear(2, 2_048), nn.ReLU(), nn.Linear(2_048, 3))
        return Prepared(model, *parts(4_000))

    def listener(event: Event) -> None:
        training.append(threading.get_native_id())
        seen.update(niceness())

    settings = SHORT.with_values(epochs=1, batch_size=2_000, threads=2)
    for gives_way in (True, False):
        seen.clear()
        run = Run(prepare, settings, listener=listener, gives_way=gives_way)
        run.start()
        assert run.join(60.0)
        assert training
        if seen:
            lowest = max(priority.NICENESS, before[os.getpid()]) if gives_way else 0
            started_by_it = {task for task in seen if task not in before}
            assert training[-1] in started_by_it
            assert all(seen[task] >= lowest for task in started_by_it), seen
            assert not gives_way or len(started_by_it) > 1
            assert seen[os.getpid()] == before[os.getpid()]


def test_a_system_that_refuses_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: int) -> None:
        raise PermissionError(13, "not allowed")

    for system in ("linux", "darwin", "win32", "freebsd14"):
        monkeypatch.setattr(sys, "platform", system)
        monkeypatch.setattr(os, "setpriority", refuse)
        monkeypatch.setattr(priority.ctypes, "CDLL", refuse)
        monkeypatch.setattr(priority.ctypes, "WinDLL", refuse, raising=False)
        priority.give_way()
