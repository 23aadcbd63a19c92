"""The outline in the window: it leads the canvas and follows it, and changes the order."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from nnstudio.project.commands.graph import Delete
from nnstudio.project.commands.node import Rename
from nnstudio.project.values import Project
from nnstudio.ui.app import create_window
from nnstudio.ui.canvas.hit_testing import Hit
from nnstudio.ui.outline.outline import Outline
from nnstudio.ui.outline.rows import walk
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.workspace import Workspace
from tests.ui.outline_world import id_of, orderly_project
from tests.ui.shared_window import SharedWindow
from tests.ui.shell import closed

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def window(qtbot: QtBot, shared: SharedWindow) -> MainWindow:
    shared.size = QSize(1440, 900)  # the rows that are clicked are in sight
    made = shared.opened(orderly_project())
    qtbot.waitExposed(made)
    made.actions_table.run("view.outline")
    return made


def order(window: MainWindow) -> list[str]:
    return [node.name or node.type for node in window.workspace.project.model.graph.nodes]


def index(window: MainWindow, text: str) -> QModelIndex:
    model = window.editor.outline.model
    return model.index_of(next(row.key for row in walk(model.rows) if row.text == text))


def names(window: MainWindow) -> set[str]:
    graph = window.editor.canvas.graph
    return {graph.by_id[node].name for node in window.editor.canvas.selection()}


def place(window: MainWindow, text: str, share: float = 0.5) -> QPoint:
    """A place on a row, `share` of its height from its top."""
    rect = window.editor.outline.tree.visualRect(index(window, text))
    return QPoint(rect.left() + 40, rect.top() + round(share * rect.height()))


def click(window: MainWindow, text: str, keys: Qt.KeyboardModifier = NONE) -> None:
    QTest.mouseClick(window.editor.outline.tree.viewport(), LEFT, keys, place(window, text))


def key(window: MainWindow, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(window.editor.outline.tree, key, keys)


def drag(window: MainWindow, texts: list[str], to: QPoint) -> bool:
    """Drag rows to a place and drop them there; whether they were taken."""
    outline = window.editor.outline
    data = outline.model.mimeData([index(window, text) for text in texts])
    viewport, move = outline.tree.viewport(), Qt.DropAction.MoveAction
    taken = False
    for event in (
        QDragEnterEvent(QPoint(20, 20), move, data, LEFT, NONE),
        QDragMoveEvent(to, move, data, LEFT, NONE),
        QDropEvent(QPointF(to), move, data, LEFT, NONE),
    ):
        QApplication.sendEvent(viewport, event)
        viewport.repaint()  # with the mark of the place
        taken = event.isAccepted()
    return taken


# -- selecting ----------------------------------------------------------------------------------


def test_what_is_selected_here_is_selected_on_the_canvas(window: MainWindow) -> None:
    click(window, "fc1")
    assert names(window) == {"fc1"}
    click(window, "head", Qt.KeyboardModifier.ControlModifier)
    assert names(window) == {"fc1", "head"}
    click(window, "net")
    assert names(window) == {"fc1", "act", "fc2"}
    assert window.editor.inspector.isVisible()


def test_what_is_selected_on_the_canvas_is_selected_here(window: MainWindow) -> None:
    tree, canvas = window.editor.outline.tree, window.editor.canvas
    tree.collapse(index(window, "net"))
    canvas.select({id_of(window.workspace.project, name) for name in ("fc2", "head")})
    assert {row.text for row in tree.selected_rows()} == {"fc2", "head"}
    assert tree.isExpanded(index(window, "net"))
    canvas.select(())
    assert tree.selected_rows() == []


def test_the_selection_and_what_is_open_stay_over_edits(window: MainWindow) -> None:
    tree, workspace = window.editor.outline.tree, window.workspace
    tree.expand(index(window, "inner"))
    click(window, "act")
    workspace.do(Rename("Net", id_of(workspace.project, "fc1"), "first"))
    workspace.do(Delete("Net", frozenset({id_of(workspace.project, "first")}), heal=True))
    assert [row.text for row in tree.selected_rows()] == ["act"]
    assert tree.isExpanded(index(window, "inner"))
    workspace.undo()
    assert index(window, "first").row() == 0


def test_work_is_done_only_while_it_is_seen(window: MainWindow) -> None:
    outline, workspace = window.editor.outline, window.workspace
    window.actions_table.run("view.palette")
    before = outline.model.rows
    workspace.do(Rename("Net", id_of(workspace.project, "head"), "classifier"))
    window.editor.canvas.select({id_of(workspace.project, "act")})
    assert outline.model.rows is before
    window.actions_table.run("view.outline")
    assert index(window, "classifier").isValid()
    assert [row.text for row in outline.tree.selected_rows()] == ["act"]


# -- the order ----------------------------------------------------------------------------------


def test_the_keyboard_changes_the_order_as_one_step(window: MainWindow) -> None:
    before = window.workspace.project
    click(window, "head")
    key(window, Qt.Key.Key_Up, ALT)
    assert order(window)[-3:] == ["head", "Add", "logits"]
    assert names(window) == {"head"}
    assert window.workspace.history.undo_title == "Move head before Add"
    text = window.workspace.source().text
    key(window, Qt.Key.Key_Up, ALT)
    assert window.workspace.source().text != text  # before `inner` in __init__
    window.actions_table.run("edit.undo")
    window.actions_table.run("edit.undo")
    assert window.workspace.project == before
    assert index(window, "head").row() > index(window, "inner").row()


def test_several_rows_move_together(window: MainWindow) -> None:
    click(window, "fc1")
    click(window, "act", Qt.KeyboardModifier.ControlModifier)
    key(window, Qt.Key.Key_Down, ALT)
    assert order(window)[3:6] == ["fc2", "fc1", "act"]
    assert window.workspace.history.undo_title == "Move 2 rows after fc2"
    assert names(window) == {"fc1", "act"}


def test_where_it_cannot_go_is_said(window: MainWindow) -> None:
    click(window, "x")
    before = window.workspace.project
    key(window, Qt.Key.Key_Up, ALT)
    assert window.status.message == "x is the first here already."
    assert window.workspace.project is before
    window.editor.canvas.select(())
    assert window.actions_table.reason("graph.declare_later") == "Select a node first."


def test_rows_are_dropped_before_and_behind_others(window: MainWindow) -> None:
    assert drag(window, ["head"], place(window, "inner", 0.2))
    assert order(window)[6:8] == ["head", "inner"]
    assert window.workspace.history.undo_title == "Move head before inner"
    assert drag(window, ["net"], place(window, "inner", 0.8))
    assert order(window)[-6:-1] == ["scale", "fc1", "act", "fc2", "Add"]
    assert drag(window, ["fc2"], place(window, "net", 0.8))  # the first in it
    assert order(window)[-5:-2] == ["fc2", "fc1", "act"]
    assert drag(window, ["head"], place(window, "act", 0.8))  # behind the group it ends
    assert window.workspace.history.undo_title == "Move head after net"
    assert len(window.workspace.history.done) == 4


def test_a_refused_place_says_why(window: MainWindow) -> None:
    before = window.workspace.project
    assert not drag(window, ["fc1"], place(window, "head", 0.2))
    assert "fc1 stays in net" in window.status.message
    assert not drag(window, ["y"], place(window, "Layers"))
    assert "y stays among the Inputs" in window.status.message
    window.editor.outline.tree.expand(index(window, "inner"))
    tree = window.editor.outline.tree
    inside = tree.visualRect(window.editor.outline.model.index(0, 0, index(window, "inner")))
    assert not drag(window, ["head"], inside.center() - QPoint(0, 6))
    assert "enter it" in window.status.message
    assert window.workspace.project is before


def test_a_sequential_out_of_order_can_be_put_right(window: MainWindow) -> None:
    click(window, "fc2")
    key(window, Qt.Key.Key_Up, ALT)
    (problem,) = (p for p in window.workspace.report.problems if "order" in p.sentence)
    assert problem.severity == "advice"
    assert problem.node_name == "fc2"
    window.panels.apply_fix(problem)
    assert order(window)[3:6] == ["fc1", "act", "fc2"]


# -- names, blocks, menus -----------------------------------------------------------------------


def test_rename_in_place(window: MainWindow) -> None:
    tree = window.editor.outline.tree
    click(window, "head")
    key(window, Qt.Key.Key_F2)
    (editor,) = tree.findChildren(QLineEdit)
    assert editor.text() == "head"
    editor.setText("inner")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert "used already" in window.status.message
    assert editor.isVisible()
    editor.setText("classifier")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert "classifier" in order(window)
    assert window.workspace.history.undo_title == "Rename to classifier"
    click(window, "net")
    key(window, Qt.Key.Key_F2)
    editor = next(field for field in tree.findChildren(QLineEdit) if field.isVisible())
    editor.setText("body")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert window.workspace.project.model.graph.groups[0].name == "body"


def test_the_inside_of_a_block_has_no_names_to_change(window: MainWindow) -> None:
    outline = window.editor.outline
    outline.tree.expand(index(window, "inner"))
    inside = outline.model.index(0, 0, index(window, "inner"))
    outline.tree.setCurrentIndex(inside)
    assert inside.data() == "map"
    assert window.editor.canvas.selection() == frozenset()
    key(window, Qt.Key.Key_F2)
    assert outline.tree.findChildren(QLineEdit) == []


def test_return_enters_a_block_and_escape_leaves_it(window: MainWindow) -> None:
    canvas, outline = window.editor.canvas, window.editor.outline
    click(window, "inner")
    key(window, Qt.Key.Key_Return)
    assert canvas.block == "Inner"
    assert index(window, "map").isValid()
    key(window, Qt.Key.Key_Escape)
    assert canvas.block == "Net"
    assert [row.text for row in outline.tree.selected_rows()] == ["inner"]
    outline.tree.expand(index(window, "inner"))
    inside = outline.model.index(0, 0, index(window, "inner"))
    at = outline.tree.visualRect(inside).center()
    QTest.mouseClick(outline.tree.viewport(), LEFT, NONE, at)
    QTest.mouseDClick(outline.tree.viewport(), LEFT, NONE, at)
    assert canvas.block == "Inner"
    assert names(window) == {"map"}


def test_a_layer_is_brought_into_sight(window: MainWindow, qtbot: QtBot) -> None:
    canvas = window.editor.canvas
    canvas.view.look_at(QPointF(-5000, -5000), 1.0)
    click(window, "head")
    key(window, Qt.Key.Key_Return)
    head = canvas.scene.nodes[id_of(window.workspace.project, "head")].rect().center()
    qtbot.waitUntil(lambda: (canvas.view.middle - head).manhattanLength() < 2)
    click(window, "net")
    key(window, Qt.Key.Key_Return)
    assert names(window) == {"fc1", "act", "fc2"}


def test_delete_and_other_acts_of_the_canvas(window: MainWindow) -> None:
    click(window, "act")
    key(window, Qt.Key.Key_Delete)
    assert "act" not in order(window)
    assert window.workspace.history.undo_title == "Delete node"
    click(window, "head")
    key(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert window.workspace.history.undo_title == "Bypass"


def test_the_menu_is_that_of_the_canvas(window: MainWindow, qtbot: QtBot) -> None:
    canvas, tree = window.editor.canvas, window.editor.outline.tree
    canvas.menu_requested.disconnect()
    for text, hit in (
        ("head", Hit(node=id_of(window.workspace.project, "head"))),
        ("net", Hit(group=window.workspace.project.model.graph.groups[0].id)),
    ):
        with qtbot.waitSignal(canvas.menu_requested) as asked:
            tree.customContextMenuRequested.emit(place(window, text))
        assert asked.args[0] == hit


# -- the left side ------------------------------------------------------------------------------


def test_the_switch_is_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    first = create_window(Workspace(orderly_project()), folder=tmp_path)
    first.show()
    assert first.editor.is_side_shown("palette")
    assert first.actions_table.run("view.outline")
    assert first.focusWidget() is first.editor.outline.tree
    assert not first.actions_table.action("view.palette").isChecked()
    closed(first)
    second = create_window(Workspace(orderly_project()), folder=tmp_path)
    assert second.editor.left.page == "outline"
    assert second.actions_table.run("view.palette")
    assert second.editor.left.page == "palette"
    assert second.actions_table.run("view.palette")
    assert second.editor.left.isHidden()
    closed(second)


def test_an_empty_block_says_what_will_stand_here(qtbot: QtBot, tmp_path: Path) -> None:
    window = create_window(Workspace(Project()), folder=tmp_path)
    window.show()
    window.actions_table.run("view.outline")
    assert "Nothing here yet" in window.editor.outline.empty.text()
    assert window.editor.outline.empty.isVisible()
    window.editor.add("Linear")
    assert not window.editor.outline.empty.isVisible()
    closed(window)


def test_qt_finds_no_fault_with_the_model(window: MainWindow) -> None:
    outline: Outline = window.editor.outline
    tester = QAbstractItemModelTester(
        outline.model, QAbstractItemModelTester.FailureReportingMode.Warning
    )
    workspace = window.workspace
    outline.tree.expand(index(window, "inner"))
    click(window, "net")
    key(window, Qt.Key.Key_Down, ALT)
    workspace.do(Delete("Net", frozenset({id_of(workspace.project, "act")})))
    workspace.undo()
    workspace.undo()
    window.editor.canvas.enter(id_of(workspace.project, "inner"))
    window.editor.canvas.leave()
    assert tester.model() is outline.model


def test_it_can_be_drawn_in_a_narrow_side(window: MainWindow) -> None:
    window.workspace.do(Rename("Net", id_of(window.workspace.project, "fc1"), "f" * 60))
    window.editor.across.setSizes([180, 900, 300])
    tree = window.editor.outline.tree
    assert not tree.grab().isNull()
    assert not tree.horizontalScrollBar().isVisible()
