"""`nnstudio train --dry-run`: a few steps tell time and memory, and nothing is trained or kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nnstudio.__main__ import main
from nnstudio.training import measuring

DRY = ["train", "CNN2DResNet", "--data", "digits", "--set", "hidden=2", "--dry-run"]


def test_a_line_or_json_and_no_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "_SECONDS", 0.0)
    more = ["--threads", "1", "--run", str(tmp_path / "run")]
    assert main([*DRY, *more, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["fits"]
    assert found["seconds"] > found["step_seconds"] > 0
    assert not (tmp_path / "run").exists()

    monkeypatch.setattr(measuring, "free_memory", lambda: 1_000)
    assert main([*DRY, *more]) == 1
    out, _ = capsys.readouterr()
    assert out.startswith("does not fit: not even a batch of 1 fits; a batch of 32 needs")


def test_several_processes_are_not_measured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"RANK": "0", "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "2"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("WORLD_SIZE", "2")

    def unreachable() -> None:
        raise OSError

    monkeypatch.setattr("nnstudio.training.processes.rendezvous", unreachable)
    assert main(DRY) == 2
    assert "measures one process: leave out torchrun" in capsys.readouterr().err
