"""Models with two Inputs, fed by one table: with pictures beside it, or with columns chosen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from torch import Tensor

import nnstudio
from nnstudio.cli.main import run as command
from nnstudio.data.info import InputMapping, ModelInput
from nnstudio.data.pipeline import assembling
from nnstudio.data.pipeline.understanding import understand
from nnstudio.training import batches
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


def test_pictures_that_are_too_large_to_copy_are_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts are index sets into the map of the cache, and the training is the same."""
    table = table_beside_pictures(tmp_path / "garden")
    told: dict[str, Any] = {"data": str(table), "epochs": 3, "batch_size": 8, "device": "cpu"}
    copied = nnstudio.train(picture_and_numbers(), **told)
    monkeypatch.setattr(assembling, "_SMALL", 1_000)
    samples = understand(str(table))
    inputs = (ModelInput("photo", "photo", (3, 16, 16)), ModelInput("x", "x", (2,)))
    made = assembling.assemble(samples, InputMapping(inputs, named=True))
    rows = made.train.rows
    assert rows is not None
    assert rows.tolist() == made.parts.train.tolist()
    shared = cast("dict[str, Tensor]", made.train.inputs)["photo"]
    assert np.shares_memory(shared.numpy(), samples.fields["photo"])
    assert isinstance(samples.fields["photo"].base, np.memmap)
    monkeypatch.setattr(batches, "_fits", lambda *_: False)
    run = nnstudio.train(picture_and_numbers(), **told)
    assert [done.train.loss for done in run.history] == pytest.approx(
        [done.train.loss for done in copied.history], rel=1e-6
    )
