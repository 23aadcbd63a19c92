"""Walking with the arrow keys: along the wires, and from row to row. No Qt widget."""

from __future__ import annotations

from typing import Literal

from nnstudio.graph.order import downstream, upstream
from nnstudio.graph.values import Graph

Direction = Literal["left", "right", "up", "down"]

Places = dict[str, tuple[float, float]]


def step(graph: Graph, places: Places, node: str | None, direction: Direction) -> str | None:
    """Find the node that an arrow key leads to; from nowhere, the leftmost one."""
    if not places:
        return None
    if node is None or node not in places:
        return min(places, key=lambda n: (places[n][0], places[n][1]))
    if direction in ("left", "right"):
        return _along(graph, places, node, direction) or _nearest(places, node, direction)
    return _nearest(places, node, direction)


def chain(graph: Graph, nodes: frozenset[str]) -> frozenset[str]:
    """Find the nodes, all that leads to them and all they lead to."""
    return frozenset(upstream(graph, nodes) | downstream(graph, nodes))


def _along(graph: Graph, places: Places, node: str, direction: Direction) -> str | None:
    if direction == "right":
        reached = [edge.target.node for edge in graph.outgoing[node]]
    else:
        reached = [port.node for port in graph.incoming[node].values()]
    if not reached:
        return None
    x, y = places[node]
    # The nearest in the same row is the way on; a shortcut further off is reached by its end.
    return min(reached, key=lambda n: abs(places[n][0] - x) + 2 * abs(places[n][1] - y))


def _nearest(places: Places, node: str, direction: Direction) -> str | None:
    x, y = places[node]
    best: tuple[float, str] | None = None
    for other, (ox, oy) in places.items():
        dx, dy = ox - x, oy - y
        ahead, beside = {
            "left": (-dx, dy),
            "right": (dx, dy),
            "up": (-dy, dx),
            "down": (dy, dx),
        }[direction]
        if ahead < 8 or other == node:
            continue
        far = ahead + 2 * abs(beside)
        if best is None or far < best[0]:
            best = far, other
    return best[1] if best else None
