"""What may stand in the place of a node: the rules that hold in every project.

Whether it fits there, by its ports and shapes, is the business of `analysis`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.graph.values import Graph, Node
from nnstudio.project.refusal import Refusal
from nnstudio.symbols.article import with_article

OWN = (INPUT, OUTPUT, PARAMETER, BUFFER)
"""What is no layer: it neither stands in a place nor leaves its own to others."""
NO_GROUP_CONDITION = (
    "which would stand there where the condition of the group does not hold; make it a block first"
)
MOST = 20
"""Alternatives of one node."""


def alternatives_problem(graph: Graph) -> tuple[Node, str] | None:
    """The first node whose alternative cannot be one, and the reason; None if all can."""
    for node in graph.nodes:
        if node.instead is not None:
            problem = alternative_problem(graph, node)
            if problem is not None:
                return node, problem
    return None


def alternative_problem(graph: Graph, node: Node) -> str | None:
    """Reason why `node` cannot have the alternative that it names, in one sentence."""
    other = graph.by_id.get(node.instead or "")
    called = node.name or node.type
    if other is None:
        return f"{called} has an alternative that is not here: '{node.instead}'"
    told = other.name or other.type
    if node.type in OWN:
        return f"{with_article(node.type)} can have no alternative"
    if other.type in OWN:
        return f"{with_article(other.type)} can stand in no other place"
    if node.shares is not None:
        return f"{called} calls the module of another node: give that one the alternative"
    if any(n.instead == other.id and n.id != node.id for n in graph.nodes):
        return f"{told} can stand in one place only"
    if graph.incoming[other.id] or graph.outgoing[other.id]:
        return f"{told} has wires of its own, so it cannot take over those of {called}"
    if other.shares is not None or other.id in graph.shared:
        return f"{told} shares its module with another node, so it cannot stand in a place"
    if other.repeat is not None:
        return f"{told} is repeated as {called} is, so it can have no repeat of its own"
    chain = graph.alternatives(node)
    if chain[-1].instead is not None or node in chain:
        return f"{told} leads back to {called}: alternatives cannot go round in a circle"
    if len(chain) > MOST:
        return f"{called} has more than {MOST} alternatives"
    return None


def refuse_alternatives(graph: Graph) -> None:
    """Raise `Refusal` with the reason if an alternative in the graph cannot be one."""
    found = alternatives_problem(graph) if graph.standing_for else None
    if found is not None:
        raise Refusal(found[1])


def with_alternatives(graph: Graph, nodes: Iterable[str]) -> frozenset[str]:
    """Some nodes and all that stand in their places: what is copied, moved or deleted together."""
    chosen = set(nodes)
    if graph.standing_for:
        for node in [graph.by_id[n] for n in chosen if n in graph.by_id]:
            chosen.update(other.id for other in graph.alternatives(node))
    return frozenset(chosen)


def in_one_place(graph: Graph, nodes: Iterable[str]) -> frozenset[str]:
    """Some nodes, an alternative always with the node that it stands for and all its others."""
    return with_alternatives(graph, [graph.place_of(node) for node in nodes])


def without(graph: Graph, gone: Collection[str]) -> tuple[Node, ...]:
    """The nodes that are left, each with the next alternative that is left."""
    left = []
    for node in graph.nodes:
        if node.id in gone:
            continue
        if node.instead is not None and node.instead in gone:
            others = (n.id for n in graph.alternatives(node) if n.id not in gone)
            node = replace(node, instead=next(others, None))
        left.append(node)
    return tuple(left)
