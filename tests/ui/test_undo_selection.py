"""What undo and redo bring back is selected and in sight, so that one can go on with it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF, QSize
from pytestqt.qtbot import QtBot

from nnstudio.graph.values import Edge, Port
from nnstudio.project.commands.node import SetParam
from nnstudio.ui.canvas.canvas import Canvas
from nnstudio.ui.window.main_window import MainWindow
from tests.small_projects import small_project
from tests.ui.shared_window import SharedWindow

WIRE = Edge(Port("conv", "output"), Port("flat", "input"))


@pytest.fixture
def window(qtbot: QtBot, shared: SharedWindow) -> MainWindow:
    shared.size = QSize(1200, 800)
    return shared.opened(small_project())


@pytest.fixture
def canvas(window: MainWindow) -> Canvas:
    return window.editor.canvas


def run(window: MainWindow, *acts: str) -> None:
    for act in acts:
        assert window.actions_table.run(f"edit.{act}"), act


def nodes(canvas: Canvas) -> set[str]:
    return set(canvas.graph.by_id)


def is_seen(canvas: Canvas, node: str) -> bool:
    rect = canvas.view.viewportTransform().mapRect(canvas.scene.nodes[node].rect())
    return QRectF(canvas.view.viewport().rect()).contains(rect)


@pytest.mark.parametrize("chosen", [{"conv"}, {"conv", "flat"}, {"in", "out", "fc"}])
@pytest.mark.parametrize("delete", ["delete", "delete_heal"])
def test_delete_undo_delete(
    window: MainWindow, canvas: Canvas, chosen: set[str], delete: str
) -> None:
    before = nodes(canvas)
    canvas.select(chosen)
    for _ in range(3):
        run(window, delete)
        assert nodes(canvas) == before - chosen
        assert canvas.selection() == frozenset()
        run(window, "undo")
        assert nodes(canvas) == before
        assert canvas.selection() == chosen
    assert window.editor.inspector.isVisible()


def test_the_same_with_a_wire(window: MainWindow, canvas: Canvas) -> None:
    canvas.select((), frozenset({WIRE}))
    for _ in range(2):
        run(window, "delete")
        assert WIRE not in canvas.graph.edges
        run(window, "undo")
        assert WIRE in canvas.graph.edges
        assert canvas.scene.selected_wires == frozenset({WIRE})
        assert canvas.selection() == frozenset()


def test_what_is_pasted_is_selected_when_it_is_done_again(
    window: MainWindow, canvas: Canvas
) -> None:
    canvas.select({"conv"})
    run(window, "duplicate")
    (copy,) = canvas.selection()
    run(window, "undo")
    canvas.select({"fc"})
    run(window, "redo")
    assert canvas.selection() == {copy}
    run(window, "delete")
    assert copy not in nodes(canvas)


def test_cut_undo_cut_and_several_steps(window: MainWindow, canvas: Canvas) -> None:
    for chosen in ("flat", "conv"):
        canvas.select({chosen})
        run(window, "cut")
    run(window, "undo")
    assert canvas.selection() == {"conv"}
    run(window, "undo")
    assert canvas.selection() == {"flat"}
    run(window, "redo")
    assert canvas.selection() == frozenset()


def test_a_step_that_brings_nothing_back_keeps_the_selection(
    window: MainWindow, canvas: Canvas
) -> None:
    window.workspace.do(SetParam("Small", "conv", "kernel_size", 5))
    canvas.select({"fc"})
    middle = canvas.view.middle
    run(window, "undo")
    assert canvas.selection() == {"fc"}
    run(window, "redo")
    assert canvas.selection() == {"fc"}
    assert canvas.view.middle == middle


def test_the_view_stays_where_the_nodes_are_seen_and_moves_where_not(
    window: MainWindow, canvas: Canvas
) -> None:
    canvas.select({"conv"})
    zoom = canvas.view.zoom
    middle = canvas.view.middle
    run(window, "delete", "undo")
    assert canvas.view.middle == middle
    run(window, "delete")
    canvas.view.look_at(QPointF(9_000.0, 5_000.0))
    run(window, "undo")
    assert is_seen(canvas, "conv")
    assert canvas.view.zoom == zoom


def test_many_nodes_out_of_sight_are_brought_to_the_middle(
    window: MainWindow, canvas: Canvas
) -> None:
    canvas.view.set_zoom(2.0)
    run(window, "select_all")
    run(window, "delete")
    canvas.view.look_at(QPointF(20_000.0, 0.0))
    run(window, "undo")
    assert canvas.selection() == nodes(canvas)
    middle = canvas.scene.content_rect(canvas.selection()).center()
    assert (canvas.view.middle - middle).manhattanLength() < 2.0


def test_a_step_in_another_block_is_shown_there(window: MainWindow, canvas: Canvas) -> None:
    canvas.select({"conv", "flat"})
    assert window.actions_table.run("graph.make_block")
    (use,) = canvas.selection()
    assert canvas.enter(use)
    canvas.select({"conv"})
    run(window, "delete")
    canvas.leave()
    assert canvas.path == ()
    run(window, "undo")
    assert canvas.path == (use,)
    assert canvas.selection() == {"conv"}
    run(window, "delete")
    assert "conv" not in nodes(canvas)
    run(window, "undo", "undo")  # the block itself
    assert canvas.path == ()
    assert canvas.selection() == {"conv", "flat"}
