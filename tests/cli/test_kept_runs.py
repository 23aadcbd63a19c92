"""What `nnstudio train` keeps of a run, what it refuses, and `nnstudio runs`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

import nnstudio
from nnstudio.__main__ import main
from nnstudio.data.preparation import keeping
from nnstudio.runs.journal import read_events, read_history
from nnstudio.runs.owner import Ownership
from nnstudio.runs.record import read_record
from nnstudio.runs.states import State
from nnstudio.runs.store import VARIABLE

TRAIN = ["train", "CNN2DResNet", "--data", "digits", "--set", "hidden=4", "--max-samples", "200"]


@pytest.fixture(autouse=True)
def runs_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "runs"))
    return tmp_path / "runs"


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_run_folder_holds_everything(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "run"
    words = [*TRAIN, "--test", "0.1", "--prepare", "standardise", "--run", str(folder)]
    assert said(capsys, *words, "--epochs", "2")[0] == 0
    record = read_record(folder)
    assert (record.name, record.state, record.result["epochs"]) == (
        "CNN2DResNet",
        State.COMPLETED,
        2,
    )
    assert set(record.fingerprints) == {"source", "data", "split", "settings"}
    assert record.device == "cpu"
    assert record.versions["torch"]
    project = nnstudio.load(folder / "project.nns")
    assert project.training.epochs == 2
    source = (folder / "model.py").read_text()
    assert source == nnstudio.source(project)
    with np.load(folder / "splits.npz") as parts:
        sizes = {name: len(parts[name]) for name in parts}
        assert sum(sizes.values()) == len({*parts["train"], *parts["validation"], *parts["test"]})
    assert sum(sizes.values()) == 200
    (fitted,) = keeping.read(folder).fields.values()
    assert fitted.steps
    assert fitted.fitted[0]["offset"].size
    assert [row["epoch"] for row in read_history(folder)] == [1, 2]
    events = [event["event"] for event in read_events(folder)]
    assert (events[0], events[-1]) == ("started", "completed")
    assert not (folder / "owner.lock").exists()

    from safetensors.torch import load_file

    names: dict[str, object] = {}
    exec(compile(source, "model.py", "exec"), names)
    model = names["CNN2DResNet"]()  # type: ignore[operator]
    best = json.loads((folder / "checkpoints" / "best.json").read_text())["checkpoint"]
    weights = load_file(folder / "checkpoints" / best / "weights.safetensors")
    model.load_state_dict(weights)


def test_what_is_refused_changes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    words = [*TRAIN, "--run", str(folder), "--epochs", "1"]
    assert said(capsys, *words)[0] == 0
    before = content(folder)
    cases = [
        (words, "There is a run in"),
        ([*words, "--resume", "--batch-size", "7"], "another batch size"),
        ([*words, "--resume", "--max-samples", "150"], "another samples at most"),
        ([*words, "--resume", "--set", "hidden=5"], "edited|another model"),
        ([*words, "--resume", "--replace"], "give one of them"),
        ([*words, "--replace", "--data", "nowhere.csv"], "nowhere"),
        ([*words, "--no-run"], "leave out --run"),
    ]
    import re

    for case, sentence in cases:
        code, _, err = said(capsys, *case)
        assert code == 2, err
        assert re.search(sentence, err.splitlines()[-1]), err
        assert content(folder) == before, case
    owner = Ownership(folder)
    for more in ("--resume", "--replace"):
        code, _, err = said(capsys, *words, more)
        assert code == 2
        assert "belongs to a training that runs" in err
    owner.release()
    assert content(folder) == before
    assert said(capsys, *words, "--replace")[0] == 0
    assert read_record(folder).id != json.loads(before["run.json"])["id"]


def test_every_training_is_listed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, runs_folder: Path
) -> None:
    assert said(capsys, "runs")[1].startswith("no runs in")
    assert said(capsys, *TRAIN, "--epochs", "1", "--no-run")[0] == 0
    assert json.loads(said(capsys, "runs", "--json")[1]) == []
    assert said(capsys, *TRAIN, "--epochs", "1")[0] == 0
    assert said(capsys, *TRAIN, "--epochs", "1", "--run", str(tmp_path / "mine"))[0] == 0
    listed = json.loads(said(capsys, "runs", "--json")[1])
    folders = [Path(one["folder"]) for one in listed]
    assert folders[0] == tmp_path / "mine"
    assert folders[1].parent == runs_folder
    assert [run.folder for run in nnstudio.runs()] == folders
    (row,) = csv.DictReader(io.StringIO(said(capsys, "runs", "--csv", "--limit", "1")[1]))
    assert (row["state"], row["epochs"]) == ("Completed", "1")
    assert float(row["best_loss"]) == listed[0]["result"]["best"]["loss"]
    assert "CNN2DResNet" in said(capsys, "runs", "--state", "completed")[1]
    assert said(capsys, "runs", "--state", "failed")[1].startswith("no runs")
    code, _, err = said(capsys, "runs", "--state", "flying")
    assert code == 2
    assert "expects one of created, queued" in err
