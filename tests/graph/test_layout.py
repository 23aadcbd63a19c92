"""The automatic layout: no overlap, left to right, straight chains, frames without strangers."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nnstudio.graph.layers import GAP_X, GAP_Y, space_out
from nnstudio.graph.layout import FRAME_BOTTOM, FRAME_SIDE, FRAME_TOP, arrange
from nnstudio.graph.values import Edge, Graph, Group, Node, Port
from tests.profiles import examples

Sizes = dict[str, tuple[float, float]]


def wire(source: str, target: str, port: str = "input") -> Edge:
    return Edge(Port(source, "output"), Port(target, port))


def chain(count: int) -> Graph:
    nodes = tuple(Node(f"n{k}", "ReLU") for k in range(count))
    return Graph(nodes, tuple(wire(f"n{k}", f"n{k + 1}") for k in range(count - 1)))


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Graph, Sizes]:
    count = draw(st.integers(1, 25))
    depth = draw(st.integers(0, 4))
    groups = tuple(
        Group(f"g{k}", "g", parent=draw(st.sampled_from([None, *(f"g{j}" for j in range(k))])))
        for k in range(depth)
    )
    homes = st.sampled_from([None, *(g.id for g in groups)])
    nodes = tuple(Node(f"n{k}", "X", group=draw(homes)) for k in range(count))
    edges = []
    for k in range(1, count):
        for port in range(draw(st.integers(0, 2))):
            edges.append(wire(f"n{draw(st.integers(0, k - 1))}", f"n{k}", f"input{port}"))
    size = st.tuples(st.integers(40, 260).map(float), st.integers(20, 200).map(float))
    return Graph(nodes, tuple(edges), groups), {n.id: draw(size) for n in nodes}


def box(identifier: str, places: Sizes, sizes: Sizes) -> tuple[float, float, float, float]:
    (x, y), (w, h) = places[identifier], sizes[identifier]
    return x, y, x + w, y + h


def frame(graph: Graph, group: str, places: Sizes, sizes: Sizes) -> tuple[float, ...]:
    boxes = [box(n.id, places, sizes) for n in graph.nodes if group in graph.ancestry(n.group)]
    return (
        min(b[0] for b in boxes) - FRAME_SIDE,
        min(b[1] for b in boxes) - FRAME_TOP,
        max(b[2] for b in boxes) + FRAME_SIDE,
        max(b[3] for b in boxes) + FRAME_BOTTOM,
    )


def overlap(a: tuple[float, ...], b: tuple[float, ...], x: float = 0.0, y: float = 0.0) -> bool:
    return a[0] < b[2] + x and b[0] < a[2] + x and a[1] < b[3] + y and b[1] < a[3] + y


def between_two() -> tuple[Graph, Sizes]:
    """Two boxes at half a step of the grid, 9 steps apart, that feed two places of one frame."""
    homes = {"n2": "g", "n6": "g", "n10": "g"}
    heights = {"n1": 20.0, "n2": 64.0, "n5": 31.0, "n6": 64.0, "n8": 20.0, "n10": 20.0}
    nodes = tuple(Node(i, "X", group=homes.get(i)) for i in heights)
    edges = (wire("n1", "n2"), wire("n8", "n10", "input0"), wire("n5", "n10", "input1"))
    return Graph(nodes, edges, (Group("g", "g"),)), {i: (40.0, h) for i, h in heights.items()}


@examples(150)
@given(graphs())
@example(between_two())
def test_every_layout_is_readable(case: tuple[Graph, Sizes]) -> None:
    graph, sizes = case
    places = arrange(graph, sizes)
    assert list(places) == [n.id for n in graph.nodes]
    assert arrange(graph, sizes) == places
    assert min(x for x, _ in places.values()) == 0
    assert min(y for _, y in places.values()) == 0
    assert all(x % 8 == 0 and y % 8 == 0 for x, y in places.values())
    for one, two in combinations(graph.nodes, 2):
        a, b = box(one.id, places, sizes), box(two.id, places, sizes)
        assert not overlap(a, b, y=GAP_Y), (one.id, two.id)
    for edge in graph.edges:
        left, right = edge.source.node, edge.target.node
        assert places[right][0] - places[left][0] - sizes[left][0] >= GAP_X


@examples(100)
@given(graphs())
def test_frames_hold_no_strangers(case: tuple[Graph, Sizes]) -> None:
    graph, sizes = case
    # groups that wires cannot leave and enter again: runs of neighbours in a chain
    ids = [n.id for n in graph.nodes]
    third = max(1, len(ids) // 3)
    nodes = tuple(
        Node(i, "X", group=("a", "b", None)[min(k // third, 2)]) for k, i in enumerate(ids)
    )
    graph = Graph(nodes, graph.edges, (Group("a", "a"), Group("b", "b")))
    places = arrange(graph, sizes)
    for group in {n.group for n in nodes if n.group}:
        around = frame(graph, str(group), places, sizes)
        for node in nodes:
            if node.group != group:
                assert not overlap(around, box(node.id, places, sizes)), (group, node.id)


def test_a_chain_is_straight() -> None:
    places = arrange(chain(20), {f"n{k}": (150.0, 40.0 + 16 * (k % 5)) for k in range(20)})
    assert {y for _, y in places.values()} == {0.0}
    lefts = [places[f"n{k}"][0] for k in range(20)]
    assert all(b - a >= 150 + GAP_X for a, b in pairwise(lefts))


def test_the_ports_of_a_chain_are_level() -> None:
    graph = chain(4)
    outputs = {Port(f"n{k}", "output"): 24.0 + 8 * k for k in range(4)}
    inputs = {Port(f"n{k}", "input"): 40.0 for k in range(4)}
    places = arrange(graph, {}, outputs, inputs)
    for edge in graph.edges:
        leaves = places[edge.source.node][1] + outputs[edge.source]
        assert leaves == places[edge.target.node][1] + inputs[edge.target]


def test_a_shortcut_leaves_the_main_chain_straight() -> None:
    graph = chain(6)
    graph = Graph(graph.nodes, (*graph.edges, wire("n1", "n4", "other")))
    places = arrange(graph, {})
    assert len({y for _, y in places.values()}) == 1
    side = Graph(
        (*graph.nodes, Node("s", "X")), (*graph.edges[:-1], wire("n1", "s"), wire("s", "n4", "b"))
    )
    places = arrange(side, {})
    assert len({places[f"n{k}"][1] for k in range(6)}) == 1
    assert places["s"][1] != places["n2"][1]


def test_sources_stand_beside_what_they_feed() -> None:
    graph = chain(6)
    graph = Graph(
        (*graph.nodes, Node("token", "Parameter")), (*graph.edges, wire("token", "n4", "b"))
    )
    places = arrange(graph, {})
    assert places["token"][0] == places["n3"][0]


def test_two_branches_do_not_cross() -> None:
    nodes = tuple(Node(i, "X") for i in ("x", "a1", "b1", "b2", "a2", "y"))
    edges = (
        wire("x", "a1"),
        wire("x", "b1"),
        wire("a1", "a2"),
        wire("b1", "b2"),
        wire("a2", "y", "0"),
        wire("b2", "y", "1"),
    )
    places = arrange(Graph(nodes, edges), {})
    assert (places["a1"][1] < places["b1"][1]) == (places["a2"][1] < places["b2"][1])


def test_parts_without_wires_lie_below_each_other() -> None:
    places = arrange(Graph(tuple(Node(f"n{k}", "X") for k in range(3))), {})
    assert [places[f"n{k}"] for k in range(3)] == [(0.0, 0.0), (0.0, 104.0), (0.0, 208.0)]


def test_empty_and_broken_graphs() -> None:
    assert arrange(Graph(), {}) == {}
    cycle = Graph(chain(3).nodes, (*chain(3).edges, wire("n2", "n0")))
    assert len(arrange(cycle, {})) == 3


@pytest.mark.parametrize("count", [1000])
def test_large_graphs(count: int) -> None:
    graph = chain(count)
    far = tuple(wire(f"n{k}", f"n{count - 1 - k}", "skip") for k in range(count // 2 - 2))
    places = arrange(Graph(graph.nodes, (*graph.edges, *far)), {})
    assert len(set(places.values())) == count


@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(0.5, 10), st.floats(0, 100)), min_size=1))
def test_spacing_keeps_the_order_and_the_distances(rows: list[tuple[float, float, float]]) -> None:
    wishes, weights, heights = (list(column) for column in zip(*rows, strict=True))
    found = space_out(wishes, weights, heights)
    for k in range(len(rows) - 1):
        assert found[k + 1] - found[k] >= heights[k] - 1e-6
    apart = all(b - a >= h for a, b, h in zip(wishes, wishes[1:], heights, strict=False))
    if apart:
        assert found == pytest.approx(wishes, abs=1e-6)
