"""Orders and reach in a graph. All walks iterate: a chain of thousands of nodes is no problem."""

from __future__ import annotations

from collections.abc import Iterable

from nnstudio.graph.values import Graph


def topological(graph: Graph) -> tuple[str, ...] | None:
    """Node ids, sources first, declaration order where the wires leave it open; None if a cycle."""
    known = graph.noted_of_wires
    if topological not in known:
        known[topological] = _topological(graph)
    found: tuple[str, ...] | None = known[topological]
    return found


def _topological(graph: Graph) -> tuple[str, ...] | None:
    missing: dict[str, int] = {}
    for node in graph.nodes:
        ports = graph.incoming[node.id].values()
        missing[node.id] = len({port.node for port in ports}) if len(ports) > 1 else len(ports)
    ready = [node.id for node in reversed(graph.nodes) if not missing[node.id]]
    result: list[str] = []
    while ready:
        current = ready.pop()
        result.append(current)
        edges = graph.outgoing[current]
        targets = [edge.target.node for edge in reversed(edges)]
        for target in dict.fromkeys(targets) if len(targets) > 1 else targets:
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    return tuple(result) if len(result) == len(graph.nodes) else None


def find_cycle(graph: Graph) -> list[str]:
    """The ids of one cycle, in order; empty if there is none."""
    import networkx  # slow to import and needed only for the sentence about a cycle

    directed = networkx.DiGraph((e.source.node, e.target.node) for e in graph.edges)
    try:
        return [source for source, _ in networkx.find_cycle(directed)]
    except networkx.NetworkXNoCycle:
        return []


def upstream(graph: Graph, start: Iterable[str]) -> set[str]:
    """`start` and all nodes that lead to it."""
    seen = set(start)
    stack = list(seen)
    while stack:
        for source in graph.incoming[stack.pop()].values():
            if source.node not in seen:
                seen.add(source.node)
                stack.append(source.node)
    return seen


def downstream(graph: Graph, start: Iterable[str]) -> set[str]:
    """`start` and all nodes that it leads to."""
    seen = set(start)
    stack = list(seen)
    while stack:
        for edge in graph.outgoing[stack.pop()]:
            if edge.target.node not in seen:
                seen.add(edge.target.node)
                stack.append(edge.target.node)
    return seen


def would_cycle(graph: Graph, source: str, target: str) -> bool:
    """True if an edge from `source` to `target` would close a cycle."""
    return source in downstream(graph, [target])
