"""nnstudio tune: real trainings of small models, joined, steered, killed and resumed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

import nnstudio
from nnstudio.__main__ import main
from nnstudio.errors import UserError
from nnstudio.runs.owner import LOCK, Owner
from nnstudio.runs.record import read_record
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.result import Follower, SearchResult
from nnstudio.workspace.search_training import SearchTrainer
from nnstudio.workspace.studies.search_beginning import space_of
from tests.kept_runs import kinds, table

ONE_OF_TWO = ["SimpleMLP", "--data", "digits", "--search", "batch_size=8,16", "--trials", "1"]
BATCHES = '{"kind": "choices", "name": "batch_size", "choices": [8]}'
FEW = ["--epochs", "1", "--device", "cpu", "--train", "threads=1"]


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["tune", *words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def result(study: Path) -> SearchResult:
    return Follower(StudyFolder.open(study)).result()


@pytest.fixture
def target(tmp_path: Path) -> list[str]:
    nnstudio.save(kinds(), tmp_path / "kinds.nns")
    data = ["--data", str(table(tmp_path / "kinds.csv")), "--missing", "drop"]
    return [str(tmp_path / "kinds.nns"), *data, *FEW]


def test_a_search_from_its_begin_to_its_best(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, target: list[str]
) -> None:
    study = str(tmp_path / "study")
    space = ["--search", "batch_size=8,16", "--search", "learning_rate=1e-3..1e-1:log"]
    words = [*target, *space, "--objective", "accuracy", "--study", study]
    code, out, err = said(capsys, *words, "--trials", "2", "--json")
    assert (code, err) == (0, "")
    *events, shown = [json.loads(line) for line in out.splitlines()]
    kinds_of_events = [event["event"] for event in events]
    assert kinds_of_events.count("trial_epoch") == kinds_of_events.count("trial_ended") == 2
    assert (shown["event"], shown["counted"]) == ("result", 2)
    # each is an ordinary run of the group
    best = shown["trials"][shown["best"][0]]
    record = read_record(Path(best["run"]))
    assert (record.state, record.group) == (State.COMPLETED, shown["id"])
    assert record.tags == ("trial", f"trial-{best['number']}")
    assert record.settings["learning_rate"] == best["point"]["learning_rate"]
    assert record.result["best"]["accuracy"] == best["values"][0]
    assert best["facts"]["parameters"] == record.result["parameters"]
    assert best["facts"]["flops"] > 0
    # one of another machine can be gone on with only if that is known to be dead
    trainer, run = SearchTrainer(StudyFolder.open(Path(study))), record.folder
    away = Owner("elsewhere", 1, "x")
    (run / LOCK).write_text(json.dumps(vars(away)))
    assert not trainer.can_go_on(run)
    assert not trainer.can_go_on(run, replace(away, process=2))
    assert trainer.can_go_on(run, away)
    (run / LOCK).unlink(missing_ok=True)
    # a lost log is made again from the runs
    (tmp_path / "study" / "optuna.log").write_bytes(b"")
    assert "--rebuild makes the trials again" in said(capsys, "--study", study)[2]
    (tmp_path / "study" / "optuna.log").write_bytes(b"no record\n" * 3)
    assert "is damaged" in said(capsys, "--study", study, "--status")[2]
    assert "2 trials made again" in said(capsys, "--study", study, "--rebuild")[2]
    rows = [(row.number, row.state, row.point, row.values) for row in result(Path(study)).rows]
    assert rows == [
        (one["number"], "completed", one["point"], tuple(one["values"])) for one in shown["trials"]
    ]
    # refused and steered
    assert said(capsys, *words)[2].count("leave out TARGET to join it") == 1
    assert said(capsys, "--study", study, "--stop")[0] == 0
    assert "was stopped: give --resume" in said(capsys, "--study", study)[2]
    again = ("--study", study, "--resume", "--trials", "3")
    assert "leave them out" in said(capsys, *again, "--epochs", "2")[2]
    assert "begun with another model, other data" in said(capsys, *target, *again, "--lr", "1")[2]
    code, out, _ = said(capsys, *target, *again)
    assert (code, result(Path(study)).counted) == (0, 3)
    assert "the best trials" in out
    assert said(capsys, "--study", study, "--use-best", str(tmp_path / "best.nns"))[0] == 0
    row = result(Path(study)).best_rows[0]
    found = nnstudio.load(tmp_path / "best.nns")
    assert found.training.batch_size == row.point["batch_size"]
    assert found.training.seed == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["SimpleMLP", "--trials", "2"], "does not say what is to be searched"),
        (["SimpleMLP", "--search", "batch_size=8,16"], "tune expects a limit: --trials N"),
        (["--trials", "2"], "tune expects TARGET"),
        (["SimpleMLP", "--trials", "0"], "--trials expects a number above 0, received 0"),
        (["--resume"], "--resume expects --study DIR"),
        (["--pause"], "--pause expects --study DIR"),
        (["--status", "--study", "nowhere"], "There is no study in"),
        (["SimpleMLP", "--search", "x=1,2", "--trials", "1"], "no training setting 'x'"),
        ([*ONE_OF_TWO, "--search", "batch-size=32"], "batch_size is given twice"),
        ([*ONE_OF_TWO, "--folds", "1"], "folds: expected 2 to 1,000, received 1"),
        ([*ONE_OF_TWO, "--repeats", "2"], "repeats expects folds"),
        ([*ONE_OF_TWO, "--judge", "--test", "0"], "--judge expects a test part"),
        (
            [*ONE_OF_TWO, "--objective", "frob"],
            "loss, accuracy, balanced_accuracy, macro_f1, top_5",
        ),
        ([*ONE_OF_TWO, "--objective", "mae", "--folds", "2"], "The objective mae cannot be had"),
        (
            [*ONE_OF_TWO, "--objective", "macro_f1", "--validation", "0"],
            "that is a figure of the validation, and no samples are set aside for it",
        ),
        ([*ONE_OF_TWO, "--outer", "2"], "expects inner folds, too"),
    ],
)
def test_wrong_use_is_one_sentence(
    capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    code, out, err = said(capsys, *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert sentence in err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"a": 1}', "expected a list of axes, such as"),
        ("null", "received null"),
        ('[{"kind": "choices", "name": "lr", "name": "x", "choices": [1]}]', "'name' is there"),
        ('[{"kind": "choices", "name": "batch_size", "choices": []}]', "at least one choice"),
        (f"[{', '.join(2 * [BATCHES])}]", "each axis is expected once"),
    ],
)
def test_a_space_in_a_file_that_is_none_is_refused_in_a_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, sentence: str
) -> None:
    (tmp_path / "space.json").write_text(text)
    code, _, err = said(capsys, "SimpleMLP", "--space", str(tmp_path / "space.json"))
    assert (code, err.count("\n")) == (2, 1)
    assert sentence in err
    assert "tuple" not in err.lower()


def test_a_script_is_told_of_a_name_that_is_given_twice() -> None:
    project = nnstudio.load("SimpleMLP")
    with pytest.raises(UserError, match="batch_size is given twice"):
        space_of(project, ["batch_size=8,16", "batch_size=32"])
    with pytest.raises(UserError, match="each axis is expected once"):
        space_of(project, {"hidden": [8], "model.hidden": [16]})


@pytest.mark.parametrize("words", [["tune", "--status", "--study"], ["report", "-o", "a.html"]])
def test_of_a_nested_search_it_is_said_what_to_look_at(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str]
) -> None:
    for number in (1, 2):
        (tmp_path / f"outer-{number}").mkdir()
        (tmp_path / f"outer-{number}" / "study.json").write_text("{}")
    code = main([*words, str(tmp_path)])
    err = capsys.readouterr().err
    assert (code, err.count("\n")) == (2, 1)
    assert "nested search of 2 outer folds" in err
    assert f"such as {tmp_path / 'outer-1'}" in err


@pytest.mark.slow
def test_killed_workers_of_real_trainings(tmp_path: Path, target: list[str]) -> None:
    study = tmp_path / "study"
    space = ["--search", "batch_size=2,4", "--search", "learning_rate=1e-3..1e-1:log"]
    long = [*target, *space, "--study", str(study), "--trials", "4", "--epochs", "300"]
    command = [sys.executable, "-m", "nnstudio", "tune"]
    arguments = long
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
        worker = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True)
        assert worker.stdout is not None
        worker.stdout.readline()  # a trial has begun
        time.sleep(2.5)
        os.kill(worker.pid, number)
        worker.stdout.close()
        worker.wait()
        arguments = ["--study", str(study)]
    last = subprocess.run([*command, *arguments, "--workers", "2"], timeout=300, check=False)
    assert last.returncode == 0
    found = result(study)
    done = [row for row in found.rows if row.state == "completed"]
    assert len(done) == found.counted == 4
    assert len({tuple(row.point.items()) for row in done}) == 4
    runs = [read_record(Path(row.run)) for row in done if row.run]
    assert [run.result["epochs"] for run in runs] == [300] * 4
    assert {run.id for run in runs} <= {run.id for run in RunStore().list()}
