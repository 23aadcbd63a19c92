"""What differs between two projects, in words, and whether they are the same model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from nnstudio.graph.values import Edge, Expr, FrozenMap, Graph, Group, Node, Port, Repeat
from nnstudio.project.commands.base import Sequence
from nnstudio.project.commands.graph import AddNodes, Delete, Disconnect, Move
from nnstudio.project.commands.group import GroupNodes
from nnstudio.project.commands.model import SetTraining
from nnstudio.project.commands.node import Rename, SetParam, SetWhen
from nnstudio.project.compare import differences
from nnstudio.project.presets import preset, preset_names
from nnstudio.project.same_model import is_same_model
from nnstudio.project.storage.file import dumps, loads
from nnstudio.project.values import (
    About,
    Block,
    BlockParameter,
    Initialiser,
    Local,
    Project,
    Requirement,
    Tie,
    Variant,
)

Change = Callable[[Project], Project]


def project() -> Project:
    nodes = (
        Node("in", "Input", "x", FrozenMap({"shape": ("N", 8)})),
        Node("a", "Linear", "first", FrozenMap({"out_features": Expr("width")})),
        Node("b", "Linear", "second", FrozenMap({"out_features": 10})),
        Node("out", "Output", "y"),
    )
    ends = (("in", "a"), ("a", "b"), ("b", "out"))
    edges = tuple(Edge(Port(a, "output"), Port(b, "input")) for a, b in ends)
    inner = Block("Inner", graph=Graph((Node("i", "ReLU", "act"),)))
    model = Block("Net", (BlockParameter("width", "int", 16),), graph=Graph(nodes, edges))
    return Project("Net", (model, inner), FrozenMap({"width": 16}), about=About(task="Digits"))


def on_model(**values: object) -> Change:
    return lambda p: p.with_block(replace(p.model, **values))  # type: ignore[arg-type]


def node(id: str, **values: object) -> Change:
    def changed(p: Project) -> Project:
        graph = p.model.graph
        return p.with_graph("Net", graph.with_node(replace(graph.by_id[id], **values)))  # type: ignore[arg-type]

    return changed


WIRE = Edge(Port("a", "output"), Port("b", "input"))

CHANGES: list[tuple[Change, list[str], bool]] = [
    # (the change, what is said, whether it is the same model afterwards)
    (
        SetParam("Net", "b", "out_features", 12).apply,
        ["second in Net: out_features: 10 → 12"],
        False,
    ),
    (
        SetParam("Net", "a", "out_features", 16).apply,
        ["first in Net: out_features: width → 16"],
        False,
    ),
    (
        SetParam("Net", "b", "bias", False).apply,
        ["second in Net: bias: True → False"],
        False,
    ),
    (
        SetParam("Net", "b", "in_features", 16).apply,
        ["second in Net: in_features: taken from the input → 16"],
        False,
    ),
    (
        Rename("Net", "b", "head").apply,
        ["second in Net: name: second → head"],
        False,
    ),
    (node("a", type="ReLU", params=FrozenMap()), ["first in Net: type: Linear → ReLU"], False),
    (
        node("a", repeat=Repeat(3)),
        ["first in Net: repeated: not there → 3 times as ModuleList"],
        False,
    ),
    (
        SetWhen("Net", "a", Expr("width > 8")).apply,
        ["first in Net: condition: not there → width > 8"],
        False,
    ),
    (
        Delete("Net", frozenset({"b"})).apply,
        ["second in Net: node: Linear → not there"],
        False,
    ),
    (
        AddNodes("Net", (Node("c", "ReLU", "act"),)).apply,
        ["act in Net: node: not there → ReLU"],
        False,
    ),
    (
        Disconnect("Net", frozenset({WIRE})).apply,
        ["Net: wire first → second: connected → not there"],
        False,
    ),
    (
        Move("Net", (("a", (40.0, 0.0)), ("b", (80.0, 0.0)))).apply,
        ["Net: places of 2 nodes: as drawn → elsewhere"],
        True,
    ),
    (
        GroupNodes("Net", frozenset({"a", "b"}), "body").apply,
        ["first in Net: group", "second in Net: group", "Net: group body: not there → frame"],
        True,
    ),
    (
        lambda p: p.with_graph(
            "Net",
            replace(
                p.model.graph,
                nodes=tuple(replace(n, group="g") for n in p.model.graph.nodes),
                groups=(Group("g", "body", "Sequential"),),
            ),
        ),
        ["x in Net: group", "first", "second", "y", "Net: group body"],
        False,
    ),
    (
        lambda p: p.with_graph("Net", replace(p.model.graph, nodes=p.model.graph.nodes[::-1])),
        ["Net: order of the nodes: one → another"],
        False,
    ),
    (
        SetTraining(project().training.with_values(epochs=7)).apply,
        ["Training: epochs: 10 → 7"],
        True,
    ),
    (
        lambda p: replace(p, values=FrozenMap({"width": 32})),
        ["Model: value of width: 16 → 32"],
        False,
    ),
    (lambda p: replace(p, about=About()), ["About: task: Digits → empty"], True),
    (
        lambda p: replace(p, variants=(Variant("wide", FrozenMap({"width": 64})),)),
        ["Variants: wide: not there → width=64"],
        True,
    ),
    (
        lambda p: replace(p, blocks=p.blocks[:1]),
        ["Inner: block: 1 node → not there"],
        True,
    ),
    (lambda p: replace(p, blocks=p.blocks[::-1]), ["Project: order"], True),
    (on_model(note="Deep."), ["Net: note: empty → Deep."], True),
    (on_model(kind="Sequential"), ["Net: kind: Module → Sequential"], False),
    (
        on_model(parameters=(BlockParameter("width", "int", 20),)),
        ["Net: parameter width: int = 16 → int = 20"],
        False,
    ),
    (
        on_model(locals=(Local("half", Expr("width // 2")),)),
        ["Net: definition of half: not there → width // 2"],
        False,
    ),
    (
        on_model(requirements=(Requirement(Expr("width > 0"), "Wide enough"),)),
        ["Net: requirement width > 0: not there → Wide enough"],
        False,
    ),
    (
        on_model(initialisers=(Initialiser("Linear", "normal", FrozenMap({"std": 0.1})),)),
        ["Net: start of every Linear.weight: not there → normal(std=0.1)"],
        False,
    ),
    (
        on_model(ties=(Tie("b", "bias", "a", "bias"),)),
        ["Net: tie of second.bias: not there → first.bias"],
        False,
    ),
]


@pytest.mark.parametrize(("change", "said", "same"), CHANGES)
def test_each_kind_of_difference_is_named(change: Change, said: list[str], same: bool) -> None:
    here = project()
    there = change(here)
    assert here != there
    found = [str(difference) for difference in differences(here, there)]
    assert len(found) == len(said), found
    for sentence, start in zip(found, said, strict=True):
        assert sentence.startswith(start)
    assert is_same_model(here, there) is same
    assert is_same_model(there, here) is same
    assert len(differences(there, here)) == len(found)


def test_equal_projects_have_no_differences() -> None:
    assert differences(project(), project()) == ()
    assert is_same_model(project(), project())


def test_nodes_with_other_ids_are_known_by_their_names() -> None:
    here = project()
    graph = here.model.graph

    def other(port: Port) -> Port:
        return replace(port, node=f"{port.node}2")

    nodes = tuple(replace(node, id=f"{node.id}2") for node in graph.nodes)
    edges = tuple(Edge(other(edge.source), other(edge.target)) for edge in graph.edges)
    there = here.with_graph("Net", Graph(nodes, edges))
    changed = SetParam("Net", "a2", "bias", False).apply(there)
    assert [str(d) for d in differences(here, changed)] == ["first in Net: bias: True → False"]


def test_a_renamed_model_is_held_against_the_model() -> None:
    here = project()
    model = replace(here.model, name="Other")
    there = replace(here, root="Other", blocks=(model, here.blocks[1]))
    assert [str(d) for d in differences(here, there)] == ["Model: name: Net → Other"]


def test_several_edits_in_blocks_are_listed_in_the_order_of_the_model() -> None:
    here = project()
    edits = Sequence(
        (SetParam("Net", "b", "bias", False), SetParam("Net", "a", "bias", False)), "Edit"
    )
    places = [d.place for d in differences(here, edits.apply(here))]
    assert places == ["first in Net", "second in Net"]


@pytest.mark.parametrize("name", preset_names())
def test_presets_against_themselves_and_each_other(name: str) -> None:
    here = preset(name)
    assert differences(here, loads(dumps(here))) == ()
    assert is_same_model(here, loads(dumps(here)))
    other = preset("SimpleMLP" if name != "SimpleMLP" else "SimpleCNN")
    assert differences(here, other)
    assert not is_same_model(here, other)
