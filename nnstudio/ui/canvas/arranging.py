"""Laying a graph out afresh: the measures of its cards, given to the layout of `graph`."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from nnstudio.graph.layout import arrange
from nnstudio.graph.values import Graph, Port
from nnstudio.ui.canvas.items import style as metrics
from nnstudio.ui.canvas.items.style import advance, snap
from nnstudio.ui.canvas.scene import CanvasScene

# The layout leaves this much between columns; a shape that needs more makes its card count wider.
_COLUMN_GAP = 64.0
_AROUND_PILL = 44.0


def arrange_cards(scene: CanvasScene) -> dict[str, QPointF]:
    """Find a place for every card of a scene: chains run level, shapes have room."""
    pills: dict[str, float] = {}
    for edge, wire in scene.picture.wires.items():
        if wire.changes:
            width = advance(scene.look.mono_font, wire.label) + 2 * metrics.PILL_PAD
            pills[edge.source.node] = max(pills.get(edge.source.node, 0.0), width)
    sizes: dict[str, tuple[float, float]] = {}
    heights: dict[str, dict[Port, float]] = {"in": {}, "out": {}}
    for node, item in scene.nodes.items():
        g = item.geometry
        more = max(0.0, pills.get(node, 0.0) + _AROUND_PILL - _COLUMN_GAP)
        sizes[node] = (g.width + snap(more + metrics.GRID / 2 - 1), g.height)
        for side, ports in (("in", g.inputs), ("out", g.outputs)):
            heights[side].update({Port(node, name): place.y() for name, place in ports})
    cards = scene.picture.cards
    graph = Graph(scene.graph.placed, tuple(scene.picture.wires), scene.graph.groups)
    found = arrange(graph, sizes, heights["out"], heights["in"])
    return {n: QPointF(x, y) for n, (x, y) in found.items() if n in cards}
