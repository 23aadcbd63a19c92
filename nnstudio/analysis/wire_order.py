"""Containers whose members stand in another order than the wires, and the fix that sorts them.

A Sequential calls its members in the order in which they are declared. In another order than that
of the wires it cannot be called as one.
"""

from __future__ import annotations

from nnstudio.analysis.containers import Container, Structure, structure
from nnstudio.analysis.report import Fix
from nnstudio.graph.values import Node
from nnstudio.project.commands.order import DeclareTogether


def is_called_as_one(known: Structure, container: Container) -> bool:
    """True if the container is a link of a chain, by itself or within a larger one."""
    nodes = container.nodes()
    chain = known.chains.get(nodes[0].id)
    return chain is not None and set(nodes) <= set(chain.nodes)


def in_wire_order(known: Structure, container: Container | None) -> Fix | None:
    """The fix that declares the members (None: of the block) in the order of the wires.

    None if they have no such order, or if that alone would not make them one chain.
    """
    members = known.members if container is None else [container]
    nodes = [n for e in members for n in ([e] if isinstance(e, Node) else e.nodes())]
    order = _along_the_wires(known, nodes)
    if order is None or order == [node.id for node in nodes]:
        return None
    graph, block = known.block.graph, known.block
    first = min(graph.nodes.index(node) for node in nodes)
    behind = (n.id for n in graph.nodes[first:] if n.id not in order)
    name = container.group.name if container is not None else block.name
    title = f"Put {name} into the order of its wires"
    command = DeclareTogether(block.name, tuple(order), next(behind, None), title)
    sorted_project = command.apply(known.project)
    then = structure(sorted_project, sorted_project.by_name[block.name])
    if container is None:
        mended = then.is_sequence
    else:
        mended = is_called_as_one(then, then.containers[container.group.id])
    return Fix(title, command) if mended else None


def _along_the_wires(known: Structure, nodes: list[Node]) -> list[str] | None:
    """The ids in the order in which each feeds the next; None if they are no chain."""
    graph, inside = known.block.graph, {node.id for node in nodes}
    following: dict[str, str] = {}
    for node in nodes:
        targets = {edge.target.node for edge in graph.outgoing[node.id]} & inside
        if len(targets) > 1:
            return None
        following.update((node.id, target) for target in targets)
    starts = inside - set(following.values())
    if len(starts) != 1:
        return None
    order = [starts.pop()]
    while order[-1] in following:
        order.append(following[order[-1]])
    return order if len(order) == len(nodes) else None
