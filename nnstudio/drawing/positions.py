"""Places for the cards of a drawn block: left to right, as the canvas arranges them."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.graph.layout import arrange
from nnstudio.graph.values import Graph, Port
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Project

CARD = (184.0, 80.0)
PORT, FIRST_PORT = 24.0, 28.0
FIRST_ROW = {0: 60.0, 1: 68.0, 2: 84.0}
"""About the size of a card and where its ports are, by its lines of text below the title; the
canvas measures the real ones."""


def with_positions(project: Project, graph: Graph) -> Graph:
    """The graph with a place for every node."""
    sizes: dict[str, tuple[float, float]] = {}
    heights: tuple[dict[Port, float], dict[Port, float]] = ({}, {})
    for node in graph.placed:
        ports = node_ports(project, graph, node)
        rows = max(len(ports.inputs), len(ports.outputs))
        row = FIRST_ROW[bool(node.name) + bool(node.params)]
        sizes[node.id] = (CARD[0], CARD[1] if rows < 2 else row + rows * PORT)
        for side, known in zip(heights, (ports.outputs, ports.inputs), strict=True):
            first = FIRST_PORT if len(known) < 2 else row
            for k, port in enumerate(known):
                side[Port(node.id, port.name)] = first + k * PORT
    places = arrange(graph, sizes, *heights)
    nodes = tuple(
        replace(node, position=places.get(node.id, node.position)) for node in graph.nodes
    )
    return replace(graph, nodes=nodes)
