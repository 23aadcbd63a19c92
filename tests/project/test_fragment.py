"""The clipboard: copying and pasting within a project, between projects, and foreign text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nnstudio.graph.values import Expr, FrozenMap, Graph, Node
from nnstudio.project.commands.graph import AddNodes
from nnstudio.project.commands.group import GroupNodes
from nnstudio.project.commands.node import SetShares
from nnstudio.project.fragment import Paste, copy, is_fragment
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.file import dumps
from nnstudio.project.values import Block, Project
from tests.project.invariants import assert_sound
from tests.project.test_commands import done, ends, refusal, small
from tests.project.test_state_machine import residual_project


def added(before: Project, after: Project, block: str = "Model") -> list[Node]:
    known = before.by_name[block].graph.by_id
    return [n for n in after.by_name[block].graph.nodes if n.id not in known]


def test_paste_beside_the_original() -> None:
    project = small()
    text = copy(project, "Model", ["c", "r", "a"])
    assert is_fragment(text)
    after = done(project, Paste("Model", text))
    conv, relu, add = added(project, after)
    assert [conv.name, relu.name, add.name] == ["conv2", "relu2", ""]
    assert conv.params == project.model.graph.by_id["c"].params
    assert conv.position == (40.0, 40.0)
    new = {e for e in ends(after) if e not in ends(project)}
    assert new == {
        f"{conv.id}.output -> {relu.id}.input",
        f"{relu.id}.output -> {add.id}.input.0",
    }


def test_paste_at_a_place_and_with_inputs() -> None:
    project = small()
    text = copy(project, "Model", ["c", "a"])
    after = done(project, Paste("Model", text, at=(100.0, 50.0), keep_inputs=True))
    conv, add = added(project, after)
    assert conv.position == (100.0, 50.0)
    new = {e for e in ends(after) if e not in ends(project)}
    assert new == {
        f"x.output -> {conv.id}.input",
        f"r.output -> {add.id}.input.0",
        f"x.output -> {add.id}.input.1",
    }
    elsewhere = done(Project(), Paste("Model", text, keep_inputs=True))
    assert not elsewhere.model.graph.edges


def test_groups_come_along_if_they_are_whole() -> None:
    project = done(
        small(),
        GroupNodes("Model", frozenset({"c", "r", "a"}), "outer", "frame", "o"),
        GroupNodes("Model", frozenset({"c", "r"}), "body", "Sequential", "b"),
    )
    after = done(project, Paste("Model", copy(project, "Model", ["c", "r"])))
    body = after.model.graph.groups[-1]
    assert (body.name, body.kind, body.parent) == ("body2", "Sequential", None)
    assert [n.group for n in added(project, after)] == [body.id, body.id]
    part = done(project, Paste("Model", copy(project, "Model", ["c", "a"])))
    assert [n.group for n in added(project, part)] == [None, None]


def test_shared_modules_stay_shared_or_become_own() -> None:
    again = Node("d", "Conv2d", "again")
    project = done(small(), AddNodes("Model", (again,)), SetShares("Model", "d", "c"))
    both = added(project, done(project, Paste("Model", copy(project, "Model", ["c", "d"]))))
    assert both[1].shares == both[0].id
    (alone,) = added(project, done(project, Paste("Model", copy(project, "Model", ["d"]))))
    assert alone.shares is None
    assert alone.params == project.model.graph.by_id["c"].params


def test_block_definitions_come_along() -> None:
    source = residual_project()
    text = copy(source, "Model", ["b1"])
    after = done(Project(), Paste("Model", text))
    assert after.by_name["Residual"] == source.by_name["Residual"]
    again = done(after, Paste("Model", text))
    assert [b.name for b in again.blocks] == ["Model", "Residual"]
    other = Project(blocks=(Block("Model"), Block("Residual", note="Another one.")))
    renamed = done(other, Paste("Model", text))
    assert [b.name for b in renamed.blocks] == ["Model", "Residual", "Residual2"]
    assert renamed.model.graph.nodes[0].type == "Residual2"


def test_nested_definitions_follow_a_renamed_one() -> None:
    source = residual_project()
    stage = Block("Stage", graph=Graph((Node("u", "Residual", "inner"),)))
    source = replace(source, blocks=(*source.blocks, stage))
    source = done(source, AddNodes("Model", (Node("s", "Stage", "stage"),)))
    text = copy(source, "Model", ["s"])
    other = Project(blocks=(Block("Model"), Block("Residual", note="Another one."), stage))
    after = done(other, Paste("Model", text))
    assert after.model.graph.nodes[0].type == "Stage2"
    assert after.by_name["Stage2"].graph.nodes[0].type == "Residual2"
    assert after.by_name["Stage"] == stage


def test_a_block_is_not_pasted_into_itself() -> None:
    project = residual_project()
    text = copy(project, "Model", ["b1"])
    assert "cannot contain" in refusal(project, Paste("Residual", text))


def test_names_that_are_not_known_are_left_to_the_analysis() -> None:
    source = residual_project()
    text = copy(source, "Model", ["stem"])
    after = done(Project(), Paste("Model", text))
    assert after.model.graph.nodes[0].params["out_channels"] == Expr("hidden")


def test_copying_is_deterministic_and_pasting_gives_new_ids() -> None:
    project = small()
    assert copy(project, "Model", ["r", "c"]) == copy(project, "Model", ["c", "r"])
    text = copy(project, "Model", ["c"])
    after = done(project, Paste("Model", text), Paste("Model", text))
    assert [n.name for n in added(project, after)] == ["conv2", "conv3"]


def test_unknown_layers_are_pasted_as_they_are() -> None:
    odd = Node("o", "acme.Spectral", "odd", FrozenMap({"a": (1, "b")}))
    project = done(small(), AddNodes("Model", (odd,)))
    after = done(Project(), Paste("Model", copy(project, "Model", ["o"])))
    assert after.model.graph.nodes[0].params == odd.params


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "holds no nodes"),
        ("import os", "holds no nodes"),
        (dumps(small()), "holds no nodes"),
        ('"nnstudio-fragment"', "cannot be pasted: expected a record"),
        ('{"format": "nnstudio-fragment", "version": 9, "nodes": []}', "newer"),
        ('{"format": "nnstudio-fragment", "version": 1}', "expected the key 'nodes'"),
        (
            '{"format": "nnstudio-fragment", "version": 1, "nodes": '
            '[{"id": "a", "type": "ReLU", "name": "a b"}]}',
            "is not a name",
        ),
        (
            '{"format": "nnstudio-fragment", "version": 1, "nodes": '
            '[{"id": "a", "type": "ReLU", "name": "r", "when": "exit()"}]}',
            "cannot be called",
        ),
        (
            '{"format": "nnstudio-fragment", "version": 1, "nodes": [], '
            '"blocks": [{"name": "A", "nodes": [{"id": "a", "type": "A", "name": "a"}]}]}',
            "contains itself",
        ),
    ],
)
def test_foreign_text_is_refused(text: str, sentence: str) -> None:
    assert sentence in refusal(small(), Paste("Model", text))


def test_nothing_to_copy() -> None:
    with pytest.raises(Refusal, match="Select"):
        copy(small(), "Model", [])
    with pytest.raises(Refusal, match="no node"):
        copy(small(), "Model", ["q"])
    assert_sound(small())
