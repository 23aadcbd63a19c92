"""What lies under a place: port, node, wire, or a group's title. Plain arithmetic, no Qt index.

So it works for hidden items too, when the graph is drawn from far away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from nnstudio.graph.values import Edge, Port
from nnstudio.project.ports import Side
from nnstudio.ui.canvas.items.group_item import GroupItem
from nnstudio.ui.canvas.items.node_item import NodeItem
from nnstudio.ui.canvas.items.style import PORT, SHAPE_FROM
from nnstudio.ui.canvas.items.wire_item import WireItem

PORT_REACH = 10.0
WIRE_REACH = 6.0


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing under the mouse; a port comes with its node, all None in the open."""

    node: str | None = None
    side: Side | None = None
    port: str | None = None
    edge: Edge | None = None
    group: str | None = None

    @property
    def empty(self) -> bool:
        """True if there is nothing."""
        return self.node is None and self.edge is None and self.group is None

    @property
    def at_port(self) -> Port | None:
        """The port as an end of an edge."""
        return Port(self.node, self.port) if self.node and self.port is not None else None


def find(
    nodes: Mapping[str, NodeItem],
    wires: Mapping[Edge, WireItem],
    groups: Mapping[str, GroupItem],
    at: QPointF,
    scale: float,
) -> Hit:
    """Find the topmost thing at a place; from far away there are only nodes."""
    near = scale >= SHAPE_FROM
    reach = min(max(PORT_REACH / scale, PORT_REACH), 2 * PORT_REACH)
    x, y = at.x(), at.y()
    node_hit = Hit()
    for node_id, item in reversed(list(nodes.items())):
        place = item.pos()
        left, top = x - place.x(), y - place.y()
        geometry = item.geometry
        if not (
            -reach <= left <= geometry.width + reach and -reach <= top <= geometry.height + reach
        ):
            continue
        if near and (port := _port(item, left, top, reach)):
            return Hit(node=node_id, side=port[0], port=port[1])
        inside = 0 <= left <= geometry.width and 0 <= top <= geometry.height
        if node_hit.node is None and inside:
            node_hit = Hit(node=node_id)
    if node_hit.node is not None or not near:
        return node_hit
    for group_id, group in sorted(groups.items(), key=lambda pair: -pair[1].frame.depth):
        if group.isVisible() and group.title_rect().contains(at):
            return Hit(group=group_id)
    edge = nearest_wire(wires, at, max(WIRE_REACH / scale, WIRE_REACH))
    return Hit(edge=edge)


def _port(item: NodeItem, left: float, top: float, reach: float) -> tuple[Side, str] | None:
    best: tuple[float, Side, str] | None = None
    geometry = item.geometry
    sides: tuple[tuple[Side, tuple[tuple[str, QPointF], ...]], ...] = (
        ("in", geometry.inputs),
        ("out", geometry.outputs),
    )
    for side, ports in sides:
        for name, place in ports:
            dx, dy = abs(place.x() - left), abs(place.y() - top)
            # Within the card only the dot itself counts, so that its rim does not steal the card.
            into = left - place.x() if side == "in" else place.x() - left
            if dy <= reach and dx <= (PORT if into > 0 else reach):
                far = dx + dy
                if best is None or far < best[0]:
                    best = far, side, name
    return (best[1], best[2]) if best else None


def nearest_wire(
    wires: Mapping[Edge, WireItem], at: QPointF, reach: float, leaving_out: str | None = None
) -> Edge | None:
    """Find the wire nearest to a place, within `reach`; not those of one node."""
    best: tuple[float, Edge] | None = None
    for edge, item in wires.items():
        if leaving_out in (edge.source.node, edge.target.node):
            continue
        far = item.distance(at.x(), at.y(), reach)
        if far is not None and (best is None or far < best[0]):
            best = far, edge
    return best[1] if best else None


def within(nodes: Mapping[str, NodeItem], rect: QRectF) -> frozenset[str]:
    """Find the nodes that a box touches."""
    return frozenset(node_id for node_id, item in nodes.items() if rect.intersects(item.rect()))
