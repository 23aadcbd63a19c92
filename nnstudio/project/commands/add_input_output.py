"""Commands that give a block the ends it lacks: an Input before a node, an Output behind one."""

from __future__ import annotations

from dataclasses import dataclass

from nnstudio.catalog.layers.io import INPUT, OUTPUT
from nnstudio.graph.values import Edge, FrozenMap, Node, Port, Value, new_id
from nnstudio.project.commands.base import block_of, node_of
from nnstudio.project.commands.graph import with_free_name, with_nodes
from nnstudio.project.places import behind, in_front
from nnstudio.project.values import Project


@dataclass(frozen=True)
class AddOutput:
    """Add an Output behind a node, connected to one of its outputs."""

    block: str
    source: Port
    title: str = "Add Output"

    def apply(self, project: Project) -> Project:
        graph = block_of(project, self.block).graph
        node = Node(new_id(), OUTPUT, position=behind(graph, node_of(graph, self.source.node)))
        node = with_free_name(project, self.block, node)
        return with_nodes(
            project, self.block, (node,), (Edge(self.source, Port(node.id, "input")),)
        )


@dataclass(frozen=True)
class AddInput:
    """Add an Input of a shape and dtype before a node, connected to one of its inputs."""

    block: str
    target: Port
    shape: tuple[int | str, ...]
    dtype: str = "float"
    title: str = "Add Input"

    def apply(self, project: Project) -> Project:
        graph = block_of(project, self.block).graph
        params: dict[str, Value] = {"shape": self.shape}
        if self.dtype != "float":
            params["dtype"] = self.dtype
        node = Node(
            new_id(),
            INPUT,
            params=FrozenMap(params),
            position=in_front(graph, node_of(graph, self.target.node)),
        )
        node = with_free_name(project, self.block, node)
        return with_nodes(
            project, self.block, (node,), (Edge(Port(node.id, "output"), self.target),)
        )
