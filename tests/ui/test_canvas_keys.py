"""The keys of the canvas work all over the window, but not where text is edited."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnstudio.ui.window.main_window import MainWindow
from tests.small_projects import small_project
from tests.ui.shared_window import SharedWindow
from tests.ui.shell import edit

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot: QtBot, shared: SharedWindow) -> MainWindow:
    made = shared.opened(small_project())
    qtbot.waitUntil(made.isActiveWindow)
    return made


def press(widget: QWidget, key: Qt.Key, held: Qt.KeyboardModifier = CONTROL) -> None:
    widget.setFocus()
    assert widget.hasFocus()
    QTest.keyClick(widget, key, held)


def nodes(window: MainWindow) -> int:
    return len(window.workspace.project.model.graph.nodes)


def test_the_zoom_keys_work_from_a_panel(window: MainWindow) -> None:
    window.editor.show_panel("problems")
    view = window.editor.canvas.view
    press(window.editor.tabs.tabBar(), Qt.Key.Key_0)
    at = view.zoom
    assert at == pytest.approx(1.0)
    press(window.editor.tabs.tabBar(), Qt.Key.Key_Plus)
    assert view.zoom > at


@pytest.mark.parametrize("place", ["tabs", "canvas"])
def test_an_act_is_done_once(window: MainWindow, place: str) -> None:
    before = nodes(window)
    window.editor.canvas.select({"fc"})
    tabs, view = window.editor.tabs.tabBar(), window.editor.canvas.view
    press(tabs if place == "tabs" else view, Qt.Key.Key_D)
    assert nodes(window) == before + 1


def test_a_field_keeps_its_keys(window: MainWindow) -> None:
    window.editor.canvas.select({"fc"})
    before = nodes(window)
    for field in (window.editor.inspector.node_page.name_row.editor, window.find_bar.search):
        window.find_bar.open()
        press(field, Qt.Key.Key_D)
        assert nodes(window) == before


def test_plain_letters_stay_with_the_canvas(window: MainWindow) -> None:
    window.editor.canvas.select({"fc"})
    before = nodes(window)
    press(window.editor.tabs.tabBar(), Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier)
    assert nodes(window) == before


def test_another_key_counts_everywhere_too(window: MainWindow) -> None:
    window.actions_table.set_keys("edit.duplicate", ("Ctrl+J",))
    window.editor.canvas.select({"fc"})
    before = nodes(window)
    press(window.editor.tabs.tabBar(), Qt.Key.Key_D)
    assert nodes(window) == before
    press(window.editor.tabs.tabBar(), Qt.Key.Key_J)
    assert nodes(window) == before + 1


def test_a_fix_gives_the_focus_back_to_the_canvas(window: MainWindow, qtbot: QtBot) -> None:
    edit(window, 99)  # larger than the picture
    problem = next(p for p in window.workspace.report.problems if p.fix is not None)
    window.editor.show_panel("problems")
    window.editor.tabs.tabBar().setFocus()
    window.panels.apply_fix(problem)
    qtbot.waitUntil(lambda: window.editor.canvas.isAncestorOf(window.focusWidget()))
    assert window.workspace.project != small_project()


def test_help_that_is_open_lights_up(window: MainWindow, qtbot: QtBot) -> None:
    window.editor.canvas.select({"fc"})
    press(window.editor.canvas.view, Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier)
    section = window.editor.inspector.node_page.help_section
    assert section.is_lit
    qtbot.waitUntil(lambda: not section.is_lit)
