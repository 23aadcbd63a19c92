"""Whether two projects are the same model: what computes nothing does not count."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.graph.values import Graph, Group, Node
from nnstudio.project.values import Block, Project


def is_same_model(here: Project, there: Project) -> bool:
    """Tell whether both compute and learn the same: places, frames and notes do not count.

    Settings of the training, variants and what the gallery says are no part of the model. Asked
    after every edit: what both share as one value is not looked at.
    """
    if here is there:
        return True
    if (here.root, here.values) != (there.root, there.values):
        return False
    ours, theirs = _in_use(here), _in_use(there)
    return ours.keys() == theirs.keys() and all(
        block is theirs[name] or _are_same(block, theirs[name]) for name, block in ours.items()
    )


def _in_use(project: Project) -> dict[str, Block]:
    found: dict[str, Block] = {}
    waiting = [project.root]
    while waiting:
        name = waiting.pop()
        if name not in found and name in project.by_name:
            found[name] = project.by_name[name]
            waiting += {node.type for node in found[name].graph.nodes}
    return found


def _are_same(here: Block, there: Block) -> bool:
    one, other = here.graph, there.graph
    if _outside_the_graph(here) != _outside_the_graph(there):
        return False
    if one.edges is not other.edges and frozenset(one.edges) != frozenset(other.edges):
        return False
    ours, theirs = _Containers(one), _Containers(other)
    if len(one.nodes) != len(other.nodes) or ours.groups != theirs.groups:
        return False
    same_groups = one.groups == other.groups
    return all(
        (a is b and same_groups) or ours.bare(a) == theirs.bare(b)
        for a, b in zip(one.nodes, other.nodes, strict=True)
    )


def _outside_the_graph(block: Block) -> Block:
    parameters = tuple(replace(parameter, note="") for parameter in block.parameters)
    return replace(block, graph=Graph(), note="", parameters=parameters)


class _Containers:
    """The groups of a graph that are modules, and nodes as these see them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._frames = {group.id for group in graph.groups if group.kind == "frame"}
        self.groups: list[Group] = [
            replace(group, parent=self._around(group.parent))
            for group in graph.groups
            if group.id not in self._frames
        ]

    def _around(self, group: str | None) -> str | None:
        return next((g for g in self._graph.ancestry(group) if g not in self._frames), None)

    def bare(self, node: Node) -> Node:
        """The node without its place, in the module around it."""
        return replace(node, position=(0.0, 0.0), group=self._around(node.group))
