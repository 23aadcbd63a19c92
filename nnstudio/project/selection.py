"""A part of a graph, cut out: the groups that it holds whole, the wires among its nodes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from nnstudio.graph.values import (
    Graph,
    Group,
)
from nnstudio.project.alternatives import with_alternatives


def whole_groups(graph: Graph, nodes: Collection[str]) -> tuple[Group, ...]:
    """The groups all of whose nodes, directly or deep, are among `nodes`."""
    partly = {
        group
        for node in graph.nodes
        if node.id not in nodes
        for group in graph.ancestry(node.group)
    }
    reached = {
        group for node in graph.nodes if node.id in nodes for group in graph.ancestry(node.group)
    }
    found = [group for group in graph.groups if group.id in reached - partly]
    ids = {group.id for group in found}
    return tuple(replace(g, parent=g.parent if g.parent in ids else None) for g in found)


def subgraph(graph: Graph, nodes: Collection[str]) -> Graph:
    """The part of `graph` that consists of `nodes`; who shared a module outside gets its own.

    What stands in their places comes with them.
    """
    nodes = with_alternatives(graph, nodes)
    groups = whole_groups(graph, nodes)
    ids = {group.id for group in groups}
    chosen = []
    for node in graph.nodes:
        if node.id not in nodes:
            continue
        inner = next((g for g in graph.ancestry(node.group) if g in ids), None)
        if node.shares is not None and node.shares not in nodes:
            node = replace(node, shares=None, params=graph.by_id[node.shares].params)
        chosen.append(replace(node, group=inner))
    edges = [e for e in graph.edges if e.source.node in nodes and e.target.node in nodes]
    return Graph(tuple(chosen), tuple(edges), groups)
