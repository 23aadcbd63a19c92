"""Whether two projects are the same model: what computes nothing does not count."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.graph.values import Edge, Graph
from nnstudio.project.values import Block, Project


def is_same_model(here: Project, there: Project) -> bool:
    """Tell whether both compute and learn the same: places, frames and notes do not count.

    Settings of the training, variants and what the gallery says are no part of the model.
    """
    if here is there:
        return True
    if (here.root, here.values) != (there.root, there.values):
        return False
    ours, theirs = _in_use(here), _in_use(there)
    return ours.keys() == theirs.keys() and all(
        block is theirs[name] or _computing(block) == _computing(theirs[name])
        for name, block in ours.items()
    )


def _in_use(project: Project) -> dict[str, Block]:
    found: dict[str, Block] = {}
    waiting = [project.root]
    while waiting:
        name = waiting.pop()
        if name not in found and name in project.by_name:
            found[name] = project.by_name[name]
            waiting += [node.type for node in found[name].graph.nodes]
    return found


def _computing(block: Block) -> tuple[Block, frozenset[Edge]]:
    graph = block.graph
    kinds = {group.id: group.kind for group in graph.groups}

    def container(group: str | None) -> str | None:
        return next((g for g in graph.ancestry(group) if kinds[g] != "frame"), None)

    nodes = tuple(
        replace(node, position=(0.0, 0.0), group=container(node.group)) for node in graph.nodes
    )
    groups = tuple(
        replace(group, parent=container(group.parent))
        for group in graph.groups
        if group.kind != "frame"
    )
    parameters = tuple(replace(parameter, note="") for parameter in block.parameters)
    bare = replace(block, graph=Graph(nodes, (), groups), note="", parameters=parameters)
    return bare, frozenset(graph.edges)
