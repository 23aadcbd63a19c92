"""The window: its table of acts, the start page, and how the program begins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from nnstudio.project.presets import preset_names
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.file import write
from nnstudio.ui.action_table import TABLE
from nnstudio.ui.actions.command_palette import CommandPalette
from nnstudio.ui.actions.shortcuts_page import ShortcutsPage
from nnstudio.ui.app import create_window, run
from nnstudio.ui.platform_check import has_display
from nnstudio.ui.widgets.fit_screen import first_size
from nnstudio.ui.window.main_window import MainWindow
from tests.small_projects import small_project, small_workspace
from tests.ui.shared_window import SharedWindow
from tests.ui.shell import closed, edit


@pytest.fixture
def window(qtbot: QtBot, shared: SharedWindow) -> MainWindow:
    return shared.opened(small_project())


@pytest.fixture
def own_window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """A window of this test alone."""
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


# -- the table of acts --------------------------------------------------------------------------


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
        assert window.actions_table.reason(spec.id) != "Not available here.", spec.id
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


def test_an_act_that_is_refused_is_said_in_the_status_line(own_window: MainWindow) -> None:
    def refuse() -> None:
        raise Refusal("This cannot be done")

    own_window.actions_table.bind("graph.arrange", refuse)
    assert not own_window.actions_table.run("graph.arrange")
    assert own_window.status.message == "This cannot be done"


def test_keys_can_be_changed_but_not_taken(window: MainWindow) -> None:
    actions = window.actions_table
    with pytest.raises(Refusal, match="Undo"):
        actions.set_keys("file.save", ("Ctrl+Z",))
    actions.set_keys("file.save", ("Ctrl+K",))
    assert actions.action("file.save").shortcut() == QKeySequence("Ctrl+K")
    assert actions.keys("file.save") == ("Ctrl+K",)
    actions.refresh()
    assert "Ctrl+K" in actions.action("file.save").toolTip()
    actions.set_keys("file.save", None)
    assert actions.keys("file.save") == ("Ctrl+S",)
    actions.refresh()
    assert "Ctrl+S" in actions.action("file.save").toolTip()


def test_the_list_of_all_acts_finds_and_runs(window: MainWindow, qtbot: QtBot) -> None:
    edit(window)
    listed = CommandPalette(window.actions_table, window)
    listed.show()
    listed.search.setText("undo")
    assert listed.list.item(0).text() == "Undo Set kernel_size"
    qtbot.keyClick(listed.search, Qt.Key.Key_Return)
    assert window.workspace.project == small_project()


def test_the_page_of_keys_lists_every_act(window: MainWindow) -> None:
    page = ShortcutsPage(window.actions_table, window)
    tree = page.tree.invisibleRootItem()
    heads = [tree.child(k) for k in range(tree.childCount())]
    titles = {head.child(k).text(0) for head in heads for k in range(head.childCount())}
    assert {spec.plain_title for spec in TABLE if "recent" not in spec.id} <= titles
    page.close()


# -- start page ---------------------------------------------------------------------------------


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


def test_cards_are_filled_in_where_they_are_seen(start: MainWindow, qtbot: QtBot) -> None:
    cards = start.gallery.cards
    area = start.gallery.findChild(QScrollArea)
    assert area is not None
    qtbot.waitUntil(lambda: "parameters" in cards[0].parameters)
    assert not cards[-1].parameters
    for card in cards:
        area.ensureWidgetVisible(card)
        qtbot.waitUntil(lambda c=card: "parameters" in c.parameters, timeout=60_000)


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


# -- the program --------------------------------------------------------------------------------


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


# -- sizes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("screen", "size"),
    [
        ((1920, 1080), (1440, 900)),
        ((1280, 720), (1178, 648)),  # a 1920 x 1080 screen at 150 %
        ((960, 540), (883, 540)),  # at 200 %, where the least height is all there is
        ((1024, 700), (942, 630)),
    ],
)
def test_the_first_window_fits_the_screen(screen: tuple[int, int], size: tuple[int, int]) -> None:
    found = first_size(QSize(*screen))
    assert (found.width(), found.height()) == size


def test_the_sides_give_way_and_the_canvas_stays(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(800, 560)
    window.show()
    qtbot.waitExposed(window)
    assert (window.width(), window.height()) == (800, 560)
    across = window.editor.across
    across.setSizes([0, 800, 0])
    assert across.sizes()[0] == across.sizes()[2] == 0
    across.setSizes([400, 0, 400])
    assert across.sizes()[1] > 0
