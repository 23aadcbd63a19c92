"""The command that changes the declaration order of several nodes at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnstudio.project.commands.base import block_of, node_of
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project


@dataclass(frozen=True)
class DeclareTogether:
    """Declare nodes next to each other, in the order given, right before another (None: last)."""

    block: str
    nodes: tuple[str, ...]
    before: str | None = None
    title: str = "Change declaration order"

    def apply(self, project: Project) -> Project:
        graph = block_of(project, self.block).graph
        moved = [node_of(graph, node) for node in self.nodes]
        if self.before in self.nodes or len(set(self.nodes)) < len(self.nodes):
            raise Refusal("A node is declared once, and not before itself")
        rest = [node for node in graph.nodes if node.id not in self.nodes]
        place = len(rest)
        if self.before is not None:
            place = rest.index(node_of(graph, self.before))
        nodes = (*rest[:place], *moved, *rest[place:])
        return project.with_graph(self.block, replace(graph, nodes=nodes))
