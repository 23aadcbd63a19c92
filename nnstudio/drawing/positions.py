"""Places for the cards of a drawn block: left to right, as the canvas arranges them."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.graph.layout import arrange
from nnstudio.graph.values import Graph, Port
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Project

CARD = (184.0, 80.0)
PORT, FIRST_PORT = 24.0, 28.0
"""About the size of a card and the distance of its ports; the canvas measures the real ones."""


def with_positions(project: Project, graph: Graph) -> Graph:
    """The graph with a place for every node."""
    sizes: dict[str, tuple[float, float]] = {}
    heights: tuple[dict[Port, float], dict[Port, float]] = ({}, {})
    for node in graph.nodes:
        ports = node_ports(project, graph, node)
        rows = max(len(ports.inputs), len(ports.outputs))
        sizes[node.id] = (CARD[0], max(CARD[1], FIRST_PORT + rows * PORT))
        for side, known in zip(heights, (ports.outputs, ports.inputs), strict=True):
            for k, port in enumerate(known):
                side[Port(node.id, port.name)] = FIRST_PORT + k * PORT
    places = arrange(graph, sizes, *heights)
    nodes = tuple(replace(node, position=places[node.id]) for node in graph.nodes)
    return replace(graph, nodes=nodes)
