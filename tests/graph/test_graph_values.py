"""Graphs as values: maps, indexes, orders, reach."""

from __future__ import annotations

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.graph.order import downstream, find_cycle, topological, upstream, would_cycle
from nnstudio.graph.values import Edge, FrozenMap, Graph, Group, Node, Port, new_id


def wire(source: str, target: str, port: str = "input") -> Edge:
    return Edge(Port(source, "output"), Port(target, port))


@st.composite
def graphs(draw: st.DrawFn, cyclic: bool = False) -> Graph:
    count = draw(st.integers(1, 12))
    nodes = tuple(Node(f"n{k}", "X") for k in draw(st.permutations(range(count))))
    edges = set()
    for _ in range(draw(st.integers(0, 2 * count))):
        a, b = draw(st.integers(0, count - 1)), draw(st.integers(0, count - 1))
        if a != b and (cyclic or a < b):
            edges.add(wire(f"n{a}", f"n{b}", f"input{a}"))
    return Graph(nodes, tuple(sorted(edges)))


def test_frozen_maps() -> None:
    one = FrozenMap({"a": 1})
    assert one.with_("b", 2).without("b") == one
    assert hash(FrozenMap({"a": 1, "b": 2})) == hash(FrozenMap({"b": 2, "a": 1}))
    assert one != FrozenMap({"a": True})
    assert one != FrozenMap({"a": 1.0})
    assert one != {"a": 1}
    assert one.without("z") == one
    assert dict(one) == {"a": 1}
    with pytest.raises(TypeError):
        one["b"] = 2  # type: ignore[index]


def test_indexes() -> None:
    graph = Graph(
        (Node("a", "X", group="g"), Node("b", "Y"), Node("c", "X", group="h")),
        (wire("a", "b"), wire("a", "c")),
        (Group("g", "inner", parent="h"), Group("h", "outer")),
    )
    assert graph.incoming["b"] == {"input": Port("a", "output")}
    assert graph.outgoing["a"] == graph.edges
    assert [n.id for n in graph.of_type("X")] == ["a", "c"]
    assert [n.id for n in graph.members("h")] == ["c"]
    assert graph.ancestry("g") == ("g", "h")
    assert graph.ancestry(None) == ()
    assert graph.with_node(Node("b", "Z")).by_id["b"].type == "Z"
    assert len({new_id() for _ in range(1000)}) == 1000


@given(graphs())
def test_order_respects_every_wire(graph: Graph) -> None:
    order = topological(graph)
    assert order is not None
    assert sorted(order) == sorted(graph.by_id)
    assert all(order.index(e.source.node) < order.index(e.target.node) for e in graph.edges)
    assert find_cycle(graph) == []


@given(graphs(cyclic=True))
def test_cycles_and_reach_agree_with_networkx(graph: Graph) -> None:
    reference = networkx.DiGraph()
    reference.add_nodes_from(graph.by_id)
    reference.add_edges_from((e.source.node, e.target.node) for e in graph.edges)
    acyclic = networkx.is_directed_acyclic_graph(reference)
    assert (topological(graph) is not None) == acyclic
    cycle = find_cycle(graph)
    assert bool(cycle) != acyclic
    for a, b in zip(cycle, cycle[1:] + cycle[:1], strict=True):
        assert reference.has_edge(a, b)
    for node in graph.by_id:
        assert downstream(graph, [node]) == networkx.descendants(reference, node) | {node}
        assert upstream(graph, [node]) == networkx.ancestors(reference, node) | {node}
        for other in graph.by_id:
            reaches = other in networkx.descendants(reference, node) | {node}
            assert would_cycle(graph, other, node) == reaches


def test_long_chains_do_not_recurse() -> None:
    count = 5000
    nodes = tuple(Node(f"n{k}", "X") for k in range(count))
    graph = Graph(nodes, tuple(wire(f"n{k}", f"n{k + 1}") for k in range(count - 1)))
    assert topological(graph) == tuple(n.id for n in nodes)
    assert len(downstream(graph, ["n0"])) == count
