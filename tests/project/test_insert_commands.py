"""Nodes that are put between others or in front and behind, and neighbours that change places."""

from __future__ import annotations

import pytest

from nnstudio.graph.values import FrozenMap, Port
from nnstudio.project.commands.add_input_output import AddInput, AddOutput
from nnstudio.project.commands.base import Command
from nnstudio.project.commands.graph import Move
from nnstudio.project.commands.group import GroupNodes
from nnstudio.project.commands.insert import AddPositions, Insert, SwapNeighbours
from nnstudio.project.values import Project
from tests.project.test_commands import done, ends, node, refusal, small, wire


def row() -> Project:
    """`small()` in a row, 304 apart."""
    return Move("Model", tuple((n, (304.0 * k, 0.0)) for k, n in enumerate("xcray"))).apply(small())


def new(before: Project, after: Project) -> list[str]:
    """The ids of the nodes that came."""
    return [n.id for n in after.model.graph.nodes if n.id not in before.model.graph.by_id]


def test_a_node_is_put_into_a_wire() -> None:
    before = row()
    project = done(before, Insert("Model", (wire("c", "r"),), "BatchNorm2d"))
    (norm,) = new(before, project)
    assert node(project, norm).name == "norm"
    assert ends(project) - ends(before) == {
        f"c.output -> {norm}.input",
        f"{norm}.output -> r.input",
    }
    assert [n.id for n in project.model.graph.nodes] == ["x", "c", norm, "r", "a", "y"]
    assert node(project, norm).position == (608.0, 0.0)
    assert [node(project, n).position[0] for n in "xcray"] == [0, 304, 912, 1216, 1520]


def test_all_wires_of_an_output_go_through_the_node() -> None:
    wires = (wire("x", "c"), wire("x", "a.input.1"))
    before = row()
    project = done(before, Insert("Model", wires, "Dropout", FrozenMap({"p": 0.1})))
    (drop,) = new(before, project)
    assert node(project, drop).params["p"] == 0.1
    assert {e.target.node for e in project.model.graph.outgoing["x"]} == {drop}
    assert {e.target.node for e in project.model.graph.outgoing[drop]} == {"c", "a"}


def test_a_node_joins_the_group_that_its_neighbours_share() -> None:
    grouped = GroupNodes("Model", frozenset("cr"), "body", "Sequential").apply(row())
    project = done(grouped, Insert("Model", (wire("c", "r"),), "Dropout"))
    (drop,) = new(grouped, project)
    assert node(project, drop).group == node(project, "c").group is not None
    outside = done(grouped, Insert("Model", (wire("r", "a.input.0"),), "Dropout"))
    (drop,) = new(grouped, outside)
    assert node(outside, drop).group is None


def test_a_place_is_free_even_where_wires_run_backwards() -> None:
    crowded = Move("Model", (("x", (900.0, 0.0)), ("c", (0.0, 0.0)), ("a", (1204.0, 0.0)))).apply(
        row()
    )
    project = done(crowded, Insert("Model", (wire("x", "c"),), "Dropout"))
    (drop,) = new(crowded, project)
    assert node(project, drop).position == (1204.0, 120.0)


def test_an_output_behind_and_an_input_before() -> None:
    before = row()
    project = done(
        before,
        AddOutput("Model", Port("r", "output")),
        AddInput("Model", Port("a", "input.2"), ("N", 8, "h", "w"), "int"),
    )
    output, x = new(before, project)
    assert ends(project) - ends(before) == {
        f"r.output -> {output}.input",
        f"{x}.output -> a.input.2",
    }
    assert (node(project, output).name, node(project, x).name) == ("output2", "x2")
    assert node(project, output).position == (912.0, 120.0)
    assert node(project, x).position == (576.0, 120.0)
    assert node(project, x).params == FrozenMap({"shape": ("N", 8, "h", "w"), "dtype": "int"})


def test_positions_are_added_to_all_that_an_output_feeds() -> None:
    before = row()
    project = done(before, AddPositions("Model", Port("x", "output"), (1, 8, 1, 1)))
    total, table = new(before, project)
    assert node(project, table).name == "positions"
    assert {e.target.node for e in project.model.graph.outgoing["x"]} == {total}
    assert {e.target.node for e in project.model.graph.outgoing[total]} == {"c", "a"}


def test_neighbours_change_places() -> None:
    grouped = GroupNodes("Model", frozenset("c"), "body", "Sequential").apply(row())
    project = done(grouped, SwapNeighbours("Model", "c", "r"))
    assert ends(project) == {
        "x.output -> r.input",
        "r.output -> c.input",
        "c.output -> a.input.0",
        "x.output -> a.input.1",
        "a.output -> y.input",
    }
    assert [n.id for n in project.model.graph.nodes] == ["x", "r", "c", "a", "y"]
    assert node(project, "r").position == (304.0, 0.0)
    assert node(project, "r").group == node(grouped, "c").group
    assert node(project, "c").group is None
    assert done(project, SwapNeighbours("Model", "r", "c")) == grouped


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (Insert("Model", (wire("c", "a"),), "ReLU"), "these are not here"),
        (Insert("Model", (wire("c", "r"), wire("a", "y")), "ReLU"), "come from one output"),
        (Insert("Model", (), "ReLU"), "come from one output"),
        (Insert("Model", (wire("c", "r"),), "Output"), "needs an input and an output"),
        (Insert("Model", (wire("c", "r"),), "Model"), "cannot contain"),
        (Insert("Other", (wire("c", "r"),), "ReLU"), "no block 'Other'"),
        (SwapNeighbours("Model", "x", "c"), "an input and an output can change"),
        (SwapNeighbours("Model", "r", "c"), "feeds nothing but the other"),
        (SwapNeighbours("Model", "r", "gone"), "no node 'gone'"),
        (AddOutput("Model", Port("gone", "output")), "no node 'gone'"),
        (AddOutput("Model", Port("c", "weights")), "no output 'weights'"),
        (AddInput("Model", Port("c", "weights"), ("N",)), "no input 'weights'"),
        (AddInput("Model", Port("c", "input"), ("N", 0)), "from 1 on"),
    ],
)
def test_refused(command: Command, sentence: str) -> None:
    assert sentence in refusal(small(), command)
