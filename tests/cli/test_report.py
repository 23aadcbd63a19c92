"""`nnstudio report`: the file it writes, and what it refuses before it begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnstudio.cli.main import DONE, WRONG, run
from nnstudio.runs.store import VARIABLE
from tests.kept_runs import table, train_kinds
from tests.report.read_page import Page


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("reported")
    train_kinds(place / "run", table(place / "kinds.csv"))
    return place / "run"


def test_a_file_is_written(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "report.html"
    words = ["report", str(folder), "-o", str(path), "--title", "Kinds & sizes", "--no-source"]
    assert run(words) == DONE
    captured = capsys.readouterr()
    assert captured.out == f"Kinds & sizes written to {path}\n"
    assert captured.err == ""
    found = Page(path.read_text("utf-8"))
    assert found.headings[0] == "Kinds & sizes"
    assert "Generated source" not in found.headings


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing", "-o", "a.html"], "there is no run or study nothing: expected its folder"),
        (["RUN", "-o", "a.pdf"], "written as .html, received 'a.pdf': open it in a browser"),
        (["RUN", "-o", "nowhere/a.html"], "to write a.html into"),
        (["RUN", "RUN", "-o", "a.html"], "is named twice"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "runs"))
    monkeypatch.chdir(tmp_path)
    assert run(["report", *(str(folder) if one == "RUN" else one for one in words)]) == WRONG
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.count("\n") == 1
    assert not (tmp_path / "a.html").exists()
