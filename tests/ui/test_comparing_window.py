"""Two runs side by side in the window: figures, settings, both models with their marks, classes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.project.commands.node import SetParam
from nnstudio.project.settings import with_settings
from nnstudio.runs.store import RunStore
from nnstudio.ui.pages.runs.comparing.tab import ComparingTab
from nnstudio.ui.window.main_window import MainWindow
from tests.kept_runs import table, train_kinds
from tests.runs_made_up import write_run
from tests.small_projects import small_project


def compared(window: MainWindow, qtbot: QtBot) -> ComparingTab:
    """Select all runs and compare them."""
    window.show_runs()
    qtbot.waitUntil(lambda: len(window.runs.page.rows) == 2, timeout=20_000)
    window.runs.table.selectAll()
    assert window.actions_table.run("runs.compare"), window.status.message
    tab = window.runs.details.tab("comparison")
    assert isinstance(tab, ComparingTab)
    qtbot.waitUntil(lambda: tab.comparing.models is not None, timeout=20_000)
    return tab


def test_figures_settings_and_models_side_by_side(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    store = RunStore(tmp_path / "runs")
    first = small_project()
    second = SetParam("Small", "conv", "out_channels", 12).apply(first)
    second = with_settings(second, {"batch_size": 16})
    write_run(store, first, level=0.5, seed=1, record={"created": "2026-01-01T00:00:00+00:00"})
    write_run(store, second, level=0.1, seed=2, record={"name": "Wider"})
    window = open_window()
    tab = compared(window, qtbot)
    assert tab.names.full_text == "1: Small    2: Wider"
    rows = {row[0]: row[1:] for row in tab.figures.visible_texts()}
    assert rows["Best loss"][3] == "▲ better"
    assert rows["FLOPs a sample"][2].startswith("+")
    assert ["Batch size", "32", "16"] in tab.settings.visible_texts()
    assert len(window.runs.page.overlay) == 2
    tab.views["Models"].click()
    assert tab.models is not None
    assert tab.models.about.full_text.startswith("1 changed, 2 of other sizes only, from 1 to 2.")
    assert "Parameters 1,490 → 4,450" in tab.models.about.full_text
    for side in tab.models.sides:
        marks = {mark.change.place: mark.change.kind for mark in side.viewer.marks}
        assert marks == {"conv": "changed", "flatten": "sizes", "fc": "sizes"}
    tab.models.list.selectRow(0)
    assert [side.viewer.selection() for side in tab.models.sides] == [{"conv"}, {"conv"}]
    tab.views["Curves"].click()
    assert tab.curves is not None
    curves = tab.curves
    qtbot.waitUntil(lambda: len(curves.shown) == 2)
    window.runs.page.clear_overlay()
    window.runs.page.partner_id = None
    tab.refresh()
    assert tab.none.isVisible()
    window.runs.table.clearSelection()
    assert not window.actions_table.run("runs.compare")
    assert "Select two runs" in window.status.message


@pytest.mark.slow
def test_classes_are_judged_on_the_same_part(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    data = table(tmp_path / "kinds.csv")
    train_kinds(tmp_path / "runs" / "one", data)
    train_kinds(tmp_path / "runs" / "two", data, learning_rate=0.05)
    tab = compared(open_window(), qtbot)
    tab.views["Evaluation"].click()
    qtbot.waitUntil(lambda: tab.comparing.classes is not None, timeout=30_000)
    assert [row[0] for row in tab.classes.visible_texts()] == ["a", "b", "c"]
    assert tab.notes.text().startswith("Test part, the best weights of each.  One run of each")
    assert [row[0] for row in tab.judged.visible_texts()][:2] == ["Accuracy", "Balanced accuracy"]
    found = tab.comparing.classes
    assert found is not None
    assert all(one.support[0] == one.support[1] for one in found.classes)
