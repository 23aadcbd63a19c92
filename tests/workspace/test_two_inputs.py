"""Models with two Inputs, fed by one table: with pictures beside it, or with columns chosen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import nnstudio
from nnstudio.cli.main import run as command
from tests.two_inputs import picture_and_numbers, table_beside_pictures


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNSTUDIO_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("names", [("photo", "x"), ("seen", "measured")])
def test_a_picture_and_a_table_together(names: tuple[str, str], tmp_path: Path) -> None:
    """By name, and in order where the names differ."""
    table = table_beside_pictures(tmp_path / "garden")
    run = nnstudio.train(
        picture_and_numbers(*names),
        data=str(table),
        epochs=25,
        batch_size=8,
        learning_rate=0.02,
        device="cpu",
    )
    last = run.history[-1].validation
    assert last is not None
    assert (last.accuracy or 0.0) > 0.9
    assert run.project.data.targets[0].classes == ("a", "b", "c", "d")


def test_the_same_by_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = table_beside_pictures(tmp_path / "garden")
    nnstudio.save(picture_and_numbers(classes=7), tmp_path / "both.nns")
    told = ["--epochs", "25", "--batch-size", "8", "--lr", "0.02", "--device", "cpu", "--json"]
    assert command(["train", str(tmp_path / "both.nns"), "--data", str(table), *told]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events[-1]["event"] == "completed"
    assert events[-1]["last"]["accuracy"] > 0.9
