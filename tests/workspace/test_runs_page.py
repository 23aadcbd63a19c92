"""The page Runs without a window: what is listed, in which order, and what is done with runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nnstudio.data.pipeline.understanding import understood
from nnstudio.project.refusal import Refusal
from nnstudio.project.settings import with_settings
from nnstudio.project.values import Project
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.index import Wanted
from nnstudio.runs.recorder import Recorder
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore
from nnstudio.workspace.runs_page import acts
from nnstudio.workspace.runs_page.columns import FIRST, column, ordered
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.runs_page.filters import RunFilter
from nnstudio.workspace.runs_page.histories import read
from nnstudio.workspace.runs_page.overlay import MOST
from nnstudio.workspace.runs_page.settings_rows import setting_rows
from nnstudio.workspace.workspace import Workspace
from tests.kept_runs import table
from tests.runs_made_up import write_run
from tests.small_projects import small_project

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class AtOnce:
    """Does the work where it is asked for."""

    def ask(
        self,
        _what: str,
        work: Callable[[], object],
        done: Callable[[object], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Do it and tell."""
        try:
            result = work()
        except Exception as error:
            failed(error)
        else:
            done(result)


class Runs:
    """A store with a page on it."""

    def __init__(self, folder: Path) -> None:
        self.store = RunStore(folder / "runs")
        self.page = RunsPage(Workspace(small_project()), self.store.folder, AtOnce())
        self.count = 0
        self.recorders: list[Recorder] = []

    def add(self, name: str = "Small", **more: Any) -> str:
        """Write a run, each a minute after the last; its id."""
        values: dict[str, Any] = more.pop("settings", {})
        project: Project = with_settings(small_project(), {"epochs": 3, **values})
        self.count += 1
        recorder = write_run(
            self.store,
            project,
            epochs=project.training.epochs,
            seed=self.count,
            created=NOON + timedelta(minutes=self.count),
            record={"name": name, **more.pop("record", {})},
            **more,
        )
        self.recorders.append(recorder)
        return recorder.record.id

    def names(self) -> list[str]:
        """The names that are shown, from above."""
        return [row.record.name for row in self.page.rows]


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def test_newest_first_and_the_first_is_selected(runs: Runs) -> None:
    runs.add("first")
    newest = runs.add("second")
    runs.page.look()
    assert runs.names() == ["second", "first"]
    assert runs.page.selected_id == newest
    assert runs.page.count == 2
    assert not runs.page.is_busy


def test_an_empty_store_is_told_apart_from_one_that_is_being_read(runs: Runs) -> None:
    assert runs.page.is_busy
    runs.page.look()
    assert not runs.page.is_busy
    assert not runs.page.has_any


def test_what_others_write_is_found_and_nothing_is_read_twice(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.add("one")
    runs.page.look()
    runs.add("two")
    asked: list[int] = []
    of_folders = RunStore.changes

    def counted(self: RunStore, known: Any, *, most: int) -> Any:
        found = of_folders(self, known, most=most)
        asked.append(len(found.changed))
        return found

    monkeypatch.setattr(RunStore, "changes", counted)
    runs.page.look()
    runs.page.look()
    assert runs.names() == ["two", "one"]
    assert asked == [1, 0]


def test_many_runs_come_in_pieces(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnstudio.workspace.runs_page.reading.MOST", 2)
    for k in range(5):
        runs.add(f"run {k}")
    shown: list[int] = []
    runs.page.listed.connect(lambda: shown.append(len(runs.page.rows)))
    runs.page.look()
    assert len(runs.page.rows) == 5
    assert shown[0] == 2  # the newest are seen before the last are there


def test_search_takes_every_word_wherever_it_stands(runs: Runs) -> None:
    runs.add("wide net", record={"note": "with a Cosine schedule"})
    runs.add("narrow net")
    runs.page.look()
    runs.page.show_filter(RunFilter(text="COSINE wide"))
    assert runs.names() == ["wide net"]
    runs.page.show_filter(RunFilter(text="digits net"))
    assert len(runs.names()) == 2
    runs.page.show_filter(RunFilter(text="nothing like it"))
    assert runs.names() == []
    assert runs.page.selected_id is None


def test_filters_are_pills_that_can_be_taken_away(runs: Runs) -> None:
    runs.add("starred", record={"star": True})
    runs.add("stopped", state="stopped", done=1)
    runs.add("plain")
    runs.page.look()
    page = runs.page
    page.show_filter(page.filter.toggled("states", "Stopped"))
    assert runs.names() == ["stopped"]
    page.show_filter(page.filter.toggled("states", "Completed").toggled("starred", ""))
    assert runs.names() == ["starred"]
    assert [pill.text for pill in page.filter.pills] == ["Completed", "Stopped", "Starred"]
    for pill in page.filter.pills:
        page.remove_pill(pill)
    assert len(runs.names()) == 3
    assert page.filter.is_everything
    assert page.choices.states == (State.COMPLETED, State.STOPPED)


def test_the_runs_of_a_trial_are_those_with_its_tag(runs: Runs) -> None:
    for name, tags in (("a", ["trial", "trial-3"]), ("b", ["trial", "trial-30"]), ("c", [])):
        runs.add(name, record={"tags": tuple(tags), "group": "s1"})
    runs.page.look()
    page = runs.page
    page.show_filter(RunFilter(group="s1", group_title="Wide", tag="trial-3"))
    assert runs.names() == ["a"]
    assert [pill.text for pill in page.filter.pills] == ["Study Wide", "Trial 3"]
    page.remove_pill(page.filter.pills[1])
    assert sorted(runs.names()) == ["a", "b", "c"]
    page.show_filter(RunFilter(group="s1", tag="trial-3"))
    page.remove_pill(page.filter.pills[0])
    assert page.filter.is_everything


def test_this_project_is_its_file_or_the_name_of_one_without(runs: Runs, tmp_path: Path) -> None:
    path = tmp_path / "mine.nns"
    runs.page.workspace.save(path)
    runs.add("mine", record={"project": str(path)})
    runs.add("mine", record={"project": str(tmp_path / "other" / "mine.nns")})
    runs.page.look()
    runs.page.toggle_this_project()
    assert [row.record.project for row in runs.page.rows] == [str(path)]
    runs.page.toggle_this_project()
    assert len(runs.page.rows) == 2


def test_the_best_is_first_by_what_each_figure_means(runs: Runs) -> None:
    for name, level in (("good", 0.1), ("bad", 0.9), ("fair", 0.5)):
        runs.add(name, level=level)
    runs.add("failed before its first epoch", state="created", done=0)
    runs.page.look()
    runs.page.sort("best", ascending=False)
    assert runs.names()[:3] == ["good", "fair", "bad"]
    runs.page.sort("best", ascending=True)
    assert runs.names()[:3] == ["bad", "fair", "good"]
    rows = runs.page.rows
    loss = ordered(rows, "best.loss", ascending=True)
    assert [row.record.name for row in loss][:3] == ["good", "fair", "bad"]


def test_only_columns_that_differ_and_the_settings_in_which_runs_do(runs: Runs) -> None:
    runs.add("a", settings={"learning_rate": 0.1})
    runs.add("b", settings={"learning_rate": 0.2})
    runs.page.look()
    runs.page.show_only_differing(True)
    ids = [one.id for one in runs.page.columns]
    assert "setting.learning_rate" in ids
    assert "setting.batch_size" not in ids
    assert "model" not in ids
    assert "data" not in ids
    assert {"name", "state", "note"} <= set(ids)
    runs.page.show_only_differing(False)
    assert tuple(one.id for one in runs.page.columns) == FIRST


def test_columns_are_chosen_and_unknown_ones_of_another_version_left_out(runs: Runs) -> None:
    choice = runs.page.column_choice
    choice.take(["best", "gone", "setting.optimizer", "setting.gone"])
    shown = [one.id for one in choice.shown([])]
    assert shown == ["overlay", "star", "state", "name", "best", "setting.optimizer"]
    choice.choose("best", False)
    assert "best" not in choice.ids
    assert column("setting.optimizer") is not None
    assert column("setting.gone") is None


def test_colours_are_given_back_and_the_selected_run_has_one_of_its_own(runs: Runs) -> None:
    ids = [runs.add(f"run {k}") for k in range(MOST + 2)]
    runs.page.look()
    page = runs.page
    page.select(ids[0])
    assert page.colour(ids[0]) == 0
    assert page.colour(ids[1]) is None
    for id in ids[1 : MOST + 1]:
        page.toggle_overlay(id)
    assert sorted(page.colour(id) or 0 for id in ids[1 : MOST + 1]) == list(range(MOST))
    assert page.colour(ids[0]) == MOST
    with pytest.raises(Refusal, match="At most 7 runs"):
        page.toggle_overlay(ids[MOST + 1])
    page.toggle_overlay(ids[3])
    assert page.colour(ids[0]) == 2
    assert set(page.curve_ids) == {*ids[: MOST + 1]} - {ids[3]}


def test_curves_have_every_figure_and_only_what_is_there(runs: Runs) -> None:
    id = runs.add()
    runs.page.look()
    history = runs.page.history(id)
    assert history is not None
    assert history.figures[:2] == ("loss", "accuracy")
    assert {"macro_f1", "learning_rate", "seconds"} <= set(history.figures)
    epochs, values = history.points("macro_f1", "validation")
    assert epochs == [1, 2, 3]
    assert all(0 < value < 1 for value in values)
    assert history.points("macro_f1", "train") == ([], [])
    assert history.points("learning_rate", "validation") == ([], [])


def test_a_run_of_another_process_is_followed_live(runs: Runs) -> None:
    id = runs.add(state="running", settings={"epochs": 9}, done=2)
    runs.page.look()
    runs.page.follow()
    row = runs.page.row(id)
    assert row is not None
    assert row.is_active
    assert row.epochs == 2
    assert row.planned == 9
    history = (runs.store.folder / id / "history.csv").read_text().splitlines()
    more = history[-1].split(",")
    with (runs.store.folder / id / "history.csv").open("a") as stream:
        stream.write(",".join(["3", *more[1:5], "0.0001", *more[6:]]) + "\n")
    runs.page.follow()
    row = runs.page.row(id)
    assert row is not None
    assert row.epochs == 3
    assert row.best_epoch == 3
    assert row.best["loss"] == 0.0001
    points = runs.page.history(id)
    assert points is not None
    assert points.points("loss", "train")[0] == [1, 2, 3]


def test_a_run_whose_owner_died_is_lost_and_says_how_far_it_came(runs: Runs) -> None:
    id = runs.add(state="running", settings={"epochs": 9}, done=2)
    runs.page.look()
    runs.recorders[0].close()
    runs.page.follow()
    row = runs.page.row(id)
    assert row is not None
    assert row.state is State.LOST
    assert row.epochs == 2
    assert row.best


def test_name_note_and_star_are_in_the_folder_at_once(runs: Runs) -> None:
    id = runs.add()
    runs.page.look()
    runs.page.rename(id, "  another   name ")
    runs.page.set_note(id, "two\nlines\n")
    runs.page.toggle_star(id)
    record = runs.store.get(id)
    assert (record.name, record.note, record.star) == ("another name", "two\nlines", True)
    assert runs.names() == ["another name"]
    with pytest.raises(Refusal, match="has a name"):
        runs.page.rename(id, "  ")


def test_delete_can_be_undone_and_removes_nothing(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_given: object, **_values: object) -> None:
        raise RunStoreError("The disk is full.")

    ids = [runs.add(f"run {k}") for k in range(3)]
    runs.page.look()
    told: list[object] = []
    runs.page.deleted.connect(told.append)
    runs.page.toggle_overlay(ids[1])
    runs.page.select(ids[1])
    runs.page.delete([ids[1]])
    assert runs.names() == ["run 2", "run 0"]
    assert runs.page.selected_id == ids[0]
    assert (runs.store.folder / ids[1] / "history.csv").exists()
    assert isinstance(told[0], acts.Deleted)
    assert "Deleted 'run 1'." in told[0].sentence
    assert runs.store.count(Wanted(trashed=True)) == 1
    runs.page.show_filter(RunFilter(trashed=True))
    assert runs.names() == ["run 1"]
    runs.page.show_filter(RunFilter())
    with monkeypatch.context() as patch:
        patch.setattr(RunStore, "change", refused)
        with pytest.raises(RunStoreError, match="disk is full"):
            runs.page.undo_delete()
    runs.page.undo_delete()
    assert runs.names() == ["run 2", "run 1", "run 0"]
    assert runs.page.selected_id == ids[1]
    with pytest.raises(Refusal, match="Nothing has been deleted"):
        runs.page.undo_delete()


def test_a_run_that_is_trained_is_not_deleted_nor_others_with_it(runs: Runs) -> None:
    done = runs.add("done")
    active = runs.add("active", state="running", done=1)
    runs.page.look()
    with pytest.raises(RunStoreError, match="stop it first"):
        runs.page.delete([done, active])
    assert len(runs.names()) == 2


def test_what_cannot_be_resumed_says_why(runs: Runs) -> None:
    complete = runs.add("complete")
    stopped = runs.add("stopped", state="stopped", done=1)
    bare = runs.add("bare", state="failed", done=1)
    active = runs.add("active", state="running", done=1)
    runs.page.look()

    def reason(id: str) -> str | None:
        runs.page.select(id)
        return runs.page.reason_not_to_resume()

    assert reason(stopped) is None
    assert reason(complete) == "'complete' is complete: all of its 3 epochs are done."
    assert reason(bare) == "'bare' has no checkpoint to go on from."
    assert reason(active) == "'active' is being trained already."


def test_the_locked_project_is_read_back(runs: Runs) -> None:
    id = runs.add(settings={"learning_rate": 0.25})
    runs.page.look()
    row = runs.page.row(id)
    assert row is not None
    project = acts.project_of(row)
    assert project.training.learning_rate == 0.25
    assert project.model == small_project().model
    (row.folder / "project.nns").unlink()
    with pytest.raises(Refusal, match="its project is not known"):
        acts.project_of(row)


def test_the_project_of_a_run_is_known_again_before_its_data_were_looked_at(tmp_path: Path) -> None:
    project = with_settings(small_project(), {"data": str(table(tmp_path / "kinds.csv"))})
    locked = replace(project, data=understood(project.data, project.training.loss))
    assert locked.data != project.data
    assert acts.is_project_of(project, locked)
    assert acts.is_project_of(locked, locked)
    assert not acts.is_project_of(with_settings(project, {"learning_rate": 0.5}), locked)
    assert not acts.is_project_of(with_settings(project, {"validation": 0.3}), locked)


def test_settings_side_by_side_mark_where_they_differ(runs: Runs) -> None:
    runs.add("a", settings={"optimizer": "SGD"})
    other = runs.add("b", settings={"optimizer": "Adam"})
    runs.page.look()
    runs.page.select(runs.page.rows[1].id)
    runs.page.toggle_overlay(other)
    rows = {row.name: row for row in setting_rows(runs.page.compared)}
    assert rows["optimizer"].values == ("SGD", "Adam")
    assert rows["optimizer"].differs
    assert not rows["batch_size"].differs
    assert rows["batch_size"].title == "Batch size"
    assert rows["early_stopping"].values[0] == "–"
    assert rows["amsgrad"].values[0] == "off"
    only = [row.name for row in setting_rows(runs.page.compared, only_differences=True)]
    assert "optimizer" in only
    assert "batch_size" not in only
    found = setting_rows(runs.page.compared, text="batch size")
    assert [row.name for row in found] == ["batch_size"]


def test_runs_of_one_name_are_told_apart_in_the_curves(runs: Runs) -> None:
    first, second = runs.add("Small"), runs.add("Small")
    runs.page.look()
    assert runs.page.label(second) == "Small"
    runs.page.toggle_overlay(first)
    assert runs.page.label(first) == f"Small {first[-6:]}"


def test_a_store_that_cannot_be_read_is_a_sentence_and_is_tried_again(tmp_path: Path) -> None:
    blocked = tmp_path / "runs"
    blocked.write_text("no folder")
    page = RunsPage(Workspace(small_project()), blocked, AtOnce())
    page.look()
    assert page.problem.startswith(f"Runs cannot be kept in {blocked}")
    blocked.unlink()
    page.look()
    assert page.problem == ""
    assert not page.has_any


def test_rebuilding_the_index_finds_what_was_moved_by_hand(runs: Runs) -> None:
    id = runs.add()
    runs.page.look()
    (runs.store.folder / id).rename(runs.store.folder / "elsewhere")
    runs.page.rebuild()
    assert [row.folder.name for row in runs.page.rows] == ["elsewhere"]


def test_a_damaged_history_is_said_and_not_drawn(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_bytes(b"epoch,train_loss\n1,\xff\xfe\n")
    assert "cannot be read" in read(tmp_path).problem
    (tmp_path / "history.csv").write_text("epoch,train_loss\n1,0.5\n2,0.")
    assert read(tmp_path).points("loss", "train") == ([1.0], [0.5])
