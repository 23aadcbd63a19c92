"""`nnstudio evaluate`: tables, JSON and CSV of a run."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from nnstudio.cli.main import DONE, WRONG, run
from tests.kept_runs import table, train_kinds


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("evaluated")
    train_kinds(place / "run", table(place / "kinds.csv"))
    return place / "run"


def test_figures_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", str(folder), "--part", "all", "--json"]) == DONE
    told = json.loads(capsys.readouterr().out)
    assert told["run"]["name"] == "Kinds"
    assert [one["part"] for one in told["evaluations"]] == ["train", "validation", "test"]
    figures = told["evaluations"][2]["outputs"][0]
    assert figures["kind"] == "classes"
    assert [row["name"] for row in figures["by_class"]] == ["a", "b", "c"]
    assert sum(map(sum, figures["confusion"]["counts"])) == told["evaluations"][2]["samples"]
    by_id = run(["evaluate", told["run"]["id"][:-3], "--json"])
    assert by_id == DONE
    assert json.loads(capsys.readouterr().out)["evaluations"][0]["outputs"][0] == figures


def test_tables_for_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", str(folder)]) == DONE
    told = capsys.readouterr().out
    assert "test part, " in told
    assert "weights after epoch" in told
    for word in ("accuracy", "macro F1", "95 % interval", "recall", "parameters were trained"):
        assert word in told
    assert all(len(line) <= 160 for line in told.splitlines())


def test_a_row_for_each_sample_as_csv(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "predictions.csv"
    assert run(["evaluate", str(folder), "--csv", str(path)]) == DONE
    assert "predictions written to" in capsys.readouterr().out
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["part"] for row in rows} == {"test"}
    assert rows[0]["origin"].startswith("line ")
    assert all(row["right"] in "abc" and 0 < float(row["probability"]) <= 1 for row in rows)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nothing"], "There is no run nothing."),
        (["nothing", "--part", "some"], "invalid choice"),
        ([""], "Expected a run"),
    ],
)
def test_what_there_is_not_is_refused(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = run(["evaluate", *words])
    except SystemExit as left:
        code = int(left.code or 0)
    assert code == WRONG
    assert told in capsys.readouterr().err


def test_a_part_without_samples_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train_kinds(tmp_path / "run", table(tmp_path / "kinds.csv"), test=0.0, epochs=1)
    capsys.readouterr()
    assert run(["evaluate", str(tmp_path / "run"), "--part", "test"]) == WRONG
    assert "has no samples in the test part" in capsys.readouterr().err
