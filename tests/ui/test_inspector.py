"""The inspector's forms: what they show, what they send, and what they say when refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from nnstudio.graph.values import Expr, FrozenMap, Node
from nnstudio.project.commands.graph import AddNodes
from nnstudio.project.values import BlockParameter
from nnstudio.ui.forms.fields import ChoiceEdit, FlagEdit, ValueEdit
from nnstudio.ui.forms.rows import FieldRow
from nnstudio.ui.inspector import Inspector
from nnstudio.workspace.workspace import Workspace
from tests.small_projects import small_workspace, with_two_convolutions


class Bench:
    """An inspector that follows its workspace as it does in the window."""

    def __init__(self, qtbot: QtBot, workspace: Workspace) -> None:
        self.qtbot = qtbot
        self.workspace = workspace
        self.inspector = Inspector(workspace)
        self.refusals: list[str] = []
        self.inspector.refused.connect(self.refusals.append)
        qtbot.addWidget(self.inspector)
        self.inspector.resize(320, 800)
        self.inspector.show()
        workspace.changed.connect(self.follow)

    def follow(self, _before: object, _after: object) -> None:
        self.inspector.refresh()

    def select(self, *ids: str) -> None:
        self.inspector.show_target((), ids)

    def row(self, name: str) -> FieldRow:
        return self.inspector.node_page.rows[name]

    def type_into(self, row: FieldRow, text: str) -> None:
        assert isinstance(row.editor, ValueEdit)
        row.editor.selectAll()
        self.qtbot.keyClicks(row.editor, text) if text else row.editor.clear()
        self.qtbot.keyClick(row.editor, Qt.Key.Key_Return)

    def param(self, node: str, name: str) -> object:
        return self.workspace.project.model.graph.by_id[node].params.get(name)


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    made = Bench(qtbot, small_workspace())
    yield made
    made.workspace.changed.disconnect(made.follow)


@pytest.fixture
def two(qtbot: QtBot) -> Iterator[Bench]:
    made = Bench(qtbot, with_two_convolutions())
    yield made
    made.workspace.changed.disconnect(made.follow)


def line(row: FieldRow) -> ValueEdit:
    assert isinstance(row.editor, ValueEdit)
    return row.editor


def test_shows_given_default_and_derived_values(bench: Bench) -> None:
    bench.select("conv")
    assert bench.inspector.node_page.header.title == "Conv2d"
    assert line(bench.row("kernel_size")).text() == "3"
    assert line(bench.row("out_channels")).text() == "hidden"
    assert bench.row("out_channels").state.note == "= 4"
    assert line(bench.row("in_channels")).text() == ""
    assert line(bench.row("in_channels")).placeholderText() == "auto · 1"
    assert line(bench.row("stride")).placeholderText() == "1"
    assert isinstance(bench.row("bias").editor, FlagEdit)
    assert isinstance(bench.row("padding_mode").editor, ChoiceEdit)


def test_groups_large_derived_numbers(bench: Bench) -> None:
    bench.select("fc")
    assert line(bench.row("in_features")).placeholderText() == "auto · 144"


def test_a_value_is_one_undo_step_with_its_name(bench: Bench) -> None:
    bench.select("conv")
    bench.type_into(bench.row("kernel_size"), "5")
    assert bench.param("conv", "kernel_size") == 5
    assert bench.workspace.history.undo_title == "Set kernel_size"
    assert len(bench.workspace.history.done) == 1
    bench.workspace.undo()
    assert line(bench.row("kernel_size")).text() == "3"


def test_an_expression_is_kept_as_typed_and_evaluated(bench: Bench) -> None:
    bench.select("conv")
    bench.type_into(bench.row("out_channels"), "2 * hidden")
    assert bench.param("conv", "out_channels") == Expr("2 * hidden")
    assert bench.row("out_channels").state.note == "= 8"


def test_a_size_takes_one_number_per_dimension(bench: Bench) -> None:
    bench.select("conv")
    bench.type_into(bench.row("kernel_size"), "3, 5")
    assert bench.param("conv", "kernel_size") == (3, 5)
    assert line(bench.row("kernel_size")).text() == "3, 5"


def test_auto_clears_a_value(bench: Bench) -> None:
    bench.select("conv")
    bench.type_into(bench.row("in_channels"), "1")
    assert bench.param("conv", "in_channels") == 1
    bench.type_into(bench.row("in_channels"), "auto")
    assert bench.param("conv", "in_channels") is None
    assert line(bench.row("in_channels")).text() == ""


def test_auto_on_an_unset_field_is_no_act(bench: Bench) -> None:
    bench.select("conv")
    bench.type_into(bench.row("in_channels"), "auto")
    assert bench.workspace.history.done == []
    assert line(bench.row("in_channels")).text() == ""


@pytest.mark.parametrize("text", ["three hundred", "0", "unknown_name", "1 +"])
def test_a_refused_value_stays_with_a_sentence(bench: Bench, text: str) -> None:
    bench.select("conv")
    row = bench.row("kernel_size")
    bench.type_into(row, text)
    assert bench.param("conv", "kernel_size") == 3
    assert line(row).text() == text
    assert row.refusal
    assert row.message == row.refusal
    assert bench.refusals == [row.refusal]
    assert bench.workspace.history.done == []


def test_the_sentence_goes_when_typing_goes_on(bench: Bench) -> None:
    bench.select("conv")
    row = bench.row("kernel_size")
    bench.type_into(row, "0")
    bench.qtbot.keyClicks(row.editor, "1")
    assert row.refusal == ""


def test_escape_takes_typing_back(bench: Bench) -> None:
    bench.select("conv")
    edit = line(bench.row("kernel_size"))
    bench.qtbot.keyClicks(edit, "77")
    bench.qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert edit.text() == "3"


def test_arrow_keys_step_numbers_into_one_act(bench: Bench) -> None:
    bench.select("conv")
    edit = line(bench.row("kernel_size"))
    for _ in range(2):
        bench.qtbot.keyClick(edit, Qt.Key.Key_Up)
    assert edit.text() == "5"
    assert bench.param("conv", "kernel_size") == 3
    edit.commit()
    assert bench.param("conv", "kernel_size") == 5
    assert len(bench.workspace.history.done) == 1


def test_reset_puts_the_default_back(bench: Bench) -> None:
    bench.select("conv")
    bench.type_into(bench.row("stride"), "2")
    assert bench.row("stride").state.given
    bench.row("stride").reset()
    assert bench.param("conv", "stride") is None
    assert not bench.row("stride").state.given


def test_flag_and_choice(bench: Bench) -> None:
    bench.select("conv")
    flag = bench.row("bias").editor
    assert isinstance(flag, FlagEdit)
    flag.click()
    assert bench.param("conv", "bias") is False
    choice = bench.row("padding_mode").editor
    assert isinstance(choice, ChoiceEdit)
    choice.textActivated.emit("reflect")
    assert bench.param("conv", "padding_mode") == "reflect"


def test_a_flag_can_be_an_expression(bench: Bench) -> None:
    bench.select("conv")
    bench.row("bias").write_expression()
    bench.type_into(bench.row("bias"), "hidden > 4")
    assert bench.param("conv", "bias") == Expr("hidden > 4")
    assert isinstance(bench.row("bias").editor, ValueEdit)
    bench.row("bias").reset()
    assert isinstance(bench.row("bias").editor, FlagEdit)


def test_rename(bench: Bench) -> None:
    bench.select("fc")
    row = bench.inspector.node_page.name_row
    bench.type_into(row, "head")
    assert bench.workspace.project.model.graph.by_id["fc"].name == "head"
    bench.type_into(row, "conv")
    assert row.refusal
    assert line(row).text() == "conv"
    bench.select("flat")
    assert line(row).text() == "flatten"
    assert row.refusal == ""


def test_an_error_of_the_analysis_stands_under_its_field_with_its_fix(bench: Bench) -> None:
    bench.select("fc")
    bench.type_into(bench.row("in_features"), "999")
    row = bench.row("in_features")
    assert "999" in row.message
    assert not row.message.startswith("fc:")
    assert row.state.fix is not None
    row.state.fix[1]()
    assert bench.param("fc", "in_features") is None
    assert row.message == ""


def test_structure_is_folded_until_used(bench: Bench) -> None:
    bench.select("conv")
    structure = bench.inspector.node_page.structure
    assert not structure.is_open
    bench.type_into(structure.when, "hidden > 2")
    assert bench.workspace.project.model.graph.by_id["conv"].when == Expr("hidden > 2")
    bench.select("fc")
    assert not structure.is_open
    bench.select("conv")
    assert structure.is_open


def test_a_tensor_has_a_condition_and_a_new_name_becomes_a_parameter(bench: Bench) -> None:
    tensor = Node("t", "Parameter", "bias", FrozenMap({"shape": (10,)}))
    bench.workspace.do(AddNodes("Small", (tensor,)))
    bench.select(tensor.id)
    structure = bench.inspector.node_page.structure
    assert structure.title == "Condition"
    assert structure.repeat.isHidden()
    structure.set_open(True)
    bench.type_into(structure.when, "use_bias")
    assert "'use_bias' is not known" in structure.when.refusal
    callout = structure.when.callout.shown
    assert callout is not None
    assert callout.button.title == "Add parameter use_bias"
    callout.button.click()
    assert bench.workspace.project.model.graph.by_id[tensor.id].when == Expr("use_bias")
    assert bench.workspace.project.model.parameters[-1] == BlockParameter("use_bias", "bool", True)
    assert structure.when.refusal == ""
    bench.select("conv")
    assert structure.title == "Repeat, condition, sharing"
    assert not structure.repeat.isHidden()


def test_several_nodes_are_set_in_one_act(two: Bench) -> None:
    two.select("conv", "conv2")
    rows = two.inspector.many_page.rows
    assert line(rows["kernel_size"]).placeholderText() == "several values"
    two.type_into(rows["kernel_size"], "7")
    assert two.param("conv", "kernel_size") == two.param("conv2", "kernel_size") == 7
    assert two.workspace.history.undo_title == "Set kernel_size of 2 nodes"
    assert len(two.workspace.history.done) == 1
    assert line(rows["kernel_size"]).text() == "7"


def test_nothing_selected_shows_the_block_and_its_values(bench: Bench) -> None:
    bench.select()
    page = bench.inspector.block_page
    assert bench.inspector.page is page
    assert page.header.title == "Small"
    row = page.value_row("hidden")
    assert line(row).placeholderText() == "4"
    bench.type_into(row, "12")
    assert bench.workspace.project.values["hidden"] == 12
    bench.type_into(row, "many")
    assert row.refusal
    page.values["variant"].committed.emit("variant", "wide")
    assert bench.workspace.project.values["hidden"] == 16
    assert bench.workspace.history.undo_title == "Apply variant wide"


def test_parameters_of_a_block_are_added_changed_and_removed(bench: Bench) -> None:
    bench.select()
    parameters = bench.inspector.block_page.parameters
    parameters.more_button.click()
    assert [p.name for p in bench.workspace.project.model.parameters] == ["hidden", "size"]
    row = parameters.body_rows[1]
    row.default.setText("7")
    row.default.commit()
    assert bench.workspace.project.model.parameters[1].default == 7
    row = parameters.body_rows[1]
    row.name.setText("depth")
    row.name.commit()
    assert bench.workspace.project.model.parameters[1].name == "depth"


def test_a_form_survives_another_project(bench: Bench) -> None:
    bench.select("conv")
    bench.workspace.show(with_two_convolutions().project)
    bench.inspector.refresh()
    assert bench.inspector.node_page.header.title == "Conv2d"
    bench.select("gone")
    assert bench.inspector.page is bench.inspector.block_page
