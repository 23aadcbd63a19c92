"""The page Studies in the window: a study planned, begun, followed, used and left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnstudio.project.commands.base import Replace
from nnstudio.project.settings import with_settings
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.plan import Limits
from nnstudio.studies.search.result import SearchResult
from nnstudio.ui.pages.studies.leaving import StudyAnswer
from nnstudio.ui.pages.studies.search_view import SearchView
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.studies_page.rows import StudyState
from nnstudio.workspace.studies_page.search_reading import ShownSearch
from tests.fake_search import FakeTrainer, work
from tests.studies_made_up import search


def settled(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until the page has read and done what it wants."""
    view = window.studies
    qtbot.waitUntil(lambda: not (view.jobs.is_busy or view.acting.is_busy), timeout=60_000)


def on_digits(window: MainWindow) -> None:
    """Let the model be trained on digits, for an epoch."""
    few = {"data": "digits", "resize": True, "epochs": 1, "max_samples": 300, "threads": 1}
    digits = with_settings(window.workspace.project, few)
    window.workspace.do(Replace("Digits", lambda _project: digits))


def plan_search(window: MainWindow, choices: str) -> None:
    """Plan a search of `hidden` as a user does: from the menu, with the keyboard."""
    assert window.actions_table.run("studies.new")
    form = window.studies.content.plan
    menu = form.varied.menu()
    next(action for action in menu.actions() if action.text() == "hidden").trigger()
    fields = form.varied.fields[0]
    fields.kind.committed.emit("Choices")
    fields.choices.setText(choices)
    QTest.keyClick(fields.choices, Qt.Key.Key_Return)


def view_of(window: MainWindow) -> SearchView:
    """What is shown of a search."""
    found = window.studies.content.details.search
    assert found is not None
    return found


def test_a_search_is_planned_begun_seen_and_its_best_used_and_undone(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window()
    on_digits(window)
    assert window.actions_table.run("page.studies")
    settled(window, qtbot)
    content, page = window.studies.content, window.studies.page
    assert content.state == "empty"
    content.empty.button.click()
    assert content.state == "plan"
    bar = content.plan.bar
    assert "add a parameter" in bar.reason.full_text
    assert not bar.begin_button.isEnabled()
    plan_search(window, "8, 16, x")
    assert "a whole number" in content.plan.varied.fields[0].fault.full_text
    assert not bar.begin_button.isEnabled()
    fields = content.plan.varied.fields[0]
    fields.choices.setText("8, 16, 32")
    QTest.keyClick(fields.choices, Qt.Key.Key_Return)
    assert fields.fault.full_text == ""
    page.planning.set_search(content.plan.goal_rows.settings["trials"], "3")
    page.planning.set_search(content.plan.goal_rows.settings["objective"], "accuracy")
    assert "3 trainings of Small on Handwritten digits, 1 epoch each" in bar.what.full_text

    def start(folder: Path, _kind: str, _count: int = 1) -> None:
        trainer = FakeTrainer(tmp_path, value=lambda point: point["model.hidden"] / 64)
        work(StudyFolder.open(folder), trainer)

    page.workers.start = start  # type: ignore[method-assign]
    assert bar.begin_button.isEnabled()
    bar.begin_button.click()
    settled(window, qtbot)
    qtbot.waitUntil(lambda: page.now is not None, timeout=5_000)
    settled(window, qtbot)
    assert content.state == "study"
    assert page.selection is not None
    assert (page.selection.state, page.selection.done) == (StudyState.COMPLETED, 3)
    view = view_of(window)
    assert view.trials.rowCount() == 3
    assert "Accuracy" in content.details.head.best.text()
    assert not content.details.head.progress.isVisible()

    view.table.selectRow(0)
    assert page.picked is not None
    before = window.workspace.project
    best = max(row.point["model.hidden"] for row in page.now.result.rows)  # type: ignore[union-attr]
    assert window.actions_table.run("studies.use_best")
    assert window.workspace.project.values["hidden"] == best
    assert "Undo Use the best values" in window.actions_table.action("edit.undo").text()
    assert window.actions_table.run("edit.undo")
    assert window.workspace.project == before
    assert window.actions_table.run("studies.runs")
    assert window.page == "runs"
    assert [pill.kind for pill in window.runs.page.filter.pills] == ["group"]


def test_a_search_that_another_works_at_is_followed_and_steered(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    place = search(tmp_path / "studies", "s1", "Elsewhere", 30, done=2)
    window = open_window()
    assert window.actions_table.run("page.studies")
    settled(window, qtbot)
    page, view = window.studies.page, view_of(window)
    assert view.trials.rowCount() == 2
    assert page.selection is not None
    assert page.selection.state is StudyState.WAITING
    folder = StudyFolder.open(place)
    folder.change(limits=Limits(trials=5))
    work(folder, FakeTrainer(tmp_path, epochs=1))
    page.follow()
    settled(window, qtbot)
    assert view.trials.rowCount() == 5
    view.table.horizontalHeader().sectionClicked.emit(2)  # by the objective, the best first
    values = [row.values[0] for row in view.trials.rows]
    assert values == sorted(values, reverse=True)
    assert not window.actions_table.run("studies.resume")  # it is at its end
    window.studies.ask_limits = lambda now: now.model_copy(update={"trials": 9})
    assert window.actions_table.run("studies.limits")
    settled(window, qtbot)
    assert "9 trials" in window.studies.content.details.head.limits.text()
    assert window.actions_table.run("studies.stop")
    settled(window, qtbot)
    assert folder.control().wish == "stop"
    assert window.studies.content.details.head.state.text() == "Stopped"


def test_closing_asks_what_becomes_of_studies_that_the_window_works_at(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    place = search(tmp_path / "studies", "s1", "Mine", 30, done=2)
    window = open_window()
    assert window.actions_table.run("page.studies")
    settled(window, qtbot)
    asked: list[tuple[str, ...]] = []
    left: list[Path] = []
    workers = window.studies.page.workers
    workers.hold(place, _Living(left, place))  # type: ignore[arg-type]

    def answer(names: tuple[str, ...]) -> StudyAnswer:
        asked.append(names)
        return StudyAnswer.CANCEL if len(asked) == 1 else StudyAnswer.PAUSE

    window.leaving_studies.ask_quit = answer
    assert not window.close()
    assert window.isVisible()
    assert window.close()
    assert asked == [("Mine",)] * 2
    assert left == [place]
    assert StudyFolder.open(place).control().wish == "pause"


@pytest.mark.parametrize("ending", ["", "-r1-f1"])
def test_the_run_of_a_trial_is_shown_with_folds_those_of_all(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path, ending: str
) -> None:
    search(tmp_path / "studies", "s1", "Wide", 2)
    window = open_window()
    assert window.actions_table.run("page.studies")
    settled(window, qtbot)
    page = window.studies.page
    page.pick(1)
    assert isinstance(page.now, ShownSearch)
    run = f"{tmp_path}/runs/s1-t1{ending}"
    page.now = replace(page.now, result=_with_run(page.now.result, 1, run))
    view_of(window).table.opened.emit(1)
    assert window.page == "runs"
    pills = [pill.text for pill in window.runs.page.filter.pills]
    assert pills == (["Study Wide", "Trial 1"] if ending else [])


def _with_run(result: SearchResult, number: int, run: str) -> SearchResult:
    rows = (replace(row, run=run) if row.number == number else row for row in result.rows)
    return replace(result, rows=tuple(rows))


def test_a_study_is_named_deleted_brought_back_and_the_trash_emptied(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    search(tmp_path / "studies", "s1", "Old", 1, hours=1.0)
    search(tmp_path / "studies", "s2", "New", 1)
    window = open_window()
    run, view = window.actions_table.run, window.studies
    assert run("page.studies")
    settled(window, qtbot)
    shown = view.content.list

    def titles() -> list[str]:
        return [row.title for row in shown.studies.rows]

    assert not run("studies.undo_delete")
    view.ask_name = lambda now: f"{now} heads"
    QTest.keyClick(shown, Qt.Key.Key_F2)
    settled(window, qtbot)
    assert titles() == ["New heads", "Old"]
    assert view.content.details.head.name.full_text == "New heads"
    asked: list[tuple[str, int]] = []
    answers = iter((None, False))

    def answer(name: str, count: int) -> bool | None:
        asked.append((name, count))
        return next(answers)

    view.ask_delete = answer
    QTest.keyClick(shown, Qt.Key.Key_Delete)
    assert titles() == ["New heads", "Old"]
    assert run("studies.delete")
    settled(window, qtbot)
    assert asked == [("New heads", 0)] * 2
    assert titles() == ["Old"]
    assert view.content.details.head.name.full_text == "Old"
    assert view.notice.isVisible()
    view.notice.buttons[0].click()
    settled(window, qtbot)
    assert titles() == ["New heads", "Old"]
    assert not view.notice.isVisible()
    answers = iter((False,))
    assert run("studies.delete")
    assert run("page.runs")
    told: list[str] = []
    window.runs.emptying.ask_whether = lambda what: bool(told.append(str(what))) or len(told) == 2
    for _ in range(2):
        assert run("runs.empty_trash")
        qtbot.waitUntil(lambda: not window.runs.jobs.is_busy)
    assert told[0] == told[1]
    assert told[0].startswith("1 study, ")
    assert window.runs.notice.sentence.text() == f"Removed {told[0]} from the trash."
    assert run("runs.empty_trash")
    qtbot.waitUntil(lambda: "The trash is empty" in window.status.message)


class _Living:
    """Stands in for a process."""

    def __init__(self, left: list[Path], place: Path) -> None:
        self._left, self._place = left, place
        self.is_over = False

    def ask_to_stop(self) -> None:
        self._left.append(self._place)


@pytest.mark.slow
def test_a_search_is_trained_by_a_process_of_its_own(
    open_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    on_digits(window)
    window.show_studies()
    settled(window, qtbot)
    plan_search(window, "2, 4")
    page = window.studies.page
    page.planning.set_search(window.studies.content.plan.goal_rows.settings["trials"], "2")
    assert window.actions_table.run("studies.begin")

    def is_done() -> bool:
        page.look()
        return page.selection is not None and page.selection.state is StudyState.COMPLETED

    qtbot.waitUntil(is_done, timeout=180_000)
    settled(window, qtbot)
    assert page.selection is not None
    assert (page.selection.done, page.selection.failed) == (2, 0)
    assert window.actions_table.run("studies.use_best")
    assert window.workspace.project.values["hidden"] in (2, 4)
    view_of(window).table.selectRow(0)
    assert window.actions_table.run("studies.run")
    qtbot.waitUntil(lambda: window.runs.page.selection is not None, timeout=20_000)
    assert window.runs.page.selection is not None
    qtbot.waitUntil(lambda: not page.workers.folders, timeout=60_000)


def test_a_comparison_is_planned_with_values_and_its_runs_wait_for_a_process(
    open_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    on_digits(window)
    assert window.actions_table.run("studies.new")
    settled(window, qtbot)
    page, form = window.studies.page, window.studies.content.plan
    form.kinds["comparison"].click()
    compared = form.compared
    assert [model.box.text() for model in compared.models] == ["Small", "wide"]
    compared.models[1].box.click()
    compared.name.textActivated.emit("Learning rate")
    compared.values.setText("0.1, 0.01")
    QTest.keyClick(compared.values, Qt.Key.Key_Return)
    assert form.bar.what.full_text.startswith("16 trainings")
    form.folds_rows.committed.emit(form.folds_rows.settings["folds"], "1")
    assert page.planning.folds.folds == 4  # refused at the field
    form.folds_rows.committed.emit(form.folds_rows.settings["folds"], "2")
    started: list[str] = []
    page.workers.start = lambda _folder, kind, _count=1: started.append(kind)  # type: ignore[method-assign]
    assert window.actions_table.run("studies.begin")
    settled(window, qtbot)
    qtbot.waitUntil(lambda: page.now is not None, timeout=20_000)
    settled(window, qtbot)
    assert started == ["comparison"]
    view = window.studies.content.details.folds
    assert view is not None
    assert view.cells.rowCount() == 8
    names = {str(view.cells.index(row, 0).data()) for row in range(8)}
    assert "wide, learning_rate 0.01" in names
    assert window.studies.content.details.head.state.text() == "Waiting"
    qtbot.waitUntil(lambda: view.judging.shown is not None, timeout=20_000)
    assert not window.actions_table.action("studies.use_best").isEnabled()
    assert window.actions_table.action("studies.resume").isEnabled()
