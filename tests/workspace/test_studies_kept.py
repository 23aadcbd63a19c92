"""Kept studies: named, put into the trash with their runs or without, taken back, removed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nnstudio.errors import UserError
from nnstudio.project.refusal import Refusal
from nnstudio.runs.index import Wanted
from nnstudio.runs.owner import Owner
from nnstudio.runs.store import RunStore
from nnstudio.studies import keeping, places
from nnstudio.studies.errors import StudyError
from nnstudio.studies.search.folder import StudyFolder, WorkerBeat
from nnstudio.studies.study import Among
from nnstudio.workspace.studies_page.controller import StudiesPage
from nnstudio.workspace.trash import empty_trash, trash_of
from nnstudio.workspace.workspace import Workspace
from tests.runs.test_run_store import made
from tests.studies_made_up import search
from tests.workspace.test_studies_page import AtOnce


@pytest.fixture
def among(tmp_path: Path) -> Among:
    """Two searches of one trial each, the first with two runs."""
    among = Among(tmp_path / "studies", tmp_path / "runs")
    for hours, name in ((1.0, "First"), (0.0, "Second")):
        search(among.studies, name.lower(), name, 1, hours=hours)
    store = RunStore(among.runs)
    for name in ("first-t0", "first-t1", "other"):
        group = "" if name == "other" else "first"
        made(store, name, group=group)
    return among


@pytest.fixture
def page(among: Among) -> StudiesPage:
    page = StudiesPage(Workspace(), among, AtOnce(), AtOnce())
    page.look()
    return page


def titles(page: StudiesPage) -> list[str]:
    page.look()
    return [row.title for row in page.rows]


def test_a_name_stays_and_the_plan_is_not_touched(among: Among, page: StudiesPage) -> None:
    page.select(among.studies / "first")
    before = (among.studies / "first" / "study.json").read_bytes()
    page.rename("  Wider \n heads ")
    assert titles(page) == ["Second", "Wider heads"]
    assert page.selection is not None
    assert page.selection.title == "Wider heads"
    assert (among.studies / "first" / "study.json").read_bytes() == before
    again = StudiesPage(Workspace(), among, AtOnce(), AtOnce())
    assert titles(again) == ["Second", "Wider heads"]
    with pytest.raises(StudyError, match="at least one letter"):
        page.rename(" \n")


@pytest.mark.parametrize("with_runs", [True, False])
def test_a_study_is_deleted_and_taken_back(
    among: Among, page: StudiesPage, *, with_runs: bool
) -> None:
    store = RunStore(among.runs)
    page.select(among.studies / "first")
    told: list[str | None] = []
    page.deleted.connect(lambda gone: told.append(gone and gone.sentence))
    page.delete(with_runs=with_runs)
    assert titles(page) == ["Second"]
    assert page.selected_folder == among.studies / "second"
    left = {one.name for one in store.list()}
    assert left == ({"other"} if with_runs else {"other", "first-t0", "first-t1"})
    its = " and its 2 runs" if with_runs else ""
    assert told == [f"Deleted 'First'{its}. The files are in the trash."]
    page.undo_delete()
    assert titles(page) == ["Second", "First"]
    assert page.selected_folder == among.studies / "first"
    page.rename("long " * 30)
    page.delete(with_runs=False)
    assert len(told[-1] or "") < 110
    page.undo_delete()
    assert page.now is not None
    assert len(store.list()) == 3
    with pytest.raises(Refusal, match="Nothing has been deleted"):
        page.undo_delete()


def test_what_is_in_the_trash_is_counted_and_removed_for_good(
    among: Among, page: StudiesPage
) -> None:
    assert str(trash_of(among)) == "nothing"
    page.select(among.studies / "first")
    page.delete(with_runs=True)
    found = trash_of(among)
    assert (found.runs, found.studies) == (2, 1)
    files = [file for file in (among.studies / ".trash").rglob("*") if file.is_file()]
    records = [one.folder / "run.json" for one in RunStore(among.runs).find(Wanted(trashed=True))]
    assert found.size == sum(file.stat().st_size for file in (*files, *records))
    assert str(found).startswith("2 runs and 1 study, ")
    assert empty_trash(among) == found
    assert trash_of(among).is_empty
    assert titles(page) == ["Second"]
    with pytest.raises(StudyError, match="removed for good"):
        page.undo_delete()
    assert page.deleting.last is None
    assert [one.name for one in RunStore(among.runs).list()] == ["other"]


def test_a_study_that_lies_elsewhere_is_only_taken_off_the_list(
    among: Among, page: StudiesPage, tmp_path: Path
) -> None:
    elsewhere = search(tmp_path / "mine", "third", "Third", 1)
    places.remember(elsewhere, among.studies)
    assert "Third" in titles(page)
    page.select(elsewhere)
    page.delete(with_runs=False)
    assert page.deleting.last is not None
    assert page.deleting.last.sentence.endswith(f"Its files stay in {elsewhere}.")
    assert titles(page) == ["Second", "First"]
    assert (elsewhere / "study.json").is_file()
    assert keeping.in_trash(among.studies) == []
    page.undo_delete()
    assert "Third" in titles(page)


def test_a_study_at_which_somebody_works_stays_whole(among: Among, page: StudiesPage) -> None:
    me = Owner.me()
    folder = StudyFolder.open(among.studies / "first")
    page.select(folder.path)
    folder.write_beat(WorkerBeat("w", me.host, me.process, me.started))
    with pytest.raises(StudyError, match="is at work on the study: stop it first"):
        page.delete(with_runs=True)  # the page has not looked since
    assert len(RunStore(among.runs).list()) == 3
    assert "First" in titles(page)
    with pytest.raises(UserError, match="'First' is running: stop it first"):
        page.delete(with_runs=True)


def test_nothing_takes_the_place_of_what_was_deleted(among: Among, page: StudiesPage) -> None:
    page.select(among.studies / "first")
    page.delete(with_runs=False)
    search(among.studies, "first", "Another", 1)
    with pytest.raises(StudyError, match="something else"):
        page.undo_delete()
    assert "Another" in titles(page)


def test_what_was_deleted_is_taken_back_one_after_the_other(
    among: Among, page: StudiesPage
) -> None:
    for name in ("first", "second"):
        page.select(among.studies / name)
        page.delete(with_runs=False)
    assert titles(page) == []
    assert page.selected_folder is None
    search(among.studies, "second", "Another", 1)
    with pytest.raises(StudyError, match="something else"):
        page.undo_delete()
    shutil.rmtree(among.studies / "second")
    page.undo_delete()  # it is not lost by the refusal
    page.undo_delete()
    assert titles(page) == ["Second", "First"]


def test_the_study_that_was_asked_about_is_deleted_and_no_other(
    among: Among, page: StudiesPage
) -> None:
    asked = among.studies / "first"
    page.select(asked)
    shutil.rmtree(asked)  # another program does so while the question is read
    page.look()
    assert page.selected_folder == among.studies / "second"
    with pytest.raises(Refusal, match="The study is gone"):
        page.delete(with_runs=True, folder=asked)
    with pytest.raises(Refusal, match="The study is gone"):
        page.rename("x", asked)
    assert titles(page) == ["Second"]


def test_a_look_that_was_under_way_does_not_bring_a_deleted_study_back(among: Among) -> None:
    jobs = AtOnce()
    page = StudiesPage(Workspace(), among, jobs, AtOnce())
    page.look()
    waiting: list[Callable[[], None]] = []
    looked = page._reader.look({})  # what a look has read before

    def later(_what: str, _task: object, done: Callable[[object], None], _failed: object) -> None:
        waiting.append(lambda: done(looked))

    jobs.ask = later  # type: ignore[assignment]
    page.look()
    page.delete(with_runs=False, folder=among.studies / "first")
    waiting[0]()
    assert [row.title for row in page.rows] == ["Second"]


def test_a_run_whose_folder_is_gone_is_no_hindrance(among: Among, page: StudiesPage) -> None:
    shutil.rmtree(RunStore(among.runs).find(Wanted(group="first"))[0].folder)
    page.delete(with_runs=True, folder=among.studies / "first")
    assert page.deleting.last is not None
    assert len(page.deleting.last.runs) == 1


def test_runs_that_may_be_of_another_study_stay(among: Among, page: StudiesPage) -> None:
    copy, damaged = among.studies / "copy", among.studies / "other"
    shutil.copytree(among.studies / "first", copy)
    damaged.mkdir()
    (damaged / "study.json").write_text('{"id": ""')
    made(RunStore(among.runs), "of a group of that name", group="other")
    page.look()
    for folder in (copy, damaged):
        page.delete(with_runs=True, folder=folder)
    assert len(RunStore(among.runs).list()) == 4


def test_a_study_that_is_moved_while_it_is_read_is_said_to_be_gone(
    among: Among, page: StudiesPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = among.studies / "first"

    def moved(_reading: object, path: Path) -> None:
        shutil.rmtree(path)
        (path / "optuna.log").read_bytes()

    monkeypatch.setattr("nnstudio.workspace.studies_page.search_reading.SearchReading.show", moved)
    page.select(first)
    assert page.now_problem == f"There is no study in {first} any more."
