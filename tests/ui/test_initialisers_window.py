"""Initialisers and tied weights in the inspector, and what the canvas says of a tie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from nnstudio.graph.values import FrozenMap, Parametrization
from nnstudio.project.commands.node import SetParam
from nnstudio.project.commands.weights import SetInitialisers, SetTies
from nnstudio.project.values import BlockParameter, Initialiser, Project, Tie
from nnstudio.project.weights import RULES
from nnstudio.ui.forms.fields import ChoiceEdit, ValueEdit
from nnstudio.ui.forms.rows import FieldRow
from nnstudio.ui.inspector.initialiser_text import NAMED, SPOKEN, describe_rule
from nnstudio.ui.inspector.initialisers import NONE_YET, InitialiserRow, Initialisers
from nnstudio.ui.inspector.rule_rows import RuleRows
from nnstudio.ui.inspector.weights import OWN, Weights
from nnstudio.ui.window.main_window import MainWindow
from tests.drawing import Drawing
from tests.ui.shared_window import SharedWindow

Open = Callable[[Project], MainWindow]


def language_model() -> Project:
    """n1 embedding -> n2 inner (a Linear fc) -> n3 norm -> n4 three layers -> n5 head."""
    inner = Drawing("Inner")
    x = inner.add("Linear", inner.input("x", "N", 5, 8), name="fc", out_features=8, bias=False)
    inner.output(inner.add("ReLU", x, name="relu"))
    drawing = Drawing("Net", BlockParameter("vocabulary", "int", 11), blocks=(inner.block(),))
    x = drawing.input("tokens", "N", 5, dtype="int")
    table = {"num_embeddings": "=vocabulary", "embedding_dim": 8}
    x = drawing.add("Embedding", x, name="embedding", **table)
    x = drawing.add("Inner", x, name="inner")
    x = drawing.add("LayerNorm", x, name="norm", normalized_shape=(8,))
    x = drawing.add("Linear", x, name="layers", repeat=3, out_features=8)
    x = drawing.add("Linear", x, name="head", out_features="=vocabulary")
    drawing.output(x)
    project = drawing.project()
    graph = project.model.graph
    nodes = tuple(replace(n, position=(240.0 * k, 0.0)) for k, n in enumerate(graph.nodes))
    return project.with_graph("Net", replace(graph, nodes=nodes))


def with_rules(*rules: Initialiser, block: str = "Net", project: Project | None = None) -> Project:
    return SetInitialisers(block, rules).apply(project or language_model())


LINEAR = Initialiser("Linear", "truncated_normal", FrozenMap({"std": 0.02}))
TIE = Tie("n5", "weight", "n1", "weight")


@pytest.fixture
def open_window(qtbot: QtBot, shared: SharedWindow) -> Open:
    return shared.opened


def rules(window: MainWindow, block: str = "Net") -> list[str]:
    """The initialisers of a block in words."""
    items = window.workspace.project.by_name[block].initialisers
    return [f"{i.layer_type or i.node}.{i.target}: {describe_rule(i)}" for i in items]


def section(window: MainWindow) -> Initialisers:
    found = window.editor.inspector.block_page.initialisers
    found.set_open(True)
    return found


def rows(window: MainWindow) -> list[InitialiserRow]:
    return [row for row in section(window).body_rows if isinstance(row, InitialiserRow)]


def weights(window: MainWindow, node: str) -> Weights:
    window.editor.canvas.select({node})
    found = window.editor.inspector.node_page.weights
    found.set_open(True)
    return found


def choose(row: FieldRow | ChoiceEdit, text: str) -> None:
    """Pick from a list as a user does: it is shown, then told."""
    editor = row.editor if isinstance(row, FieldRow) else row
    assert isinstance(editor, ChoiceEdit)
    index = editor.findText(text)
    assert index >= 0, [editor.itemText(k) for k in range(editor.count())]
    editor.setCurrentIndex(index)
    editor.textActivated.emit(text)


def choices(row: FieldRow) -> list[str]:
    editor = row.editor
    assert isinstance(editor, ChoiceEdit)
    return [editor.itemText(k) for k in range(editor.count())]


def write(row: FieldRow, text: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
    editor = row.editor
    assert isinstance(editor, ValueEdit)
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, text) if text else editor.clear()
    QTest.keyClick(editor, end)


def undo_title(window: MainWindow) -> str | None:
    return window.workspace.history.undo_title


# -- the rules of a block -----------------------------------------------------------------------


def test_every_rule_has_a_name_of_its_own() -> None:
    assert {NAMED[SPOKEN[rule]] for rule in RULES} == set(RULES)
    assert SPOKEN["xavier_uniform"] == "Xavier uniform"
    assert describe_rule(LINEAR) == "truncated normal, std 0.02"


def test_without_rules_the_section_says_what_holds(open_window: Open) -> None:
    window = open_window(language_model())
    (line,) = section(window).body_rows
    assert isinstance(line, QLabel)
    assert line.text() == NONE_YET
    assert not line.isHidden()


def test_adding_takes_the_next_type_of_the_block(open_window: Open) -> None:
    window = open_window(language_model())
    for _ in range(4):
        section(window).more_button.click()
    assert rules(window) == [
        "Embedding.weight: truncated normal, std 0.02",
        "LayerNorm.weight: ones",
        "LayerNorm.bias: zeros",
        "Linear.weight: truncated normal, std 0.02",
    ]
    assert undo_title(window) == "Add initialiser of Linear"
    assert len(window.workspace.history.done) == 4
    assert len(rows(window)) == 4
    assert rows(window)[0].layer_type.itemText(0) == "Embedding"
    assert rows(window)[0].target.count() == 1  # an Embedding has no bias
    window.workspace.undo()
    assert len(rows(window)) == 3


def test_what_is_set_is_in_the_code(open_window: Open) -> None:
    window = open_window(with_rules(LINEAR))
    (row,) = rows(window)
    choose(row.rules.rule, "Kaiming normal")
    choose(row.rules.params["mode"], "fan_out")
    write(row.rules.params["a"], "0.1")
    assert rules(window) == ["Linear.weight: Kaiming normal, a 0.1, mode fan_out"]
    text = window.workspace.source().text
    assert "nn.init.kaiming_normal_(module.weight, a=0.1, mode='fan_out')" in text.replace('"', "'")
    assert undo_title(window) == "Set initialiser of Linear"
    assert len(window.workspace.history.done) == 3
    row.rules.params["mode"].reset()
    assert rules(window) == ["Linear.weight: Kaiming normal, a 0.1"]


def test_another_rule_keeps_the_parameters_that_mean_the_same(open_window: Open) -> None:
    window = open_window(with_rules(LINEAR))
    (row,) = rows(window)
    write(row.rules.params["std"], "0.5")
    choose(row.rules.rule, "normal")
    assert rules(window) == ["Linear.weight: normal, std 0.5"]
    choose(row.rules.rule, "Kaiming uniform")
    write(row.rules.params["a"], "2")
    choose(row.rules.rule, "uniform")
    assert rules(window) == ["Linear.weight: uniform, a -0.1, b 0.1"]
    choose(row.rules.rule, "zeros")
    assert row.rules.params == {}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("-1", "std expects a number of 0 or more, received -1"),
        ("wide", "std expects a number, received 'wide'"),
        ("2e9", "std expects a number up to 1,000,000, received 2000000000.0"),
        ("nan", "std expects a number up to 1,000,000, received nan"),
    ],
)
def test_a_refusal_stands_in_the_row(open_window: Open, typed: str, said: str) -> None:
    window = open_window(with_rules(LINEAR))
    row = rows(window)[0].rules.params["std"]
    write(row, typed)
    assert row.message == said
    assert isinstance(row.editor, ValueEdit)
    assert row.editor.text() == typed
    assert rules(window) == ["Linear.weight: truncated normal, std 0.02"]
    assert window.status.message == said
    write(row, "0.1")
    assert row.message == ""
    assert rules(window) == ["Linear.weight: truncated normal, std 0.1"]


def test_a_rule_follows_its_type(open_window: Open) -> None:
    window = open_window(with_rules(replace(LINEAR, rule="xavier_normal", params=FrozenMap())))
    (row,) = rows(window)
    assert "orthogonal" in choices(row.rules.rule)
    choose(row.layer_type, "LayerNorm")
    assert rules(window) == ["LayerNorm.weight: ones"]
    assert "orthogonal" not in choices(row.rules.rule)
    choose(row.target, "bias")
    assert rules(window) == ["LayerNorm.bias: ones"]
    choose(row.layer_type, "Embedding")
    assert rules(window) == ["Embedding.weight: ones"]
    assert len(window.workspace.history.done) == 3


def test_a_second_rule_for_the_same_is_refused_in_its_row(open_window: Open) -> None:
    window = open_window(with_rules(LINEAR, Initialiser("Linear", "zeros", target="bias")))
    bias = rows(window)[1]
    choose(bias.target, "weight")
    assert bias.message == "The weight of Linear has two rules"
    assert bias.target.currentText() == "bias"
    assert len(rules(window)) == 2


def test_removing_and_undoing(open_window: Open) -> None:
    window = open_window(with_rules(LINEAR, Initialiser("Linear", "zeros", target="bias")))
    buttons = rows(window)[0].findChildren(QToolButton)
    next(b for b in buttons if b.accessibleName() == "Remove this initialiser").click()
    assert rules(window) == ["Linear.bias: zeros"]
    assert undo_title(window) == "Remove initialiser of Linear"
    window.workspace.undo()
    assert len(rows(window)) == 2


def test_the_next_field_keeps_the_focus(open_window: Open, qtbot: QtBot) -> None:
    window = open_window(with_rules(LINEAR))
    qtbot.waitUntil(window.isActiveWindow)
    fields = rows(window)[0].rules.params
    write(fields["mean"], "0.5", Qt.Key.Key_Tab)
    assert rules(window) == ["Linear.weight: truncated normal, mean 0.5, std 0.02"]
    assert rows(window)[0].rules.params["std"] is fields["std"]
    focus = window.focusWidget()
    assert fields["mean"].isAncestorOf(focus) or fields["std"].isAncestorOf(focus)


def test_nodes_with_rules_of_their_own_are_named(open_window: Open) -> None:
    own = Initialiser("", "zeros", node="n5")
    window = open_window(with_rules(own, LINEAR))
    line = section(window).body_rows[-1]
    assert isinstance(line, QLabel)
    assert line.text() == "With rules of their own: head."
    (row,) = rows(window)
    write(row.rules.params["std"], "0.3")
    assert rules(window) == ["n5.weight: zeros", "Linear.weight: truncated normal, std 0.3"]


# -- the rule of one node -----------------------------------------------------------------------


def test_a_node_says_how_it_starts_by_itself(open_window: Open) -> None:
    window = open_window(with_rules(LINEAR))
    head = weights(window, "n5")
    assert head.starts["weight"].rule.state.placeholder == "block's rule"
    assert head.starts["weight"].rule.message == "truncated normal, std 0.02"
    assert head.starts["bias"].rule.state.placeholder == "torch's default"
    assert head.starts["bias"].rule.message == ""
    choose(head.starts["weight"].rule, "Xavier uniform")
    write(head.starts["weight"].params["gain"], "0.5")
    assert rules(window)[1] == "n5.weight: Xavier uniform, gain 0.5"
    assert undo_title(window) == "Set initialiser of head.weight"
    assert head.starts["weight"].rule.message == ""
    assert "nn.init.xavier_uniform_(self.head.weight, gain=0.5)" in window.workspace.source().text
    write(head.starts["weight"].params["gain"], "-1")
    assert head.starts["weight"].params["gain"].message.startswith("gain expects a number")
    choose(head.starts["weight"].rule, "block's rule")
    assert rules(window) == ["Linear.weight: truncated normal, std 0.02"]
    assert undo_title(window) == "Remove initialiser of head.weight"
    assert head.starts["weight"].params == {}


def test_the_rule_of_a_block_around_comes_last(open_window: Open) -> None:
    project = with_rules(Initialiser("", "zeros", node="n1"), block="Inner")
    window = open_window(with_rules(LINEAR, project=project))
    window.editor.canvas.enter("n2")
    fc = weights(window, "n1")
    assert fc.starts["weight"].rule.message == (
        "Without effect: the rule of Net comes after it, truncated normal, std 0.02."
    )
    fc.starts["weight"].rule.reset()
    assert fc.starts["weight"].rule.state.placeholder == "rule of Net"
    assert fc.starts["weight"].rule.message == "truncated normal, std 0.02"
    assert rules(window, "Inner") == []


def test_only_what_there_is_can_start(open_window: Open) -> None:
    window = open_window(language_model())
    assert weights(window, "n0").isHidden()
    assert weights(window, "n2").isHidden()  # a block
    norm = weights(window, "n3")
    assert not norm.isHidden()
    assert norm.tie.isHidden()
    assert "orthogonal" not in choices(norm.starts["weight"].rule)
    embedding = weights(window, "n1")
    assert embedding.starts["bias"].isHidden()
    head = weights(window, "n5")
    assert not head.starts["bias"].isHidden()
    choose(head.starts["bias"].rule, "ones")
    window.workspace.do(SetParam("Net", "n5", "bias", False))
    assert not head.starts["bias"].isHidden()  # it can be taken away
    head.starts["bias"].rule.reset()
    assert head.starts["bias"].isHidden()
    assert rules(window) == []


def test_the_section_opens_where_it_is_used(open_window: Open) -> None:
    window = open_window(with_rules(Initialiser("", "zeros", node="n5")))
    found = window.editor.inspector.node_page.weights
    window.editor.canvas.select({"n3"})
    assert not found.is_open
    window.editor.canvas.select({"n5"})
    assert found.is_open


def test_what_was_refused_is_not_shown_at_another_node(open_window: Open) -> None:
    own = [Initialiser("", "normal", node=node) for node in ("n4", "n5")]
    window = open_window(with_rules(*own))
    std = weights(window, "n4").starts["weight"].params["std"]
    write(std, "wide")
    assert std.message
    std = weights(window, "n5").starts["weight"].params["std"]
    assert std.message == ""
    assert isinstance(std.editor, ValueEdit)
    assert std.editor.text() == ""


# -- ties ---------------------------------------------------------------------------------------


def test_a_weight_is_tied_to_one_that_fits(open_window: Open) -> None:
    window = open_window(language_model())
    before = window.workspace.report.root.parameters
    head = weights(window, "n5")
    listed = choices(head.tie)
    assert listed[:2] == [OWN, "embedding.weight"], "what fits comes first"
    assert all(" × " in text for text in listed[2:] if text), "what does not fit, with its shape"
    choose(head.tie, "embedding.weight")
    assert window.workspace.project.model.ties == (TIE,)
    assert undo_title(window) == "Tie weight of head"
    assert window.workspace.report.ok
    assert before is not None
    assert window.workspace.report.root.parameters == before - 88
    assert window.editor.canvas.scene.picture.cards["n5"].tied == "weight = embedding.weight"
    assert window.editor.canvas.scene.picture.cards["n1"].tied == ""
    assert "self.head.weight = self.embedding.weight" in window.workspace.source().text
    start = head.starts["weight"].rule
    assert start.state.placeholder == "embedding.weight"
    assert not start.editor.isEnabled()
    assert weights(window, "n1").tie.message == "Also the weight of head.weight."
    choose(weights(window, "n5").tie, OWN)
    assert window.workspace.project.model.ties == ()
    assert undo_title(window) == "Untie weight of head"
    assert window.editor.canvas.scene.picture.cards["n5"].tied == ""
    assert start.editor.isEnabled()


def test_a_weight_is_normalised(open_window: Open) -> None:
    window = open_window(language_model())
    rows = weights(window, "n5").normalisation
    assert choices(rows.kind) == ["none", "weight", "spectral"]
    assert not rows.values["dim"].isVisible()
    choose(rows.kind, "spectral")
    assert undo_title(window) == "Normalise weight of head"
    write(rows.values["n_power_iterations"], "3")
    assert window.workspace.project.model.graph.by_id["n5"].parametrization == Parametrization(
        "spectral_norm", None, 3
    )
    lines = [line.text for line in window.editor.canvas.scene.nodes["n5"].geometry.lines]
    assert lines == ["Linear", "head", "99", "8 → 11", "spectral norm, 3 iterations"]
    write(rows.values["n_power_iterations"], "0")
    assert rows.values["n_power_iterations"].message.startswith("head cannot have a normalised")
    assert weights(window, "n5").tie.message.startswith("It has a normalised weight, which cannot")
    choose(rows.kind, "weight")
    assert not rows.values["n_power_iterations"].isVisible()
    assert choices(rows.values["dim"]) == ["0", "1", "all"]
    choose(rows.values["dim"], "all")
    said = "self.head = parametrizations.weight_norm(nn.Linear(8, vocabulary), dim=None)"
    assert said in window.workspace.source().text
    choose(rows.kind, "none")
    assert window.workspace.project == language_model()
    window.editor.canvas.select({"n3"})
    assert not window.editor.inspector.node_page.weights.normalisation.isVisible()


def test_the_card_follows_the_name_of_the_owner(open_window: Open) -> None:
    window = open_window(SetTies("Net", (TIE,)).apply(language_model()))
    canvas = window.editor.canvas
    lines = [line.text for line in canvas.scene.nodes["n5"].geometry.lines]
    assert lines == ["Linear", "head", "11", "8 → 11", "weight = embedding.weight"]
    canvas.editing.rename("n1", "words")
    assert canvas.scene.picture.cards["n5"].tied == "weight = words.weight"
    assert weights(window, "n5").tie.state.value == "words.weight"


def test_what_does_not_fit_comes_last_with_its_shape(open_window: Open) -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 8)
    for name, size in (("one", 8), ("two", 4), ("three", 8)):
        x = drawing.add("Linear", x, name=name, out_features=size)
    drawing.output(drawing.add("Linear", x, name="four", out_features=8))
    window = open_window(drawing.project())
    one = weights(window, "n1")
    assert choices(one.tie) == [
        OWN,
        "four.weight",
        "",
        "two.weight  4 × 8",
        "three.weight  8 × 4",
    ]
    choose(one.tie, "two.weight  4 × 8")
    (problem,) = window.workspace.report.errors
    assert "expects 8 × 8, received 4 × 8" in problem.sentence
    assert one.tie.state.value == "two.weight  4 × 8"


def test_ties_do_not_form_chains(open_window: Open) -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 8)
    for name in ("one", "two", "three"):
        x = drawing.add("Linear", x, name=name, out_features=8)
    drawing.output(x)
    project = SetTies("Net", (Tie("n2", "weight", "n1", "weight"),)).apply(drawing.project())
    window = open_window(project)
    assert "two.weight" not in choices(weights(window, "n3").tie)
    one = weights(window, "n1")
    choose(one.tie, "three.weight")
    assert one.tie.message == "The weight of 'one' is tied itself: tie both to the same one"
    assert isinstance(one.tie.editor, ChoiceEdit)
    assert one.tie.editor.currentText() == OWN
    assert window.workspace.project == project


def test_what_cannot_be_tied_says_why(open_window: Open) -> None:
    window = open_window(language_model())
    layers = weights(window, "n4")
    assert layers.tie.message == "It is repeated, so its weight cannot be tied."
    assert not layers.tie.editor.isEnabled()


def test_a_rule_of_a_tied_weight_is_without_effect(open_window: Open) -> None:
    project = SetTies("Net", (TIE,)).apply(with_rules(Initialiser("", "zeros", node="n5")))
    window = open_window(project)
    start = weights(window, "n5").starts["weight"].rule
    assert start.message == "Without effect: it is embedding.weight."
    assert start.editor.isEnabled()
    start.reset()
    assert not start.editor.isEnabled()


def test_ties_made_elsewhere_are_shown_and_can_be_taken_away(open_window: Open) -> None:
    drawing = Drawing("Net")
    x = drawing.add("Linear", drawing.input("x", "N", 1), name="one", out_features=1)
    drawing.output(drawing.add("Linear", x, name="two", out_features=1))
    ties = (Tie("n2", "bias", "n1", "bias"), Tie("n2", "weight", "n1", "weight"))
    window = open_window(SetTies("Net", ties).apply(drawing.project()))
    card = window.editor.canvas.scene.picture.cards["n2"]
    assert card.tied == "bias = one.bias, weight = one.weight"
    choose(weights(window, "n2").tie, OWN)
    assert window.workspace.project.model.ties == ties[:1]


def test_the_rows_suit_a_narrow_inspector(open_window: Open) -> None:
    window = open_window(with_rules(LINEAR, Initialiser("", "ones", node="n5")))
    inspector = window.editor.inspector
    for page, widget in (
        (inspector.block_page, section(window)),
        (inspector.node_page, weights(window, "n5")),
    ):
        assert page.minimumSizeHint().width() <= inspector.minimumWidth(), widget


def test_rule_rows_offer_no_expression(open_window: Open) -> None:
    window = open_window(with_rules(LINEAR))
    (row,) = rows(window)
    assert isinstance(row.rules, RuleRows)
    for field in (row.rules.rule, *row.rules.params.values()):
        assert field.contextMenuPolicy() == Qt.ContextMenuPolicy.NoContextMenu
