"""The trash where something is odd: names that are there already, links, interruptions, owners."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from nnstudio.runs import folder as run_folder
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.owner import Owner
from nnstudio.runs.record import update_record
from nnstudio.runs.store import RunStore
from nnstudio.studies import keeping
from nnstudio.studies.errors import StudyError
from nnstudio.studies.search.folder import StudyFolder, WorkerBeat
from nnstudio.studies.study import Among
from nnstudio.workspace.trash import empty_trash, trash_of
from tests.runs.test_run_store import made
from tests.studies_made_up import search


@pytest.fixture
def among(tmp_path: Path) -> Among:
    return Among(tmp_path / "studies", tmp_path / "runs")


def test_a_name_that_is_in_the_trash_already_is_no_hindrance(among: Among) -> None:
    deleted = []
    for title in ("First", "Second"):
        deleted.append(keeping.trash(search(among.studies, "same", title, 1), among.studies))
    assert len(keeping.in_trash(among.studies)) == 2
    keeping.take_back(deleted[0], among.studies)
    assert "First" in (among.studies / "same" / "study.json").read_text()


def test_of_a_link_only_the_link_is_removed(among: Among, tmp_path: Path) -> None:
    there = search(tmp_path / "mine", "third", "Third", 1)
    among.studies.mkdir()
    link = among.studies / "link"
    link.symlink_to(Path("..") / "mine" / "third", target_is_directory=True)
    deleted = keeping.trash(link, among.studies)
    keeping.take_back(deleted, among.studies)
    assert (link / "study.json").is_file()
    keeping.trash(link, among.studies)
    found = trash_of(among)
    assert found.studies == 1
    assert found.size < 200
    other = among.studies / ".trash" / "other"
    other.symlink_to(tmp_path)
    empty_trash(among)
    assert trash_of(among).is_empty
    assert (there / "study.json").is_file()
    assert other.is_symlink()  # it leads to no study: nobody has deleted it here


def test_removing_can_be_interrupted_and_repeated(
    among: Among, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RunStore(among.runs)
    run = made(store, "gone")
    (run.folder / "checkpoints").mkdir()
    (run.folder / "checkpoints" / "weights").write_bytes(b"1")
    store.trash(run.id)
    study = search(among.studies, "s1", "First", 1)
    (study / "inside").mkdir()
    kept = keeping.trash(study, among.studies).kept

    def killed(*_of: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            run_folder.remove(run.folder)
        with pytest.raises(KeyboardInterrupt):
            keeping._remove(kept)
    found = trash_of(among)
    assert (found.runs, found.studies) == (1, 1)
    empty_trash(among)
    assert not run.folder.exists()
    assert not kept.exists()


def test_one_that_cannot_be_removed_does_not_keep_the_others(
    among: Among, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, me = RunStore(among.runs), Owner.me()
    runs = [made(store, name) for name in ("one", "two")]
    for run in runs:
        store.trash(run.id)
    monkeypatch.setattr(
        "nnstudio.runs.store.owner_of", lambda at: me if at == runs[1].folder else None
    )
    for name in ("s1", "s2"):
        keeping.trash(search(among.studies, name, name, 1), among.studies)
    at_work = StudyFolder.open(among.studies / ".trash" / "s1")
    at_work.write_beat(WorkerBeat("w", me.host, me.process, me.started))
    with pytest.raises(StudyError, match=r"is at work on the study in .*: stop it first"):
        empty_trash(among)
    assert [path.name for path in keeping.in_trash(among.studies)] == ["s1"]
    assert [run.folder.exists() for run in runs] == [False, True]
    with pytest.raises(RunStoreError, match=r"'two' is .*: stop it first"):
        store.empty_trash()


def test_a_run_that_another_program_took_back_stays(among: Among) -> None:
    store = RunStore(among.runs)
    run = made(store, "wanted")
    store.trash(run.id)
    update_record(run.folder, {"trashed": None})  # the index does not know of it
    assert store.empty_trash() == 0
    assert run.folder.exists()


def test_copies_of_one_run_are_removed(among: Among) -> None:
    store = RunStore(among.runs)
    run = made(store, "twice")
    store.trash(run.id)
    shutil.copytree(run.folder, among.runs / "copy")
    assert empty_trash(among).runs == 2
    assert trash_of(among).is_empty


def test_a_name_is_short_and_can_be_seen(among: Among) -> None:
    study = search(among.studies, "s1", "First", 1)
    keeping.rename(
        study, "\u05e9\u05dc\u05d5\u05dd \U0001f468\u200d\U0001f469 a\x1b[31m\u202eb\ud800"
    )
    assert keeping.name_of(study) == "\u05e9\u05dc\u05d5\u05dd \U0001f468\u200d\U0001f469 a[31mb"
    with pytest.raises(StudyError, match="at most 200 characters; this one has 1,000"):
        keeping.rename(study, "n" * 1000)
    (study / "name.txt").write_text("n" * 100_000)
    assert keeping.name_of(study) == "n" * 200
    (study / "name.txt").write_bytes(b"\xff\xfe\x00")
    assert keeping.name_of(study) == ""
    if hasattr(os, "mkfifo"):
        (study / "name.txt").unlink()
        os.mkfifo(study / "name.txt")
        assert keeping.name_of(study) == ""
    shutil.rmtree(study)
    study.mkdir()
    with pytest.raises(StudyError, match="There is no study in"):
        keeping.rename(study, "Late")


def test_runs_that_a_study_still_wants_are_told_of(among: Among) -> None:
    store = RunStore(among.runs)
    search(among.studies, "s1", "First", 1)
    for name, group in (("one", "s1"), ("two", "s2"), ("three", "")):
        store.trash(made(store, name, group=group).id)
    odd = among.studies / "odd"
    odd.mkdir()
    (odd / "study.json").write_text('{"id": ["s2"]}')
    assert trash_of(among).warning.startswith("1 of the runs belongs to a study that stays")
    keeping.trash(among.studies / "s1", among.studies)
    assert trash_of(among).warning == ""
