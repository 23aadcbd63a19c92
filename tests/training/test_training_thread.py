"""The run: one thread, states, pause, stop, failures as events, nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_training import network, parts

from nnstudio.project.training_settings import TrainingSettings
from nnstudio.runs.states import State
from nnstudio.training import checkpoints, devices
from nnstudio.training.events import (
    Completed,
    EpochDone,
    Event,
    Failed,
    Paused,
    Resumed,
    Started,
    StepsDone,
    Stopped,
    Stopping,
)
from nnstudio.training.thread import Prepared, Run

SHORT = TrainingSettings(epochs=2, batch_size=8, device="cpu")
ENDLESS = SHORT.with_values(epochs=100_000, checkpoint=False)


def prepare() -> Prepared:
    return Prepared(network(), *parts())


def until(condition: Callable[[], bool]) -> None:
    """Wait for what must come; half a minute is for machines that do other things as well."""
    end = time.monotonic() + 30.0
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.001)


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events if not isinstance(event, StepsDone | EpochDone)]


def test_from_created_to_completed(tmp_path: Path) -> None:
    heard: list[Event] = []
    run = Run(prepare, SHORT, run_folder=tmp_path, listener=heard.append)
    assert run.state is State.CREATED
    run.start()
    assert run.join(30.0)
    assert run.state is State.COMPLETED
    events = run.drain()
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Completed)
    assert events == heard
    assert run.drain() == []
    assert run.prepared is not None
    with pytest.raises(RuntimeError, match="starts once"):
        run.start()


def test_a_run_is_its_seed() -> None:
    losses = []
    for _ in range(2):
        with Run(lambda: Prepared(unseeded(), *parts()), SHORT) as run:
            run.start()
            run.join()
            losses.append([e.train.loss for e in run.drain() if isinstance(e, EpochDone)])
    assert losses[0] == losses[1]
    assert len(losses[0]) == 2


def unseeded() -> object:
    from torch import nn

    return nn.Linear(2, 3)


@pytest.mark.parametrize("end", ["stopped", "completed"])
def test_a_run_that_is_kept_after_its_start_leaves_a_checkpoint(tmp_path: Path, end: str) -> None:
    """Whatever the settings say: it was asked for."""
    settings = ENDLESS if end == "stopped" else SHORT.with_values(checkpoint=False)
    run = Run(prepare, settings)
    if end == "completed":
        run.keep_in(tmp_path)
        run.start()
    else:
        run.start()
        until(lambda: bool(run.drain()))
        run.keep_in(tmp_path)
        run.stop()
    assert run.join(30.0)
    assert run.state is (State.STOPPED if end == "stopped" else State.COMPLETED)
    position = checkpoints.read(tmp_path).state["position"]
    assert position["epoch"] >= (1 if end == "stopped" else 3)


def test_pause_resume_stop(tmp_path: Path) -> None:
    run = Run(prepare, ENDLESS, run_folder=tmp_path)
    run.start()
    until(lambda: bool(run.drain()))
    run.pause()
    assert run.state in (State.PAUSING, State.PAUSED)
    until(lambda: run.state is State.PAUSED)
    assert kinds(run.drain()) == [Paused]
    time.sleep(0.05)
    assert run.drain() == []  # nothing happens while it is paused

    run.resume()
    assert run.state is State.RUNNING
    seen: list[Event] = []
    until(lambda: bool(seen.extend(run.drain()) or any(isinstance(e, EpochDone) for e in seen)))
    assert kinds(seen) == [Resumed]

    run.stop()
    assert run.join(30.0)
    assert run.state is State.STOPPED
    assert [kind.__name__ for kind in kinds(run.drain())] == [
        "Stopping",
        "CheckpointSaved",
        "Stopped",
    ]
    assert "position" in checkpoints.read(tmp_path).state


def test_stop_while_paused() -> None:
    run = Run(prepare, ENDLESS)
    run.start()
    run.pause()
    until(lambda: run.state is State.PAUSED)
    run.stop()
    assert run.join(30.0)
    assert kinds(run.drain()) == [Started, Paused, Stopping, Stopped]


def test_a_pause_taken_back() -> None:
    with Run(prepare, ENDLESS) as run:
        run.start()
        for _ in range(200):
            run.pause()
            run.resume()
        assert run.state is State.RUNNING
        seen: list[Event] = []
        until(lambda: bool(seen.extend(run.drain()) or any(isinstance(e, EpochDone) for e in seen)))
        assert run.state is State.RUNNING
    paused = [kind for kind in kinds(seen + run.drain()) if kind in (Paused, Resumed)]
    assert paused == [Paused, Resumed] * (len(paused) // 2)


def test_pause_is_exact() -> None:
    """A paused and resumed training gives what an undisturbed one gives."""
    settings = SHORT.with_values(epochs=30)
    losses = []
    for disturbed in (False, True):
        with Run(prepare, settings) as run:
            run.start()
            while disturbed and not run.state.is_final:
                run.pause()
                until(lambda run=run: run.state is State.PAUSED or run.state.is_final)  # type: ignore[misc]
                run.resume()
            run.join()
            assert run.state is State.COMPLETED
            losses.append([e.train.loss for e in run.drain() if isinstance(e, EpochDone)])
    assert losses[0] == losses[1]


def test_stop_before_start_and_after_the_end() -> None:
    run = Run(prepare, SHORT)
    run.stop()
    assert run.state is State.STOPPED
    assert run.join()
    with pytest.raises(RuntimeError):
        run.start()
    with Run(prepare, SHORT) as ended:
        ended.start()
        ended.join()
    assert ended.state is State.COMPLETED


def test_stop_while_preparing() -> None:
    may_go = threading.Event()

    def slow() -> Prepared:
        may_go.wait()
        return prepare()

    run = Run(slow, ENDLESS)
    run.start()
    run.stop()
    assert run.state is State.STOPPING
    may_go.set()
    assert run.join(30.0)
    assert kinds(run.drain()) == [Started, Stopping, Stopped]


def test_failures_are_events() -> None:
    def broken() -> Prepared:
        raise ValueError("no model today")

    for run, sentence, detail in (
        (Run(broken, SHORT), r"Training failed (ValueError): no model today.", "Traceback"),
        (Run(prepare, SHORT.with_values(device="cuda:99")), "cuda:99 was asked for", ""),
    ):
        run.start()
        assert run.join(30.0)
        assert run.state is State.FAILED
        (failure,) = run.drain()
        assert isinstance(failure, Failed)
        assert sentence in failure.sentence
        assert failure.detail[:9] == detail  # what a user can mend needs no traceback


def test_a_listener_that_fails() -> None:
    def full(event: Event) -> None:
        raise OSError(28, "No space left on device", "events.jsonl")

    run = Run(prepare, SHORT, listener=full)
    run.start()
    assert run.join(30.0)
    (failure,) = run.drain()
    assert isinstance(failure, Failed)
    assert failure.sentence == "A file cannot be used: events.jsonl: No space left on device."
    assert run.state is State.FAILED


def test_devices() -> None:
    names = [device.name for device in devices.available()]
    assert names[-1] == "cpu"
    assert str(devices.resolve("auto")) == names[0]
    assert str(devices.resolve("cpu")) == "cpu"
    for word in ("cuda:99", "tpu"):
        with pytest.raises(devices.DeviceError, match=f"{word} was asked for, there is .*cpu"):
            devices.resolve(word)


@pytest.mark.parametrize(
    ("limit", "cores"), [("150000 100000", 2), ("max 100000", 8), ("", 8), ("1000 100000", 1)]
)
def test_cores_of_a_container(
    limit: str, cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(devices, "_CPU_LIMIT", tmp_path / "cpu.max")
    assert devices.cores() == 8
    (tmp_path / "cpu.max").write_text(limit, encoding="ascii")
    assert devices.cores() == cores


def test_a_run_can_be_made_before_torch_is_there() -> None:
    code = "import sys, nnstudio.training.thread; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
