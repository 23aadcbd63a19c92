"""A person gives an act another key by clicks, uses it, finds it again after a new start, and
goes back to the keys of the program.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QKeySequenceEdit

from nnstudio.ui.actions.shortcuts_page import HINT, KEYS, ShortcutsPage
from nnstudio.ui.window.main_window import MainWindow
from tests.ui.canvas_world import Mouse
from tests.ui.conftest import Journey
from tests.ui.person import CONTROL, LEFT, NONE, button, click, press, settle, wait


def open_example(window: MainWindow) -> None:
    """Click on a card of the start page."""
    card = window.gallery.card("SimpleCNN")
    assert card is not None
    click(card)
    assert window.is_editing


def open_keys(window: MainWindow) -> ShortcutsPage:
    press(Qt.Key.Key_Comma, CONTROL)
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, ShortcutsPage)]
    (page,) = [w for w in found if w.isVisible()]
    wait(page.isActiveWindow)
    return page


def place_of(page: ShortcutsPage, id: str) -> QPoint:
    item = page.row(id)
    page.tree.scrollToItem(item)
    place = page.tree.visualItemRect(item).center()
    place.setX(page.tree.columnViewportPosition(KEYS) + 20)
    return place


def begin(page: ShortcutsPage, id: str) -> None:
    """Double-click the keys of a row: a field waits for the new one."""
    place = place_of(page, id)
    QTest.mouseClick(page.tree.viewport(), LEFT, NONE, place)
    QTest.mouseDClick(page.tree.viewport(), LEFT, NONE, place)
    assert waits(), "no field waits for the key"


def waits() -> bool:
    return isinstance(QApplication.focusWidget(), QKeySequenceEdit)


def give_key(page: ShortcutsPage, id: str, key: Qt.Key) -> None:
    begin(page, id)
    press(key, CONTROL)
    wait(lambda: not waits())


def close(window: MainWindow, page: ShortcutsPage) -> None:
    click(button(page, "Close"))
    settle()
    window.activateWindow()
    wait(window.isActiveWindow)


def delete_by_click_and_undo(window: MainWindow, key: Qt.Key) -> bool:
    """Delete a node on the canvas and press a key; True if that brought the node back."""
    canvas = window.editor.canvas
    before = window.workspace.project
    node = canvas.graph.nodes[1].id
    canvas.view.look_at(Mouse(canvas).card(node))
    Mouse(canvas).click(Mouse(canvas).card(node))
    press(Qt.Key.Key_Delete)
    assert window.workspace.project != before
    press(key, CONTROL)
    if window.workspace.project == before:
        return True
    window.workspace.undo()
    return False


def test_a_key_is_given_taken_over_and_reset(journey: Journey) -> None:
    def first(window: MainWindow) -> None:
        open_example(window)
        assert delete_by_click_and_undo(window, Qt.Key.Key_Z)
        page = open_keys(window)
        give_key(page, "edit.undo", Qt.Key.Key_J)
        assert page.message.text() == "'Undo' has the key Ctrl+J now."
        give_key(page, "edit.redo", Qt.Key.Key_S)
        assert page.message.text() == "Ctrl+S is the key of 'Save' already."
        click(button(page, "Take it over"))
        assert page.row("edit.redo").text(KEYS) == "Ctrl+S"
        assert page.row("file.save").text(KEYS) == ""
        close(window, page)
        assert delete_by_click_and_undo(window, Qt.Key.Key_J)
        press(Qt.Key.Key_S, CONTROL)  # redo now, and no dialog of files
        assert window.workspace.history.undo_title
        press(Qt.Key.Key_J, CONTROL)
        assert not delete_by_click_and_undo(window, Qt.Key.Key_Z)

    def second(window: MainWindow) -> None:
        open_example(window)
        assert delete_by_click_and_undo(window, Qt.Key.Key_J)
        page = open_keys(window)
        assert page.row("edit.undo").text(KEYS) == "Ctrl+J"
        QTest.mouseClick(page.tree.viewport(), LEFT, NONE, place_of(page, "edit.undo"))
        click(button(page, "Reset this key"))
        assert page.row("edit.undo").text(KEYS) == "Ctrl+Z"
        assert page.row("edit.redo").text(KEYS) == "Ctrl+S"
        click(button(page, "Reset all"))
        assert page.row("file.save").text(KEYS) == "Ctrl+S"
        close(window, page)
        assert delete_by_click_and_undo(window, Qt.Key.Key_Z)

    def third(window: MainWindow) -> None:
        open_example(window)
        assert not delete_by_click_and_undo(window, Qt.Key.Key_J)
        assert delete_by_click_and_undo(window, Qt.Key.Key_Z)

    for person in (first, second, third):
        assert journey(person) == 0


def test_a_field_that_waits_is_left_without_a_key(journey: Journey) -> None:
    def person(window: MainWindow) -> None:
        open_example(window)
        page = open_keys(window)
        begin(page, "edit.undo")
        assert page.message.text() == "Press the new key of 'Undo', or Esc to leave it."
        press(Qt.Key.Key_Escape)
        wait(lambda: not waits())
        assert page.message.text() == HINT
        assert not page.take_button.isVisible()
        assert page.isVisible()
        assert page.row("edit.undo").text(KEYS) == "Ctrl+Z"
        assert page.row("graph.leave").text(KEYS) == "Esc"
        begin(page, "edit.undo")
        click(button(page, "Close"))
        settle()
        assert window.actions_table.keys("edit.undo") == ("Ctrl+Z",)

    assert journey(person) == 0
