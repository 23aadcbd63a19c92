"""Palette, breadcrumb, inspector and the panels below the canvas, as one window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from nnstudio.analysis.report import Fix, Problem
from nnstudio.graph.values import Expr
from nnstudio.inspection.documented import CheckRow, DocumentedCheck
from nnstudio.project.commands.node import SetParam
from nnstudio.project.commands.settings import SetSettings
from nnstudio.project.commands.swap_type import swap_command
from nnstudio.project.data.places import place_of
from nnstudio.project.presets import preset_names
from nnstudio.ui.actions.context_menu import CanvasMenu
from nnstudio.ui.app import create_window
from nnstudio.ui.canvas.gestures.drop_type import MIME_TYPE
from nnstudio.ui.canvas.hit_testing import Hit
from nnstudio.ui.canvas.rename_editor import RenameEditor
from nnstudio.ui.panels.documented_table import DocumentedTable
from nnstudio.ui.panels.problems_panel import ProblemsPanel
from nnstudio.ui.theme import current as theme
from nnstudio.ui.training.form import (
    IN_TOOLBAR,
    LEFT,
    RIGHT,
    settings_by_group,
    settings_of_form,
)
from nnstudio.ui.window.find_bar import find
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.workspace import Workspace
from tests.small_projects import small_project, small_workspace
from tests.ui.shared_window import SharedWindow
from tests.ui.shell import closed, edit


@pytest.fixture
def window(qtbot: QtBot, shared: SharedWindow) -> MainWindow:
    return shared.opened(small_project())


@pytest.fixture
def own_window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """A window of this test alone, whose form of settings has not been made yet."""
    made = create_window(small_workspace(), folder=tmp_path)
    made.show()
    yield made
    closed(made)


# -- palette, breadcrumb, inspector -------------------------------------------------------------


def test_dragging_a_layer_carries_its_type(window: MainWindow) -> None:
    tree = window.editor.palette_panel.tree
    item = window.editor.palette_panel.item("Conv2d")
    assert item is not None
    data = tree.mimeData([item])
    assert bytes(data.data(MIME_TYPE).data()) == b"Conv2d"
    preset = window.editor.palette_panel.item(preset_names()[0])
    assert preset is not None
    assert not preset.flags() & Qt.ItemFlag.ItemIsDragEnabled


def test_searching_the_palette(window: MainWindow, qtbot: QtBot) -> None:
    palette = window.editor.palette_panel
    everything = palette.visible_names()
    palette.search.setText("cv2")
    assert "Conv2d" in palette.visible_names()
    assert "GRU" not in palette.visible_names()
    palette.search.clear()
    assert palette.visible_names() == everything
    palette.search.setText("filter")  # a keyword
    assert "Conv2d" in palette.visible_names()
    palette.search.setText("conv2d")
    palette.search.setFocus()
    with qtbot.waitSignal(palette.add_requested) as asked:
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert asked.args == ["Conv2d"]


def test_what_can_be_added_goes_before_a_whole_model(window: MainWindow, qtbot: QtBot) -> None:
    palette = window.editor.palette_panel
    palette.search.setText("attention")
    assert "AttentionGRU" in palette.visible_names()
    palette.search.setFocus()
    with qtbot.waitSignal(palette.add_requested) as asked:
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert "Attention" in asked.args[0]
    palette.search.setText("AttentionGRU")
    assert palette.visible_names() == ["AttentionGRU"]
    assert palette.tree.currentItem() is palette.item("AttentionGRU")


def test_adding_connects_to_the_selected_node(window: MainWindow) -> None:
    window.editor.canvas.select(("conv",))
    added = window.editor.add("ReLU")
    graph = window.workspace.project.model.graph
    assert added is not None
    assert graph.incoming[added]["input"].node == "conv"
    assert window.editor.canvas.selection() == frozenset({added})
    assert len(window.workspace.history.done) == 1


def test_swapping_the_type_keeps_what_fits(window: MainWindow) -> None:
    window.workspace.do(swap_command("Small", "conv", "Conv1d"))
    node = window.workspace.project.model.graph.by_id["conv"]
    assert node.type == "Conv1d"
    assert node.params["kernel_size"] == 3
    assert window.workspace.project.model.graph.incoming["conv"]["input"].node == "in"
    assert window.workspace.history.undo_title == "Swap to Conv1d"
    window.workspace.do(swap_command("Small", "conv", "ReLU"))
    node = window.workspace.project.model.graph.by_id["conv"]
    assert dict(node.params) == {}
    assert window.workspace.project.model.graph.incoming["flat"]["input"].node == "conv"


def test_the_menu_of_the_canvas_offers_what_fits(window: MainWindow) -> None:
    canvas = window.editor.canvas
    menus = CanvasMenu(window.actions_table, canvas)
    canvas.select(("conv",))
    titles = [act.text() for act in menus.make_menu(Hit(node="conv")).actions()]
    assert "Rename" in titles
    assert "Enter the block" not in titles
    assert "Add a layer..." in [act.text() for act in menus.make_menu(Hit()).actions()]
    edge = canvas.graph.edges[0]
    menus.make_menu(Hit(edge=edge)).actions()[0].trigger()
    assert edge not in canvas.graph.edges


def test_a_group_gets_a_condition_at_its_title(window: MainWindow) -> None:
    canvas = window.editor.canvas
    canvas.select(("conv", "flat"))
    assert canvas.editing.group("features")
    (group,) = canvas.graph.groups
    acts = CanvasMenu(window.actions_table, canvas).make_menu(Hit(group=group.id)).actions()
    next(act for act in acts if act.text() == "Only if...").trigger()
    field = canvas.popup
    assert isinstance(field, RenameEditor)
    assert field.accessibleName() == "Condition of the group"
    field.setText("hiden > 2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert canvas.popup is field  # refused: the name is not known
    field.setText("hidden > 2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert canvas.popup is None
    by_id = canvas.graph.by_id
    assert by_id["conv"].when == by_id["flat"].when == Expr("hidden > 2")
    assert by_id["fc"].when is None
    field = canvas.set_condition(group.id)
    assert field.text() == "hidden > 2"
    field.clear()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert canvas.graph.by_id["conv"].when is None
    assert window.workspace.history.undo_title == "Set condition of the group"


def test_blocks_appear_in_the_palette_and_the_breadcrumb_leads_back(window: MainWindow) -> None:
    canvas = window.editor.canvas
    canvas.select(("conv", "flat"))
    assert window.actions_table.run("graph.make_block")
    (name,) = (b.name for b in window.workspace.project.blocks if b.name != "Small")
    assert name in window.editor.palette_panel.visible_names()
    assert window.actions_table.run("graph.enter")
    assert len(window.editor.breadcrumb.titles()) == 2
    assert window.editor.inspector.block_page.header.title == name
    window.editor.breadcrumb.path_requested.emit(())
    assert canvas.path == ()
    window.workspace.undo()
    assert window.editor.breadcrumb.titles() == ["Small"]


def test_the_inspector_follows_the_canvas(window: MainWindow) -> None:
    window.editor.canvas.select(("fc",))
    assert window.editor.inspector.node_page.header.title == "Linear"
    window.editor.canvas.select(())
    assert window.editor.inspector.page is window.editor.inspector.block_page


# -- panels -------------------------------------------------------------------------------------


def test_problems_count_fly_and_fix(window: MainWindow) -> None:
    problems = window.panels.problems
    tabs = window.editor.tabs
    assert tabs.tabText(0) == "Problems"
    window.workspace.do(SetParam("Small", "fc", "in_features", 999))
    assert tabs.tabText(0) == "Problems (1)"
    (problem,) = problems.problems
    assert problem.node == "fc"
    problems.table.cellDoubleClicked.emit(0, 2)
    assert window.editor.canvas.selection() == frozenset({"fc"})
    button = problems.fix_button(0)
    assert button is not None
    button.click()
    assert window.workspace.report.ok
    assert tabs.tabText(0) == "Problems"
    assert len(window.workspace.history.done) == 2


def test_a_long_sentence_is_shown_whole_beside_a_long_fix(qtbot: QtBot) -> None:
    sentence = "fc: " + "the sizes of dimension one and of dimension two do not agree; " * 4
    fix = Fix(f"Set {'in_features ' * 12}", SetParam("Small", "conv", "stride", 1))
    panel = ProblemsPanel()
    qtbot.addWidget(panel)
    panel.resize(1100, 300)
    panel.show_problems([Problem("error", said, "Small", fix=fix) for said in ("no", sentence)])
    panel.show()
    table = panel.table

    def needed() -> int:
        room = QRect(0, 0, table.columnWidth(2), 10_000)
        flags = Qt.TextFlag.TextWordWrap
        return table.fontMetrics().boundingRect(room, flags, sentence).height()

    qtbot.waitUntil(lambda: needed() < table.rowHeight(1) < needed() + 40)
    assert table.rowHeight(0) < table.rowHeight(1)
    button = panel.fix_button(1)
    assert button is not None
    assert table.columnWidth(3) < table.columnWidth(2)
    assert button.toolTip() == fix.title
    before = table.rowHeight(1)
    panel.resize(800, 300)
    qtbot.waitUntil(lambda: table.rowHeight(1) > before)


def test_the_code_is_that_of_the_canvas(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_table.run("view.code")
    code = window.panels.code
    qtbot.waitUntil(lambda: "class Small(nn.Module)" in code.text, timeout=60_000)
    edit(window, 7)
    code.refresh()
    qtbot.waitUntil(lambda: "kernel_size=7" in code.text, timeout=60_000)
    window.workspace.do(SetParam("Small", "fc", "in_features", 999))
    code.refresh()
    assert code.text == ""
    assert code.empty.isVisible()


def test_a_line_of_code_selects_its_node(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_table.run("view.code")
    source = window.workspace.source()
    qtbot.waitUntil(lambda: window.panels.code.text == source.text, timeout=60_000)
    line = source.lines_of("Small", "fc")[0]
    window.panels.code.view.line_clicked.emit(line)
    assert window.editor.canvas.selection() == frozenset({"fc"})


def test_training_settings_are_undo_steps(window: MainWindow) -> None:
    form = window.panels.form
    form.rows["epochs"].committed.emit("epochs", "3")
    assert window.workspace.project.training.epochs == 3
    assert window.workspace.history.undo_title == "Set epochs"
    form.rows["epochs"].committed.emit("epochs", "-1")
    assert "Epochs" in form.rows["epochs"].refusal
    assert window.workspace.project.training.epochs == 3
    assert form.rows["momentum"].isHidden()
    form.rows["optimizer"].committed.emit("optimizer", "SGD")
    assert not form.rows["momentum"].isHidden()


def test_every_setting_has_its_place_in_the_form(own_window: MainWindow) -> None:
    form = own_window.panels.form
    grouped = [name for names in settings_by_group().values() for name in names]
    everywhere = [*grouped, *LEFT, *RIGHT, *IN_TOOLBAR]
    assert sorted(everywhere) == sorted(setting.name for setting in settings_of_form())
    assert set(form.rows) == {*LEFT, *RIGHT}
    for group in form.groups.values():
        group.set_open(True)
    assert set(form.rows) == set(everywhere) - set(IN_TOOLBAR)


def test_a_group_says_how_much_of_it_is_set_and_shows_it_when_opened(window: MainWindow) -> None:
    window.workspace.do(SetSettings({"schedule": "step", "schedule_every": 3}, "Set"))
    group = window.panels.form.groups["Learning rate schedule"]
    assert group.title == "Learning rate schedule (2 set)"
    group.set_open(True)
    rows = window.panels.form.rows
    assert rows["schedule_every"].editor.text() == "3"
    assert not rows["schedule_every"].isHidden()
    assert rows["schedule_patience"].isHidden()
    window.workspace.undo()
    assert group.title == "Learning rate schedule"


def test_fit_to_data(window: MainWindow) -> None:
    form = window.panels.form
    assert form.is_fitted
    form.rows["data"].committed.emit("data", "heartbeats")
    assert not form.is_fitted
    form.fit_button.click()
    assert form.is_fitted
    shape = window.workspace.project.model.graph.by_id["in"].params["shape"]
    assert shape == ("N", 1, 16, 12)


def test_the_log_keeps_refusals(window: MainWindow) -> None:
    window.say("Something was refused")
    assert "Something was refused" in window.panels.log.text.toPlainText()
    window.panels.log.add("It failed", "Traceback\n  line 1")
    assert "  line 1" in window.panels.log.text.toPlainText()


def test_a_warning_goes_when_the_project_has_changed(window: MainWindow) -> None:
    window.say("Said of what is here now.", "tick", "good")
    window.workspace.do(SetParam("Small", "conv", "kernel_size", 5))
    window.status.refresh(None)
    assert window.status.message == "Said of what is here now."
    window.editor.canvas.refuse("This cannot be done")
    window.status.refresh(None)
    assert window.status.message == "This cannot be done"
    window.workspace.do(SetParam("Small", "conv", "kernel_size", 3))
    window.status.refresh(None)
    assert window.status.message == ""


def test_what_a_document_gets_wrong_is_read_whole(qtbot: QtBot) -> None:
    explanation, claim = "The table forgets the bias. " * 12, "It is six layers deep, and a half."
    rows = (
        CheckRow("fc", "fc", "explained", "Linear(8, 4)", "Linear(8, 4, bias)", explanation),
        CheckRow("relu", "relu", "match", "ReLU()", "ReLU()"),
    )
    shown = DocumentedTable()
    qtbot.addWidget(shown)
    shown.resize(480, 400)
    shown.show()
    shown.show_check(DocumentedCheck("net", "Net", "A paper", rows, ((claim, explanation),)))
    table = shown.table
    fc, relu, claims = (table.topLevelItem(k) for k in range(3))
    assert fc is not None
    assert relu is not None
    assert claims is not None
    for above, sentence in ((fc, explanation), (claims, claim), (claims.child(0), explanation)):
        assert above.isExpanded()
        assert above.child(0).text(0) == sentence
        assert above.child(0).isFirstColumnSpanned()
    heights = [table.visualItemRect(item).height() for item in (relu, fc.child(0))]
    assert heights[1] > 4 * table.fontMetrics().height() > heights[0]


def test_find(window: MainWindow) -> None:
    workspace: Workspace = window.workspace
    assert find(workspace, "linear") == [("Small", "fc")]
    assert ("Small", "conv") in find(workspace, "4x6x6")
    assert find(workspace, "problem:") == []
    workspace.do(SetParam("Small", "fc", "in_features", 999))
    assert find(workspace, "problem:") == [("Small", "fc")]
    window.actions_table.run("edit.find")
    window.find_bar.search.setText("fc")
    window.find_bar.step(1)
    assert window.editor.canvas.selection() == frozenset({"fc"})


def test_sides_can_be_hidden_and_are_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    first = create_window(small_workspace(), folder=tmp_path)
    before = first.editor.is_side_shown("palette")  # where there is room at the first start
    first.actions_table.run("view.palette")
    closed(first)
    second = create_window(small_workspace(), folder=tmp_path)
    assert second.editor.is_side_shown("palette") != before
    assert second.actions_table.action("view.palette").isChecked() != before
    second.actions_table.run("view.palette")
    closed(second)
    third = create_window(small_workspace(), folder=tmp_path)
    assert third.editor.is_side_shown("palette") == before
    closed(third)


def test_the_theme_is_remembered(window: MainWindow) -> None:
    before = theme.mode()
    window.actions_table.run("view.theme_light")
    assert theme.current().name == "light"
    assert window.settings.theme() == "light"
    window.view_actions.set_theme(before)


def test_a_panel_opens_large_and_goes_back_to_its_height(window: MainWindow, qtbot: QtBot) -> None:
    editor, bar = window.editor, window.editor.tabs.tabBar()
    editor.down.setSizes([500, 300])
    before = editor.down.sizes()
    at = bar.tabRect(1).center()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    qtbot.mouseClick(bar, left, none, at)
    qtbot.mouseDClick(bar, left, none, at)
    assert editor.is_panel_large
    assert editor.tabs.panel == "summary"
    qtbot.waitUntil(lambda: editor.tabs.height() > 500)
    assert not editor.canvas.isVisible()
    qtbot.mouseDClick(bar, left, none, at)
    assert not editor.is_panel_large
    qtbot.waitUntil(lambda: editor.down.sizes() == before)
    window.actions_table.run("view.large_panel")
    assert window.actions_table.action("view.large_panel").isChecked()
    assert editor.fly_to("Small", "fc")
    assert not editor.is_panel_large, "what is to be seen is seen"
    qtbot.waitUntil(lambda: editor.down.sizes() == before)


def mismatch_of(window: MainWindow) -> tuple[str, str]:
    """What the note on data that do not fit says, and how it looks."""
    form = window.panels.form
    assert not form.is_fitted
    texts = [label.text() for label in form.mismatch.findChildren(QLabel)]
    return " ".join(texts), form.mismatch.property("role")


def test_a_documented_model_that_waits_to_be_fitted_is_no_fault_of_anyone(
    window: MainWindow,
) -> None:
    window.open_preset("AlexNet")
    assert place_of(window.workspace.project.data.source) == "digits"
    sentence, role = mismatch_of(window)
    assert role == "notice-advice"
    assert sentence == (
        "The model takes N × 3 × 224 × 224 and gives N × 1000; the data set 'Handwritten digits' "
        "has samples of 1 × 8 × 8, resized to 3 × 224 × 224, with 10 classes."
    )
    # Other data are a choice of the user
    window.panels.form.rows["data"].committed.emit("data", "heartbeats")
    assert mismatch_of(window)[1] == "notice-warning"
    window.workspace.undo()
    assert mismatch_of(window)[1] == "notice-advice"


def test_a_drawn_model_that_does_not_fit_its_data_is_warned_of(window: MainWindow) -> None:
    window.panels.form.rows["data"].committed.emit("data", "heartbeats")
    assert mismatch_of(window)[1] == "notice-warning"
