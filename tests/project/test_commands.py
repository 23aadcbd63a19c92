"""Commands on nodes, wires and groups: what they do, what follows, what they refuse."""

from __future__ import annotations

import pytest

from nnstudio.graph.values import Edge, Expr, FrozenMap, Graph, Node, Port, Repeat
from nnstudio.project.commands.base import Command, Replace, Sequence
from nnstudio.project.commands.graph import (
    AddNodes,
    Connect,
    Declare,
    Delete,
    Disconnect,
    Move,
    with_free_name,
)
from nnstudio.project.commands.group import GroupNodes, PutInGroup, SetGroup, Ungroup
from nnstudio.project.commands.node import Rename, SetParam, SetRepeat, SetShares, SetWhen
from nnstudio.project.history import History
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Block, BlockParameter, Project
from tests.project.invariants import assert_sound
from tests.project.test_state_machine import residual_project


def wire(source: str, target: str) -> Edge:
    """``wire("a", "b.input.1")``; ports are output and input unless said."""
    left, _, out = source.partition(".")
    right, _, into = target.partition(".")
    return Edge(Port(left, out or "output"), Port(right, into or "input"))


def small() -> Project:
    """x -> conv -> relu -> add(0); x -> add(1) -> y, with a parameter `hidden`."""
    nodes = (
        Node("x", "Input", "x", FrozenMap({"shape": ("N", 8, "h", "w")})),
        Node("c", "Conv2d", "conv", FrozenMap({"out_channels": 8, "kernel_size": 3})),
        Node("r", "ReLU", "relu"),
        Node("a", "Add"),
        Node("y", "Output", "output"),
    )
    edges = [("x", "c"), ("c", "r"), ("r", "a.input.0"), ("x", "a.input.1"), ("a", "y")]
    graph = Graph(nodes, tuple(wire(*ends) for ends in edges))
    return Project(blocks=(Block("Model", (BlockParameter("hidden", default=8),), graph=graph),))


def done(project: Project, *commands: Command) -> Project:
    for command in commands:
        project = command.apply(project)
        assert_sound(project)
    return project


def refusal(project: Project, command: Command) -> str:
    with pytest.raises(Refusal) as caught:
        command.apply(project)
    return str(caught.value)


def ends(project: Project) -> set[str]:
    """The wires of the model as texts."""
    return {
        f"{e.source.node}.{e.source.name} -> {e.target.node}.{e.target.name}"
        for e in project.model.graph.edges
    }


def node(project: Project, identifier: str) -> Node:
    return project.model.graph.by_id[identifier]


def test_add_nodes_with_wires() -> None:
    new = (Node("n", "ReLU", "relu2"), Node("m", "Dropout", "drop"))
    project = done(
        small(), AddNodes("Model", new, (wire("a", "n"), wire("n", "m"), wire("m", "y")))
    )
    assert "m.output -> y.input" in ends(project)
    assert "a.output -> y.input" not in ends(project)


@pytest.mark.parametrize(
    ("nodes", "edges", "sentence"),
    [
        ((Node("c", "ReLU", "n"),), (), "with one of these ids is here already"),
        ((Node("n", "ReLU", "conv"),), (), "'conv' is used already"),
        ((Node("n", "ReLU", "n"), Node("m", "ReLU", "n")), (), "'n' is used already"),
        ((Node("n", "ReLU", "n", group="g"),), (), "no group 'g'"),
        ((Node("n", "ReLU", "n", shares="c"),), (), "can share only"),
        ((Node("n", "Model", "n"),), (), "cannot contain"),
        ((Node("n", "ReLU", "n"),), (wire("n", "c"), wire("y", "n")), "Output has no output"),
        ((Node("n", "ReLU", "n"),), (wire("a", "n"), wire("n", "c")), "cycle"),
        ((Node("n", "Conv2d", "n", FrozenMap({"bias": 3})),), (), "bias expects True or False"),
    ],
)
def test_refused_additions(nodes: tuple[Node, ...], edges: tuple[Edge, ...], sentence: str) -> None:
    assert sentence in refusal(small(), AddNodes("Model", nodes, edges))


def test_delete_and_heal() -> None:
    cut = done(small(), Delete("Model", frozenset({"c", "r"})))
    assert ends(cut) == {"x.output -> a.input.0", "a.output -> y.input"}
    healed = done(small(), Delete("Model", frozenset({"c", "r"}), heal=True))
    assert ends(healed) == {
        "x.output -> a.input.0",
        "x.output -> a.input.1",
        "a.output -> y.input",
    }


def test_healing_follows_the_first_input() -> None:
    project = done(small(), Delete("Model", frozenset({"a"}), heal=True))
    assert "r.output -> y.input" in ends(project)


def test_deleting_an_owner_hands_the_module_on() -> None:
    shared = done(
        small(),
        AddNodes("Model", (Node("d", "Conv2d", "again"), Node("e", "Conv2d", "once_more"))),
        SetShares("Model", "d", "c"),
        SetShares("Model", "e", "c"),
    )
    project = done(shared, Delete("Model", frozenset({"c"})))
    heir = node(project, "d")
    assert (heir.shares, heir.name) == (None, "conv")
    assert heir.params == node(shared, "c").params
    assert node(project, "e").shares == "d"


def test_deleting_an_input_takes_its_wires_at_uses() -> None:
    project = residual_project()
    after = done(project, Delete("Residual", frozenset({"i1"})))
    assert not any(e.target.node == "b1" for e in after.model.graph.edges)


def test_renaming_ports_moves_the_wires_at_uses() -> None:
    project = done(
        residual_project(), Rename("Residual", "i1", "images"), Rename("Residual", "o1", "features")
    )
    assert "stem.output -> b1.images" in ends(project)
    assert "b2.features -> flat.input" in ends(project)


def test_connecting_replaces_the_wire_before() -> None:
    project = done(small(), Connect("Model", wire("x", "r")))
    assert "x.output -> r.input" in ends(project)
    assert "c.output -> r.input" not in ends(project)


@pytest.mark.parametrize(
    ("source", "target", "sentence"),
    [
        ("c", "c", "cannot feed itself"),
        ("r", "c", "would close a cycle: conv already leads to relu"),
        ("c", "r.mask", "ReLU has no input 'mask'; it has: input"),
        ("y", "r", "Output has no output"),
        ("q", "r", "no node 'q'"),
        ("x", "a.input.7", "Add has no input 'input.7'"),
    ],
)
def test_refused_wires(source: str, target: str, sentence: str) -> None:
    assert sentence in refusal(small(), Connect("Model", wire(source, target)))


def test_variadic_ports_stay_without_gaps() -> None:
    project = done(small(), Disconnect("Model", frozenset({wire("r", "a.input.0")})))
    assert "x.output -> a.input.0" in ends(project)


def test_setting_a_default_clears_the_parameter() -> None:
    project = done(small(), SetParam("Model", "c", "padding", 1))
    assert node(project, "c").params["padding"] == 1
    assert "padding" not in node(done(project, SetParam("Model", "c", "padding", 0)), "c").params
    cleared = done(project, SetParam("Model", "c", "padding", clear=True))
    assert cleared == small()
    assert "no node" in refusal(small(), SetParam("Model", "q", "padding", 1))
    assert "no block" in refusal(small(), SetParam("Q", "c", "padding", 1))


def test_lists_become_tuples() -> None:
    project = done(small(), SetParam("Model", "c", "kernel_size", [3, 5]))  # type: ignore[arg-type]
    assert node(project, "c").params["kernel_size"] == (3, 5)


def test_repeat_and_condition() -> None:
    project = done(
        small(),
        SetRepeat("Model", "c", Repeat(Expr("hidden"), "Sequential")),
        SetWhen("Model", "c", Expr("hidden > 4")),
        SetParam("Model", "c", "out_channels", Expr("8 + i")),
    )
    assert node(project, "c").repeat == Repeat(Expr("hidden"), "Sequential")
    assert "repeat" in refusal(small(), SetRepeat("Model", "c", Repeat(-1)))
    assert "'i'" in refusal(small(), SetRepeat("Model", "c", Repeat(Expr("i"))))
    assert "'nobody'" in refusal(small(), SetWhen("Model", "c", Expr("nobody == 1")))


def test_sharing() -> None:
    more = (Node("d", "Conv2d", "second"), Node("e", "Conv2d", "third"))
    project = done(small(), AddNodes("Model", more), SetShares("Model", "d", "e"))
    project = done(project, SetShares("Model", "e", "c"))
    assert node(project, "d").shares == "c"
    assert "has its own" in refusal(project, SetShares("Model", "c", "d"))
    assert "has its own" in refusal(project, SetShares("Model", "r", "c"))
    assert "has its own" in refusal(project, SetShares("Model", "c", "c"))
    alone = done(project, SetShares("Model", "d", None))
    assert node(alone, "d").params == node(alone, "c").params


def test_groups_change_what_names_are_for() -> None:
    project = done(
        small(),
        AddNodes("Model", (Node("d", "Conv2d", "conv2"), Node("s", "ReLU", "relu2"))),
        GroupNodes("Model", frozenset({"c", "r"}), "first", "Sequential", "one"),
        GroupNodes("Model", frozenset({"d", "s"}), "second", "Sequential", "two"),
        Rename("Model", "d", "conv"),
        Rename("Model", "s", "relu"),
    )
    apart = done(project, Ungroup("Model", "one"), Ungroup("Model", "two"))
    names = [n.name for n in apart.model.graph.nodes]
    assert names == ["x", "conv", "relu", "", "output", "conv2", "relu2"]
    assert "used already" in refusal(project, SetGroup("Model", "two", "first", "ModuleList"))
    painted = done(project, SetGroup("Model", "two", "any title!", "frame"))
    assert painted.model.graph.groups_by_id["two"].kind == "frame"
    assert "is not a name" in refusal(painted, SetGroup("Model", "two", "any title!", "Sequential"))
    moved = done(project, PutInGroup("Model", frozenset({"d", "s"}), "one"))
    assert [g.id for g in moved.model.graph.groups] == ["one"]


def test_groups_nest() -> None:
    project = done(
        small(),
        GroupNodes("Model", frozenset({"c", "r"}), "outer", id="o"),
        GroupNodes("Model", frozenset({"c"}), "inner", id="i"),
    )
    assert project.model.graph.ancestry("i") == ("i", "o")
    flat = done(project, Ungroup("Model", "o"))
    assert flat.model.graph.ancestry("i") == ("i",)
    assert not done(project, Delete("Model", frozenset({"c", "r"}))).model.graph.groups


def test_moving_and_declaring() -> None:
    project = done(small(), Move("Model", (("c", (1.2345, -0.01)),)), Declare("Model", "y", 0))
    assert node(project, "c").position == (1.2, 0.0)
    assert project.model.graph.nodes[0].id == "y"
    for far in (1e9, float("nan"), float("inf")):
        assert "position" in refusal(small(), Move("Model", (("c", (far, 0.0)),)))


def test_several_commands_are_one_act() -> None:
    history = History(small())
    history.do(
        Sequence((Rename("Model", "c", "first"), Rename("Model", "r", "act")), "Rename both")
    )
    assert history.undo_title == "Rename both"
    assert history.undo() == small()
    assert history.redo_title == "Rename both"
    bad = Sequence((Rename("Model", "c", "first"), Rename("Model", "r", "first")), "Fail")
    assert "used already" in refusal(small(), bad)
    assert history.project == small()
    assert Replace("Start again", lambda project: Project()).apply(small()) == Project()


def test_history_knows_what_is_saved() -> None:
    history = History(small())
    assert not history.modified
    history.do(Rename("Model", "c", "first"))
    assert history.modified
    history.mark_saved()
    history.undo()
    assert history.modified
    history.redo()
    assert not history.modified
    history.do(Rename("Model", "c", "first"))
    assert len(history.done) == 1


def test_named_nodes() -> None:
    assert with_free_name(small(), "Model", Node("n", "Conv2d")).name == "conv2"
