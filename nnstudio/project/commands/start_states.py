"""The command that gives carried states what the first repetition gets: zeros."""

from __future__ import annotations

from dataclasses import dataclass

from nnstudio.graph.values import Edge, Expr, FrozenMap, Node, Port, Value, new_id
from nnstudio.project.commands.base import block_of, node_of
from nnstudio.project.commands.graph import declare_beside, with_free_name, with_nodes
from nnstudio.project.places import in_front
from nnstudio.project.values import Project

Size = tuple[int | Expr, ...]


@dataclass(frozen=True)
class StartWithZeros:
    """Add zeros before a node and connect them to the inputs that carry a state.

    `sizes` are the sizes of each input; inputs of equal sizes get the same zeros. `like` is the
    output whose device and kind of values they take over; `dtype` is their kind where it is
    another (empty: the same).
    """

    block: str
    node: str
    like: Port
    sizes: tuple[tuple[str, Size], ...]
    dtype: str = ""
    title: str = "Start with zeros"

    def apply(self, project: Project) -> Project:
        for size in dict.fromkeys(size for _, size in self.sizes):
            targets = [Port(self.node, name) for name, needed in self.sizes if needed == size]
            if self.dtype:
                values: FrozenMap[Value] = FrozenMap({"dtype": self.dtype})
                project, cast = self._put(project, "Cast", values, targets)
                targets = [Port(cast, "input")]
            project, zeros = self._put(project, "Zeros", FrozenMap({"size": size}), targets)
            wire = Edge(self.like, Port(zeros, "like"))
            project = with_nodes(project, self.block, (), (wire,))
        return project

    def _put(
        self, project: Project, node_type: str, params: FrozenMap[Value], targets: list[Port]
    ) -> tuple[Project, str]:
        """The project with a node before others that it feeds, and the id of the node."""
        graph = block_of(project, self.block).graph
        target = node_of(graph, targets[0].node)
        framed = target.group is not None and graph.groups_by_id[target.group].kind == "frame"
        group = target.group if framed else None
        place = in_front(graph, target)
        node = Node(new_id(), node_type, params=params, group=group, position=place)
        node = with_free_name(project, self.block, node)
        wires = tuple(Edge(Port(node.id, "output"), port) for port in targets)
        project = with_nodes(project, self.block, (node,), wires)
        graph = project.by_name[self.block].graph
        beside = declare_beside(graph, self.block, node.id, target.id, before=True)
        return beside.apply(project), node.id
