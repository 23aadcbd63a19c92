"""The window: acts, start page, files, palette, problems and panels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QKeySequence
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.project.commands import SetParam
from nnstudio.project.file import read, write
from nnstudio.project.presets import preset_names
from nnstudio.project.refusal import Refusal
from nnstudio.ui import theme
from nnstudio.ui.action_table import TABLE
from nnstudio.ui.app import create_window, has_display, run
from nnstudio.ui.canvas.gestures.drop_type import MIME_TYPE
from nnstudio.ui.canvas.hits import Hit
from nnstudio.ui.canvas_menu import CanvasMenu
from nnstudio.ui.command_palette import CommandPalette
from nnstudio.ui.documents import Answer
from nnstudio.ui.find_bar import find
from nnstudio.ui.keys_page import KeysPage
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.recovery import lost_work
from nnstudio.ui.swap_type import swap_command
from nnstudio.workspace.workspace import Workspace
from tests.ui.shell import small_project, small_workspace


def closed(window: MainWindow) -> None:
    window.documents.ask_unsaved = lambda: Answer.DISCARD
    window.close()
    window.deleteLater()
    QApplication.processEvents()


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    made = create_window(small_workspace(), folder=tmp_path)
    made.show()
    yield made
    closed(made)


@pytest.fixture
def start(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    made = create_window(folder=tmp_path)
    made.show()
    yield made
    closed(made)


def edit(window: MainWindow, size: int = 5) -> None:
    window.workspace.do(SetParam("Small", "conv", "kernel_size", size))


# -- the table of acts ------------------------------------------------------------------------


def test_ids_titles_and_notes() -> None:
    ids = [spec.id for spec in TABLE]
    assert len(ids) == len(set(ids))
    for spec in TABLE:
        assert spec.title[:1].isupper(), spec.id
        assert "!" not in spec.title + spec.note
        assert not spec.note or spec.note.endswith(".")


def test_no_two_acts_share_a_key() -> None:
    taken: dict[str, str] = {}
    for spec in TABLE:
        for key in spec.keys:
            sequence = QKeySequence(key)
            assert not sequence.isEmpty(), f"{spec.id}: {key} is no key"
            text = sequence.toString()
            assert text not in taken, f"{key}: {spec.id} and {taken.get(text)}"
            taken[text] = spec.id


def test_every_act_is_bound_and_in_a_menu(window: MainWindow) -> None:
    for spec in TABLE:
        assert window.actions_table.is_bound(spec.id), spec.id
        assert window.actions_table.action(spec.id).associatedObjects(), spec.id


def test_a_disabled_act_says_why(start: MainWindow) -> None:
    for id in ("file.save", "edit.undo", "graph.arrange", "run.start", "view.code"):
        action = start.actions_table.action(id)
        assert not action.isEnabled()
        assert "Open a project first." in action.toolTip()


def test_reasons_follow_the_selection(window: MainWindow) -> None:
    window.editor.canvas.select(())
    assert window.actions_table.reason("edit.rename") == "Select one node first."
    window.editor.canvas.select(("conv",))
    assert window.actions_table.reason("edit.rename") is None
    reason = window.actions_table.reason("graph.enter")
    assert reason is not None
    assert "layer" in reason


def test_undo_has_the_name_of_the_act(window: MainWindow) -> None:
    undo = window.actions_table.action("edit.undo")
    assert not undo.isEnabled()
    edit(window)
    assert undo.text() == "Undo Set kernel_size"
    undo.trigger()
    assert window.actions_table.action("edit.redo").text() == "Redo Set kernel_size"
    assert window.workspace.project == small_project()


def test_an_act_that_is_refused_is_said_in_the_status_line(window: MainWindow) -> None:
    def refuse() -> None:
        raise Refusal("This cannot be done")

    window.actions_table.bind("graph.arrange", refuse)
    assert not window.actions_table.run("graph.arrange")
    assert window.status.message == "This cannot be done"


def test_keys_can_be_changed_but_not_taken(window: MainWindow) -> None:
    actions = window.actions_table
    with pytest.raises(Refusal, match="Undo"):
        actions.set_keys("file.save", ("Ctrl+Z",))
    actions.set_keys("file.save", ("Ctrl+K",))
    assert actions.action("file.save").shortcut() == QKeySequence("Ctrl+K")
    assert actions.keys("file.save") == ("Ctrl+K",)
    actions.set_keys("file.save", None)
    assert actions.keys("file.save") == ("Ctrl+S",)


def test_the_list_of_all_acts_finds_and_runs(window: MainWindow, qtbot: QtBot) -> None:
    edit(window)
    listed = CommandPalette(window.actions_table, window)
    listed.show()
    listed.search.setText("undo")
    assert listed.list.item(0).text() == "Undo Set kernel_size"
    qtbot.keyClick(listed.search, Qt.Key.Key_Return)
    assert window.workspace.project == small_project()


def test_the_page_of_keys_lists_every_act(window: MainWindow) -> None:
    page = KeysPage(window.actions_table, window)
    tree = page.tree.invisibleRootItem()
    heads = [tree.child(k) for k in range(tree.childCount())]
    titles = {head.child(k).text(0) for head in heads for k in range(head.childCount())}
    assert {spec.plain_title for spec in TABLE if "recent" not in spec.id} <= titles
    page.close()


# -- start page -------------------------------------------------------------------------------


def test_the_gallery_comes_first_and_opens_a_preset(start: MainWindow) -> None:
    assert not start.is_editing
    assert [card.info.name for card in start.gallery.cards] != []
    name = preset_names()[0]
    card = start.gallery.card(name)
    assert card is not None
    card.chosen.emit()
    assert start.is_editing
    assert start.workspace.path is None
    assert not start.workspace.modified
    assert start.windowTitle().startswith(start.workspace.project.root)


def test_cards_are_filled_in(start: MainWindow) -> None:
    start.gallery.fill_now()
    assert all("parameters" in card.parameters for card in start.gallery.cards)


def test_searching_the_gallery(start: MainWindow) -> None:
    name = preset_names()[0]
    start.gallery.search.setText(name)
    shown = [card.info.name for card in start.gallery.cards if not card.isHidden()]
    assert name in shown
    start.gallery.search.setText("no such example")
    assert all(card.isHidden() for card in start.gallery.cards)


def test_the_empty_canvas(start: MainWindow) -> None:
    start.gallery.empty_card.chosen.emit()
    assert start.is_editing
    assert start.workspace.project.model.graph.nodes == ()


def test_back_to_the_gallery_keeps_the_project(window: MainWindow) -> None:
    edit(window)
    window.actions_table.run("file.gallery")
    assert not window.is_editing
    window.gallery.side.back_button.click()
    assert window.is_editing
    assert window.workspace.modified


# -- files ------------------------------------------------------------------------------------


def test_title_star_save_and_recent(window: MainWindow, tmp_path: Path) -> None:
    assert not window.isWindowModified()
    edit(window)
    assert window.isWindowModified()
    path = tmp_path / "mine.nns"
    window.documents.ask_save = lambda: path
    assert window.actions_table.run("file.save")
    assert not window.isWindowModified()
    assert window.windowTitle().startswith("mine")
    assert read(path) == window.workspace.project
    assert window.documents.recent.paths() == [path]
    assert "Nothing has changed" in window.actions_table.action("file.save").toolTip()
    assert window.actions_table.action("file.recent1").text() == "mine"


def test_a_name_without_ending_gets_one(window: MainWindow, tmp_path: Path) -> None:
    window.documents.ask_save = lambda: tmp_path / "plain"
    assert window.documents.save_as()
    assert (tmp_path / "plain.nns").is_file()


def test_closing_asks_once(qtbot: QtBot, tmp_path: Path) -> None:
    window = create_window(small_workspace(), folder=tmp_path)
    window.show()
    asked: list[Answer] = []
    answer = Answer.CANCEL

    def ask() -> Answer:
        asked.append(answer)
        return answer

    window.documents.ask_unsaved = ask
    edit(window)
    assert not window.close()
    assert window.isVisible()
    answer = Answer.DISCARD
    assert window.close()
    assert asked == [Answer.CANCEL, Answer.DISCARD]
    window.deleteLater()


def test_closing_an_unchanged_project_asks_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    window = create_window(small_workspace(), folder=tmp_path)
    window.documents.ask_unsaved = lambda: pytest.fail("asked")
    edit(window)
    window.workspace.undo()
    assert window.close()
    window.deleteLater()


def test_opening_another_project_asks_too(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "other.nns"
    write(small_project(), path)
    edit(window)
    window.documents.ask_unsaved = lambda: Answer.CANCEL
    assert not window.documents.open(path)
    assert window.workspace.modified
    window.documents.ask_unsaved = lambda: Answer.DISCARD
    assert window.documents.open(path)
    assert window.workspace.path == path


def test_a_broken_file_is_refused_with_its_name(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "broken.nns"
    path.write_text("{", encoding="utf-8")
    assert not window.documents.open(path)
    assert "broken.nns" in window.status.message
    assert window.workspace.project == small_project()


def test_unsaved_work_is_offered_at_the_next_start(qtbot: QtBot, tmp_path: Path) -> None:
    first = create_window(small_workspace(), folder=tmp_path)
    edit(first)
    first.documents.autosave()
    changed = first.workspace.project
    assert lost_work(first.settings.recovery_folder) == []  # the window still holds its lock
    first.documents._side._lock.unlock()  # as if the program had been killed
    first.documents.follow = lambda: None  # type: ignore[method-assign]
    second = create_window(folder=tmp_path)
    (lost,) = lost_work(second.settings.recovery_folder)
    assert lost.title == "Small"
    second.gallery.recover_asked.emit(lost)
    assert second.workspace.project == changed
    assert second.workspace.modified
    assert second.workspace.history.undo_title == "Recover unsaved work"
    for window in (second, first):
        closed(window)
    assert lost_work(tmp_path / "recovery") == []


def test_the_side_file_goes_when_the_work_is_saved(window: MainWindow, tmp_path: Path) -> None:
    edit(window)
    window.documents.autosave()
    assert list((tmp_path / "recovery").glob("*.nns"))
    window.documents.ask_save = lambda: tmp_path / "saved.nns"
    window.documents.save()
    assert not list((tmp_path / "recovery").glob("*.nns"))


def dropped(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    window.dropEvent(
        QDropEvent(
            QPointF(400, 300),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


def test_dropping_a_file_opens_it(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "dropped.nns"
    write(small_project(), path)
    dropped(window, path)
    assert window.workspace.path == path
    dropped(window, tmp_path / "notes.txt")
    assert "notes.txt" in window.status.message


def test_export(window: MainWindow, tmp_path: Path) -> None:
    window.window_actions.export_to(tmp_path / "model.py")
    assert "class Small(nn.Module)" in (tmp_path / "model.py").read_text("utf-8")
    window.window_actions.export_to(tmp_path / "model.png")
    assert (tmp_path / "model.png").stat().st_size > 1000


# -- palette, breadcrumb, inspector -----------------------------------------------------------


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
    palette.search.setText("cv2")
    assert "Conv2d" in palette.shown()
    assert "GRU" not in palette.shown()
    palette.search.setText("filter")  # a keyword
    assert "Conv2d" in palette.shown()
    palette.search.setText("conv2d")
    palette.search.setFocus()
    with qtbot.waitSignal(palette.add_asked) as asked:
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert asked.args == ["Conv2d"]


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
    titles = [act.text() for act in menus.made(Hit(node="conv")).actions()]
    assert "Rename" in titles
    assert "Enter the block" not in titles
    assert "Add a layer..." in [act.text() for act in menus.made(Hit()).actions()]
    edge = canvas.graph.edges[0]
    menus.made(Hit(edge=edge)).actions()[0].trigger()
    assert edge not in canvas.graph.edges


def test_blocks_appear_in_the_palette_and_the_breadcrumb_leads_back(window: MainWindow) -> None:
    canvas = window.editor.canvas
    canvas.select(("conv", "flat"))
    assert window.actions_table.run("graph.make_block")
    (name,) = (b.name for b in window.workspace.project.blocks if b.name != "Small")
    assert name in window.editor.palette_panel.shown()
    assert window.actions_table.run("graph.enter")
    assert len(window.editor.breadcrumb.titles()) == 2
    assert window.editor.inspector.block_page.header.title == name
    window.editor.breadcrumb.asked.emit(())
    assert canvas.path == ()
    window.workspace.undo()
    assert window.editor.breadcrumb.titles() == ["Small"]


def test_the_inspector_follows_the_canvas(window: MainWindow) -> None:
    window.editor.canvas.select(("fc",))
    assert window.editor.inspector.node_page.header.title == "Linear"
    window.editor.canvas.select(())
    assert window.editor.inspector.page is window.editor.inspector.block_page


# -- panels -----------------------------------------------------------------------------------


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


def test_the_code_is_that_of_the_canvas(window: MainWindow) -> None:
    window.actions_table.run("view.code")
    code = window.panels.code
    assert "class Small(nn.Module)" in code.text
    edit(window, 7)
    code.renew()
    assert "kernel_size=7" in code.text
    window.workspace.do(SetParam("Small", "fc", "in_features", 999))
    code.renew()
    assert code.text == ""
    assert code.empty.isVisible()


def test_a_line_of_code_selects_its_node(window: MainWindow) -> None:
    window.actions_table.run("view.code")
    source = window.workspace.source()
    line = source.lines_of("Small", "fc")[0]
    window.panels.code.view.line_clicked.emit(line)
    assert window.editor.canvas.selection() == frozenset({"fc"})


def test_training_settings_are_undo_steps(window: MainWindow) -> None:
    form = window.panels.form
    form.rows["epochs"].committed.emit("epochs", "3")
    assert window.workspace.project.training.epochs == 3
    assert window.workspace.history.undo_title == "Set epochs"
    form.rows["epochs"].committed.emit("epochs", "-1")
    assert "Epochs" in form.rows["epochs"].refused
    assert window.workspace.project.training.epochs == 3
    assert form.rows["momentum"].isHidden()
    form.rows["optimizer"].committed.emit("optimizer", "SGD")
    assert not form.rows["momentum"].isHidden()


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
    first.actions_table.run("view.palette")
    closed(first)
    second = create_window(small_workspace(), folder=tmp_path)
    assert not second.editor.is_side_shown("palette")
    assert not second.actions_table.action("view.palette").isChecked()
    closed(second)


def test_the_theme_is_remembered(window: MainWindow) -> None:
    before = theme.mode()
    window.actions_table.run("view.theme_light")
    assert theme.current().name == "light"
    assert window.settings.theme() == "light"
    window.window_actions.set_theme(before)


# -- the program ------------------------------------------------------------------------------


def test_without_a_display_one_sentence_and_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not has_display()
    assert run(None) == 2
    said = capsys.readouterr().err
    assert "nnstudio train" in said
    assert said.count("\n") == 1


def test_a_target_is_opened(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "given.nns"
    write(small_project(), path)
    window = create_window(target=str(path), folder=tmp_path)
    assert window.is_editing
    assert window.workspace.path == path
    assert window.documents.recent.paths() == [path]
    closed(window)
