"""The canvas edits the project: real mouse and keys, one undo step each, refusals with reasons."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from itertools import pairwise

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.graph.values import Port
from nnstudio.ui.canvas import Canvas, make_canvas
from nnstudio.ui.canvas.gestures.drop_type import MIME_TYPE
from nnstudio.workspace.workspace import Workspace
from tests.ui.canvas_world import Mouse, edge, small_project

SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[Canvas]:
    made = make_canvas(Workspace(small_project()))
    qtbot.addWidget(made)
    made.resize(1300, 800)
    with qtbot.waitExposed(made):
        made.show()
    made.view.setFocus()
    made.actual_size()
    made.view.look_at(made.scene.content_rect().center())
    yield made
    made.dispose()


@pytest.fixture
def mouse(canvas: Canvas) -> Mouse:
    return Mouse(canvas)


def press(canvas: Canvas, key: Qt.Key, keys: Qt.KeyboardModifier | None = None) -> None:
    QTest.keyClick(canvas.view, key, keys or Qt.KeyboardModifier.NoModifier)


def typed(canvas: Canvas, text: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
    popup = canvas.popup
    assert popup is not None
    field = getattr(popup, "field", popup)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, end)


# -- wires -----------------------------------------------------------------------------------


def test_draws_a_wire(canvas: Canvas, mouse: Mouse) -> None:
    mouse.drag(mouse.port("relu"), mouse.port("drop", "input"))
    assert edge("relu", "drop") in canvas.graph.edges
    assert canvas.workspace.history.undo_title == "Connect"
    canvas.workspace.undo()
    assert canvas.graph == small_project().model.graph


def test_draws_a_wire_backwards(canvas: Canvas, mouse: Mouse) -> None:
    mouse.drag(mouse.port("drop", "input"), mouse.port("image"))
    assert edge("image", "drop") in canvas.graph.edges


def test_a_near_port_pulls_the_wire(canvas: Canvas, mouse: Mouse) -> None:
    mouse.drag(mouse.port("relu"), mouse.port("drop", "input") + QPointF(-16, 8))
    assert edge("relu", "drop") in canvas.graph.edges


def test_a_wire_dropped_on_a_card_takes_its_free_input(canvas: Canvas, mouse: Mouse) -> None:
    mouse.drag(mouse.port("relu"), mouse.card("drop"))
    assert edge("relu", "drop") in canvas.graph.edges


def test_a_cycle_is_refused_and_changes_nothing(canvas: Canvas, mouse: Mouse, qtbot: QtBot) -> None:
    before = canvas.project
    with qtbot.waitSignal(canvas.refused) as refused:
        mouse.press(mouse.port("relu"))
        mouse.move(mouse.card("drop"))
        mouse.move(mouse.card("conv"))
        assert "cycle" in canvas.bubble.text()
        assert canvas.bubble.isVisible()
        assert canvas.scene.nodes["conv"].opacity() < 0.5
        mouse.release(mouse.card("conv"))
    assert "cycle" in refused.args[0]
    assert canvas.project is before
    assert canvas.scene.nodes["conv"].opacity() == 1.0


def test_escape_ends_a_wire(canvas: Canvas, mouse: Mouse) -> None:
    before = canvas.project
    mouse.press(mouse.port("relu"))
    mouse.move(mouse.card("drop"))
    press(canvas, Qt.Key.Key_Escape)
    mouse.release(mouse.card("drop"))
    assert canvas.project is before


def test_takes_a_wire_off_its_input(canvas: Canvas, mouse: Mouse) -> None:
    mouse.drag(mouse.port("relu", "input"), QPointF(420, 180))
    assert edge("conv", "relu") not in canvas.graph.edges
    assert canvas.workspace.history.undo_title == "Disconnect"
    assert canvas.popup is None


def test_moves_the_end_of_a_wire(canvas: Canvas, mouse: Mouse) -> None:
    mouse.drag(mouse.port("relu", "input"), mouse.port("drop", "input"))
    assert edge("conv", "drop") in canvas.graph.edges
    assert edge("conv", "relu") not in canvas.graph.edges
    canvas.workspace.undo()
    assert canvas.graph == small_project().model.graph


def test_a_wire_is_selected_and_deleted(canvas: Canvas, mouse: Mouse) -> None:
    middle = (mouse.port("relu") + mouse.port("out", "input")) / 2
    mouse.click(middle)
    assert canvas.scene.selected_wires == {edge("relu", "out")}
    press(canvas, Qt.Key.Key_Delete)
    assert edge("relu", "out") not in canvas.graph.edges


# -- moving and deleting ---------------------------------------------------------------------


def test_moves_a_node_on_the_grid(canvas: Canvas, mouse: Mouse) -> None:
    start = mouse.card("drop")
    mouse.drag(start, start + QPointF(50, 131))
    assert canvas.selection() == {"drop"}
    assert canvas.graph.by_id["drop"].position == (328.0, 368.0)
    assert canvas.workspace.history.undo_title == "Move"
    canvas.workspace.undo()
    assert canvas.graph.by_id["drop"].position == (280.0, 240.0)
    assert canvas.scene.nodes["drop"].pos() == QPointF(280, 240)


def test_moves_all_that_is_selected(canvas: Canvas, mouse: Mouse) -> None:
    canvas.select({"drop", "use"})
    start = mouse.card("use")
    mouse.drag(start, start + QPointF(0, 80))
    assert canvas.graph.by_id["drop"].position == (280.0, 320.0)
    assert canvas.graph.by_id["use"].position == (560.0, 320.0)


def test_the_title_of_a_frame_moves_its_members(canvas: Canvas, mouse: Mouse) -> None:
    start = canvas.scene.groups["features"].title_rect().center()
    mouse.drag(start, start + QPointF(0, -80))
    assert canvas.graph.by_id["conv"].position == (280.0, -80.0)
    assert canvas.graph.by_id["relu"].position == (560.0, -80.0)
    assert canvas.graph.by_id["image"].position == (0.0, 0.0)


def test_escape_puts_moved_nodes_back(canvas: Canvas, mouse: Mouse) -> None:
    before = canvas.project
    mouse.press(mouse.card("drop"))
    mouse.move(mouse.card("drop") + QPointF(90, 90))
    assert canvas.scene.nodes["drop"].pos() != QPointF(280, 240)
    press(canvas, Qt.Key.Key_Escape)
    assert canvas.scene.nodes["drop"].pos() == QPointF(280, 240)
    assert canvas.project is before


def test_alt_drag_duplicates(canvas: Canvas, mouse: Mouse) -> None:
    start = mouse.card("drop")
    mouse.drag(start, start + QPointF(0, 160), ALT)
    drops = canvas.graph.of_type("Dropout")
    assert [n.position for n in drops] == [(280.0, 240.0), (280.0, 400.0)]
    assert len({n.name for n in drops}) == 2
    assert canvas.selection() == {drops[1].id}


def test_a_free_node_moved_onto_a_wire_is_inserted(canvas: Canvas, mouse: Mouse) -> None:
    wire = (mouse.port("relu") + mouse.port("out", "input")) / 2
    item = canvas.scene.nodes["drop"]
    grip = item.pos() + QPointF(item.geometry.width / 2, 28)
    mouse.drag(grip, wire)
    assert edge("relu", "drop") in canvas.graph.edges
    assert edge("drop", "out") in canvas.graph.edges
    assert edge("relu", "out") not in canvas.graph.edges
    assert not canvas.scene.nodes["drop"].rect().intersects(canvas.scene.nodes["out"].rect())
    canvas.workspace.undo()
    assert canvas.graph == small_project().model.graph


def test_deletes_and_undoes(canvas: Canvas, mouse: Mouse) -> None:
    mouse.click(mouse.card("conv"))
    press(canvas, Qt.Key.Key_Delete)
    assert "conv" not in canvas.graph.by_id
    assert "conv" not in canvas.scene.nodes
    canvas.workspace.undo()
    assert canvas.graph == small_project().model.graph
    assert set(canvas.scene.wires) == set(canvas.graph.edges)


def test_deletes_and_heals(canvas: Canvas) -> None:
    canvas.select({"conv", "relu"})
    canvas.delete_selection(heal=True)
    assert edge("image", "out") in canvas.graph.edges


def test_copies_cuts_and_pastes_as_text(canvas: Canvas) -> None:
    canvas.select({"conv", "relu"})
    canvas.cut()
    assert "conv" not in canvas.graph.by_id
    assert '"nodes"' in QGuiApplication.clipboard().text()
    canvas.paste()
    assert len(canvas.graph.of_type("Conv2d")) == 1
    assert len(canvas.selection()) == 2
    QGuiApplication.clipboard().setText("something else")
    before = canvas.project
    canvas.paste()
    assert canvas.project is before


def test_pastes_under_the_mouse_and_refuses_beside_it(canvas: Canvas, mouse: Mouse) -> None:
    canvas.select({"drop"})
    canvas.copy()
    at = QPointF(128, 320)
    mouse.move(at)
    canvas.paste()
    (pasted,) = (n for n in canvas.graph.of_type("Dropout") if n.id != "drop")
    assert (QPointF(*pasted.position) - at).manhattanLength() <= 8
    canvas.refuse("No")
    beside = canvas.view.view_at(at) + QPointF(18, 18)
    assert (QPointF(canvas.bubble.pos()) - beside).manhattanLength() <= 4


def test_mouse_and_keys_outlive_a_garbage_collection(canvas: Canvas, mouse: Mouse) -> None:
    gc.collect()  # nothing of Python's holds the input handler but the canvas as its parent
    mouse.click(mouse.card("conv"))
    press(canvas, Qt.Key.Key_Right)
    assert canvas.selection() == {"relu"}


def test_duplicates_beside(canvas: Canvas) -> None:
    canvas.select({"conv", "relu"})
    canvas.duplicate()
    assert len(canvas.graph.of_type("Conv2d")) == 2
    assert canvas.workspace.history.undo_title == "Duplicate"
    canvas.workspace.undo()
    assert canvas.graph == small_project().model.graph


def test_bypasses_and_uses_again(canvas: Canvas) -> None:
    canvas.select({"relu"})
    canvas.editing.toggle_bypass()
    assert canvas.scene.picture.cards["relu"].bypassed
    canvas.editing.toggle_bypass()
    assert canvas.graph.by_id["relu"].when is None


def test_arranges_in_one_step(canvas: Canvas) -> None:
    canvas.arrange()
    assert canvas.workspace.history.undo_title == "Arrange"
    rects = [item.rect() for item in canvas.scene.nodes.values()]
    assert not any(a.intersects(b) for k, a in enumerate(rects) for b in rects[:k])
    x = {n: canvas.scene.nodes[n].pos().x() for n in ("image", "conv", "relu", "out")}
    assert x["image"] < x["conv"] < x["relu"] < x["out"]
    canvas.workspace.undo()
    assert canvas.graph == small_project().model.graph


# -- adding ----------------------------------------------------------------------------------


def test_a_wire_into_the_open_searches_adds_and_connects(canvas: Canvas, mouse: Mouse) -> None:
    mouse.drag(mouse.port("conv"), QPointF(560, 140))
    popup = canvas.popup
    assert popup is not None
    assert not any(c.type == "Input" for c in popup.candidates)
    typed(canvas, "batchnorm2")
    (added,) = canvas.graph.of_type("BatchNorm2d")
    assert canvas.graph.incoming[added.id] == {"input": Port("conv", "output")}
    assert canvas.selection() == {added.id}
    assert canvas.workspace.history.undo_title == "Add BatchNorm2d"
    canvas.workspace.undo()
    assert canvas.graph == small_project().model.graph


def test_what_does_not_fit_the_wire_comes_last(canvas: Canvas, mouse: Mouse) -> None:
    mouse.drag(mouse.port("conv"), QPointF(560, 140))
    fits = {c.type: c.fits for c in canvas.popup.candidates}
    assert fits["MaxPool2d"]
    assert not fits["Conv1d"]
    results = {c.type: c.result for c in canvas.popup.candidates}
    assert results["MaxPool2d"] == "N×8×15×15"
    press(canvas, Qt.Key.Key_Escape)


def test_double_click_in_the_open_searches(canvas: Canvas, mouse: Mouse) -> None:
    mouse.double_click(QPointF(100, 200))
    typed(canvas, "relu")
    added = canvas.graph.nodes[-1]
    assert added.type == "ReLU"
    assert abs(added.position[0] - 100) <= 8


def test_search_goes_away_with_escape_and_changes_nothing(canvas: Canvas, mouse: Mouse) -> None:
    before = canvas.project
    mouse.double_click(QPointF(100, 200))
    typed(canvas, "conv", Qt.Key.Key_Escape)
    assert canvas.popup is None
    assert canvas.project is before
    assert canvas.view.hasFocus()


def test_double_click_on_a_wire_inserts(canvas: Canvas, mouse: Mouse) -> None:
    mouse.double_click((mouse.port("relu") + mouse.port("out", "input")) / 2)
    typed(canvas, "gelu")
    (added,) = canvas.graph.of_type("GELU")
    assert canvas.graph.incoming["out"] == {"input": Port(added.id, "output")}


def dropped(canvas: Canvas, node_type: str, at: QPointF) -> None:
    """Drag a type over the canvas and let it go."""
    data = QMimeData()
    data.setData(MIME_TYPE, node_type.encode())
    viewport = canvas.view.viewport()
    place = canvas.view.view_at(at).toPoint()
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    for event in (
        QDragEnterEvent(QPoint(5, 5), copy, data, left, none),
        QDragMoveEvent(place, copy, data, left, none),
        QDropEvent(QPointF(place), copy, data, left, none),
    ):
        QApplication.sendEvent(viewport, event)
        assert event.isAccepted()


def test_drops_from_the_palette(canvas: Canvas) -> None:
    count = len(canvas.scene.items())
    dropped(canvas, "Linear", QPointF(120, 300))
    (added,) = canvas.graph.of_type("Linear")
    assert all(c % 8 == 0 for c in added.position)
    assert canvas.selection() == {added.id}
    assert len(canvas.scene.items()) == count + 1


def test_a_type_dropped_on_a_wire_is_inserted(canvas: Canvas, mouse: Mouse) -> None:
    dropped(canvas, "Dropout", (mouse.port("image") + mouse.port("conv", "input")) / 2)
    added = canvas.graph.by_id[next(iter(canvas.selection()))]
    assert edge("image", added.id) in canvas.graph.edges
    assert edge(added.id, "conv") in canvas.graph.edges
    assert canvas.workspace.history.undo_title == "Insert Dropout"
    rects = [canvas.scene.nodes[n].rect() for n in ("image", added.id, "conv", "relu", "out")]
    assert all(a.right() < b.left() for a, b in pairwise(rects))


def test_what_is_put_into_a_container_stands_where_the_container_calls_it(
    canvas: Canvas, mouse: Mouse
) -> None:
    def members() -> list[str]:
        return [n.type for n in canvas.graph.nodes if n.group == "features"]

    dropped(canvas, "BatchNorm2d", (mouse.port("conv") + mouse.port("relu", "input")) / 2)
    assert members() == ["Conv2d", "BatchNorm2d", "ReLU"]
    (norm,) = canvas.graph.of_type("BatchNorm2d")
    wire = (mouse.port(norm.id) + mouse.port("relu", "input")) / 2
    item = canvas.scene.nodes["drop"]
    mouse.drag(item.pos() + QPointF(item.geometry.width / 2, 28), wire)
    assert members() == ["Conv2d", "BatchNorm2d", "Dropout", "ReLU"]
    assert {p.node for p in canvas.workspace.report.errors} == {"use"}  # which nothing feeds


def test_a_block_cannot_be_dropped_into_itself(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.enter("use")
    before = canvas.project
    with qtbot.waitSignal(canvas.refused):
        dropped(canvas, "Net", QPointF(0, 200))
    assert canvas.project is before


# -- selecting, entering, naming -------------------------------------------------------------


def test_box_and_shift_select(canvas: Canvas, mouse: Mouse) -> None:
    mouse.drag(QPointF(240, 190), QPointF(900, 330))
    assert canvas.selection() == {"drop", "use"}
    mouse.click(mouse.card("conv"), SHIFT)
    assert canvas.selection() == {"drop", "use", "conv"}
    mouse.click(QPointF(100, 400))
    assert canvas.selection() == frozenset()


def test_double_click_enters_a_block_and_escape_leaves(
    canvas: Canvas, mouse: Mouse, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(canvas.path_changed) as entered:
        mouse.double_click(mouse.card("use"))
    assert entered.args == [("use",)]
    assert canvas.block == "Inner"
    assert set(canvas.scene.nodes) == {"x", "act", "y"}
    press(canvas, Qt.Key.Key_Escape)
    assert canvas.path == ()
    assert canvas.selection() == {"use"}


def test_tab_enters_a_block_or_searches(canvas: Canvas) -> None:
    canvas.select({"use"})
    press(canvas, Qt.Key.Key_Tab)
    assert canvas.path == ("use",)
    press(canvas, Qt.Key.Key_Tab)
    assert canvas.popup is not None


def test_space_searches_and_space_with_a_drag_pans(canvas: Canvas, mouse: Mouse) -> None:
    middle = canvas.view.middle
    QTest.keyPress(canvas.view, Qt.Key.Key_Space)
    mouse.drag(QPointF(0, 300), QPointF(80, 340))
    QTest.keyRelease(canvas.view, Qt.Key.Key_Space)
    assert canvas.popup is None
    assert (canvas.view.middle - middle).manhattanLength() > 20
    assert canvas.selection() == frozenset()
    press(canvas, Qt.Key.Key_Space)
    assert canvas.popup is not None


def test_a_double_click_on_a_layer_asks_for_its_properties(
    canvas: Canvas, mouse: Mouse, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(canvas.properties_requested) as asked:
        mouse.double_click(mouse.card("conv"))
    assert asked.args == ["conv"]


def test_arrows_walk_along_the_wires(canvas: Canvas) -> None:
    press(canvas, Qt.Key.Key_Right)
    assert canvas.selection() == {"image"}
    press(canvas, Qt.Key.Key_Right)
    press(canvas, Qt.Key.Key_Right)
    assert canvas.selection() == {"relu"}
    press(canvas, Qt.Key.Key_Left)
    assert canvas.selection() == {"conv"}
    assert canvas.view.accessibleDescription() == "Conv2d, conv, gives N by 8 by 30 by 30"
    press(canvas, Qt.Key.Key_Down)
    assert canvas.selection() == {"drop"}
    press(canvas, Qt.Key.Key_Up)
    press(canvas, Qt.Key.Key_Right, SHIFT)
    assert canvas.selection() == {"conv", "relu"}
    press(canvas, Qt.Key.Key_L)
    assert canvas.selection() == {"image", "conv", "relu", "out"}


def test_alt_arrows_nudge(canvas: Canvas) -> None:
    canvas.select({"drop"})
    press(canvas, Qt.Key.Key_Right, ALT)
    assert canvas.graph.by_id["drop"].position == (288.0, 240.0)


def test_renames_on_the_card(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.select({"conv"})
    press(canvas, Qt.Key.Key_F2)
    with qtbot.waitSignal(canvas.refused):
        typed(canvas, "class")
    assert canvas.popup is not None
    canvas.popup.selectAll()
    typed(canvas, "stem")
    assert canvas.graph.by_id["conv"].name == "stem"
    assert canvas.popup is None


def test_double_click_on_a_title_renames_the_group(canvas: Canvas, mouse: Mouse) -> None:
    mouse.double_click(canvas.scene.groups["features"].title_rect().center())
    typed(canvas, "body")
    assert canvas.graph.groups_by_id["features"].name == "body"
    assert canvas.scene.groups["features"].frame.name == "body"
