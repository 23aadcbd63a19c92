"""Keys are given to acts by real clicks and presses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QKeySequenceEdit
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from nnstudio.ui.actions.shortcuts_page import KEYS, ShortcutsPage
from nnstudio.ui.window.main_window import MainWindow
from tests.small_projects import small_project
from tests.ui.shared_window import SharedWindow
from tests.ui.shell import edit

CONTROL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def window(qtbot: QtBot, shared: SharedWindow) -> MainWindow:
    window = shared.opened(small_project())
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def page(window: MainWindow, qtbot: QtBot) -> Iterator[ShortcutsPage]:
    window.actions_table.run("edit.settings")
    page = next(w for w in QApplication.topLevelWidgets() if isinstance(w, ShortcutsPage))
    qtbot.waitExposed(page)
    yield page
    if isValid(page):  # the test has not closed it, with which it goes
        page.close()


def double_click(page: ShortcutsPage, qtbot: QtBot, id: str) -> QKeySequenceEdit:
    """As a person does it: two presses on the keys of the row."""
    item = page.row(id)
    page.tree.scrollToItem(item)
    place = page.tree.visualItemRect(item)
    at = place.center()
    at.setX(page.tree.columnViewportPosition(KEYS) + 20)
    viewport = page.tree.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, NONE, at)
    qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, NONE, at)
    field = QApplication.focusWidget()
    assert isinstance(field, QKeySequenceEdit), "a field waits for the key"
    return field


def test_a_key_given_by_clicks_does_its_act(
    window: MainWindow, page: ShortcutsPage, qtbot: QtBot
) -> None:
    field = double_click(page, qtbot, "edit.undo")
    qtbot.keyClick(field, Qt.Key.Key_J, CONTROL)
    qtbot.waitUntil(lambda: page.row("edit.undo").text(KEYS) == "Ctrl+J")
    assert page.message.text() == "'Undo' has the key Ctrl+J now."
    page.close()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.editor.canvas.view.setFocus()
    edit(window)
    qtbot.keyClick(window.editor.canvas.view, Qt.Key.Key_J, CONTROL)
    assert window.workspace.project == small_project()
    window.workspace.redo()
    qtbot.keyClick(window.editor.canvas.view, Qt.Key.Key_Z, CONTROL)
    assert window.workspace.project != small_project()


def test_a_taken_key_names_its_act_and_can_be_taken_over(page: ShortcutsPage, qtbot: QtBot) -> None:
    field = double_click(page, qtbot, "edit.undo")
    qtbot.keyClick(field, Qt.Key.Key_S, CONTROL)
    qtbot.waitUntil(page.take_button.isVisible)
    assert page.message.text() == "Ctrl+S is the key of 'Save' already."
    assert page.row("edit.undo").text(KEYS) == "Ctrl+Z"
    qtbot.mouseClick(page.take_button, Qt.MouseButton.LeftButton)
    assert page.row("edit.undo").text(KEYS) == "Ctrl+S"
    assert page.row("file.save").text(KEYS) == ""
    assert not page.take_button.isVisible()


def test_one_key_and_all_keys_are_reset(page: ShortcutsPage, qtbot: QtBot) -> None:
    for id, key in (("edit.undo", Qt.Key.Key_J), ("file.save", Qt.Key.Key_K)):
        field = double_click(page, qtbot, id)
        qtbot.keyClick(field, key, CONTROL)
        qtbot.waitUntil(lambda id=id: page.row(id).text(KEYS) in ("Ctrl+J", "Ctrl+K"))
    qtbot.mouseClick(page.reset_button, Qt.MouseButton.LeftButton)  # the last one chosen
    assert page.row("file.save").text(KEYS) == "Ctrl+S"
    assert page.row("edit.undo").text(KEYS) == "Ctrl+J"
    qtbot.mouseClick(page.reset_all_button, Qt.MouseButton.LeftButton)
    assert page.row("edit.undo").text(KEYS) == "Ctrl+Z"


def test_another_row_leaves_the_key_as_it_was(page: ShortcutsPage, qtbot: QtBot) -> None:
    double_click(page, qtbot, "edit.undo")
    double_click(page, qtbot, "edit.redo")
    assert page.row("edit.undo").text(KEYS) == "Ctrl+Z"
    assert page.row("edit.redo").text(KEYS) == "Ctrl+Shift+Z   Ctrl+Y"
