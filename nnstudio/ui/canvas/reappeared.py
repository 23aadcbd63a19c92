"""What an undo or redo has brought back, and where it is to be seen."""

from __future__ import annotations

from dataclasses import dataclass

from nnstudio.graph.values import Edge, Graph
from nnstudio.project.values import Project


@dataclass(frozen=True, slots=True)
class Reappeared:
    """Nodes and wires of one block that were not there before the step."""

    block: str
    nodes: frozenset[str]
    wires: frozenset[Edge]


def reappeared(before: Project, after: Project, shown: str) -> Reappeared | None:
    """Find what a step has brought back: in the block that is shown, else in the first that has.

    None if nothing has come back, or only in a block that is not in use.
    """
    names = [shown, *(block.name for block in after.blocks if block.name != shown)]
    for name in names:
        old, new = before.by_name.get(name), after.by_name.get(name)
        if old is None or new is None or old.graph is new.graph:
            continue
        nodes, wires = _new(old.graph, new.graph)
        if (nodes or wires) and path_to(after, name) is not None:
            return Reappeared(name, nodes, wires)
    return None


def _new(old: Graph, new: Graph) -> tuple[frozenset[str], frozenset[Edge]]:
    """The nodes that are new, and the wires that are new between nodes that are not."""
    known = old.by_id.keys()
    wires = {e for e in new.edges if e.source.node in known and e.target.node in known}
    return frozenset(new.by_id.keys() - known), frozenset(wires - set(old.edges))


def path_to(project: Project, block: str) -> tuple[str, ...] | None:
    """Find the nodes to enter from the root to reach a block; None if it is not in use."""
    ways: list[tuple[str, tuple[str, ...]]] = [(project.root, ())]
    seen = {project.root}
    while ways:
        name, path = ways.pop(0)
        if name == block:
            return path
        for node in project.by_name[name].graph.nodes:
            if node.type in project.by_name and node.type not in seen:
                seen.add(node.type)
                ways.append((node.type, (*path, node.id)))
    return None
