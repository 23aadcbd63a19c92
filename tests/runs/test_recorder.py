"""From events to a run's folder: what is written, what is refused, and where there is no room."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.journal import read_events, read_history
from nnstudio.runs.record import RunRecord, read_record, update_record
from nnstudio.runs.recorder import Recorder
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore

Events = list[dict[str, Any]]


def record(folder: Path, name: str = "CNN") -> RunRecord:
    return RunRecord(id="one", name=name, created="2026-01-01", folder=folder)


def started(first: int = 1) -> dict[str, Any]:
    numbers = {"epochs": 9, "steps_per_epoch": 2, "train_samples": 5, "validation_samples": 0}
    return {
        "event": "started",
        "device": "cpu",
        "parameters": 7,
        "first_epoch": first,
        "threads": 1,
        **numbers,
    }


def epoch(number: int, loss: float, best: bool = True) -> dict[str, Any]:
    train = {"loss": loss, "accuracy": None, "samples": 5}
    told = {"epochs": 9, "validation": None, "learning_rate": 1e-3, "seconds": 0.1}
    return {"event": "epoch_done", "epoch": number, "train": train, "best": best, **told}


COMPLETED = {"event": "completed", "epochs": 2, "seconds": 0.2, "best_epoch": 2}


def told(recorder: Recorder, *events: dict[str, Any]) -> None:
    for event in events:
        recorder.tell(event)


def test_a_run_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    store, folder = RunStore(tmp_path / "runs"), tmp_path / "run"
    recorder = Recorder(record(folder), store=store)
    written: list[Path] = []
    recorder.write_files = written.append
    assert store.list() == []
    told(recorder, started())
    assert written == [folder]
    assert read_record(folder).state is State.RUNNING
    told(recorder, epoch(1, 1 / 3), {"event": "paused"})
    (listed,) = store.list()
    assert (listed.state, listed.device, listed.threads) == (State.PAUSED, "cpu", 1)
    store.change("one", name="renamed", star=True)  # by the user, meanwhile
    told(recorder, {"event": "resumed"}, epoch(2, 0.1), COMPLETED)
    ended = read_record(folder)
    assert (ended.state, ended.name, ended.star) == (State.COMPLETED, "renamed", True)
    assert ended.ended is not None
    assert (ended.result["best_epoch"], ended.result["parameters"]) == (2, 7)
    assert store.list() == [ended]
    assert [row["train_loss"] for row in read_history(folder)] == [1 / 3, 0.1]
    assert read_history(folder)[0]["validation_loss"] is None
    assert not (folder / "owner.lock").exists()


def test_what_is_refused_before_it_begins_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    told(Recorder(record(folder)), {"event": "failed", "sentence": "No.", "line": None})
    assert not folder.exists()


@pytest.mark.parametrize("way", ["anew", "resume", "replace"])
def test_a_run_is_never_overwritten_unasked(tmp_path: Path, way: str) -> None:
    told(Recorder(record(tmp_path)), started(), epoch(1, 0.5), epoch(2, 0.4), COMPLETED)
    (tmp_path / "thesis.txt").write_text("a year of work")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    if way == "anew":
        with pytest.raises(RunStoreError, match=r"There is a run in .*: give --resume"):
            Recorder(record(tmp_path))
    else:
        recorder = Recorder(record(tmp_path, "other"), **{way: True})
        told(recorder, {"event": "failed", "sentence": "No.", "line": None})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    if way == "replace":
        told(Recorder(record(tmp_path, "other"), replace=True), started(), epoch(1, 0.9), COMPLETED)
        assert read_record(tmp_path).name == "other"
        assert [row["train_loss"] for row in read_history(tmp_path)] == [0.9]
        assert (tmp_path / "thesis.txt").exists()


def test_a_resume_takes_back_what_came_after_its_checkpoint(tmp_path: Path) -> None:
    told(Recorder(record(tmp_path)), started(), *(epoch(n, 1 / n) for n in (1, 2, 3, 4)))
    (tmp_path / "owner.lock").unlink()  # it was killed
    for name in ("events.jsonl", "history.csv"):
        with (tmp_path / name).open("a") as stream:
            stream.write('{"event": "epoch_do')
    update_record(tmp_path, {"project": "/thesis/cnn.nns"})
    recorder = Recorder(record(tmp_path, "unimportant"), resume=True)
    told(recorder, started(3), epoch(3, 0.3), {"event": "stopped", "epoch": 3, "seconds": 1.0})
    assert [row["train_loss"] for row in read_history(tmp_path)] == [1.0, 0.5, 0.3]
    assert read_record(tmp_path).name == "CNN"
    assert read_record(tmp_path).project == "/thesis/cnn.nns"
    assert len([event for event in read_events(tmp_path) if event["event"] == "epoch_done"]) == 5


def test_a_full_disk_is_said_once_and_made_up_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    recorder = Recorder(record(tmp_path), trouble=said.append)
    told(recorder, started(), epoch(1, 0.5))
    write, is_full = os.write, True

    def half(file: int, data: bytes) -> int:
        if is_full:
            write(file, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(file, data)

    monkeypatch.setattr(os, "write", half)
    told(recorder, epoch(2, 0.4), epoch(3, 0.3))
    assert said == ["The training goes on, but is not written down: No space left on device."]
    assert [event["event"] for event in read_events(tmp_path)] == ["started", "epoch_done"]
    is_full = False
    told(recorder, epoch(4, 0.2), COMPLETED)
    assert [row["epoch"] for row in read_history(tmp_path)] == [1, 2, 3, 4]
    assert len(read_events(tmp_path)) == 6
    assert read_record(tmp_path).state is State.COMPLETED
