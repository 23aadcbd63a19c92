"""Small manners of the window: calm beginnings, one table of keys, marks that stay, first looks."""

from __future__ import annotations

import gc
import threading
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.project.commands.node import SetParam
from nnstudio.project.presets import load_target
from nnstudio.ui.app import create_window, preset_infos
from nnstudio.ui.canvas import make_canvas
from nnstudio.ui.canvas.scene import Detail
from nnstudio.ui.plots.chart import Chart
from nnstudio.ui.start.preset_card import PresetCard
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.workspace import Workspace
from tests.small_projects import small_workspace
from tests.ui.canvas_world import small_project
from tests.ui.shared_window import SharedWindow
from tests.ui.shell import closed, edit


@pytest.fixture
def window(qtbot: QtBot, shared: SharedWindow) -> MainWindow:
    return shared.opened(small_workspace().project)


# -- an empty canvas ----------------------------------------------------------------------------


def test_an_empty_canvas_is_no_error_but_cannot_be_run(window: MainWindow) -> None:
    window.workspace.history.mark_saved()
    window.documents.new()
    assert window.panels.problems.problems == ()
    assert window.editor.tabs.tabText(0) == "Problems"
    assert "error" not in window.status.facts.text()
    assert not window.editor.inspector.page.notices.isVisible()
    reason = window.actions_table.reason("run.start")
    assert reason is not None
    assert "is empty" in reason
    window.editor.add("ReLU")
    assert window.panels.problems.problems


# -- keys ---------------------------------------------------------------------------------------


def test_a_key_that_was_given_away_does_nothing_on_the_canvas(window: MainWindow) -> None:
    canvas = window.editor.canvas
    canvas.view.set_zoom(3.0)
    window.actions_table.set_keys("view.fit", ("G",))
    QTest.keyClick(canvas.view, Qt.Key.Key_F)
    QTest.keyClick(canvas.view, Qt.Key.Key_Home)
    assert canvas.view.zoom == 3.0
    QTest.keyClick(canvas.view, Qt.Key.Key_G)
    assert canvas.view.zoom < 3.0
    window.actions_table.set_keys("view.fit", None)
    canvas.view.set_zoom(3.0)
    QTest.keyClick(canvas.view, Qt.Key.Key_F)
    assert canvas.view.zoom < 3.0


def test_space_pans_but_searches_no_more_if_the_search_has_another_key(window: MainWindow) -> None:
    canvas = window.editor.canvas
    window.actions_table.set_keys("graph.add", ("N",))
    QTest.keyClick(canvas.view, Qt.Key.Key_Space)
    assert canvas.popup is None
    QTest.keyClick(canvas.view, Qt.Key.Key_N)
    assert canvas.popup is not None


def test_a_search_by_key_goes_on_from_the_selected_node(window: MainWindow) -> None:
    canvas = window.editor.canvas
    added = window.editor.add("ReLU")
    assert added is not None
    canvas.select({added})
    QTest.keyClick(canvas.view, Qt.Key.Key_Space)
    popup = canvas.popup
    assert popup is not None
    QTest.keyClicks(popup.field, "GELU")
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    (follower,) = canvas.selection()
    assert canvas.graph.by_id[follower].type == "GELU"
    assert canvas.graph.incoming[follower]["input"].node == added


def test_tab_goes_through_the_inspector_as_it_is_read(window: MainWindow) -> None:
    window.activateWindow()
    QApplication.processEvents()
    window.editor.canvas.select({"fc"})
    rows = window.editor.inspector.page.rows
    rows["in_features"].editor.setFocus()
    QTest.keyClick(rows["in_features"].editor, Qt.Key.Key_Tab)
    assert rows["out_features"].isAncestorOf(QApplication.focusWidget())


# -- marks and looks ----------------------------------------------------------------------------


def test_where_a_run_failed_stays_marked_until_an_edit(window: MainWindow) -> None:
    canvas = window.editor.canvas
    window.training.failed_at.emit("Small", "fc", "the device ran out of memory")
    item = canvas.scene.nodes["fc"]
    assert item.failed
    canvas.select(frozenset())
    assert item.failed
    assert canvas.scene.failure_of("fc") == "the device ran out of memory"
    edit(window)
    assert not item.failed


def test_a_graph_that_fits_is_shown_whole_whatever_size_the_window_gets(
    window: MainWindow,
) -> None:
    canvas = window.editor.canvas
    for width in (1240, 1440):
        window.resize(width, 800)
        QApplication.processEvents()
        seen = canvas.view.viewport().rect()
        shown = canvas.view.viewportTransform().mapRect(canvas.scene.content_rect())
        assert canvas.scene.detail is not Detail.FAR
        assert seen.contains(shown.toRect())


def test_who_has_looked_elsewhere_stays_there(window: MainWindow) -> None:
    canvas = window.editor.canvas
    window.resize(1300, 800)
    QApplication.processEvents()
    canvas.view.look_at(QPointF(5_000, 5_000), 1.0)
    window.resize(1300, 700)
    QApplication.processEvents()
    assert canvas.view.zoom == 1.0
    assert abs(canvas.view.middle.y() - 5_000) <= 2


def test_a_canvas_may_be_dropped_without_a_word(qtbot: QtBot) -> None:
    workspace = Workspace(small_project())
    for drop in (False, True):
        canvas = make_canvas(workspace)
        canvas.show()
        QApplication.processEvents()
        if drop:
            shiboken6.delete(canvas)
        del canvas
        gc.collect()
        QApplication.processEvents()
    workspace.do(SetParam("Net", "conv", "kernel_size", 5))
    workspace.show(small_project())


def test_an_icon_can_be_attached_many_times_at_once(qapp: QApplication) -> None:
    action = QAction("Run", qapp)
    for name in ("run", "stop", "pause", "open"):
        icons.attach(action, name)
    theme.notifier.changed.emit(theme.current())
    assert not action.icon().isNull()


class _Shown(QObject):
    """Remembers the windows that are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[QWidget] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.windows.append(watched)
        return False


def test_no_window_flashes_up_beside_the_main_one(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    shown = _Shown()
    qapp.installEventFilter(shown)
    window = create_window(small_workspace(), folder=tmp_path)
    window.show()
    for panel in ("summary", "code", "training", "log", "problems"):
        window.editor.show_panel(panel)
        QApplication.processEvents()
    window.editor.canvas.select({"fc"})
    window.editor.canvas.select({"fc", "conv"})
    qapp.removeEventFilter(shown)
    assert set(shown.windows) == {window}
    closed(window)


# -- panels -------------------------------------------------------------------------------------


def test_the_summary_makes_itself_when_its_tab_is_shown(window: MainWindow, qtbot: QtBot) -> None:
    window.editor.show_panel("summary")
    qtbot.waitUntil(lambda: window.panels.summary.is_current, timeout=60_000)
    edit(window)
    assert not window.panels.summary.is_current
    qtbot.waitUntil(lambda: window.panels.summary.is_current, timeout=60_000)


def test_a_window_closed_while_it_summarises_leaves_no_thread(qtbot: QtBot, tmp_path: Path) -> None:
    made = create_window(small_workspace(), folder=tmp_path)
    made.show()
    made.editor.show_panel("summary")
    closed(made)
    assert not any(thread.name == "summary" for thread in threading.enumerate())


@pytest.mark.parametrize("log", [False, True])
def test_a_constant_rate_has_an_axis_around_it_and_above_nought(qtbot: QtBot, log: bool) -> None:
    chart = Chart("Learning rate", "learning_rate", log=True)
    qtbot.addWidget(chart)
    series = chart.add_series("rate", "Rate")
    for epoch in range(5):
        series.add(float(epoch), 1e-3)
    chart.set_log(log)
    low, high = chart.plot.getPlotItem().getViewBox().viewRange()[1]
    if log:
        assert low == pytest.approx(-3.5)
        assert high == pytest.approx(-2.5)
    else:
        assert low == pytest.approx(0.0)
        assert high == pytest.approx(2e-3)
    series.add(5.0, 1e-4)
    chart.redraw()
    assert chart.plot.getPlotItem().getViewBox().autoRangeEnabled()[1]


def test_a_card_says_how_many_variants_there_are(qtbot: QtBot) -> None:
    info = next(info for info in preset_infos() if info.name == "SimpleCNN")
    assert "8k" in info.variants
    card = PresetCard(info)
    qtbot.addWidget(card)
    project = load_target("SimpleCNN")
    card.show_project(project, Workspace(project).report.root, "421,834 parameters")
    assert f"{len(info.variants)} variants" in card.facts
    assert "8k" in card.toolTip()
