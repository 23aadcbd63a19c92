"""`nnstudio runs --empty-trash`, and names of studies in `nnstudio studies`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nnstudio.__main__ import main
from nnstudio.runs.store import VARIABLE, RunStore
from nnstudio.studies import keeping, places
from tests.runs.test_run_store import made
from tests.studies_made_up import search


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "runs"))
    monkeypatch.setenv(places.VARIABLE, str(tmp_path / "studies"))


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_trash_is_emptied(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert said(capsys, "runs", "--empty-trash")[1] == "removed from the trash: nothing\n"
    store, studies = RunStore(tmp_path / "runs"), tmp_path / "studies"
    kept, gone = made(store, "kept"), made(store, "gone")
    search(studies, "s1", "First", 1)
    store.trash(gone.id)
    keeping.trash(studies / "s1", studies)
    code, out, err = said(capsys, "runs", "--empty-trash", "--text", "kept")
    assert (code, out) == (2, "")
    assert "give it alone" in err
    assert gone.folder.exists()
    code, out, _ = said(capsys, "runs", "--empty-trash", "--json")
    told = json.loads(out)
    assert (code, told["runs"], told["studies"]) == (0, 1, 1)
    assert told["bytes"] > 100
    assert not gone.folder.exists()
    assert not list(studies.rglob("study.json"))
    assert kept.folder.exists()
    search(studies, "s2", "Second", 1)
    store.trash(made(store, "of it", group="s2").id)
    out = said(capsys, "runs", "--empty-trash")[1]
    assert out.endswith("1 of the runs belonged to studies that are kept\n")


def test_studies_have_the_names_that_were_given(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    search(tmp_path / "studies", "s1", "First", 1)
    assert "name" not in said(capsys, "studies")[1].splitlines()[0]
    keeping.rename(tmp_path / "studies" / "s1", "Wider [heads]")
    out = said(capsys, "studies")[1]
    assert "name" in out.splitlines()[0]
    assert "Wider [heads]" in out
    assert json.loads(said(capsys, "studies", "--json")[1])[0]["name"] == "Wider [heads]"
