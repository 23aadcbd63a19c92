"""Studies and runs that were moved are found again."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnstudio.studies.run_places import RunPlaces, folder_of_runs, seen_from


def test_a_run_is_found_where_it_was_beside_the_study_or_in_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, store = tmp_path / "new" / "study", tmp_path / "store"
    monkeypatch.setenv("NNSTUDIO_RUNS", str(store))
    for place in (study, tmp_path / "new" / "runs" / "a", store / "b", tmp_path / "old" / "c"):
        place.mkdir(parents=True)
    relative = seen_from(tmp_path / "old" / "study", tmp_path / "old" / "runs")
    assert relative == "../runs"
    places = RunPlaces(study, relative)
    old = tmp_path / "gone" / "runs"
    assert places.locate(str(tmp_path / "old" / "c")) == tmp_path / "old" / "c"
    assert places.locate(str(old / "nowhere")) == old / "nowhere"
    for _ in range(2):
        assert places.locate("C:\\Users\\me\\runs\\b") == store / "b"
    assert places.locate(str(old / "a")) == tmp_path / "new" / "runs" / "a"


def test_the_folder_of_runs_is_that_of_the_first_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNSTUDIO_RUNS", str(tmp_path / "store"))
    (tmp_path / "store" / "two").mkdir(parents=True)
    gone = str(tmp_path / "gone")
    assert folder_of_runs(tmp_path, gone, "", ["one", "two"]) == tmp_path / "store"
    assert folder_of_runs(tmp_path, gone, "", []) == tmp_path / "store"
    (tmp_path / "there").mkdir()
    there = str(tmp_path / "there")
    assert folder_of_runs(tmp_path, there, "", ["one"]) == tmp_path / "there"
