"""Checkpoints that are damaged, tampered with, or have no room."""

from __future__ import annotations

import errno
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_training import network, parts, saving_always

from nnstudio.project.training_settings import TrainingSettings
from nnstudio.runs.folder import sum_of
from nnstudio.training import checkpoints
from nnstudio.training.events import CheckpointSaved, Completed, Event, Failed, Warned
from nnstudio.training.loop import train

SHORT = TrainingSettings(epochs=2, batch_size=8, threads=1)
CPU = torch.device("cpu")


def told(folder: Path, *, resume: bool = False, epochs: int = 2) -> list[Event]:
    settings = SHORT.with_values(epochs=epochs)
    again = folder if resume else None
    return list(train(network(), *parts(), settings, device=CPU, run_folder=folder, resume=again))


def last_of(folder: Path) -> Path:
    name = checkpoints.pointed(checkpoints.folder_of(folder), checkpoints.LAST)
    assert name is not None
    return checkpoints.folder_of(folder) / name


def refusal(folder: Path) -> str:
    """Why it cannot be gone on with, in one sentence; the folder stays as it is."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    (event,) = told(folder, resume=True, epochs=3)
    assert isinstance(event, Failed)
    assert "\n" not in event.sentence
    assert "Training failed" not in event.sentence
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    return event.sentence


FILES = (checkpoints.WEIGHTS, checkpoints.STATE_TENSORS, checkpoints.STATE, checkpoints.SUMS)


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_anywhere_is_found(tmp_path: Path, name: str) -> None:
    told(tmp_path)
    path, chance = last_of(tmp_path) / name, random.Random(name)
    whole = path.read_bytes()
    for _ in range(5):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        sentence = refusal(tmp_path)
        assert str(last_of(tmp_path)) in sentence
    path.write_bytes(whole[: len(whole) // 2])
    assert "is damaged" in refusal(tmp_path)
    path.unlink()
    assert name in refusal(tmp_path)
    path.write_bytes(whole)
    assert isinstance(told(tmp_path, resume=True, epochs=3)[-1], Completed)


def tampered(folder: Path, change: Callable[[dict[str, Any]], object]) -> str:
    """The refusal after a change of state.json whose checksum was made anew."""
    path = last_of(folder)
    state = json.loads((path / checkpoints.STATE).read_text())
    change(state)
    (path / checkpoints.STATE).write_text(json.dumps(state))
    _sum_again(path)
    return refusal(folder)


def _sum_again(path: Path) -> None:
    sums = {f.name: sum_of(f) for f in path.iterdir() if f.name != checkpoints.SUMS}
    (path / checkpoints.SUMS).write_text(json.dumps(sums))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda s: s["position"].update(epoch=-1), "'position.epoch'"),
        (lambda s: s["position"].update(epoch=1), "not at epoch 1, step 0"),
        (lambda s: s["position"].update(step=10**9), "not at epoch 3, step 1000000000"),
        (lambda s: s["position"].update(seconds=-5.0), "'position.seconds'"),
        (lambda s: s["position"].update(sums={"loss": "x"}), "damaged"),
        (lambda s: s.pop("schedule"), "'schedule'"),
        (lambda s: s.update(schedule={}), "schedule"),
        (lambda s: s.update(best=None), "its best epoch"),
        (lambda s: s["last"].update(epoch=9), "its last epoch"),
        (lambda s: s.update(last={"event": "paused"}), "expected an epoch"),
        (lambda s: s.update(best_checkpoint="../../x"), "'best_checkpoint'"),
        (lambda s: s.update(version=99), "newer version"),
        (lambda s: s.update(samples=-3), "'samples'"),
    ],
)
def test_a_state_that_cannot_be_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    told(tmp_path)
    assert reason in tampered(tmp_path, change)


@pytest.mark.parametrize("gone", ["optimizer", "optimizer.0", "optimizer.0.exp_avg", "rng"])
@pytest.mark.parametrize("listed", [True, False])
def test_a_state_without_its_tensors_is_refused(tmp_path: Path, gone: str, listed: bool) -> None:
    if not listed and gone in ("optimizer", "optimizer.0"):
        pytest.skip("parameters without gradients have no state: it cannot be told")
    told(tmp_path)
    path = last_of(tmp_path)
    kept = {
        name: tensor
        for name, tensor in load_file(path / checkpoints.STATE_TENSORS).items()
        if name != gone and not name.startswith(f"{gone}.")
    }
    save_file(kept, path / checkpoints.STATE_TENSORS)
    change = (lambda s: None) if listed else (lambda s: s.update(tensors=sorted(kept)))
    sentence = tampered(tmp_path, change)
    assert "state.safetensors is damaged: it lacks" in sentence


@pytest.mark.parametrize("text", ["", "{", '{"checkpoint": "../x"}', '{"checkpoint": "7-0"}'])
def test_a_damaged_pointer_is_refused(tmp_path: Path, text: str) -> None:
    told(tmp_path)
    (checkpoints.folder_of(tmp_path) / checkpoints.LAST).write_text(text)
    assert "last.json" in refusal(tmp_path)


def test_a_full_disk_lets_the_training_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saving_always(monkeypatch)
    expected = told(tmp_path / "roomy")[-1]
    fsync = os.fsync
    calls = 0

    def full(file: int) -> None:
        nonlocal calls
        calls += 1
        if 12 < calls < 17:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(file)

    monkeypatch.setattr(os, "fsync", full)
    events = told(tmp_path / "full")
    (warning,) = (event for event in events if isinstance(event, Warned))
    assert warning.sentence.startswith("The training goes on, but no checkpoint can be written to")
    assert warning.sentence.endswith("No space left on device.")
    last = events[-1]
    assert isinstance(last, Completed)
    assert isinstance(expected, Completed)
    assert (last.best, last.best_epoch) == (expected.best, expected.best_epoch)
    assert isinstance(events[-2], CheckpointSaved)  # there was room again
    assert checkpoints.read(tmp_path / "full").state["position"]["epoch"] == 3
    assert not list((tmp_path / "full").rglob(".new-*"))
