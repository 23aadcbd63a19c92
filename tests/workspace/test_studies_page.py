"""The page Studies without a window: what is listed, planned, begun, steered and used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nnstudio.project.commands.base import Replace
from nnstudio.project.presets import load_target
from nnstudio.project.refusal import Refusal
from nnstudio.project.search.space import Choices, Space, WholeRange
from nnstudio.project.settings import with_settings
from nnstudio.project.values import Project
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.plan import Limits
from nnstudio.studies.study import Among, read_study
from nnstudio.workspace.schema_settings import settings_of
from nnstudio.workspace.studies.running import trained
from nnstudio.workspace.studies.search_figures import figures_for
from nnstudio.workspace.studies_page import axes, steering
from nnstudio.workspace.studies_page.axes import CHOICES, FACTORS, AxisTexts
from nnstudio.workspace.studies_page.controller import StudiesPage
from nnstudio.workspace.studies_page.drafts import FoldsDraft, SearchDraft
from nnstudio.workspace.studies_page.folds_reading import ShownFolds
from nnstudio.workspace.studies_page.planning import Planning
from nnstudio.workspace.studies_page.rows import StudyState
from nnstudio.workspace.studies_page.search_reading import ShownSearch
from nnstudio.workspace.workspace import Workspace
from tests.fake_search import FakeTrainer, work
from tests.kept_runs import kinds, table
from tests.small_projects import small_project
from tests.studies_made_up import search


class AtOnce:
    """Does the work where it is asked for."""

    def ask(
        self,
        _what: str,
        task: Callable[[], object],
        done: Callable[[object], None],
        failed: Callable[[Exception], None],
    ) -> None:
        try:
            result = task()
        except Exception as error:
            failed(error)
        else:
            done(result)


class World:
    """A page whose processes are only counted."""

    def __init__(self, folder: Path, project: Project) -> None:
        self.among = Among(folder / "studies", folder / "runs")
        self.workspace = Workspace(project)
        self.page = StudiesPage(self.workspace, self.among, AtOnce(), AtOnce())
        self.started: list[tuple[str, int]] = []
        self.said: list[str] = []
        self.page.workers.start = self._start  # type: ignore[method-assign]
        self.page.refused.connect(self.said.append)

    def _start(self, folder: Path, kind: str, count: int = 1) -> None:
        self.started.append((kind, count))

    def state(self, title: str) -> StudyState:
        return next(row.state for row in self.page.rows if row.title == title)

    def select(self, title: str) -> None:
        self.page.select(next(row.folder for row in self.page.rows if row.title == title))

    def setting(self, name: str, text: str) -> None:
        self.page.planning.set_search(_setting(SearchDraft, name), text)


def _setting(draft: Any, name: str) -> Any:
    return next(one for one in settings_of(draft) if one.name == name)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    project = with_settings(small_project(), {"data": "digits", "epochs": 1, "device": "cpu"})
    made = World(tmp_path, project)
    yield made
    made.page.close()


def test_studies_are_listed_with_state_progress_and_best(tmp_path: Path, world: World) -> None:
    place, page = tmp_path / "studies", world.page
    search(place, "s1", "Done", 4)
    search(place, "s2", "Waits", 8, done=3)
    search(place, "s3", "Paused", 8, done=2, wish="pause")
    (place / "s4").mkdir()
    (place / "s4" / "study.json").write_text("{")
    page.look()
    states = {row.title: (row.state, row.done, row.total) for row in page.rows}
    assert states == {
        "Done": (StudyState.COMPLETED, 4, 4),
        "Waits": (StudyState.WAITING, 3, 8),
        "Paused": (StudyState.PAUSED, 2, 8),
        "s4": (StudyState.DAMAGED, 0, None),
    }
    assert "tells no study" in next(row.sentence for row in page.rows if row.title == "s4")
    world.select("Waits")
    assert isinstance(page.now, ShownSearch)
    assert page.selection is not None
    assert page.selection.value == max(row.values[0] for row in page.now.result.rows)
    before = page.now
    page.follow()
    page.follow()
    assert page.now is before
    work(StudyFolder.open(before.folder.path), FakeTrainer(tmp_path, epochs=1))  # another process
    page.follow()
    assert (page.selection.done, world.state("Waits")) == (8, StudyState.COMPLETED)
    assert len(page.now.trials) == 8


def test_a_log_that_is_damaged_while_it_is_followed_is_said(tmp_path: Path, world: World) -> None:
    place, page = search(tmp_path / "studies", "s1", "Torn", 8, done=3), world.page
    page.look()
    assert page.now is not None
    with (place / "optuna.log").open("a") as stream:
        stream.write('{"op_code": 5, "trial_id": "none"}\n')
    page.follow()
    assert page.now is None
    assert "--rebuild" in page.now_problem
    page.look()
    assert world.state("s1") is StudyState.DAMAGED
    with (place / "optuna.log").open("a") as stream:
        stream.write("no record\n")
    page.look()
    assert page.problem == ""


def test_what_is_varied_lies_in_the_project_and_faults_stay_at_their_row(world: World) -> None:
    planning, workspace = world.page.planning, world.workspace
    offered = {one.name: one for one in planning.offered}
    assert "seed" not in offered
    planning.add_row(offered["learning_rate"])
    planning.add_row(offered["model.hidden"])
    assert workspace.project.search.names == ("learning_rate", "model.hidden")
    assert planning.rows[0].texts.kind == FACTORS
    assert "learning_rate" not in {one.name for one in planning.offered}
    planning.set_row(1, AxisTexts("model.hidden", low="8", high="32", step="8"))
    wanted = WholeRange(name="model.hidden", low=8, high=32, step=8)
    assert workspace.project.search.axis("model.hidden") == wanted
    assert workspace.history.undo_title == "Vary hidden otherwise"

    planning.set_row(1, AxisTexts("model.hidden", low="8", high="a few"))
    assert "expects finite numbers" in planning.rows[1].problem
    assert planning.rows[1].texts.high == "a few"
    assert workspace.project.search.axis("model.hidden") == wanted  # nothing is lost
    assert planning.reason_not_to_begin() == planning.rows[1].problem
    planning.set_row(1, AxisTexts("model.hidden", kind=CHOICES, choices="0, 4"))
    assert "does not take 0" in planning.remark(planning.rows[1])
    workspace.undo()
    assert planning.rows[1].axis == wanted
    planning.remove_row(0)
    assert workspace.project.search.names == ("model.hidden",)
    workspace.undo()
    assert [row.texts.name for row in planning.rows] == ["learning_rate", "model.hidden"]


def test_what_is_missing_is_said_before_a_study_begins(world: World) -> None:
    planning = world.page.planning
    assert "Say what is varied" in str(planning.reason_not_to_begin())
    planning.add_row(next(one for one in planning.offered if one.name == "learning_rate"))
    assert planning.reason_not_to_begin() is None
    world.setting("trials", "")
    assert "limit" in str(planning.reason_not_to_begin())
    with pytest.raises(Refusal, match=r"Trials must be at least 1"):
        world.setting("trials", "0")
    world.setting("sampler", "grid")
    assert "ranges with steps" in str(planning.reason_not_to_begin())
    world.setting("objective", "accuracy")
    with pytest.raises(Refusal, match="another one"):
        world.setting("second", "accuracy")
    planning.choose_kind("comparison")
    assert "at least two models" in str(planning.reason_not_to_begin())
    planning.vary_in_comparison("learning_rate", "0.1")
    assert "at least two values" in planning.varied_problem
    planning.vary_in_comparison("learning_rate", "0.1, 0.01")
    assert (planning.reason_not_to_begin(), planning.runs) == (None, 8)
    planning.choose("variant:wide", True)
    planning.set_folds(_setting(FoldsDraft, "folds"), "3")
    assert planning.runs == 12


def test_a_search_begins_is_steered_and_its_best_is_one_step(tmp_path: Path, world: World) -> None:
    page, workspace = world.page, world.workspace
    page.plan()
    page.planning.add_row(next(o for o in page.planning.offered if o.name == "model.hidden"))
    page.planning.set_row(0, AxisTexts("model.hidden", kind=CHOICES, choices="8, 16, 32"))
    world.setting("objective", "accuracy")
    world.setting("trials", "3")
    page.begin()
    assert world.said == []
    assert world.started == [("search", 1)]
    row = page.selection
    assert row is not None
    assert (row.state, row.total) == (StudyState.WAITING, 3)
    page.pause()
    assert page.selection is not None
    assert page.selection.state is StudyState.PAUSED
    page.stop()
    assert page.selection.state is StudyState.STOPPED
    page.go_on()
    assert page.selection.state is StudyState.WAITING
    assert world.started == [("search", 1)] * 2  # nobody had worked at it
    page.change_limits(Limits(trials=4))
    assert page.selection.total == 4

    work(StudyFolder.open(row.folder), FakeTrainer(tmp_path, value=lambda p: p["model.hidden"]))
    page.follow()
    now = page.now
    assert isinstance(now, ShownSearch)
    assert page.selection.state is StudyState.COMPLETED
    assert "limits" in str(steering.reason_not_to_go_on(page.selection))
    best = steering.best_of(now)
    workspace.do(steering.command_for(best, best=True))
    assert workspace.project.values["hidden"] == best.point["model.hidden"]
    assert steering.is_searched(workspace.project, steering.project_of(now), best.point)
    workspace.undo()
    assert "hidden" not in workspace.project.values


def test_a_search_may_train_each_trial_on_folds(world: World) -> None:
    planning = world.page.planning
    planning.add_row(next(o for o in planning.offered if o.name == "learning_rate"))
    with pytest.raises(Refusal, match="set the folds first"):
        world.setting("repeats", "2")
    world.setting("folds", "3")
    world.setting("repeats", "2")
    assert (planning.runs, planning.may_be_cut) == (240, True)
    world.setting("folds", "")
    assert planning.search.repeats == 1
    world.setting("folds", "3")
    notes: list[str] = []
    world.page.told.connect(notes.append)
    world.page.begin()
    assert world.said == []
    assert isinstance(world.page.now, ShownSearch)
    assert (world.page.now.folder.plan.folds, world.page.now.control.limits.trials) == (3, 40)
    assert any("mean over 3 folds" in note for note in notes)


def test_a_cross_validation_is_begun_and_read_from_its_runs(tmp_path: Path) -> None:
    few = {"data": str(table(tmp_path / "t.csv")), "epochs": 1, "device": "cpu", "threads": 1}
    world = World(tmp_path, with_settings(kinds(), {**few, "missing": "drop"}))
    page = world.page
    page.plan()
    page.planning.choose_kind("cross-validation")
    page.planning.set_folds(_setting(FoldsDraft, "folds"), "2")
    page.begin()
    assert world.said == []
    assert world.started == [("cross-validation", 1)]
    assert page.selection is not None
    assert (page.selection.state, page.selection.done) == (StudyState.WAITING, 0)
    for _ in trained(read_study(page.selection.folder)):
        page.follow()
        assert page.selection.state in (StudyState.RUNNING, StudyState.COMPLETED)
    page.follow()
    now = page.now
    assert isinstance(now, ShownFolds)
    accuracies = [cell.run.last["accuracy"] for cell in now.cells if cell.run is not None]
    assert page.selection.value == pytest.approx(sum(accuracies) / 2)
    assert page.selection.spread is not None
    assert page.selection.state is StudyState.COMPLETED
    assert {cell.run.folder.parent for cell in now.cells if cell.run} == {tmp_path / "runs"}
    assert steering.reason_not_to_pause(page.selection) is not None
    page.close()


def test_what_cannot_begin_is_said_and_nothing_is_listed(world: World) -> None:
    page = world.page
    page.plan()
    one = next(o for o in page.planning.offered if o.name == "learning_rate")
    page.planning.add_row(one)
    gone = with_settings(world.workspace.project, {"data": "gone.csv"})
    world.workspace.do(Replace("Other data", lambda _project: gone))
    page.begin()
    assert not page.is_beginning
    assert len(world.said) == 1
    assert "gone.csv" in world.said[0]
    page.look()
    assert page.rows == []


def test_what_ties_axes_is_said_in_the_words_of_the_model() -> None:
    heads = Choices(name="model.num_heads", choices=(2, 4))
    hidden = Choices(name="model.hidden", choices=(32, 64))
    told = axes.ties(load_target("Transformer2DResNet"), Space(axes=(heads, hidden)))
    sentence = "Valid with: hidden divisible by num_heads"
    assert told == {"model.num_heads": sentence, "model.hidden": sentence}


def test_objectives_are_the_figures_of_what_is_asked() -> None:
    workspace = Workspace(small_project())
    answers = workspace.about_data("digits").asking(()).answers
    assert figures_for(answers)[:2] == ("loss", "accuracy")
    two = tuple(replace(answers[0], name=name) for name in ("a", "b"))
    assert "b.macro_f1" in figures_for(two)
    assert "b.accuracy" not in figures_for(two)  # that of the first is told alone
    assert figures_for(two, losses=["kl"])[-1] == "kl"
    assert figures_for(answers, validates=False) == ("loss", "accuracy")
    assert figures_for(answers, loss="mse") == ("loss", "mae", "rmse")


def test_an_objective_that_no_training_has_is_told_before_it_begins() -> None:
    planning = Planning(Workspace(small_project()))
    planning.add_row(next(one for one in planning.offered if one.name == "batch_size"))
    assert planning.reason_not_to_begin() is None
    planning.search = SearchDraft(objective="mae")
    assert "has no figure mae" in (planning.reason_not_to_begin() or "")
