"""The user's own blocks in the window: kept, found, put into another project, removed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from nnstudio.graph.values import Edge, FrozenMap, Port
from nnstudio.project.commands.block import SetNote
from nnstudio.project.values import Project
from nnstudio.ui.actions.context_menu import CanvasMenu
from nnstudio.ui.app import create_window
from nnstudio.ui.canvas.hit_testing import Hit
from nnstudio.ui.palette.palette import NONE_YET
from nnstudio.ui.palette.tree import OWN
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.library import save_block, saved_blocks
from nnstudio.workspace.workspace import Workspace
from tests.drawing import Drawing
from tests.small_projects import small_project
from tests.ui.canvas_world import Mouse
from tests.ui.shared_window import SharedWindow
from tests.ui.shell import closed

Open = Callable[[Project], MainWindow]
ACT = "graph.save_block"


def encoder(width: int = 8) -> Project:
    """A model with an Encoder, that has a Gate inside."""
    gate = Drawing("Gate")
    gate.output(gate.add("ReLU", gate.input("x", "N", "C", "H", "W"), name="relu"))
    drawing = Drawing("Encoder", blocks=(gate.block(),), note="Two layers.")
    x = drawing.add("Linear", drawing.input("x", "N", "C", 6, 6), name="fc", out_features=width)
    drawing.output(drawing.add("Gate", x, name="gate"))
    model = Drawing("Model", blocks=(gate.block(), drawing.block()))
    x = model.add("Encoder", model.input("x", "N", 1, 6, 6), name="encoder")
    model.output(model.add("Gate", x, name="gate"))
    project = model.project()
    nodes = tuple(
        replace(n, position=(240.0 * k, 0.0)) for k, n in enumerate(project.model.graph.nodes)
    )
    return project.with_graph("Model", replace(project.model.graph, nodes=nodes))


@pytest.fixture
def library(shared: SharedWindow) -> Path:
    """The folder of the library, in which there is nothing yet."""
    folder = shared.window.settings.library_folder
    if folder.is_dir():
        shutil.rmtree(folder)
    else:
        folder.unlink(missing_ok=True)
    return folder


def asks_nothing(window: MainWindow) -> MainWindow:
    window.library_actions.ask_replace = lambda _name: pytest.fail("asked to replace")
    window.library_actions.ask_remove = lambda _block: pytest.fail("asked to remove")
    return window


@pytest.fixture
def open_window(qtbot: QtBot, shared: SharedWindow, library: Path) -> Open:
    """Opens a project in a window that has looked at the library."""

    def open(project: Project) -> MainWindow:
        window = shared.opened(project)
        window.editor.libraries.refresh()
        return asks_nothing(window)

    return open


@pytest.fixture
def open_windows(qtbot: QtBot, tmp_path: Path) -> Iterator[Open]:
    """Opens windows that share one library, like those of one user."""
    made: list[MainWindow] = []

    def open(project: Project) -> MainWindow:
        window = create_window(Workspace(project), folder=tmp_path)
        window.show()
        made.append(window)
        return asks_nothing(window)

    yield open
    for window in made:
        closed(window)


@pytest.fixture
def kept(library: Path, open_window: Open) -> MainWindow:
    """A window on the small project, with an Encoder in the library."""
    save_block(encoder(), "Encoder", library)
    return open_window(small_project())


def own_items(window: MainWindow) -> list[QTreeWidgetItem]:
    entries = window.editor.palette_panel.tree.entries()
    return [entry for entry in entries if entry.data(0, OWN)]


def own(window: MainWindow) -> list[str]:
    return [item.text(0) for item in own_items(window)]


def item(window: MainWindow, name: str) -> QTreeWidgetItem:
    return next(i for i in own_items(window) if i.text(0) == name)


def drag(window: MainWindow, entry: QTreeWidgetItem, at: QPointF) -> None:
    """Hold an entry of the palette over a place of the canvas."""
    canvas = window.editor.canvas
    window.drag_data = window.editor.palette_panel.tree.mimeData([entry])  # type: ignore[attr-defined]
    place = canvas.view.view_at(at).toPoint()
    for kind, where in ((QDragEnterEvent, QPoint(5, 5)), (QDragMoveEvent, place)):
        event = kind(
            where,
            Qt.DropAction.CopyAction,
            window.drag_data,  # type: ignore[attr-defined]
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(canvas.view.viewport(), event)


def drop(window: MainWindow, at: QPointF) -> None:
    canvas = window.editor.canvas
    event = QDropEvent(
        QPointF(canvas.view.view_at(at).toPoint()),
        Qt.DropAction.CopyAction,
        window.drag_data,  # type: ignore[attr-defined]
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(canvas.view.viewport(), event)


def on_wire(window: MainWindow, source: str, target: str) -> tuple[Edge, QPointF]:
    nodes = window.editor.canvas.scene.nodes
    edge = Edge(Port(source, "output"), Port(target, "input"))
    a, b = nodes[source].anchor("out", "output"), nodes[target].anchor("in", "input")
    return edge, (a + b) / 2


# -- keeping ------------------------------------------------------------------------------------


def test_an_empty_library_says_how_it_is_filled(
    open_window: Open,
) -> None:
    palette = open_window(small_project()).editor.palette_panel
    hint = palette.item(NONE_YET)
    assert hint is not None
    assert "Save to my blocks" in hint.toolTip(0)
    assert not hint.flags() & (Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled)
    assert NONE_YET not in palette.visible_names()
    palette.search.setText("block")
    assert hint.isHidden()


def test_a_selected_block_is_kept(open_window: Open, library: Path) -> None:
    window = open_window(encoder())
    window.editor.canvas.select({"n1"})
    action = window.actions_table.action(ACT)
    assert action.text() == "Save Encoder to my blocks"
    action.trigger()
    assert own(window) == ["Encoder"]
    assert window.status.message == "Encoder is in My blocks now."
    assert [block.name for block in saved_blocks(library)] == ["Encoder"]
    assert window.editor.palette_panel.item(NONE_YET) is None
    assert item(window, "Encoder").toolTip(0) == "Encoder\nTwo layers."
    assert not window.workspace.modified


def test_the_block_on_the_canvas_is_kept(open_window: Open, library: Path) -> None:
    window = open_window(encoder())
    canvas = window.editor.canvas
    reason = "Select a block or enter one first."
    assert window.actions_table.reason(ACT) == reason
    assert reason in window.actions_table.action(ACT).toolTip()
    assert window.actions_table.action(ACT).text() == "Save block to my blocks"
    canvas.select({"n0"})
    assert window.actions_table.reason(ACT) == reason
    canvas.enter("n2")
    assert window.actions_table.title(ACT) == "Save Gate to my blocks"
    assert window.actions_table.run(ACT)
    assert [block.name for block in saved_blocks(library)] == ["Gate"]


def test_the_menus_offer_it_for_blocks(open_window: Open) -> None:
    window = open_window(encoder())
    canvas, palette = window.editor.canvas, window.editor.palette_panel
    menus = CanvasMenu(window.actions_table, canvas)
    action = window.actions_table.action(ACT)
    canvas.select({"n1"})
    assert action in menus.make_menu(Hit(node="n1")).actions()
    canvas.select({"n0"})
    assert action not in menus.make_menu(Hit(node="n0")).actions()
    canvas.select(())
    assert action not in menus.make_menu(Hit()).actions()
    canvas.enter("n1")
    assert action in menus.make_menu(Hit()).actions()
    canvas.select({"n1"})
    assert action not in menus.make_menu(Hit(node="n1")).actions()
    entry = palette.item("Gate")
    assert entry is not None
    menu = palette.menu_for(entry)
    assert menu is not None
    next(act for act in menu.actions() if act.text() == "Save to my blocks").trigger()
    assert own(window) == ["Gate"]
    conv = palette.item("Conv2d")
    assert conv is not None
    assert palette.menu_for(conv) is None


def test_another_one_of_the_name_is_replaced_after_one_question(
    open_window: Open, library: Path
) -> None:
    window = open_window(encoder())
    acts = window.library_actions
    assert acts.save("Encoder")
    assert acts.save("Encoder")  # just as it is: nothing to ask
    assert window.status.message == "Encoder is in My blocks already, just as it is here."
    before = (library / "Encoder.nns").read_bytes()
    window.workspace.do(SetNote("Encoder", "Another."))
    asked: list[str] = []
    acts.ask_replace = lambda name: bool(asked.append(name))
    window.editor.canvas.select({"n1"})
    window.actions_table.run(ACT)
    assert asked == ["Encoder"]
    assert (library / "Encoder.nns").read_bytes() == before
    acts.ask_replace = lambda _name: True
    window.actions_table.run(ACT)
    assert item(window, "Encoder").toolTip(0) == "Encoder\nAnother."


def test_the_question_can_be_answered(shared: SharedWindow, library: Path) -> None:
    window = shared.opened(encoder())
    acts = window.library_actions
    said: list[str] = []

    def answer(button: str) -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        said.append(box.text())
        next(b for b in box.buttons() if b.text().replace("&", "") == button).click()

    QTimer.singleShot(0, lambda: answer("Cancel"))
    assert not acts.ask_replace("Encoder")
    QTimer.singleShot(0, lambda: answer("Replace"))
    assert acts.ask_replace("Encoder")
    acts.save("Encoder")
    QTimer.singleShot(0, lambda: answer("Remove"))
    assert acts.ask_remove(saved_blocks(library)[0])
    assert said == [*["Replace 'Encoder' in My blocks?"] * 2, "Remove 'Encoder' from My blocks?"]


def test_a_library_that_cannot_be_written_is_said(open_window: Open, library: Path) -> None:
    library.write_text("a file in the way")
    window = open_window(encoder())
    window.editor.canvas.select({"n1"})
    assert not window.actions_table.run(ACT)
    assert window.status.message.startswith("Not saved: ")
    window.editor.palette_panel.save_requested.emit("Gate")
    assert window.status.message.startswith("Not saved: ")
    assert own(window) == []


# -- taking -------------------------------------------------------------------------------------


def test_a_double_click_adds_it_with_its_blocks_as_one_act(kept: MainWindow) -> None:
    kept.editor.canvas.select({"conv"})
    before = kept.workspace.project
    kept.editor.palette_panel.tree.itemDoubleClicked.emit(item(kept, "Encoder"), 0)
    project = kept.workspace.project
    (node,) = project.model.graph.of_type("Encoder")
    assert node.name == "encoder"
    assert project.model.graph.incoming[node.id]["x"] == Port("conv", "output")
    assert {block.name for block in project.blocks} == {"Small", "Encoder", "Gate"}
    assert kept.editor.canvas.selection() == {node.id}
    assert kept.workspace.history.undo_title == "Add Encoder"
    assert "Encoder" in kept.editor.palette_panel.visible_names()
    kept.workspace.undo()
    assert kept.workspace.project == before


def test_return_adds_what_the_search_finds(kept: MainWindow) -> None:
    palette = kept.editor.palette_panel
    palette.search.setFocus()
    QTest.keyClicks(palette.search, "encod")
    assert palette.visible_names()[0] == "Encoder"
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert kept.workspace.project.model.graph.of_type("Encoder")


def test_the_model_of_another_project_comes_with_its_values(
    open_window: Open, library: Path
) -> None:
    save_block(replace(small_project(), values=FrozenMap({"hidden": 7})), "Small", library)
    window = open_window(encoder())
    added = window.editor.add("Small.nns")
    assert added is not None
    graph = window.workspace.project.model.graph
    assert graph.by_id[added].params == FrozenMap({"hidden": 7})


def test_a_drop_on_a_wire_puts_it_there(kept: MainWindow) -> None:
    canvas = kept.editor.canvas
    edge, place = on_wire(kept, "in", "conv")
    drag(kept, item(kept, "Encoder"), place)
    wires = canvas.scene.wires
    assert [e for e in wires if wires[e].lit] == [edge]
    assert kept.workspace.project == small_project()
    drop(kept, place)
    graph = kept.workspace.project.model.graph
    (node,) = graph.of_type("Encoder")
    assert graph.incoming[node.id]["x"] == edge.source
    assert graph.incoming["conv"]["input"].node == node.id
    assert kept.workspace.history.undo_title == "Insert Encoder"
    kept.workspace.undo()
    assert kept.workspace.project == small_project()


def test_a_drag_that_leaves_changes_nothing(kept: MainWindow) -> None:
    canvas = kept.editor.canvas
    items = len(canvas.scene.items())
    drag(kept, item(kept, "Encoder"), on_wire(kept, "in", "conv")[1])
    assert len(canvas.scene.items()) > items
    QApplication.sendEvent(canvas.view.viewport(), QDragLeaveEvent())
    assert len(canvas.scene.items()) == items
    assert kept.workspace.project == small_project()


def test_the_search_on_the_canvas_offers_it_where_it_fits(kept: MainWindow) -> None:
    canvas = kept.editor.canvas
    popup = canvas.open_search(port=Port("conv", "output"))
    found = next(c for c in popup.candidates if c.type == "Encoder")
    assert (found.section, found.fits, found.result) == ("My blocks", True, "N×4×6×8")
    assert "Gate" not in {c.type for c in popup.candidates}
    QTest.keyClicks(popup.field, "encoder")
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    graph = kept.workspace.project.model.graph
    (node,) = graph.of_type("Encoder")
    assert graph.incoming[node.id]["x"] == Port("conv", "output")
    popup = canvas.open_search()
    offered = [c.section for c in popup.candidates if c.type == "Encoder"]
    assert offered == ["Blocks", "Building blocks"]  # the program's own has the same name
    popup.close_popup()


def test_the_search_on_a_wire_inserts_it(kept: MainWindow) -> None:
    canvas = kept.editor.canvas
    edge, place = on_wire(kept, "conv", "flat")
    Mouse(canvas).double_click(place)
    assert canvas.popup is not None
    QTest.keyClicks(canvas.popup.field, "encoder")
    QTest.keyClick(canvas.popup.field, Qt.Key.Key_Return)
    graph = kept.workspace.project.model.graph
    assert graph.by_id[graph.incoming["flat"]["input"].node].type == "Encoder"
    assert edge not in graph.edges


def test_another_block_of_the_name_stays_and_the_user_is_told(
    open_window: Open, library: Path
) -> None:
    save_block(encoder(width=16), "Encoder", library)
    window = open_window(encoder())
    popup = window.editor.canvas.open_search()
    both = [c.section for c in popup.candidates if c.type == "Encoder"]
    assert both == ["Blocks", "My blocks", "Building blocks"]
    popup.close_popup()
    added = window.editor.add("Encoder.nns")
    project = window.workspace.project
    assert added is not None
    assert project.model.graph.by_id[added].type == "Encoder2"
    assert project.by_name["Encoder"] == encoder().by_name["Encoder"]
    assert window.status.message == "Added as Encoder2: this project has another Encoder."


def test_a_block_is_not_put_into_itself(open_window: Open, library: Path) -> None:
    save_block(encoder(), "Encoder", library)
    window = open_window(encoder())
    window.editor.canvas.enter("n1")
    assert window.editor.add("Encoder.nns") is None
    assert "itself" in window.status.message
    assert window.workspace.project == encoder()


# -- removing, and what goes wrong --------------------------------------------------------------


def test_removing_asks_once_and_projects_keep_it(kept: MainWindow, library: Path) -> None:
    acts, palette = kept.library_actions, kept.editor.palette_panel
    kept.editor.add("Encoder.nns")
    asked: list[str] = []
    acts.ask_remove = lambda block: bool(asked.append(block.name))
    palette.tree.setFocus()
    palette.tree.setCurrentItem(item(kept, "Encoder"))
    QTest.keyClick(palette.tree, Qt.Key.Key_Delete)
    assert asked == ["Encoder"]
    assert own(kept) == ["Encoder"]
    acts.ask_remove = lambda _block: True
    menu = palette.menu_for(item(kept, "Encoder"))
    assert menu is not None
    assert [act.text() for act in menu.actions()] == ["Add", "", "Remove from my blocks..."]
    menu.actions()[-1].trigger()
    assert own(kept) == []
    assert saved_blocks(library) == []
    assert kept.status.message == "Encoder is no longer in My blocks."
    assert palette.item(NONE_YET) is not None
    assert "Encoder" in kept.workspace.project.by_name


def test_a_broken_file_says_what_is_wrong_and_can_be_removed(
    library: Path, open_window: Open
) -> None:
    save_block(encoder(), "Encoder", library)
    (library / "Bad.nns").write_text("{", encoding="utf-8")
    window = open_window(small_project())
    palette = window.editor.palette_panel
    assert own(window) == ["Bad", "Encoder"]
    bad = item(window, "Bad")
    assert bad.isDisabled()
    assert bad.toolTip(0).startswith("Bad cannot be used\nBad.nns: ")
    assert "Bad" not in palette.visible_names()
    palette.search.setText("bad")
    assert "Bad" not in palette.visible_names()
    popup = window.editor.canvas.open_search()
    assert "Bad" not in {c.type for c in popup.candidates}
    popup.close_popup()
    palette.tree.chosen.emit(bad)
    assert window.editor.add("Bad.nns") is None
    assert window.status.message.startswith("Bad.nns: ")
    assert window.workspace.project == small_project()
    menu = palette.menu_for(bad)
    assert menu is not None
    assert [act.text() for act in menu.actions()] == ["Remove from my blocks..."]
    window.library_actions.ask_remove = lambda _block: True
    menu.actions()[0].trigger()
    assert own(window) == ["Encoder"]


def test_a_file_that_has_gone_meanwhile(kept: MainWindow, library: Path) -> None:
    (library / "Encoder.nns").unlink()
    kept.library_actions.ask_remove = lambda _block: True
    assert not kept.library_actions.remove("Encoder.nns")
    assert kept.status.message.startswith("Not removed: ")
    drag(kept, item(kept, "Encoder"), QPointF(400, 200))
    assert kept.status.message == "'Encoder' is no longer in My blocks"
    assert own(kept) == []
    assert kept.workspace.project == small_project()


def test_what_another_window_keeps_is_seen(open_windows: Open, qtbot: QtBot) -> None:
    first, second = open_windows(small_project()), open_windows(encoder())
    second.library_actions.save("Gate")
    assert own(first) == []
    first.activateWindow()
    qtbot.waitUntil(lambda: own(first) == ["Gate"])


# -- the blocks that come with the program --------------------------------------------------


def test_building_blocks_stand_in_the_palette_of_an_empty_project(
    open_window: Open,
) -> None:
    window = open_window(Drawing("Model").project())
    palette = window.editor.palette_panel
    palette.search.setText("squeeze excit")
    assert {"SqueezeExcitation", "MBConv"} <= set(palette.visible_names())
    palette.search.setText("class token")
    (item,) = (i for i in palette.tree.entries() if i.text(0) == "ClassToken")
    assert not item.isHidden()
    assert "\n" in item.toolTip(0)
    palette.tree.chosen.emit(item)
    project = window.workspace.project
    assert [n.type for n in project.model.graph.nodes] == ["ClassToken"]
    assert "ClassToken" in project.by_name
    window.workspace.undo()
    assert window.workspace.project.by_name.keys() == {"Model"}


def test_the_search_on_a_wire_offers_building_blocks_with_their_shape(kept: MainWindow) -> None:
    canvas = kept.editor.canvas
    popup = canvas.open_search(port=Port("conv", "output"))
    found = next(c for c in popup.candidates if c.type == "SqueezeExcitation")
    assert (found.section, found.fits, found.result) == ("Building blocks", True, "N×4×6×6")
    QTest.keyClicks(popup.field, "squeezeexcitation")
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    project = kept.workspace.project
    (use,) = project.model.graph.of_type("SqueezeExcitation")
    assert project.model.graph.incoming[use.id]["x"] == Port("conv", "output")
    assert kept.workspace.report.root.nodes[use.id].outputs["output"].label == "N × 4 × 6 × 6"
