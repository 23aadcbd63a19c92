"""Commands that put a node between others, or let two neighbours change places."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnstudio.catalog.layers.io import PARAMETER
from nnstudio.graph.values import (
    EMPTY,
    Edge,
    Expr,
    FrozenMap,
    Graph,
    Node,
    Port,
    Value,
    new_id,
)
from nnstudio.project.commands.base import block_of, node_of
from nnstudio.project.commands.graph import Move, declare_beside, with_free_name, with_nodes
from nnstudio.project.free_names import with_free_names
from nnstudio.project.names import BlockNames
from nnstudio.project.places import below, make_room
from nnstudio.project.ports import node_ports
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project


@dataclass(frozen=True)
class Insert:
    """Put a new node of a type into wires that come from one output.

    It is declared behind the node that feeds it, inside the group that all ends share.
    """

    block: str
    wires: tuple[Edge, ...]
    node_type: str
    params: FrozenMap[Value] = EMPTY

    @property
    def title(self) -> str:
        return f"Insert {self.node_type}"

    def apply(self, project: Project) -> Project:
        return _insert(project, self.block, self.wires, self.node_type, self.params)[0]


def _insert(
    project: Project,
    block_name: str,
    wires: tuple[Edge, ...],
    node_type: str,
    params: FrozenMap[Value] = EMPTY,
) -> tuple[Project, Node]:
    """The project with the new node, and the node. Raises `Refusal`."""
    graph = block_of(project, block_name).graph
    sources = {wire.source for wire in wires}
    if len(sources) != 1 or not set(wires) <= set(graph.edges):
        raise Refusal("A node is put into wires that come from one output; these are not here")
    source = node_of(graph, sources.pop().node)
    targets = [graph.by_id[wire.target.node] for wire in wires]
    place, moves = make_room(graph, source, targets)
    project = Move(block_name, moves).apply(project)
    node = Node(
        new_id(),
        node_type,
        params=params,
        group=graph.shared_group([source, *targets]),
        position=place,
    )
    node = with_free_name(project, block_name, node)
    ports = node_ports(project, Graph((node,)), node)
    if not ports.inputs or not ports.outputs:
        raise Refusal(f"{node_type} cannot stand in a wire: it needs an input and an output")
    entering = Edge(wires[0].source, Port(node.id, ports.inputs[0].name))
    leaving = (Edge(Port(node.id, ports.outputs[0].name), wire.target) for wire in wires)
    project = with_nodes(project, block_name, (node,), (entering, *leaving))
    graph = project.by_name[block_name].graph
    return declare_beside(graph, block_name, node.id, source.id).apply(project), node


@dataclass(frozen=True)
class AddPositions:
    """Add a learned tensor of the given sizes to what an output gives, for all that it feeds."""

    block: str
    source: Port
    shape: tuple[int | Expr, ...]
    title: str = "Add learned positions"

    def apply(self, project: Project) -> Project:
        graph = block_of(project, self.block).graph
        wires = tuple(e for e in graph.edges if e.source == self.source)
        project, total = _insert(project, self.block, wires, "Add")
        block = project.by_name[self.block]
        total = block.graph.by_id[total.id]
        params: FrozenMap[Value] = FrozenMap({"shape": self.shape, "initialiser": "normal"})
        table = Node(
            new_id(), PARAMETER, params=params, position=below(block.graph, total.position)
        )
        table = replace(table, name=BlockNames(project, block).free(table, "positions"))
        wire = Edge(Port(table.id, "output"), Port(total.id, "input.1"))
        return with_nodes(project, self.block, (table,), (wire,))


@dataclass(frozen=True)
class SwapNeighbours:
    """Let two nodes of which the first feeds only the second change places.

    What fed the first feeds the second; the second feeds the first, and that what followed. They
    take over each other's position, group and place in the declaration order.
    """

    block: str
    first: str
    second: str
    title: str = "Swap neighbours"

    def apply(self, project: Project) -> Project:
        graph = block_of(project, self.block).graph
        first, second = node_of(graph, self.first), node_of(graph, self.second)
        ports = [node_ports(project, graph, node) for node in (first, second)]
        if not all(p.inputs and p.outputs for p in ports):
            raise Refusal("Only nodes with an input and an output can change places")
        enters = [Port(n.id, p.inputs[0].name) for n, p in zip((first, second), ports, strict=True)]
        leaves = [
            Port(n.id, p.outputs[0].name) for n, p in zip((first, second), ports, strict=True)
        ]
        if graph.outgoing[first.id] != (Edge(leaves[0], enters[1]),):
            raise Refusal(
                f"{first.name or first.type} and {second.name or second.type} can change places "
                "only if the one feeds nothing but the other"
            )
        edges = []
        for edge in graph.edges:
            if edge.target == enters[0]:
                edge = replace(edge, target=enters[1])
            elif edge.target == enters[1]:
                edge = Edge(leaves[1], enters[0])
            elif edge.source == leaves[1]:
                edge = replace(edge, source=leaves[0])
            edges.append(edge)
        standing = {first.id: second, second.id: first}
        nodes = tuple(
            replace(standing[n.id], position=n.position, group=n.group) if n.id in standing else n
            for n in graph.nodes
        )
        graph = replace(graph, nodes=nodes, edges=tuple(edges))
        return with_free_names(project.with_graph(self.block, graph), self.block)
