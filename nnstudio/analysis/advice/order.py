"""A Sequential whose members stand in another order than the wires is not called as one."""

from __future__ import annotations

from collections.abc import Iterator

from nnstudio.analysis.advice.neighbours import say
from nnstudio.analysis.containers import Container, structure
from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.report import Problem
from nnstudio.analysis.wire_order import in_wire_order, is_called_as_one
from nnstudio.graph.values import Node
from nnstudio.project.values import Block, Project


def sequentials_out_of_order(project: Project, block: Block) -> Iterator[Problem]:
    """The first member of each Sequential that is fed by one behind it, if sorting mends it."""
    graph = block.graph
    place = {node.id: k for k, node in enumerate(graph.nodes)}
    if all(group.kind != "Sequential" for group in graph.groups) or all(
        place[edge.source.node] < place[edge.target.node] for edge in graph.edges
    ):
        return
    known = structure(project, block)
    advised: set[str] = set()
    for container in known.containers.values():
        around = graph.ancestry(container.group.parent)
        if container.group.kind != "Sequential" or advised & set(around):
            continue
        early = _first_backward_wire(block, container)
        if early is None or is_called_as_one(known, container):
            continue
        fix = in_wire_order(known, container)
        if fix is None:
            continue
        advised.add(container.group.id)
        node, later = early
        name = container.group.name
        sentence = (
            f"stands before {label(later)} in {name} but is fed by it, so {name} is called member "
            "by member and not as one; put its members into the order of the wires"
        )
        yield say(block, node, "advice", sentence, fix)


def _first_backward_wire(block: Block, container: Container) -> tuple[Node, Node] | None:
    nodes = container.nodes()
    place = {node.id: k for k, node in enumerate(nodes)}
    for k, node in enumerate(nodes):
        for source in block.graph.incoming[node.id].values():
            if place.get(source.node, -1) > k:
                return node, nodes[place[source.node]]
    return None
