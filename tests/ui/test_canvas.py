"""The canvas shows the project, follows it, and can be thrown away and drawn again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.graph.values import Expr, Repeat
from nnstudio.project.commands.graph import Delete, Move
from nnstudio.project.commands.group import GroupNodes, SetGroup
from nnstudio.project.commands.node import Rename, SetParam, SetRepeat, SetWhen
from nnstudio.project.values import Block, Project
from nnstudio.ui.canvas import Canvas, make_canvas, picture
from nnstudio.ui.canvas.hit_testing import Hit
from nnstudio.ui.canvas.scene import CanvasScene, Detail
from nnstudio.ui.canvas.tooltips import tooltip
from nnstudio.ui.theme.apply import apply_theme
from nnstudio.workspace.workspace import Workspace
from tests.ui.canvas_world import edge, small_project


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[Canvas]:
    made = make_canvas(Workspace(small_project()))
    qtbot.addWidget(made)
    made.resize(1200, 800)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.dispose()


def drawn(scene: CanvasScene) -> QImage:
    """Everything in a scene as pixels."""
    return picture.draw(scene, 0.5)


def alike(left: QImage, right: QImage) -> bool:
    """True if two pictures are the same but for the fractions of a pixel in cached text."""
    if left.size() != right.size():
        return False
    shape = (left.height(), left.bytesPerLine())
    a, b = (np.frombuffer(i.constBits(), np.uint8).reshape(shape) for i in (left, right))
    return bool((np.abs(a.astype(int) - b.astype(int)) > 48).mean() < 0.001)


def redrawn(canvas: Canvas) -> CanvasScene:
    """A new scene of what the canvas shows."""
    return picture.scene_of(canvas.project, canvas.block, canvas.report)


def agrees(canvas: Canvas) -> bool:
    """True if the canvas is what it would be if it were drawn afresh."""
    canvas.select(frozenset())
    canvas.scene.set_scale(1.0)
    fresh = redrawn(canvas)
    same_wires = {e: (w.ends, w.path) for e, w in canvas.scene.wires.items()} == {
        e: (w.ends, w.path) for e, w in fresh.wires.items()
    }
    frames = {g: i.rect for g, i in canvas.scene.groups.items()}
    same_frames = frames == {g: i.rect for g, i in fresh.groups.items()}
    same = canvas.scene.picture == fresh.picture and same_wires and same_frames
    return same and alike(drawn(canvas.scene), drawn(fresh))


def test_shows_every_node_wire_and_group(canvas: Canvas) -> None:
    graph = canvas.graph
    assert set(canvas.scene.nodes) == set(graph.by_id)
    assert set(canvas.scene.wires) == set(graph.edges)
    assert set(canvas.scene.groups) == {"features"}
    frame = canvas.scene.groups["features"].rect
    assert frame.contains(canvas.scene.nodes["conv"].rect())
    assert frame.contains(canvas.scene.nodes["relu"].rect())
    assert not frame.intersects(canvas.scene.nodes["image"].rect())


def test_cards_say_what_matters(canvas: Canvas) -> None:
    cards = canvas.scene.picture.cards
    assert cards["conv"].title == "Conv2d"
    assert cards["conv"].name == "conv"
    assert cards["conv"].facts == "3 → 8  3×3"
    assert cards["conv"].count == "224"
    assert cards["image"].kind == "input"
    assert cards["image"].facts == "N × 3 × 32 × 32"
    assert cards["out"].facts == "N × 8 × 30 × 30"
    assert cards["use"].kind == "block"
    assert cards["drop"].inputs[0].missing
    assert not cards["conv"].inputs[0].missing


def test_tooltips_say_what_is_under_the_mouse(canvas: Canvas) -> None:
    def said(hit: Hit) -> str:
        return tooltip(canvas.scene, canvas.project, canvas.report, hit)

    assert "<b>Conv2d</b> conv" in said(Hit(node="conv"))
    assert "Out: N × 8 × 30 × 30" in said(Hit(node="conv"))
    assert said(Hit(node="conv", side="out", port="output")).endswith("N × 8 × 30 × 30</p>")
    assert said(Hit(edge=edge("conv", "relu"))) == "<p>N × 8 × 30 × 30</p>"
    assert said(Hit(group="features")) == "<p><b>features</b><br>Sequential, 2 nodes</p>"
    assert said(Hit()) == ""
    canvas.mark_failed("Net", "conv", "Out of memory")
    assert "The last training failed here:</b> Out of memory" in said(Hit(node="conv"))


def test_wires_say_the_shape_where_it_changes(canvas: Canvas) -> None:
    wires = canvas.scene.wires
    assert wires[edge("conv", "relu")].wire.label == "N×8×30×30"
    assert wires[edge("conv", "relu")].shows_label
    assert not wires[edge("relu", "out")].shows_label
    canvas.set_show_all_shapes(True)
    assert wires[edge("relu", "out")].shows_label
    canvas.set_show_all_shapes(False)
    assert not wires[edge("relu", "out")].shows_label


def test_follows_every_edit_as_if_drawn_afresh(canvas: Canvas) -> None:
    workspace = canvas.workspace
    acts = [
        Move("Net", (("conv", (304.0, 80.0)), ("drop", (0.0, 400.0)))),
        Rename("Net", "conv", "first"),
        SetParam("Net", "conv", "out_channels", 16),
        SetRepeat("Net", "relu", Repeat(3)),
        SetWhen("Net", "drop", Expr("True")),
        GroupNodes("Net", frozenset({"image", "drop"}), "beginning", id="g1"),
        SetGroup("Net", "g1", "start", "Sequential"),
        Delete("Net", frozenset({"relu"}), heal=True),
    ]
    for act in acts:
        workspace.do(act)
        assert agrees(canvas), act
    for _ in acts:
        workspace.undo()
        assert agrees(canvas)
    assert canvas.graph == small_project().model.graph
    for act in acts:
        workspace.redo()
        assert agrees(canvas), act


def test_an_edit_touches_only_what_it_changes(canvas: Canvas) -> None:
    before = dict(canvas.scene.nodes)
    canvas.workspace.do(Rename("Net", "conv", "first"))
    assert canvas.scene.nodes == before
    assert canvas.scene.nodes["conv"].card.name == "first"
    canvas.workspace.do(Delete("Net", frozenset({"conv"})))
    assert "conv" not in canvas.scene.nodes
    assert all(canvas.scene.nodes[n] is item for n, item in before.items() if n != "conv")


def test_another_project_takes_its_place(canvas: Canvas) -> None:
    canvas.select({"conv"})
    canvas.enter("use")
    canvas.workspace.show(Project("Empty", (Block("Empty"),)))
    assert canvas.path == ()
    assert canvas.selection() == frozenset()
    assert not canvas.scene.nodes
    assert canvas.hint.isVisible()


def test_a_path_whose_node_is_deleted_is_left(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.enter("use")
    assert set(canvas.scene.nodes) == {"x", "act", "y"}
    with qtbot.waitSignal(canvas.path_changed) as left:
        canvas.workspace.do(Delete("Net", frozenset({"use"})))
    assert left.args == [()]
    assert "image" in canvas.scene.nodes


def test_deleted_nodes_are_not_selected(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.select({"conv", "relu"})
    with qtbot.waitSignal(canvas.selection_changed) as changed:
        canvas.workspace.do(Delete("Net", frozenset({"conv"})))
    assert changed.args == [frozenset({"relu"})]


def test_a_problem_is_seen_at_node_and_wire(canvas: Canvas) -> None:
    canvas.workspace.do(SetParam("Net", "conv", "in_channels", 5))
    assert canvas.scene.picture.cards["conv"].severity == "error"
    assert canvas.scene.picture.wires[edge("image", "conv")].problem
    canvas.workspace.undo()
    assert canvas.scene.picture.cards["conv"].severity != "error"
    assert not canvas.scene.picture.wires[edge("image", "conv")].problem


def test_detail_goes_with_zoom(canvas: Canvas) -> None:
    canvas.actual_size()
    assert canvas.scene.detail is Detail.FULL
    canvas.view.set_zoom(0.5)
    assert canvas.scene.detail is Detail.BOXES
    canvas.view.set_zoom(0.2)
    assert canvas.scene.detail is Detail.FAR
    assert not canvas.scene.nodes["conv"].isVisible()
    assert canvas.scene.hit(canvas.scene.nodes["conv"].rect().center(), 0.2).node == "conv"
    canvas.actual_size()
    assert canvas.scene.nodes["conv"].isVisible()


def test_zoom_keeps_what_is_under_the_mouse(canvas: Canvas) -> None:
    at = QPointF(300, 200)
    under = canvas.view.scene_at(at)
    for zoom in (1.7, 0.4, 2.5):
        canvas.view.set_zoom(zoom, at)
        off = canvas.view.scene_at(at) - under
        assert abs(off.x()) * zoom < 4
        assert abs(off.y()) * zoom < 4


def test_fit_shows_everything(canvas: Canvas) -> None:
    canvas.view.set_zoom(3.0)
    canvas.fit()
    port = canvas.view.viewport().rect()
    for item in canvas.scene.nodes.values():
        seen = canvas.view.viewportTransform().mapRect(item.rect()).toRect()
        assert port.contains(seen)
    canvas.select({"drop"})
    canvas.fit_selection()
    assert canvas.view.zoom == pytest.approx(1.0)


def test_fly_to_brings_a_node_into_the_middle(canvas: Canvas, qtbot: QtBot) -> None:
    assert canvas.fly_to("use")
    assert canvas.selection() == {"use"}
    goal = canvas.scene.nodes["use"].rect().center()
    qtbot.waitUntil(lambda: (canvas.view.middle - goal).manhattanLength() < 4)
    assert not canvas.fly_to("nowhere")


@pytest.mark.parametrize("name", ["net.png", "net.svg"])
def test_renders_to_a_file(canvas: Canvas, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    canvas.render_to(path)
    if name.endswith("png"):
        image = QImage(str(path))
        assert image.width() > image.height() > 100
    else:
        text = path.read_text("utf-8")
        assert "<svg" in text
        assert "Conv2d" in text


def test_refuses_other_picture_formats(canvas: Canvas, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.png or \.svg"):
        canvas.render_to(tmp_path / "net.gif")


def test_thumbnails_fit_their_size(canvas: Canvas) -> None:
    image = picture.image(canvas.project, "Net", canvas.report, QSize(240, 135))
    assert image.width() <= 240
    assert image.height() <= 135


def test_takes_on_another_theme(canvas: Canvas, qapp: QApplication) -> None:
    apply_theme(qapp, "dark")
    before = drawn(canvas.scene)
    try:
        apply_theme(qapp, "light")
        assert not alike(drawn(canvas.scene), before)
        assert canvas.scene.look.theme.name == "light"
        assert agrees(canvas)
    finally:
        apply_theme(qapp, "dark")
    assert alike(drawn(canvas.scene), before)
