"""Blocks, by mouse and keyboard: made from a selection, given parameters, used twice, repeated,
edited once for all, dissolved. Groups are named when they are made; recursion is refused.
"""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

import nnstudio
from nnstudio.graph.values import Expr, Repeat
from nnstudio.project.commands.graph import Move
from nnstudio.ui.forms.rows import FieldRow
from nnstudio.ui.widgets.elided_button import ElidedButton
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.workspace import Workspace
from tests.drawing import two_convolutions
from tests.ui.canvas_world import Mouse
from tests.ui.shared_window import SharedWindow
from tests.ui.test_journey import drop_from_palette

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def chain() -> Workspace:
    project = two_convolutions(8, 8)
    places = tuple((n.id, (240.0 * k, 0.0)) for k, n in enumerate(project.model.graph.nodes))
    return Workspace(Move("Model", places).apply(project))


@pytest.fixture
def window(qtbot: QtBot, shared: SharedWindow) -> MainWindow:
    shared.size = QSize(1600, 900)
    made = shared.opened(chain().project)
    qtbot.waitExposed(made)
    made.editor.canvas.view.setFocus()
    return made


@pytest.fixture
def mouse(window: MainWindow) -> Mouse:
    return Mouse(window.editor.canvas)


def press(window: MainWindow, key: Qt.Key, *keys: Qt.KeyboardModifier) -> None:
    held = Qt.KeyboardModifier.NoModifier
    for modifier in keys:
        held |= modifier
    window.editor.canvas.view.setFocus()
    QTest.keyClick(window.editor.canvas.view, key, held)


def choose(window: MainWindow, *names: str) -> None:
    canvas = window.editor.canvas
    canvas.select(n.id for n in canvas.graph.nodes if n.name in names)
    assert len(canvas.selection()) == len(names)


def fix_button(row: FieldRow) -> ElidedButton:
    """The button beside the field, in what is said of it."""
    assert row.callout.shown is not None
    assert row.callout.shown.isVisible()
    return row.callout.shown.button


def write(row: FieldRow, text: str) -> None:
    assert isinstance(row.editor, QLineEdit)
    row.editor.setFocus()
    row.editor.selectAll()
    QTest.keyClicks(row.editor, text)
    QTest.keyClick(row.editor, Qt.Key.Key_Return)


def source(window: MainWindow) -> str:
    return nnstudio.source(window.workspace.project)


def test_a_block_is_made_named_used_twice_and_edited_once(window: MainWindow, mouse: Mouse) -> None:
    workspace, canvas, inspector = window.workspace, window.editor.canvas, window.editor.inspector

    # made from a selection: the rest closes up, the inside takes other sizes too
    choose(window, "conv1", "relu1")
    press(window, Qt.Key.Key_G, CONTROL, SHIFT)
    (use,) = canvas.graph.of_type("Block1")
    assert canvas.selection() == {use.id}
    assert [n.position[0] for n in canvas.graph.nodes] == [240.0 * k for k in range(7)]
    assert [p.name for p in workspace.project.by_name["Block1"].parameters] == ["in_channels"]

    # entered, named, and a value of a layer inside becomes a parameter
    press(window, Qt.Key.Key_Tab)
    assert canvas.block == "Block1"
    write(inspector.block_page.name_row, "ConvUnit")
    assert canvas.block == "ConvUnit"
    choose(window, "conv1")
    menu = QMenu()
    inspector.node_page.rows["out_channels"].menu_requested.emit("out_channels", menu)
    (promote,) = (act for act in menu.actions() if "parameter of ConvUnit" in act.text())
    promote.trigger()
    press(window, Qt.Key.Key_Escape)
    assert canvas.block == "Model"
    choose(window, use.name)
    write(inspector.node_page.rows["out_channels"], "16")
    assert "ConvUnit(8, out_channels=16)" in source(window)

    # dropped on a wire, it is used a second time; what is edited inside holds for both
    wire = next(e for e in canvas.graph.edges if e.source.node == use.id)
    canvas.fit()
    drop_from_palette(window, "ConvUnit", canvas.scene.wires[wire].path.pointAtPercent(0.5))
    assert len(canvas.graph.of_type("ConvUnit")) == 2
    assert workspace.report.ok
    mouse.double_click(mouse.card(use.id))
    choose(window, "conv1")
    write(inspector.node_page.rows["kernel_size"], "5")
    press(window, Qt.Key.Key_Escape)
    assert [t.label for t in workspace.report.root.outputs.values()] == ["N × 10"]
    assert source(window).count("kernel_size=5") == 1
    sizes = {
        workspace.report.root.nodes[n.id].outputs["output"].label
        for n in canvas.graph.of_type("ConvUnit")
    }
    assert sizes == {"N × 16 × 6 × 6", "N × 8 × 4 × 4"}


def test_a_block_is_repeated_from_the_inspector(window: MainWindow) -> None:
    canvas, inspector = window.editor.canvas, window.editor.inspector
    choose(window, "conv2", "relu2")
    press(window, Qt.Key.Key_G, CONTROL, SHIFT)
    structure = inspector.node_page.structure
    structure.set_open(True)
    write(structure.repeat, "3")
    (use,) = canvas.graph.of_type("Block1")
    assert use.repeat == Repeat(3)
    assert canvas.scene.picture.cards[use.id].repeat == "×3"
    assert "for layer in self.block1:" in source(window)
    write(structure.repeat, "2 * depth")
    assert "depth" in structure.repeat.message
    assert canvas.graph.by_id[use.id].repeat == Repeat(3)
    # only a name of its own can become a parameter
    assert not fix_button(structure.repeat).isVisible()
    write(structure.repeat, "depth")
    button = fix_button(structure.repeat)
    assert button.title == "Add parameter depth"
    button.click()
    assert canvas.graph.by_id[use.id].repeat == Repeat(Expr("depth"))
    assert [(p.name, p.default) for p in window.workspace.project.model.parameters] == [
        ("depth", 3)
    ]
    assert structure.repeat.message == ""
    assert window.workspace.history.undo_title == "Add parameter depth"


def test_a_block_is_dissolved_into_what_it_was_made_of(window: MainWindow) -> None:
    workspace, canvas = window.workspace, window.editor.canvas
    before = {n.name: (n.position, n.params) for n in canvas.graph.nodes}
    text = source(window)
    choose(window, "conv1", "relu1", "conv2")
    press(window, Qt.Key.Key_G, CONTROL, SHIFT)
    assert source(window) != text
    press(window, Qt.Key.Key_G, CONTROL, ALT)
    assert {n.name: n.position for n in canvas.graph.nodes} == {
        name: position for name, (position, _) in before.items()
    }
    assert workspace.report.ok
    steps = [act.title for act in workspace.history.done]
    assert steps == ["Make block Block1", "Dissolve block"]


def test_a_group_is_named_when_it_is_made(window: MainWindow) -> None:
    canvas = window.editor.canvas
    choose(window, "conv1", "relu1")
    press(window, Qt.Key.Key_G, CONTROL)
    (group,) = canvas.graph.groups
    frame = canvas.scene.groups[group.id]
    assert frame.isVisible()
    assert frame.rect.contains(canvas.scene.content_rect(canvas.selection()))
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "features")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert canvas.graph.groups[0].name == "features"


def test_a_block_cannot_be_put_into_itself(window: MainWindow) -> None:
    canvas = window.editor.canvas
    choose(window, "conv1", "relu1")
    press(window, Qt.Key.Key_G, CONTROL, SHIFT)
    press(window, Qt.Key.Key_Tab)
    before = window.workspace.project
    told: list[str] = []
    canvas.refused.connect(told.append)
    assert window.editor.add("Block1") is None
    assert window.workspace.project == before
    assert told
    assert "itself" in told[0]


def test_a_new_name_written_for_a_value_is_offered_as_a_parameter(window: MainWindow) -> None:
    workspace, inspector = window.workspace, window.editor.inspector
    choose(window, "conv1")
    row = inspector.node_page.rows["out_channels"]
    write(row, "width")
    assert "'width'" in row.message
    button = fix_button(row)
    assert button.isVisible()
    assert button.title == "Add parameter width"
    button.click()
    assert [(p.name, p.default) for p in workspace.project.model.parameters] == [("width", 8)]
    assert row.message == ""
    assert "nn.Conv2d(8, width, kernel_size=3, padding=1)" in source(window)
    write(row, "2 * height")  # only a name of its own can become one
    assert row.refusal
    assert not fix_button(row).isVisible()
