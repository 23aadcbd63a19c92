"""Training settings on the command line and in Python, and the lines that a training prints."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import nnstudio
from nnstudio.__main__ import main
from nnstudio.cli.settings import add_settings, given_settings
from nnstudio.project.data.places import place_of
from nnstudio.project.refusal import Refusal
from nnstudio.project.refused_value import SettingsError
from nnstudio.project.settings import schemas, values_of, with_settings
from nnstudio.project.storage import file
from nnstudio.project.values import Project
from nnstudio.runs.states import State
from nnstudio.training.failures import TrainingError
from nnstudio.training.trackers.table import KINDS

SMALL = {"data": "digits", "max_samples": 60, "batch_size": 16, "epochs": 2, "device": "cpu"}


def given(*words: str) -> dict[str, object]:
    parser = argparse.ArgumentParser()
    add_settings(parser)
    return values_of(with_settings(Project(), given_settings(parser.parse_args(words))))


CHANGED: dict[str, object] = {
    "data": "heartbeats",
    "resize": True,
    "max_samples": 100,
    "validation": 0.3,
    "test": 0.1,
    "split": "random",
    "split_seed": 5,
    "duplicates_apart": True,
    "balance": "class_weights",
    "missing": "median",
    "prepare": "standardise, clip:share=0.05",
    "augment": "noise:amount=0.05",
    "epochs": 3,
    "batch_size": 7,
    "learning_rate": 0.25,
    "weight_decay": 0.5,
    "optimizer": "SGD",
    "momentum": 0.25,
    "schedule": "step",
    "schedule_every": 4,
    "schedule_patience": 2,
    "schedule_factor": 0.5,
    "lowest_rate": 1e-6,
    "loss": "mse",
    "label_smoothing": 0.1,
    "loss_weights": "1, 0.5",
    "clip_norm": 1.5,
    "seed": 11,
    "device": "cpu",
    "threads": 2,
    "early_stopping": 3,
    "checkpoint": False,
    "decay_norms": False,
    "dampening": 0.5,
    "nesterov": True,
    "beta1": 0.8,
    "beta2": 0.99,
    "epsilon": 1e-6,
    "amsgrad": True,
    "square_decay": 0.95,
    "centered": True,
    "momentum_decay": 0.01,
    "rate_decay": 0.001,
    "initial_accumulator": 0.1,
    "ns_steps": 6,
    "accumulate": 4,
    "schedule_epochs": "3, 5",
    "schedule_decay": 0.5,
    "schedule_power": 2.0,
    "restart_growth": 2,
    "cycle_rise": 0.25,
    "cycle_start": 10.0,
    "cycle_end": 100.0,
    "cycle_momentum": False,
    "warmup_steps": 50,
    "warmup_start": 0.1,
    "huber_delta": 2.0,
    "ignored_class": 0,
    "best_by": "accuracy",
    "start_from": "weights.safetensors",
    "freeze": "conv1, block.*",
    "average_decay": 0.99,
    "precision": "bf16",
    "deterministic": True,
    "compile": True,
    "channels_last": "on",
    "tracker": "tensorboard",
    "wandb_mode": "online",
}


@pytest.fixture(autouse=True)
def every_tracker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every tracker be installed."""
    for name, kind in KINDS.items():
        monkeypatch.setitem(KINDS, name, replace(kind, modules=()))


def test_every_setting_has_an_option_and_a_name() -> None:
    assert set(CHANGED) == set(schemas())
    for name, value in CHANGED.items():
        flag = f"--{name.replace('_', '-')}"
        switch = [flag if value else f"--no-{flag[2:]}"]
        words = switch if isinstance(value, bool) else [flag, str(value)]
        assert given(*words)[name] == value
        assert given("--train", f"{name}={value}")[name] == value


def test_more_ways_to_give_a_setting() -> None:
    assert given("--lr", "1e-4")["learning_rate"] == 1e-4
    assert given("--train", "clip-norm = 2")["clip_norm"] == 2.0
    assert given("--train", "clip_norm=none")["clip_norm"] is None
    assert given("--threads", "auto")["threads"] == "auto"
    both = given("--train", "epochs=2", "--train", "seed=4", "--epochs", "3")
    assert (both["epochs"], both["seed"]) == (3, 4)
    assert given("--tracker", "wandb", "--tracker", "tensorboard")["tracker"] == (
        "tensorboard, wandb"
    )
    assert given() == values_of(Project())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--train", "lerning_rate=1"], "no training setting named lerning_rate: .* learning_rate"),
        (["--train", "colour=red"], "There is no training setting named colour: there is data, "),
        (["--epochs", "0"], r"Epochs must be at least 1, not 0\."),
        (["--epochs", "many"], r"Epochs must be a whole number, not 'many'\."),
        (["--lr", "fast"], r"Learning rate must be a number, not 'fast'\."),
        (["--optimizer", "Magic"], "Optimizer must be 'Adam', .* not 'Magic'"),
        (["--train", "resize=perhaps"], "Resize samples must be true or false"),
    ],
)
def test_what_cannot_be(words: list[str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        given(*words)


def test_what_is_no_setting() -> None:
    with pytest.raises(Refusal, match="--train expects NAME=VALUE, received 'epochs'"):
        given("--train", "epochs")


def test_a_training_takes_them_and_its_lines_are_not_broken(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    settings = [word for name, value in SMALL.items() for word in ("--train", f"{name}={value}")]
    words = ["train", "CNN2DResNet", "--set", "hidden=4", "--lr", "0.01", "--run", str(tmp_path)]
    assert main([*words, *settings]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert "670 parameters on cpu with " in lines[0]
    assert lines[0].endswith(" to validate")
    for epoch in (1, 2):
        assert lines[epoch].startswith(f"epoch   {epoch}/2  train loss ")
        assert "  validation loss " in lines[epoch]
        assert lines[epoch].endswith(" s")
    kept = file.read(tmp_path / "project.nns")
    assert (kept.training.learning_rate, kept.training.epochs) == (0.01, 2)
    assert kept.data.split.max_samples == 60


# -- in Python ------------------------------------------------------------------------------------


def test_train_gives_a_run(tmp_path: Path) -> None:
    project = nnstudio.load("CNN2DResNet")
    run = nnstudio.train(project, folder=tmp_path, **SMALL)
    assert run.state is State.COMPLETED
    assert [epoch.epoch for epoch in run.history] == [1, 2]
    assert place_of(run.project.data.source) == "digits"
    assert run.project != project
    model = run.model()
    assert isinstance(model, nn.Module)
    assert not model.training
    assert model(torch.zeros(2, 1, 8, 8)).shape == (2, 10)
    again = nnstudio.train(project, folder=tmp_path, resume=True, **{**SMALL, "epochs": 3})
    assert [epoch.epoch for epoch in again.history] == [3]
    straight = nnstudio.train(project, **{**SMALL, "epochs": 3})
    assert straight.folder is None
    losses = [epoch.train.loss for epoch in straight.history]
    assert losses == [epoch.train.loss for epoch in (*run.history, *again.history)]


def test_train_refuses_and_fails_with_one_sentence(tmp_path: Path) -> None:
    project = nnstudio.load("CNN2DResNet")
    with pytest.raises(SettingsError, match="There is no training setting named lr"):
        nnstudio.train(project, lr=3)
    with pytest.raises(Refusal, match="resume expects the folder"):
        nnstudio.train(project, resume=True)
    with pytest.raises(TrainingError, match="no checkpoint at"):
        nnstudio.train(project, folder=tmp_path, resume=True, **SMALL)


# -- the data -------------------------------------------------------------------------------------


def test_a_file_is_trained_and_its_path_kept_in_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The path that was typed is relative to where it was typed, not to the project."""
    (tmp_path / "data").mkdir()
    random = np.random.default_rng(0)
    rows = random.normal(size=(40, 1, 16, 12)).astype(np.float32)
    np.savez(tmp_path / "data" / "mine.npz", x=rows, y=np.arange(40) % 5)
    monkeypatch.chdir(tmp_path / "data")
    words = ["train", "CNN2DResNet", "--set", "hidden=4", "--epochs", "1", "--run", "../run"]
    assert main([*words, "--data", "mine.npz", "--test", "0.25", "--split-seed", "3"]) == 0
    assert "20 samples to train, 10 to validate" in said_by(capsys)  # and 10 for the test
    kept = file.read(tmp_path / "run" / "project.nns")
    assert place_of(kept.data.source) == (tmp_path / "data" / "mine.npz").as_posix()
    assert '"path": "../data/mine.npz"' in (tmp_path / "run" / "project.nns").read_text("utf-8")
    assert (kept.data.split.test, kept.data.split.seed) == (0.25, 3)
    again = ["train", str(tmp_path / "run" / "project.nns"), "--epochs", "2", "--resume"]
    again += ["--run", str(tmp_path / "run")]
    assert main([*again, "--split-seed", "4"]) == 2
    assert "another seed of the split, 3: it cannot be resumed with 4" in said_by(capsys)
    assert file.read(tmp_path / "run" / "project.nns").data == kept.data  # a refusal writes nothing
    assert main(again) == 0


def said_by(capsys: pytest.CaptureFixture[str]) -> str:
    said = capsys.readouterr()
    return " ".join((said.out + said.err).split())


def test_shares_leave_something_to_train_on() -> None:
    with pytest.raises(SettingsError, match="Validation share and test share must be below 1"):
        nnstudio.train(nnstudio.load("CNN2DResNet"), validation=0.5, test=0.5)
