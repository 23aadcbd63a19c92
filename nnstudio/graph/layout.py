"""Arrange a graph from left to right: a position for every node.

A group whose members could be drawn as one box is laid out by itself and then placed as that
box, so that no foreign node lies in its frame. Nothing is wrapped; same graph, same picture.
"""

from __future__ import annotations

from collections.abc import Mapping

from nnstudio.graph.layers import Wire, on_grid, places
from nnstudio.graph.order import topological
from nnstudio.graph.values import Graph, Port

Size = tuple[float, float]
Position = tuple[float, float]

FRAME_SIDE = 32.0
FRAME_TOP = 48.0
FRAME_BOTTOM = 32.0
DEFAULT_SIZE: Size = (160.0, 64.0)


def arrange(
    graph: Graph,
    sizes: Mapping[str, Size],
    outputs: Mapping[Port, float] | None = None,
    inputs: Mapping[Port, float] | None = None,
) -> dict[str, Position]:
    """The top left corner of each node, on a grid of 8, the leftmost and topmost at 0.

    `sizes` are the cards' widths and heights by node id; `outputs` and `inputs` the heights of
    the ports below the tops of the cards (0 where not given, so that tops are in line). At least
    64 lie between columns and 40 between rows. Nodes on a cycle keep their order.
    """
    if not graph.nodes:
        return {}
    graph = Graph(graph.placed, graph.edges, graph.groups) if graph.standing_for else graph
    order = topological(graph)
    edges = graph.edges
    if order is None:  # only a broken graph has a cycle: draw the wires that run forwards
        rank = {node.id: k for k, node in enumerate(graph.nodes)}
        edges = tuple(e for e in edges if rank[e.source.node] < rank[e.target.node])
        graph = Graph(graph.nodes, edges, graph.groups)
    arrangement = _Arrangement(graph, sizes, outputs or {}, inputs or {})
    _, found = arrangement.inside(None)
    left = min(x for x, _ in found.values())
    top = min(y for _, y in found.values())
    return {node.id: (found[node.id][0] - left, found[node.id][1] - top) for node in graph.nodes}


class _Arrangement:
    def __init__(
        self,
        graph: Graph,
        sizes: Mapping[str, Size],
        outputs: Mapping[Port, float],
        inputs: Mapping[Port, float],
    ) -> None:
        self.graph = graph
        self.sizes = sizes
        self.outputs = outputs
        self.inputs = inputs
        self.chains = {node.id: graph.ancestry(node.group)[::-1] for node in graph.nodes}
        self.boxed = self._boxed_groups()

    def _boxed_groups(self) -> set[str]:
        """Groups that can be drawn as one box: no wire leaves them and comes back.

        Taken one by one, outer ones first; a group that would close a cycle is left out.
        """
        everyone = {group.id for group in self.graph.groups}
        if self._is_acyclic(everyone):
            return everyone
        boxed: set[str] = set()
        by_depth = sorted(self.graph.groups, key=lambda g: len(self.graph.ancestry(g.id)))
        for group in by_depth:
            if self._is_acyclic(boxed | {group.id}):
                boxed.add(group.id)
        return boxed

    def _is_acyclic(self, boxed: set[str]) -> bool:
        """True if, level by level, the boxes can be put into an order."""
        levels: dict[str | None, dict[str, set[str]]] = {}
        for edge in self.graph.edges:
            home, source, target = self._ends(edge.source.node, edge.target.node, boxed)
            if source != target:
                levels.setdefault(home, {}).setdefault(source, set()).add(target)
        return all(_can_be_ordered(level) for level in levels.values())

    def _ends(self, source: str, target: str, boxed: set[str]) -> tuple[str | None, str, str]:
        """The innermost box around both nodes, and what stands for each of them in it."""
        left = [g for g in self.chains[source] if g in boxed]
        right = [g for g in self.chains[target] if g in boxed]
        depth = 0
        while depth < min(len(left), len(right)) and left[depth] == right[depth]:
            depth += 1
        return (
            left[depth - 1] if depth else None,
            left[depth] if depth < len(left) else source,
            right[depth] if depth < len(right) else target,
        )

    def inside(self, group: str | None) -> tuple[Size, dict[str, Position]]:
        """Size of the box and positions of all nodes in a group (None: the whole graph)."""
        members = self.members()
        return self._place_items(group, members, self._wires())

    def members(self) -> dict[str | None, list[str]]:
        """For each box its boxes and nodes, in declaration order."""
        found: dict[str | None, list[str]] = {}
        for node in self.graph.nodes:
            chain: list[str | None] = [None, *(g for g in self.chains[node.id] if g in self.boxed)]
            for outer, inner in zip(chain, [*chain[1:], node.id], strict=True):
                row = found.setdefault(outer, [])
                assert inner is not None
                if inner not in row[-1:] and inner not in row:
                    row.append(inner)
        return found

    def _wires(self) -> dict[str | None, list[tuple[str, str, Port, Port]]]:
        """For each box the wires between its members."""
        found: dict[str | None, list[tuple[str, str, Port, Port]]] = {}
        for edge in self.graph.edges:
            home, source, target = self._ends(edge.source.node, edge.target.node, self.boxed)
            found.setdefault(home, []).append((source, target, edge.source, edge.target))
        return found

    def _place_items(
        self,
        group: str | None,
        members: dict[str | None, list[str]],
        wires: dict[str | None, list[tuple[str, str, Port, Port]]],
    ) -> tuple[Size, dict[str, Position]]:
        items = members.get(group, [])
        index = {item: k for k, item in enumerate(items)}
        sizes: list[Size] = []
        within: dict[str, tuple[str, Position]] = {}
        for item in items:
            if item in self.boxed:
                size, inner = self._place_items(item, members, wires)
                sizes.append(size)
                within.update({node: (item, at) for node, at in inner.items()})
            else:
                sizes.append(self.sizes.get(item, DEFAULT_SIZE))
                within[item] = (item, (0.0, 0.0))
        drawn = [
            Wire(
                index[source],
                index[target],
                within[leaves.node][1][1] + self.outputs.get(leaves, 0.0),
                within[enters.node][1][1] + self.inputs.get(enters, 0.0),
            )
            for source, target, leaves, enters in wires.get(group, [])
        ]
        corners = dict(zip(items, places(sizes, drawn), strict=True))
        dx, dy = (0.0, 0.0) if group is None else (FRAME_SIDE, FRAME_TOP)
        found = {
            node: (corners[item][0] + x + dx, corners[item][1] + y + dy)
            for node, (item, (x, y)) in within.items()
        }
        width = max(corners[i][0] + s[0] for i, s in zip(items, sizes, strict=True))
        height = max(corners[i][1] + s[1] for i, s in zip(items, sizes, strict=True))
        if group is None:
            return (width, height), found
        return (
            on_grid(width + 2 * FRAME_SIDE),
            on_grid(height + FRAME_TOP + FRAME_BOTTOM),
        ), found


def _can_be_ordered(ahead: Mapping[str, set[str]]) -> bool:
    missing: dict[str, int] = dict.fromkeys(ahead, 0)
    for targets in ahead.values():
        for target in targets:
            missing[target] = missing.get(target, 0) + 1
    ready = [item for item, count in missing.items() if not count]
    done = 0
    while ready:
        done += 1
        for target in ahead.get(ready.pop(), ()):
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    return done == len(missing)
