"""Places for the cards of a drawn block: left to right, as the canvas arranges them."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.catalog import registry
from nnstudio.catalog.layer import AUTO
from nnstudio.graph.layout import arrange
from nnstudio.graph.values import Graph, Node, Port
from nnstudio.picture.card_size import card_rows, card_width, on_grid, port_heights
from nnstudio.picture.cards import Card, card
from nnstudio.project.values import Project

SHAPE_ROOM = 56.0
"""More between two columns than the layout leaves: the shape that a wire carries stands there."""
_SIZE, _SHAPE, _COUNT = "0000 → ", "N × 000 × 000 × 000", "00,000,000"


def with_positions(project: Project, graph: Graph) -> Graph:
    """The graph with a place for every node."""
    sizes: dict[str, tuple[float, float]] = {}
    heights: tuple[dict[Port, float], dict[Port, float]] = ({}, {})
    for node in graph.placed:
        shown = _when_analysed(card(project, graph, node), node)
        rows = card_rows(shown)
        sizes[node.id] = (on_grid(card_width(shown) + SHAPE_ROOM), rows.height)
        for side, faces in zip(heights, (shown.outputs, shown.inputs), strict=True):
            known = port_heights([face.name for face in faces], rows)
            side.update({Port(node.id, name): y for name, y in known})
    places = arrange(graph, sizes, *heights)
    nodes = tuple(
        replace(node, position=places.get(node.id, node.position)) for node in graph.nodes
    )
    return replace(graph, nodes=nodes)


def _when_analysed(shown: Card, node: Node) -> Card:
    """The card with room for what will stand on it when the sizes in the block are known."""
    if shown.kind in ("input", "output"):
        return replace(shown, facts=max(shown.facts, _SHAPE, key=len))
    if shown.kind == "block":
        return replace(shown, facts=_SIZE + shown.facts, count=_COUNT)
    layer = registry.find(node.type)
    derives = layer is not None and any(param.default is AUTO for param in layer.params)
    return replace(shown, facts=_SIZE + shown.facts, count=_COUNT) if derives else shown
