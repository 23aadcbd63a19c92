"""The page Data, driven by clicks and keys: read, look, set, undo nothing by accident."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QDropEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QTableView
from pytestqt.qtbot import QtBot

from nnstudio.project.data.steps import Step
from nnstudio.project.presets import load_target
from nnstudio.project.values import Project
from nnstudio.ui.app import create_window
from nnstudio.ui.pages.data.content import DataContent
from nnstudio.ui.pages.data.page import DataView
from nnstudio.ui.widgets.sentence_table import Sentence, SentenceTable
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.workspace import Workspace
from tests import fake_data
from tests.ui.data_pictures import STEPS, two_inputs
from tests.ui.shared_window import SharedWindow, shared_window
from tests.ui.shell import closed


@pytest.fixture(scope="module")
def reader() -> fake_data.FakeReader:
    return fake_data.FakeReader(
        digits=fake_data.pictures(),
        patients=fake_data.table(),
        wide=fake_data.table(numbers=300, path="/data/wide.csv"),
        shapes=fake_data.pictures(),
        sounds=fake_data.sounds(4),
        novel=fake_data.tokens(12),
        beats=fake_data.signals(12),
    )


@pytest.fixture
def read(reader: fake_data.FakeReader) -> Iterator[fake_data.FakeReader]:
    reader.refuse, reader.hold = "", False
    reader.go.clear()
    reader.asked.clear()
    yield reader
    reader.go.set()


@pytest.fixture(scope="module")
def shared(
    qapp: QApplication, tmp_path_factory: pytest.TempPathFactory, reader: fake_data.FakeReader
) -> Iterator[SharedWindow]:
    folder = tmp_path_factory.mktemp("settings")
    with shared_window(folder, understand=reader, steps=STEPS) as made:
        made.size = QSize(1200, 800)
        yield made


@pytest.fixture
def window(qtbot: QtBot, shared: SharedWindow, read: fake_data.FakeReader) -> Iterator[MainWindow]:
    """A window on a model of pictures whose page Data has not been shown yet, or is as then."""
    window = shared.opened(load_target("SimpleCNN"))
    content = window.data.content
    content.show_tab("samples")
    content.fields.search.clear()
    content.samples_tab.trained_button.setChecked(False)
    content.samples_tab.show_all()
    if content.source.more_button.isChecked():
        content.source.more_button.click()
    yield window
    read.go.set()
    settle(qtbot, window.data)


@pytest.fixture
def blank(window: MainWindow) -> MainWindow:
    """The same without a project."""
    window.documents.new()
    return window


def made(tmp_path: Path, read: fake_data.FakeReader, project: Project) -> MainWindow:
    window = create_window(Workspace(project), folder=tmp_path, understand=read, steps=STEPS)
    window.resize(1200, 800)
    window.show()
    return window


@pytest.fixture
def own_window(qtbot: QtBot, tmp_path: Path, read: fake_data.FakeReader) -> Iterator[MainWindow]:
    """A window of this test alone."""
    window = made(tmp_path, read, load_target("SimpleCNN"))
    yield window
    read.go.set()
    closed(window)


def settle(qtbot: QtBot, view: DataView) -> None:
    qtbot.waitUntil(lambda: view.page.reading is None and not view.page.is_counting)


def opened(qtbot: QtBot, window: MainWindow, name: str) -> DataContent:
    window.open_data(f"/data/{name}")
    settle(qtbot, window.data)
    assert window.data.state == "content"
    return window.data.content


def click(qtbot: QtBot, table: QTableView, row: int, column: int) -> None:
    place = table.visualRect(table.model().index(row, column)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def choose(menu: QMenu | None, title: str) -> None:
    assert menu is not None
    next(action for action in menu.actions() if action.text() == title).trigger()
    menu.close()


def open_popup() -> QMenu:
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, QMenu)
    return popup


# -- the bar of pages ---------------------------------------------------------------------------


def test_the_bar_shows_pages_and_lights_the_one_that_is_up(
    window: MainWindow, qtbot: QtBot
) -> None:
    assert window.page == "model"
    bar = window.page_bar
    assert bar.button("page.model").isChecked()
    qtbot.mouseClick(bar.button("page.data"), Qt.MouseButton.LeftButton)
    assert window.page == "data"
    assert bar.button("page.data").isChecked()
    assert not bar.button("page.model").isChecked()
    qtbot.mouseClick(bar.button("page.start"), Qt.MouseButton.LeftButton)
    assert window.page == "start"
    assert bar.button("page.data").accessibleName() == "Page Data"


def test_a_page_that_is_up_stays_lit_when_it_is_clicked(window: MainWindow, qtbot: QtBot) -> None:
    button = window.page_bar.button("page.model")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.isChecked()


def test_keys_lead_from_page_to_page(window: MainWindow, qtbot: QtBot) -> None:
    for key, page in ((Qt.Key.Key_F3, "data"), (Qt.Key.Key_F1, "start"), (Qt.Key.Key_F2, "model")):
        qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
        assert window.page == page
    window.actions_table.set_keys("page.data", ("Ctrl+K",))
    assert window.actions_table.action("page.data").shortcut() == QKeySequence("Ctrl+K")


def test_pages_of_a_project_wait_for_one(qtbot: QtBot, tmp_path: Path) -> None:
    window = create_window(folder=tmp_path)
    window.show()
    assert window.page == "start"
    assert not window.page_bar.button("page.data").isEnabled()
    assert "Open a project first." in window.page_bar.button("page.data").toolTip()
    closed(window)


def test_a_page_keeps_its_state(window: MainWindow, qtbot: QtBot) -> None:
    window.editor.canvas.select((window.workspace.project.model.graph.nodes[1].id,))
    content = opened(qtbot, window, "patients.csv")
    window.data.show_tab("columns")
    window.show_editor()
    assert len(window.editor.canvas.selection()) == 1
    window.show_data()
    assert content.tabs.panel == "columns"


def test_what_needs_the_canvas_says_so(window: MainWindow) -> None:
    window.show_data()
    assert window.actions_table.reason("graph.arrange") == "Go to the page Model first."
    assert window.actions_table.reason("file.save_as") is None
    assert window.windowTitle().startswith("SimpleCNN")


# -- empty, busy, refused -----------------------------------------------------------------------


def test_an_empty_page_offers_the_ways_to_data(
    blank: MainWindow, qtbot: QtBot, read: fake_data.FakeReader
) -> None:
    blank.show_data()
    view = blank.data
    assert view.state == "empty"
    view.ask_file = lambda: Path("/data/patients.csv")
    qtbot.mouseClick(view.drop_area.buttons.file_button, Qt.MouseButton.LeftButton)
    settle(qtbot, view)
    assert view.state == "content"
    assert read.asked[-1][0] == str(Path("/data/patients.csv"))


def test_a_built_in_set_is_one_choice_away(blank: MainWindow, qtbot: QtBot) -> None:
    blank.show_data()
    view = blank.data
    qtbot.mouseClick(view.drop_area.buttons.built_in_button, Qt.MouseButton.LeftButton)
    choose(open_popup(), "Handwritten digits")
    settle(qtbot, view)
    assert view.state == "content"
    assert view.page.overview is not None


def test_reading_shows_how_far_it_is_and_can_be_stopped(
    blank: MainWindow, qtbot: QtBot, read: fake_data.FakeReader
) -> None:
    read.hold = True
    blank.open_data("/data/patients.csv")
    view = blank.data
    qtbot.waitUntil(lambda: view.busy.bar.value() == 420)
    assert view.state == "busy"
    assert "42 %" in view.busy.what.full_text
    qtbot.mouseClick(view.busy.cancel_button, Qt.MouseButton.LeftButton)
    settle(qtbot, view)
    assert view.state == "empty"
    assert view.page.refused is None


def test_while_other_data_are_read_the_old_ones_stay(
    window: MainWindow, qtbot: QtBot, read: fake_data.FakeReader
) -> None:
    content = opened(qtbot, window, "patients.csv")
    read.hold = True
    window.open_data("/data/shapes")
    view = window.data
    qtbot.waitUntil(lambda: "Reading shapes" in view.fit_bar.sentence.full_text)
    assert view.state == "content"
    assert not content.source.change_button.isEnabled()
    qtbot.keyClick(view.fit_bar.cancel_button, Qt.Key.Key_Space)
    settle(qtbot, view)
    assert view.page.name == "patients.csv"
    assert content.source.change_button.isEnabled()


def test_a_refusal_says_what_where_and_what_to_try(
    window: MainWindow, qtbot: QtBot, read: fake_data.FakeReader
) -> None:
    opened(qtbot, window, "patients.csv")
    read.refuse = "visits.csv, line 7, column age: expected a number, received 'x'."
    window.open_data("/studies/visits.csv")
    view = window.data
    settle(qtbot, view)
    assert view.state == "refused"
    assert view.refusal.title.text() == "visits.csv cannot be read"
    assert view.refusal.sentence.full_text == read.refuse
    assert view.refusal.place.full_text == str(Path("/studies/visits.csv"))
    qtbot.mouseClick(view.refusal.back_button, Qt.MouseButton.LeftButton)
    assert view.state == "content"
    assert view.page.name == "patients.csv"


def test_a_file_dropped_anywhere_opens_the_page(window: MainWindow, qtbot: QtBot) -> None:
    assert window.page == "model"
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/data/patients.csv")])
    window.dropEvent(
        QDropEvent(
            QPointF(400, 300),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    assert window.page == "data"
    settle(qtbot, window.data)
    assert window.data.page.name == "patients.csv"


def test_closing_while_something_is_read_leaves_no_thread(
    own_window: MainWindow, read: fake_data.FakeReader
) -> None:
    read.hold = True
    own_window.open_data("/data/shapes")  # the fixture closes it now


# -- the left column ----------------------------------------------------------------------------


def test_a_role_is_chosen_in_the_list_of_fields(window: MainWindow, qtbot: QtBot) -> None:
    content = opened(qtbot, window, "patients.csv")
    row = [field.name for field in content.fields.model.fields].index("ward")
    click(qtbot, content.fields.view, row, 1)
    choose(open_popup(), "Target")
    settle(qtbot, window.data)
    assert [t.name for t in window.data.page.spec.targets] == ["outcome", "ward"]
    assert list(content.task.rows) == ["outcome", "ward"]
    assert content.balance_tab.target_choice.count() == 2


def test_a_choice_counts_for_all_selected_fields(window: MainWindow, qtbot: QtBot) -> None:
    content = opened(qtbot, window, "patients.csv")
    view = content.fields.view
    click(qtbot, view, 1, 0)
    place = view.visualRect(view.model().index(3, 0)).center()
    qtbot.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, place
    )
    choose(view.open_choices(content.fields.model.index(2, 1)), "Ignored")
    roles = [field.role for field in window.data.page.spec.fields[1:4]]
    assert roles == ["ignored"] * 3


def test_fields_are_set_by_keys(window: MainWindow, qtbot: QtBot) -> None:
    content = opened(qtbot, window, "patients.csv")
    view = content.fields.view
    view.setFocus()
    view.setCurrentIndex(content.fields.model.index(1, 1))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    menu = open_popup()
    qtbot.keyClick(menu, Qt.Key.Key_Up)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert window.data.page.spec.fields[1].role == "ignored"


def test_a_gap_shows_its_rule_and_a_field_without_gaps_none(
    window: MainWindow, qtbot: QtBot
) -> None:
    content = opened(qtbot, window, "patients.csv")
    model = content.fields.model
    texts = {field.name: model.index(row, 2).data() for row, field in enumerate(model.fields)}
    assert texts["age"] == "Refuse"
    assert texts["height"] == "none"
    row = [field.name for field in model.fields].index("age")
    click(qtbot, content.fields.view, row, 2)
    choose(open_popup(), "Median")
    assert window.data.page.spec.by_name["age"].missing == "median"


def test_hundreds_of_fields_are_rows_not_widgets(window: MainWindow, qtbot: QtBot) -> None:
    content = opened(qtbot, window, "wide.csv")
    assert content.fields.model.rowCount() == 304
    assert len(content.fields.findChildren(QLabel)) < 20
    qtbot.keyClicks(content.fields.search, "v29")
    assert [field.name for field in content.fields.model.fields] == [
        "v29", *(f"v{k}" for k in range(290, 300))
    ]  # fmt: skip


def test_a_guess_carries_its_reason_and_can_be_confirmed(window: MainWindow, qtbot: QtBot) -> None:
    content = opened(qtbot, window, "patients.csv")
    row = content.source.options.rows["decimal"]
    assert "41 of 48 cells" in row.message
    assert content.source.confirm_button.isVisible()
    qtbot.mouseClick(content.source.confirm_button, Qt.MouseButton.LeftButton)
    assert row.message == ""
    assert not content.source.confirm_button.isVisible()
    assert all(guess.confirmed for guess in window.data.page.spec.guesses)


def test_options_that_are_as_usual_are_one_click_away(window: MainWindow, qtbot: QtBot) -> None:
    source = opened(qtbot, window, "patients.csv").source
    assert not source.options.rows["skipped"].isVisible()
    qtbot.mouseClick(source.more_button, Qt.MouseButton.LeftButton)
    assert source.options.rows["skipped"].isVisible()


def test_an_option_that_cannot_be_is_said_at_its_field(window: MainWindow, qtbot: QtBot) -> None:
    source = opened(qtbot, window, "patients.csv").source
    qtbot.mouseClick(source.more_button, Qt.MouseButton.LeftButton)
    row = source.options.rows["skipped"]
    qtbot.keyClicks(row.editor, "two")
    qtbot.keyClick(row.editor, Qt.Key.Key_Return)
    assert "whole number" in row.message
    assert window.data.page.spec.source == fake_data.table().spec.source


def test_the_split_follows_what_is_typed(window: MainWindow, qtbot: QtBot) -> None:
    split = opened(qtbot, window, "patients.csv").split
    editor = split.rows.rows["test"].editor
    qtbot.keyClicks(editor, "0.25")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    settle(qtbot, window.data)
    assert any(text.startswith("Test 6") for text in split.bars.texts())


def test_steps_are_added_set_moved_and_removed(window: MainWindow, qtbot: QtBot) -> None:
    steps = opened(qtbot, window, "patients.csv").preparation
    for title in ("Standardise", "Limit outliers"):
        qtbot.mouseClick(steps.add_button, Qt.MouseButton.LeftButton)
        choose(open_popup(), title)
    assert [step.name for step in steps.steps] == ["standardise", "clip"]
    card = steps.cards[1]
    card.toggle()
    editor = card.form.rows["share"].editor
    qtbot.keyClicks(editor, "2")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert "below 0.5" in card.form.rows["share"].message
    editor.selectAll()  # type: ignore[union-attr]
    qtbot.keyClicks(editor, "0.1")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert steps.steps[1].params == (("share", 0.1),)
    qtbot.mouseClick(steps.cards[1].up_button, Qt.MouseButton.LeftButton)
    assert [step.name for step in steps.steps] == ["clip", "standardise"]
    qtbot.mouseClick(steps.cards[0].remove_button, Qt.MouseButton.LeftButton)
    assert [step.name for step in steps.steps] == ["standardise"]


def test_fields_are_given_to_inputs(window: MainWindow, qtbot: QtBot) -> None:
    window.documents.show(two_inputs())
    feeds = opened(qtbot, window, "patients.csv").feeds
    assert feeds.isVisible()
    assert feeds.buttons["y"].title == "Nothing"
    assert not feeds.automatic_button.isVisible()
    qtbot.mouseClick(feeds.buttons["y"], Qt.MouseButton.LeftButton)
    choose(open_popup(), "dose")
    choose(feeds.open_menu("x"), "dose")
    settle(qtbot, window.data)
    feed = {one.input: one.fields for one in window.data.page.spec.feeds}
    assert feed["y"] == ("dose",)
    assert "dose" not in feed["x"]
    assert "y ← dose" in window.data.fit_bar.sentence.full_text
    choose(feeds.open_menu("x"), "age")
    assert feeds.rest.full_text == "Given to no Input: age"
    qtbot.mouseClick(feeds.automatic_button, Qt.MouseButton.LeftButton)
    assert window.data.page.spec.feeds == ()


def test_where_there_is_nothing_to_choose_no_inputs_are_listed(
    window: MainWindow, qtbot: QtBot
) -> None:
    content = opened(qtbot, window, "beats.csv")
    assert not content.feeds.isVisible()
    assert not content.split.folders.isVisible()


# -- the tabs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["patients.csv", "shapes", "sounds", "novel.txt", "beats.csv"])
def test_every_kind_is_shown_and_enlarged(window: MainWindow, qtbot: QtBot, name: str) -> None:
    content = opened(qtbot, window, name)
    tab = content.samples_tab
    grid = tab.tiles if tab.tiles.isVisible() else tab.rows
    index = grid.model().index(1, 0)
    grid.setCurrentIndex(index)
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert tab.is_enlarged
    assert tab.view is not None
    assert tab.view.sample == 1
    assert tab.view.facts.texts()
    assert not content.grab().isNull()
    qtbot.keyClick(tab.view, Qt.Key.Key_Right)
    assert tab.view.sample == 2
    qtbot.keyClick(tab.view, Qt.Key.Key_Escape)
    assert not tab.is_enlarged


def test_a_click_enlarges(window: MainWindow, qtbot: QtBot) -> None:
    tab = opened(qtbot, window, "shapes").samples_tab
    place = tab.tiles.visualRect(tab.tiles.model().index(4, 0)).center()
    qtbot.mouseClick(tab.tiles.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert tab.view is not None
    assert tab.view.sample == 4


def test_samples_of_a_class_and_part(window: MainWindow, qtbot: QtBot) -> None:
    tab = opened(qtbot, window, "shapes").samples_tab
    tab.class_choice.setCurrentIndex(1)
    tab.part_choice.setCurrentIndex(2)
    assert tab.shown is not None
    assert tab.count.text() == f"{len(tab.shown.indices):,} of 120 samples"
    tab.part_choice.setCurrentIndex(3)  # nothing is held out for the test
    assert tab.nothing.isVisible()
    qtbot.mouseClick(tab.nothing.button, Qt.MouseButton.LeftButton)
    assert tab.count.text() == "120 samples"


def test_samples_as_trained(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = opened(qtbot, window, "shapes")
    tab, page = content.samples_tab, window.data.page
    assert not tab.trained_button.isVisible()
    colour = Step(name="colour")
    page.apply(page.spec.with_values(augmentation=(colour,)), "Augment")
    settle(qtbot, window.data)
    qtbot.mouseClick(tab.trained_button, Qt.MouseButton.LeftButton)
    assert tab.shown is not None
    before = dict(tab.shown.changed)
    assert tab.count.text() == f"{len(before)} samples, as they are and changed"
    assert not content.grab().isNull()
    qtbot.mouseClick(tab.draw_button, Qt.MouseButton.LeftButton)
    assert tab.shown.changed.keys() == before.keys()
    assert any((tab.shown.changed[k] != before[k]).any() for k in before)
    tab.part_choice.setCurrentIndex(2)
    assert tab.count.text() == "Only samples of the training part are changed"
    wait = "Wait for the end of the training"
    monkeypatch.setattr(page, "reason_not_to_draw", lambda: wait)
    tab.part_choice.setCurrentIndex(0)
    assert tab.count.text() == "Wait for the end of the training"
    qtbot.mouseClick(tab.trained_button, Qt.MouseButton.LeftButton)
    assert tab.count.text() == "120 samples"


def test_columns_balance_and_findings(window: MainWindow, qtbot: QtBot) -> None:
    content = opened(qtbot, window, "patients.csv")
    for key, tab in (
        (Qt.Key.Key_7, "columns"),
        (Qt.Key.Key_8, "balance"),
        (Qt.Key.Key_9, "findings"),
    ):
        qtbot.keyClick(window, key, Qt.KeyboardModifier.AltModifier)
        assert content.tabs.panel == tab
        assert not content.grab().isNull()
    assert content.columns_tab.title.text() == "age: 240 values, 15 missing"
    assert content.columns_tab.table.visible_texts()[1][2] == "15"
    assert content.tabs.tabText(3) == "Findings (2)"
    table = content.findings_tab.table
    assert [table.item(row, 0).text() for row in range(3)] == ["Error", "Warning", "Note"]
    qtbot.mouseClick(table.fix_buttons(0)[0], Qt.MouseButton.LeftButton)
    assert window.data.page.spec.by_name["age"].missing == "median"


def test_a_finding_leads_to_its_field(window: MainWindow, qtbot: QtBot) -> None:
    content = opened(qtbot, window, "patients.csv")
    window.data.show_tab("findings")
    table = content.findings_tab.table
    place = table.visualRect(table.model().index(1, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert content.fields.view.currentIndex().data() == "station"


def test_of_many_fixes_the_first_has_a_button_and_the_others_a_menu(qtbot: QtBot) -> None:
    done: list[str] = []
    titles = ("Leave out", "Fill in the mean", "Fill in the median")
    table = SentenceTable("Finding")
    qtbot.addWidget(table)
    fixes = tuple((title, lambda title=title: done.append(title)) for title in titles)
    table.show_sentences([Sentence("error", "age", "Some have no age.", fixes)])
    table.show()
    first, others = table.fix_buttons(0)
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(others, Qt.MouseButton.LeftButton)
    choose(open_popup(), "Fill in the median")
    assert done == ["Leave out", "Fill in the median"]


def test_in_a_narrow_table_the_sentences_have_the_room(qtbot: QtBot) -> None:
    table = SentenceTable("Finding")
    qtbot.addWidget(table)
    fixes = tuple((title, lambda: None) for title in ("Leave out these samples", "Mean", "Median"))
    table.show_sentences([Sentence("error", "age", "Some of the samples have no age.", fixes)])
    table.resize(380, 300)
    table.show()
    assert table.columnWidth(2) > 160
    assert table.isColumnHidden(1)
    for button in table.fix_buttons(0):
        assert table.viewport().rect().contains(button.mapTo(table.viewport(), QPoint(0, 0)))
    table.resize(900, 300)
    assert not table.isColumnHidden(1)
    assert table.item(0, 0).text() == "Error"


def test_balance_before_and_after(window: MainWindow, qtbot: QtBot) -> None:
    content = opened(qtbot, window, "patients.csv")
    window.data.show_tab("balance")
    row = content.balance.rows.rows["balance"]
    row.editor.committed.emit("Class weights")
    settle(qtbot, window.data)
    assert "their weights go from" in content.balance.effect.full_text
    texts = content.balance_tab.table.visible_texts()
    assert len({line[4] for line in texts}) == 1


def test_the_theme_changes_while_data_are_shown(window: MainWindow, qtbot: QtBot) -> None:
    content = opened(qtbot, window, "shapes")
    window.data.show_tab("columns")
    window.actions_table.run("view.toggle_theme")
    assert not content.grab().isNull()


# -- the model ----------------------------------------------------------------------------------


def test_the_model_is_fitted_by_the_button(window: MainWindow, qtbot: QtBot) -> None:
    opened(qtbot, window, "shapes")
    bar = window.data.fit_bar
    assert bar.sentence.full_text.startswith("Trains SimpleCNN: x ← image 3 × 28 × 28")
    assert "3 classes" in bar.detail.full_text
    qtbot.mouseClick(bar.fit_button, Qt.MouseButton.LeftButton)
    assert not bar.fit_button.isVisible()
    assert window.actions_table.action("edit.undo").text() == "Undo Fit to data"
    window.actions_table.run("edit.undo")
    assert bar.fit_button.isVisible()


def test_what_cannot_be_fitted_says_why(window: MainWindow, qtbot: QtBot) -> None:
    opened(qtbot, window, "beats.csv")
    bar = window.data.fit_bar
    assert not bar.fit_button.isEnabled()
    assert "3 dimensions" in bar.detail.full_text
    assert bar.detail.full_text in bar.fit_button.toolTip()


def test_running_goes_to_the_model(window: MainWindow, qtbot: QtBot) -> None:
    window.show_data()
    settle(qtbot, window.data)
    assert window.actions_table.reason("run.start") is None
    assert window.data.mapToGlobal(QPoint(0, 0)) is not None


# -- real files ---------------------------------------------------------------------------------


def test_a_table_from_its_file_into_the_project_and_back(qtbot: QtBot, tmp_path: Path) -> None:
    rows = [f"{k};{1 + k / 10:.1f}".replace(".", ",") + f";{'ab'[k % 2]}" for k in range(40)]
    path = tmp_path / "measured.csv"
    path.write_text("\n".join(["number;size;kind", *rows]) + "\n", "utf-8")
    window = create_window(Workspace(load_target("SimpleMLP")), folder=tmp_path / "settings")
    window.show()
    before = window.workspace.project
    window.open_data(path)
    settle(qtbot, window.data)
    assert window.data.state == "content"
    spec = window.workspace.project.data
    assert spec.by_name["kind"].role == "target"
    assert spec.by_name["number"].role == "ignored"
    assert window.actions_table.action("edit.undo").text() == "Undo Use measured.csv"
    source = window.data.content.source
    assert source.options.rows["decimal"].message.startswith("Guessed: ")
    window.actions_table.run("edit.undo")
    settle(qtbot, window.data)
    assert window.workspace.project is before
    assert window.data.page.name == "Handwritten digits"
    closed(window)


def test_a_ragged_table_is_refused_with_its_line(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text("a,b,c\n1,2,3\n4,5\n6,7,8\n", "utf-8")
    window = create_window(Workspace(load_target("SimpleMLP")), folder=tmp_path / "settings")
    window.show()
    before = window.workspace.project
    window.open_data(path)
    settle(qtbot, window.data)
    assert window.data.state == "refused"
    assert "line 3" in window.data.refusal.sentence.full_text
    assert window.workspace.project is before
    path.write_text("a,b,c\n1,2,x\n4,5,y\n6,7,x\n7,7,y\n", "utf-8")
    qtbot.mouseClick(window.data.refusal.retry_button, Qt.MouseButton.LeftButton)
    settle(qtbot, window.data)
    assert window.data.state == "content"
    closed(window)
