"""cross-validate, compare and studies: what they print, refuse and go on with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from nnstudio.__main__ import main
from nnstudio.cli.stopping import wish
from nnstudio.project.storage import file
from nnstudio.runs.journal import History
from nnstudio.runs.record import read_record
from nnstudio.runs.states import State
from nnstudio.runs.store import VARIABLE
from tests.kept_runs import kinds, table

TRAIN = ["--missing", "drop", "--device", "cpu", "--threads", "1", "--test", "0.2"]


@pytest.fixture(autouse=True)
def runs_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "runs"))
    return tmp_path / "runs"


def words(place: Path, *more: str) -> list[str]:
    file.write(kinds(), place / "kinds.nns")
    data = str(table(place / "kinds.csv"))
    return [str(place / "kinds.nns"), "--data", data, *TRAIN, *more]


def said(capsys: pytest.CaptureFixture[str], *given: str) -> tuple[int, str, str]:
    code = main(list(given))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_study_is_told_and_listed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = str(tmp_path / "study")
    given = words(tmp_path, "--folds", "2", "--epochs", "1", "--study", folder)
    code, out, err = said(capsys, "cross-validate", *given)
    assert (code, err) == (0, "")
    assert "kinds  2 stratified folds, seed 0" in out
    assert "fold 2/2  accuracy 0." in out
    assert "The test part of the split (18 of 83 samples) is in no fold." in out
    assert out.index("mean ± deviation") < out.index("precision")
    code, out, _ = said(capsys, "cross-validate", folder, "--json")
    told = [json.loads(line) for line in out.splitlines()]
    assert [one["event"] for one in told] == ["study_started", "run_done", "run_done", "study_done"]
    assert [one["before"] for one in told[1:3]] == [True, True]
    assert told[-1]["models"][0]["outputs"][0]["head"]["accuracy"]["count"] == 2
    code, out, _ = said(capsys, "studies", "--json")
    assert [(one["kind"], one["done"]) for one in json.loads(out)] == [("cross-validation", 2)]
    runs = [one["folder"] for one in told[1:3]]
    code, out, _ = said(capsys, "compare", *runs, "--json")
    found = json.loads(out)
    assert code == 0
    assert len(found["runs"]) == 2
    assert found["changes"][0] == {
        "run": told[2]["run"],
        "settings": [],
        "architecture": {"added": [], "removed": [], "changed": []},
    }


def test_wrong_use_is_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    given = words(tmp_path)
    for more, sentence in (
        (["cross-validate", *given, "--folds", "1"], "folds: expected at least 2"),
        (["cross-validate", *given, "--folds", "80"], "too few for 80 folds"),
        (["cross-validate", *given, "--resume"], "--resume expects --study DIR"),
        (["cross-validate", *given, "--resume", "--study", str(tmp_path / "no")], "no study in"),
        (["compare", given[0]], "compare expects at least two"),
    ):
        code, out, err = said(capsys, *more)
        assert (code, out) == (2, "")
        assert sentence in err
        assert err.count("\n") == 1


def test_ctrl_c_stops_with_a_checkpoint_and_the_study_goes_on(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, runs = tmp_path / "study", tmp_path / "runs"
    told = History.add

    def interrupted(self: History, event: Mapping[str, Any]) -> None:
        told(self, event)
        if event["epoch"] == 2:
            wish.came = True

    given = words(tmp_path, "--folds", "2", "--study", str(study), "--epochs", "4000")
    with monkeypatch.context() as patch:
        patch.setattr(History, "add", interrupted)
        code, out, _ = said(capsys, "cross-validate", *given)
    assert code == 130
    assert f"stopped, 2 runs are left; go on with: nnstudio cross-validate {study}" in out
    record = read_record(next(runs.glob("*-f1-s1")))
    assert record.state is State.STOPPED
    assert (record.folder / "checkpoints" / "last.json").exists()
