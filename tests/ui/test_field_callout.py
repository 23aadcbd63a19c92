"""What is wrong with a field stands at the field and moves nothing; nothing in a form is cut."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QCursor, QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.graph.values import Edge, Expr, FrozenMap, Graph, Node, Port
from nnstudio.project.values import Block, BlockParameter, Local, Project
from nnstudio.ui.forms.callout import Callout
from nnstudio.ui.forms.fields import ChoiceEdit, ValueEdit
from nnstudio.ui.forms.rows import FieldRow
from nnstudio.ui.forms.sections import Facts
from nnstudio.ui.inspector import Inspector
from nnstudio.ui.inspector.definitions import ParameterRow
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.ui.widgets.wrapped_label import WrappedLabel
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.workspace import Workspace
from tests.small_projects import small_project
from tests.ui.person import settle
from tests.ui.shared_window import SharedWindow


@pytest.fixture
def window(qtbot: QtBot, shared: SharedWindow) -> MainWindow:
    shared.size = QSize(1280, 800)
    made = shared.opened(small_project())
    qtbot.waitUntil(made.isActiveWindow)
    QCursor.setPos(made.mapToGlobal(QPoint(2, 2)))  # over nothing
    made.editor.canvas.select({"conv"})
    settle()
    return made


def row(window: MainWindow, name: str) -> FieldRow:
    return window.editor.inspector.node_page.rows[name]


def enter(row: FieldRow, text: str) -> None:
    """Type a value, as a person does."""
    assert isinstance(row.editor, ValueEdit)
    row.editor.setFocus()
    row.editor.setText(text)
    row.editor.commit()
    QApplication.processEvents()


def places(widget: QWidget) -> list[tuple[QPoint, int]]:
    """Where all rows of a form are, and how high."""
    QApplication.processEvents()
    rows = widget.findChildren(FieldRow)
    return [(one.mapTo(widget, QPoint()), one.height()) for one in rows if one.isVisible()]


def area(widget: QWidget) -> QRect:
    return QRect(widget.mapTo(widget.window(), QPoint()), widget.size())


@pytest.mark.parametrize(
    ("name", "text"),
    [("kernel_size", "no_such_name"), ("in_channels", "999"), ("groups", "3"), ("stride", "0")],
)
def test_an_error_moves_no_row(window: MainWindow, name: str, text: str) -> None:
    page = window.editor.inspector.node_page
    before, height = places(page), page.height()
    field = row(window, name)
    enter(field, text)
    assert field.message
    assert field.editor.property("invalid")
    assert places(page) == before
    assert page.height() == height


def test_the_sentence_is_beside_the_form_while_the_field_has_the_focus(
    window: MainWindow, qtbot: QtBot
) -> None:
    field = row(window, "in_channels")
    enter(field, "999")
    shown = field.callout.shown
    assert shown is not None
    assert shown.isVisible()
    assert shown.sentence.full_text == field.message
    assert field.editor.accessibleDescription() == field.message
    assert window.rect().contains(area(shown))
    # it covers no field: it lies over the canvas, at the height of its own
    assert not area(shown).intersects(area(window.editor.inspector))
    assert area(shown).top() <= area(field.editor).center().y() <= area(shown).bottom()
    row(window, "stride").editor.setFocus()
    qtbot.waitUntil(lambda: field.callout.shown is None)
    assert field.message  # the mark stays
    assert field.editor.accessibleDescription()
    # and comes back under the mouse
    QApplication.sendEvent(field, QEvent(QEvent.Type.Enter))
    assert field.callout.shown is not None
    QApplication.sendEvent(field, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: field.callout.shown is None)


def test_the_fix_is_in_the_callout_and_in_the_menu(window: MainWindow) -> None:
    field = row(window, "in_channels")
    enter(field, "999")
    menu = QMenu()
    offered: list[str] = []
    field.menu_requested.connect(lambda _name, menu: offered.extend(titles(menu)))
    field.customContextMenuRequested.emit(QPoint(1, 1))
    assert "Set in_channels to auto" in offered
    for popup in QApplication.topLevelWidgets():
        if isinstance(popup, QMenu) and popup is not menu:
            popup.close()
    shown = field.callout.shown
    assert shown is not None
    assert shown.button.title == "Set in_channels to auto"
    shown.button.click()
    assert "in_channels" not in window.workspace.project.model.graph.by_id["conv"].params
    assert field.message == ""
    assert field.callout.shown is None
    assert field.editor.accessibleDescription() == ""


def titles(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions()]


def test_another_node_takes_the_sentence_away(window: MainWindow) -> None:
    enter(row(window, "kernel_size"), "0")
    assert row(window, "kernel_size").callout.shown is not None
    window.editor.canvas.select({"fc"})
    QApplication.processEvents()
    assert not any(callout.isVisible() for callout in window.findChildren(Callout))


def test_a_setting_of_the_training_that_is_refused_moves_nothing(window: MainWindow) -> None:
    window.editor.show_panel("training")
    form = window.panels.form
    before = places(form)
    enter(form.rows["epochs"], "-3")
    assert "Epochs" in form.rows["epochs"].refusal
    assert places(form) == before
    shown = form.rows["epochs"].callout.shown
    assert shown is not None
    assert window.rect().contains(area(shown))
    # there is no room left of this form; it must not keep the field it is said of from being seen
    assert not area(shown).intersects(area(form.rows["epochs"].editor))
    assert shown.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


def test_a_refused_definition_moves_nothing(window: MainWindow, qtbot: QtBot) -> None:
    window.editor.canvas.select(set())
    parameters = window.editor.inspector.block_page.parameters
    parameters.set_open(True)
    parameters.more_button.click()
    first = parameters.body_rows[0]
    qtbot.waitUntil(lambda: first.height() >= 28)  # laid out
    height = first.height()
    name = first.findChildren(ValueEdit)[0]
    name.setFocus()
    name.setText("not a name")
    name.commit()
    assert isinstance(first, ParameterRow)
    assert first.message
    qtbot.waitUntil(lambda: first.height() == height)


# -- nothing is cut -----------------------------------------------------------------------------

LONG = "number_of_channels_of_the_first_convolution"


def long_names() -> Workspace:
    """A model whose names, values and shapes have no room in the inspector."""
    name = "AVeryLongNameOfAModelThatNobodyWouldLikeToType"
    shape = FrozenMap({"shape": ("N", 3, 224, 224)})
    sizes = FrozenMap({"out_channels": Expr(f"{LONG} + hidden"), "kernel_size": 3, "stride": 2})
    nodes = (
        Node("in", "Input", "encoder_hidden_states_of_the_model", shape),
        Node("conv", "Conv2d", "convolution_of_the_first_stage_of_all", sizes),
        Node("out", "Output", "logits"),
    )
    edges = (
        Edge(Port("in", "output"), Port("conv", "input")),
        Edge(Port("conv", "output"), Port("out", "input")),
    )
    parameters = (BlockParameter("hidden", "int", 48), BlockParameter(LONG, "int", 1280))
    known = (Local("a_local_with_a_long_name_indeed", Expr("hidden * 2 + hidden * 3")),)
    block = Block(name, parameters, graph=Graph(nodes, edges), locals=known)
    return Workspace(Project(name, (block,)))


@pytest.mark.parametrize("selection", [(), ("conv",), ("in",)])
@pytest.mark.parametrize("width", [280, 316, 420])
def test_no_text_of_the_inspector_is_cut(
    qtbot: QtBot, selection: tuple[str, ...], width: int
) -> None:
    inspector = Inspector(long_names())
    qtbot.addWidget(inspector)
    inspector.resize(width, 1200)
    inspector.show()
    inspector.show_target((), selection)
    QApplication.processEvents()
    page = inspector.page
    assert page.width() <= width
    for label in page.findChildren(QLabel):
        if not label.isVisible() or not label.text():
            continue
        assert page.rect().contains(QRect(label.mapTo(page, QPoint()), label.size()))
        text = re.sub(r"<[^>]*>", "", label.text())
        words = text.split() if label.wordWrap() else [text]
        widest = max(label.fontMetrics().horizontalAdvance(word) for word in words)
        assert widest <= label.width(), label.text()
        if isinstance(label, ElidedLabel | WrappedLabel) and label.text() != label.full_text:
            assert label.toolTip() == label.full_text
    for field in page.findChildren(ValueEdit):
        if field.isVisible() and not field.hasFocus():
            shown = field.fontMetrics().horizontalAdvance(field.shown_text)
            assert shown <= field.width()
            assert field.shown_text == field.text() or field.shown_text.endswith("…")


def tooltip(widget: QWidget) -> str:
    """What is said when the mouse rests on a widget."""
    middle = widget.rect().center()
    event = QHelpEvent(QEvent.Type.ToolTip, middle, widget.mapToGlobal(middle))
    QApplication.sendEvent(widget, event)
    return QToolTip.text()


def test_a_value_and_its_note_give_way_to_each_other(qtbot: QtBot) -> None:
    edit = ValueEdit()
    qtbot.addWidget(edit)
    edit.setToolTip("Filters.")
    edit.show_value("hidden", note="= 128")
    edit.resize(160, 28)
    edit.show()
    edit.clearFocus()
    assert (edit.shown_text, edit.shown_note) == ("hidden", "= 128")
    assert tooltip(edit) == "Filters."
    edit.show_value("conv1_channels_of_it", note="= 32")
    assert edit.shown_note == "= 32"
    assert edit.shown_text.endswith("…")
    assert tooltip(edit) == "conv1_channels_of_it = 32\nFilters."
    edit.resize(400, 28)
    assert (edit.shown_text, edit.shown_note) == ("conv1_channels_of_it", "= 32")
    edit.resize(160, 28)
    edit.activateWindow()
    edit.setFocus()  # what is typed takes all the room there is
    qtbot.waitUntil(edit.hasFocus)
    assert edit.shown_note == ""
    assert edit.textMargins().right() == 0
    assert not edit.grab().isNull()
    edit.clearFocus()
    edit.set_marked(True)
    assert edit.shown_note == ""
    edit.set_marked(False)
    assert edit.shown_note == "= 32"
    assert not edit.grab().isNull()


def test_a_choice_that_is_cut_is_said_on_hover(qtbot: QtBot) -> None:
    choice = ChoiceEdit(("short", "a word that is longer than its field"))
    qtbot.addWidget(choice)
    choice.setToolTip("What to take.")
    choice.resize(110, 28)
    choice.show()
    choice.show_value("short")
    assert choice.shown_text == "short"
    assert tooltip(choice) == "What to take."
    choice.show_value("a word that is longer than its field")
    assert choice.shown_text.endswith("…")
    assert tooltip(choice) == "a word that is longer than its field\nWhat to take."


def test_facts_say_their_whole_texts(qtbot: QtBot) -> None:
    facts = Facts()
    qtbot.addWidget(facts)
    line = ("encoder_hidden_states_of_the_model in", "N × 1280 × 112 × 112", f"(N, {LONG} + 48)")
    facts.show_lines([line])
    facts.resize(260, 120)
    facts.show()
    assert facts.texts() == [(line[0], f"{line[1]}\n{line[2]}")]
