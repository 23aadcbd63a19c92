"""The page Runs in the window: a training that is seen there, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnstudio.project.commands.model import SetTraining
from nnstudio.project.settings import with_settings
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore
from nnstudio.ui.pages.runs.curves_tab import CurvesTab
from nnstudio.ui.pages.runs.evaluation_tab import EvaluationTab
from nnstudio.ui.pages.runs.judged_tab import JudgedTab
from nnstudio.ui.pages.runs.log_tab import LogTab
from nnstudio.ui.pages.runs.model_tab import ModelTab
from nnstudio.ui.training.panel import TrainingPanel
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.runs_page.filters import RunFilter
from tests.kept_runs import table, train_kinds
from tests.runs_made_up import write_run
from tests.small_projects import small_project


def settled(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until the page has read what it wants."""
    qtbot.waitUntil(lambda: not window.runs.jobs.is_busy, timeout=20_000)


def names(window: MainWindow) -> list[str]:
    """The names in the table as they are read."""
    model = window.runs.table.rows
    ids = [column.id for column in model.columns]
    column = ids.index("name")
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def test_a_training_is_seen_noted_compared_deleted_and_brought_back(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window()
    assert window.actions_table.run("run.start")
    qtbot.waitUntil(lambda: window.training.state is State.COMPLETED, timeout=60_000)
    window.training.drain()
    kept = window.training.kept_in
    assert kept is not None
    panel = window.panels.training.panel()
    assert isinstance(panel, TrainingPanel)
    assert kept.name.endswith(panel.kept.text())
    assert str(kept) in panel.kept.toolTip()
    panel.kept.click()
    settled(window, qtbot)
    assert window.page == "runs"
    assert window.runs.page.selected_id == kept.name

    window = open_window()  # quit, and opened again
    assert window.actions_table.run("page.runs")
    settled(window, qtbot)
    assert names(window) == ["Small"]
    assert "accuracy" in str(window.runs.details.facts.full_text)
    write_run(RunStore(tmp_path / "runs"), small_project(), seed=3, record={"name": "Other"})
    window.runs.page.look()
    settled(window, qtbot)
    window.runs.page.select(kept.name)
    table = window.runs.table
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Space)
    assert kept.name in window.runs.page.overlay
    window.runs.ask_note = lambda _before: "Good enough"
    assert window.actions_table.run("runs.note")
    assert window.actions_table.run("runs.star")
    window.runs.ask_name = lambda before: before + " first"
    QTest.keyClick(table, Qt.Key.Key_F2)
    record = RunStore(tmp_path / "runs").get(kept.name)
    assert (record.name, record.note, record.star) == ("Small first", "Good enough", True)

    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert names(window) == ["Other"]
    assert "Deleted 'Small first'" in window.runs.notice.sentence.text()
    window.runs.notice.choose("Undo")
    assert sorted(names(window)) == ["Other", "Small first"]
    assert not window.runs.notice.isVisible()
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Delete)
    window.show_runs(kept.name)  # as the page Studies asks for it
    assert names(window) == ["Small first"]
    assert window.runs.page.filter.trashed
    window.runs.page.show_filter(RunFilter())
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert sorted(names(window)) == ["Other", "Small first"]


def test_a_stopped_run_goes_on_in_its_own_folder(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window()
    long = window.workspace.project.training.with_values(epochs=100_000)
    window.workspace.do(SetTraining(long))
    window.actions_table.run("run.start")
    qtbot.waitUntil(lambda: window.training.progress > 0, timeout=60_000)
    window.actions_table.run("run.stop")
    qtbot.waitUntil(lambda: window.training.state is State.STOPPED, timeout=60_000)
    window.training.drain()
    kept = window.training.kept_in
    window = open_window()
    window.show_runs()
    settled(window, qtbot)
    assert window.actions_table.run("runs.resume"), window.status.message
    assert window.page == "model"
    assert window.workspace.project.training.epochs == 100_000
    assert window.training.kept_in == kept
    qtbot.waitUntil(lambda: window.training.progress > 0, timeout=60_000)
    assert window.actions_table.reason("runs.resume") == "Go to the page Runs first."
    window.show_runs()
    settled(window, qtbot)
    assert "is being trained already" in str(window.actions_table.reason("runs.resume"))
    window.training.stop()
    qtbot.waitUntil(lambda: window.training.state is State.STOPPED, timeout=60_000)
    window.training.drain()
    runs = RunStore(tmp_path / "runs").list()
    assert [run.folder for run in runs] == [kept]


def test_the_details_of_a_run(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    store = RunStore(tmp_path / "runs")
    project = with_settings(small_project(), {"learning_rate": 0.25})
    write_run(store, project, state="failed", done=4, seed=8, source="class Small: ...")
    window = open_window()
    window.show_runs()
    settled(window, qtbot)
    details = window.runs.details
    assert details.state.text() == "Failed"
    assert "The loss is no number any more" in details.failure.text()
    curves = details.tab("curves")
    assert isinstance(curves, CurvesTab)
    assert [chart.shown_figure for chart in curves.charts] == ["loss", "accuracy"]
    curves.charts[0].show_at(2.2)
    assert "Small" in curves.charts[0].values.text()
    for ending in ("png", "svg", "csv"):
        path = tmp_path / f"curves.{ending}"
        curves.export(path)
        assert path.stat().st_size > 500
    assert "macro_f1,validation,4," in (tmp_path / "curves.csv").read_text()
    window.actions_table.run("runs.log")
    settled(window, qtbot)
    log = details.tab("log")
    assert isinstance(log, LogTab)
    assert [line.severity for line in log.lines][-1] == "error"
    assert log.lines[0].sentence.startswith("Began on cpu with 2 threads: 30 epochs")
    window.actions_table.run("runs.model")
    model = details.tab("model")
    assert isinstance(model, ModelTab)
    assert model.viewer is not None
    assert set(model.viewer.scene.nodes) == set(project.model.graph.by_id)
    model.code_button.click()
    assert model.code.text.toPlainText() == "class Small: ..."
    model.drawing_button.click()
    assert window.actions_table.run("runs.duplicate")
    assert window.page == "model"
    assert window.workspace.project == project
    assert window.workspace.path is None


def test_ten_thousand_rows_make_no_text_before_they_are_seen(
    open_window: Callable[[], MainWindow],
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_run(RunStore(tmp_path / "runs"), small_project(), seed=1)
    window = open_window()
    window.show_runs()
    settled(window, qtbot)
    page = window.runs.page
    row = page.rows[0]
    told: list[str] = []
    monkeypatch.setattr(
        "nnstudio.ui.pages.runs.runs_model.cell_text", lambda id, row: told.append(row.id) or id
    )
    page.rows = [replace(row, record=row.record.with_values(id=f"run {k}")) for k in range(10_000)]
    page.listed.emit()
    window.runs.table.viewport().repaint()
    assert window.runs.table.rows.rowCount() == 10_000
    assert 0 < len(set(told)) < 100


def test_the_selected_run_stays_in_sight_where_others_take_the_room(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    write_run(RunStore(tmp_path / "runs"), small_project(), seed=1)
    window = open_window()
    window.show_runs()
    settled(window, qtbot)
    page, table = window.runs.page, window.runs.table
    row = page.rows[0]
    page.rows = [replace(row, record=row.record.with_values(id=f"run {k}")) for k in range(60)]
    page.selected_id = "run 59"
    page.listed.emit()
    for height in (400, 150):
        table.setFixedHeight(height)
        qtbot.wait(10)
        assert table.viewport().rect().contains(table.visualRect(table.currentIndex()).topLeft())
    table.scrollToTop()
    table.setFixedHeight(120)
    qtbot.wait(10)
    assert table.verticalScrollBar().value() == 0  # somebody looks at other runs


def test_what_is_typed_is_searched_and_pills_are_removed_by_keyboard(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    store = RunStore(tmp_path / "runs")
    write_run(store, small_project(), seed=1, record={"name": "first"})
    write_run(store, small_project(), seed=2, record={"name": "second"})
    window = open_window()
    window.actions_table.run("runs.search")
    settled(window, qtbot)
    head = window.runs.content.head
    assert window.focusWidget() is head.search
    QTest.keyClicks(head.search, "sec")
    qtbot.waitUntil(lambda: names(window) == ["second"])
    assert head.count.text() == "1 of 2 runs"
    window.runs.page.show_filter(RunFilter(text="sec").toggled("states", "Failed"))
    assert window.runs.content.nothing.isVisible()
    head.pill_buttons[0].setFocus()
    QTest.keyClick(head.pill_buttons[0], Qt.Key.Key_Space)
    assert names(window) == ["second"]
    QTest.keyClick(head.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(names(window)) == 2)
    window.actions_table.run("runs.copy_path")
    assert QGuiApplication.clipboard().text() == str(window.runs.page.selection.folder)  # type: ignore[union-attr]
    menu = window.runs.context_menu()
    assert "Duplicate to change" in [action.text() for action in menu.actions()]
    menu.close()


def test_without_runs_the_page_leads_to_the_model(
    open_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    window.show_runs()
    settled(window, qtbot)
    assert window.runs.content.state == "empty"
    assert window.actions_table.reason("runs.rename") == "Select a run first."
    window.runs.content.empty.button.click()
    assert window.page == "model"


def test_a_run_is_judged_and_a_cell_leads_to_its_samples(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    train_kinds(tmp_path / "runs" / "kinds", table(tmp_path / "kinds.csv"))
    window = open_window()
    window.show_runs()
    settled(window, qtbot)
    details = window.runs.details
    assert window.actions_table.run("runs.evaluation")
    tab = details.tab("evaluation")
    assert isinstance(tab, EvaluationTab)
    qtbot.waitUntil(lambda: bool(tab.head_figures), timeout=30_000)
    assert tab.head_figures[0].texts[0] == "Accuracy"
    assert tab.head.part.currentText().startswith("Test (")
    assert len(tab.classes.rows()) == 3
    tab.views["ROC"].click()
    curves = tab.class_curves()
    assert curves.isVisible()
    assert curves.chosen == ("a", "b", "c")
    curves.list.item(1).setCheckState(Qt.CheckState.Unchecked)
    assert curves.chosen == ("a", "c")
    tab.views["Precision-recall"].click()
    assert curves.chosen == ("a", "c")
    assert "Thick: the mean of all classes, area" in curves.about.text()
    tab.views["Calibration"].click()
    view = tab.calibration
    assert view is not None
    assert view.isVisible()
    assert "Calibration error" in view.about.text()
    tab.matrix.setFocus()
    QTest.keyClick(tab.matrix, Qt.Key.Key_Down)
    assert tab.matrix.cell == (1, 0)
    QTest.keyClick(tab.matrix, Qt.Key.Key_Up)
    QTest.keyClick(tab.matrix, Qt.Key.Key_Return)
    samples = details.tab("samples")
    assert isinstance(samples, JudgedTab)
    qtbot.waitUntil(lambda: samples.shown is not None, timeout=30_000)
    count = tab.matrix.told(0, 0).split(": ")[1].split(",")[0]
    assert samples.cell.text() == "a, right"
    assert len(samples.shown.indices) == int(count)  # type: ignore[union-attr]
    samples.cell.click()
    samples.wrong.setChecked(False)
    index = int(samples.shown.indices[0])  # type: ignore[union-attr]
    samples.enlarge(index)
    samples.try_button.click()
    assert details.tabs.panel == "try"
    qtbot.waitUntil(lambda: details.trying.tried is not None, timeout=30_000)
    assert details.trying.index == index
