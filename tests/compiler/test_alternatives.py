"""Alternatives of nodes: text, numbers, keys and costs are those of what is built."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

import nnstudio
from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.build import build
from nnstudio.compiler.source import generate
from nnstudio.graph.values import FrozenMap
from nnstudio.project.commands.alternative import AddAlternative, SetAlternative, TakeAway
from nnstudio.project.commands.graph import Delete
from nnstudio.project.commands.make_block import MakeBlock
from nnstudio.project.fragment import Paste, copy
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.file import dumps, loads
from nnstudio.project.values import Project
from tests.compiler.referee import assert_equal, assert_formulas, assert_shapes


def drawn() -> Project:
    """A small classifier with a place for the norm, the activation, the pooling and the cell."""
    with nnstudio.draw("Net", norm="batch", smooth=False, cell="gru", wide=True) as b:
        x = b.input("x", "N", 3, 8, 8)
        x = b.Conv2d(x, out_channels=16, kernel_size=3, padding=1)
        last = b.InstanceNorm2d()
        group = b.GroupNorm(num_groups=8, when="norm == 'group'", instead=last)
        x = b.BatchNorm2d(x, name="norm", when="norm == 'batch'", instead=group)
        x = b.ReLUFunction(x, when="not smooth", instead=b.GELUFunction())
        x = b.MaxPool2d(
            x, name="pool", kernel_size=2, when="wide", instead=b.AvgPool2d(kernel_size=4)
        )
        x = b.Flatten(x, start_dim=2)
        x = b.Transpose(x, dim0=1, dim1=2)
        gru = b.GRU(hidden_size=20, batch_first=True)
        x = b.LSTM(
            x, name="rnn", hidden_size=12, batch_first=True, when="cell == 'lstm'", instead=gru
        )
        x = b.Select(x, dim=1, index=-1)
        b.output(b.Linear(x, out_features=10))
    return b.project()


VALUES = (
    {},
    {"norm": "group", "smooth": True, "cell": "lstm"},
    {"norm": "other", "wide": False},
)


@pytest.mark.parametrize("values", VALUES, ids=str)
def test_what_is_built_computes_what_is_drawn(values: dict[str, object]) -> None:
    project = replace(drawn(), values=FrozenMap(values))
    report = analyse(project)
    assert not report.errors
    module = build(generate(project, report))
    use = assert_equal(project, module, {"x": torch.randn(2, 3, 8, 8)})
    assert_shapes(report.root, use)
    assert_formulas(report.root)
    assert report.root.parameters == sum(p.numel() for p in module.parameters())
    assert {key.partition(".")[0] for key in module.state_dict()} <= {
        "conv",
        "norm",
        "rnn",
        "linear",
    }


def test_one_attribute_and_one_call_for_all() -> None:
    plain = generate(drawn()).text
    assert "x = F.relu(x) if not self.smooth else F.gelu(x)" in plain
    assert "self.pool = nn.MaxPool2d(2) if wide else nn.AvgPool2d(4)" in plain
    assert "x, _ = self.rnn(" in plain
    assert "self.norm_value" not in plain
    rest = {"norm": "group", "cell": "lstm", "wide": False}
    other = generate(replace(drawn(), values=FrozenMap(rest))).text
    assert plain.partition("super()")[2] == other.partition("super()")[2]


def test_files_keep_alternatives_and_others_keep_their_version() -> None:
    project = drawn()
    text = dumps(project)
    assert '"version": 4' in text
    assert loads(text) == project


def ids(project: Project) -> dict[str, str]:
    return {node.name or node.type: node.id for node in project.model.graph.nodes}


def test_edits_keep_those_together_that_stand_in_one_place() -> None:
    project = drawn()
    known = ids(project)
    pasted = Paste("Net", copy(project, "Net", {known["norm"]})).apply(project)
    assert len(pasted.model.graph.nodes) == len(project.model.graph.nodes) + 3
    gone = Delete("Net", frozenset({known["norm"]}), heal=True).apply(project)
    assert not {known["norm"], known["GroupNorm"]} & gone.model.graph.by_id.keys()
    one = Delete("Net", frozenset({known["GroupNorm"]})).apply(project)
    assert one.model.graph.by_id[known["norm"]].instead == known["InstanceNorm2d"]
    block = MakeBlock("Net", frozenset({known["norm"]}), "Norms").apply(project)
    assert len(block.by_name["Norms"].graph.standing_for) == 2
    own = TakeAway("Net", known["GELUFunction"]).apply(project)
    assert known["GELUFunction"] not in own.model.graph.standing_for
    again = SetAlternative("Net", known["ReLUFunction"], known["GELUFunction"]).apply(own)
    assert known["GELUFunction"] in again.model.graph.standing_for


def test_a_node_that_was_always_there_gets_a_condition() -> None:
    project = drawn()
    changed = AddAlternative("Net", ids(project)["linear"], "Identity").apply(project)
    assert changed.model.parameter("use_linear") is not None
    assert changed.model.graph.by_id[ids(project)["linear"]].when is not None


def test_what_does_not_fit_is_said_at_the_alternative() -> None:
    project = drawn()
    changed = AddAlternative("Net", ids(project)["norm"], "Bilinear").apply(project)
    said = [p.sentence for p in analyse(changed).errors]
    assert any("stands in the place of 'norm'" in sentence for sentence in said)


def test_a_block_stands_in_the_place_of_a_layer() -> None:
    with nnstudio.draw("Scaled", factor=2.0, channels=int) as scaled:
        x = scaled.input("x", "N", scaled.channels, "h", "w")
        x = scaled.Conv2d(x, name="conv", out_channels=scaled.channels, kernel_size=1)
        scaled.output(scaled.Scale(x, factor=scaled.factor))
    with nnstudio.draw("Net", plain=True, width=4) as b:
        x = b.Conv2d(b.input("x", "N", 3, 5, 5), out_channels=b.width, kernel_size=1)
        other = b.draw(scaled, factor=3.0)
        x = b.Conv2d(
            x, name="mix", out_channels=b.width, kernel_size=1, when="plain", instead=other
        )
        b.output(x)
    project = b.project()
    for values in ({}, {"plain": False}):
        found = replace(project, values=FrozenMap(values))
        report = analyse(found)
        module = build(generate(found, report))
        use = assert_equal(found, module, {"x": torch.randn(2, 3, 5, 5)})
        assert_shapes(report.root, use)
        assert report.root.parameters == sum(p.numel() for p in module.parameters())
    assert "mix.conv.weight" in module.state_dict()


def test_circles_and_wires_are_refused() -> None:
    project = drawn()
    known = ids(project)
    with pytest.raises(Refusal, match="stands in another place already"):
        SetAlternative("Net", known["linear"], known["GroupNorm"]).apply(project)
    with pytest.raises(Refusal, match="has wires of its own"):
        SetAlternative("Net", known["linear"], known["conv"]).apply(project)


def test_an_edit_gives_what_an_analysis_from_scratch_gives() -> None:
    project = drawn()
    before = analyse(project)
    known = ids(project)
    for command in (
        AddAlternative("Net", known["pool"], "AvgPool2d", FrozenMap({"kernel_size": 8})),
        Delete("Net", frozenset({known["InstanceNorm2d"]})),
        TakeAway("Net", known["GRU"]),
    ):
        after = command.apply(project)
        assert analyse(after, before).problems == analyse(after).problems
        mine, fresh = analyse(after, before).root, analyse(after).root
        assert mine.parameters == fresh.parameters
        assert {n: r.outputs for n, r in mine.nodes.items()} == {
            n: r.outputs for n, r in fresh.nodes.items()
        }
