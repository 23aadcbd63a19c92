"""Where a new node stands beside those that are there: scene units, data flows to the right."""

from __future__ import annotations

from collections.abc import Iterable

from nnstudio.graph.order import downstream
from nnstudio.graph.values import Graph, Node

BEFORE, AFTER = 336.0, 304.0
"""From an Input to the first node, and from a node, with its width, to what follows."""
ROW = 120.0
_WIDTH, _HEIGHT = 200.0, 80.0

Position = tuple[float, float]


def behind(graph: Graph, node: Node) -> Position:
    """The first free place to the right of a node."""
    return _free(graph, (node.position[0] + AFTER, node.position[1]))


def in_front(graph: Graph, node: Node) -> Position:
    """The first free place to the left of a node."""
    return _free(graph, (node.position[0] - BEFORE, node.position[1]))


def below(graph: Graph, place: Position) -> Position:
    """The first free place in the row below."""
    return _free(graph, (place[0], place[1] + ROW))


def _free(graph: Graph, place: Position) -> Position:
    x, y = place
    while any(
        abs(n.position[0] - x) < _WIDTH and abs(n.position[1] - y) < _HEIGHT for n in graph.placed
    ):
        y += ROW
    return x, y


def make_room(
    graph: Graph, source: Node, targets: Iterable[Node]
) -> tuple[Position, tuple[tuple[str, Position], ...]]:
    """A place between a node and what it feeds, and the moves that make room for it."""
    x, y = source.position[0] + AFTER, source.position[1]
    ahead = [node for node in targets if node.position[0] > source.position[0]]
    if not ahead:
        return _free(graph, (x, y)), ()
    first = min(node.position[0] for node in ahead)
    by = x + AFTER - first
    if by <= 0:
        return (x, y), ()
    later = downstream(graph, [node.id for node in ahead])
    moved = [n for n in graph.placed if n.id in later and n.position[0] >= first]
    return (x, y), tuple((n.id, (n.position[0] + by, n.position[1])) for n in moved)
