"""Commands on the graph of a block: add, delete, connect, disconnect, move and declare nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from nnstudio.catalog.layers.io import INPUT, OUTPUT
from nnstudio.graph.order import topological, would_cycle
from nnstudio.graph.values import Edge, Graph, Group, Node, Port
from nnstudio.project.alternatives import refuse_alternatives, with_alternatives, without
from nnstudio.project.checks import (
    check_node,
)
from nnstudio.project.commands.base import (
    block_of,
    checked_position,
    node_of,
    with_ports_followed,
    without_empty_groups,
)
from nnstudio.project.commands.group import refuse_group
from nnstudio.project.commands.node import (
    refuse_share,
)
from nnstudio.project.free_names import free_name, with_free_names
from nnstudio.project.names import BlockNames
from nnstudio.project.ports import node_ports, refuse_ports, without_gaps
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project


def _edit(project: Project, block: str, edit: Callable[[Graph], Graph]) -> Project:
    return project.with_graph(block, edit(block_of(project, block).graph))


@dataclass(frozen=True)
class AddNodes:
    """Add nodes with the edges and groups among them, as the last in declaration order."""

    block: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    groups: tuple[Group, ...] = ()
    title: str = "Add"

    def apply(self, project: Project) -> Project:
        return with_nodes(project, self.block, self.nodes, self.edges, self.groups)


def with_nodes(
    project: Project,
    block_name: str,
    nodes: tuple[Node, ...],
    edges: tuple[Edge, ...] = (),
    groups: tuple[Group, ...] = (),
    *,
    names_known: bool = True,
) -> Project:
    """The project with checked nodes, edges and groups added to a block. Raises `Refusal`."""
    before = block_of(project, block_name).graph
    ids = [*before.by_id, *(node.id for node in nodes)]
    group_ids = [*before.groups_by_id, *(group.id for group in groups)]
    for kind, taken in (("node", ids), ("group", group_ids)):
        if len(set(taken)) < len(taken):
            raise Refusal(f"A {kind} with one of these ids is here already")
    nodes = tuple(replace(n, position=checked_position(n.position)) for n in nodes)
    targets = {edge.target for edge in edges}
    graph = Graph(
        before.nodes + nodes,
        (*(e for e in before.edges if e.target not in targets), *edges),
        before.groups + groups,
    )
    for node in nodes:
        if node.group is not None and node.group not in graph.groups_by_id:
            raise Refusal(f"There is no group '{node.group}' here")
        if node.shares is not None:
            refuse_share(project, node, node_of(graph, node.shares))
    project = project.with_graph(block_name, graph)
    names = BlockNames(project, project.by_name[block_name])
    for group in groups:
        refuse_group(project, names.block, group)
    for node in nodes:
        check_node(project, block_name, node, names=names, names_known=names_known)
    for edge in edges:
        refuse_ports(project, graph, edge)
    if len({edge.target for edge in graph.edges}) < len(graph.edges):
        raise Refusal("An input takes one wire")
    if edges and topological(graph) is None:
        raise Refusal("These wires would close a cycle")
    refuse_alternatives(graph)
    return project.with_graph(block_name, without_gaps(project, graph))


@dataclass(frozen=True)
class Delete:
    """Delete nodes and their edges; with `heal`, what fed a chain feeds what follows it."""

    block: str
    nodes: frozenset[str]
    heal: bool = False

    @property
    def title(self) -> str:
        kept = " and heal the chain" if self.heal else ""
        return ("Delete node" if len(self.nodes) == 1 else f"Delete {len(self.nodes)} nodes") + kept

    def apply(self, project: Project) -> Project:
        graph = block_of(project, self.block).graph
        for node in self.nodes:
            node_of(graph, node)
        whole = with_alternatives(graph, self.nodes) if self._takes_all(graph) else self.nodes
        if whole != self.nodes:
            return replace(self, nodes=whole).apply(project)
        edges = [e for e in graph.edges if not {e.source.node, e.target.node} & self.nodes]
        if self.heal:
            for edge in graph.edges:
                if edge.source.node in self.nodes and edge.target.node not in self.nodes:
                    source = self._origin(project, graph, edge.source)
                    if source is not None:
                        edges.append(Edge(source, edge.target))
        heirs = {
            owner: next(
                (n for n in graph.nodes if n.shares == owner and n.id not in self.nodes), None
            )
            for owner in self.nodes
        }
        nodes = tuple(
            _inherit_module(n, heirs[n.shares], graph.by_id[n.shares])
            if n.shares in self.nodes
            else n
            for n in without(graph, self.nodes)
        )
        left = without_gaps(project, replace(graph, nodes=nodes, edges=tuple(edges)))
        project = project.with_graph(self.block, without_empty_groups(left))
        if any(graph.by_id[n].type in (INPUT, OUTPUT) for n in self.nodes):
            project = with_ports_followed(project, self.block)
        return with_free_names(project, self.block)

    def _takes_all(self, graph: Graph) -> bool:
        """True if a node goes that has a place, so that all go which stand in it."""
        return any(n not in graph.standing_for for n in self.nodes)

    def _origin(self, project: Project, graph: Graph, port: Port) -> Port | None:
        """Port that feeds the chain of deleted nodes which ends at `port`."""
        while port.node in self.nodes:
            feeding = graph.incoming[port.node]
            ports = node_ports(project, graph, graph.by_id[port.node]).inputs
            first = next((feeding[p.name] for p in ports if p.name in feeding), None)
            if first is None:
                return None
            port = first
        return port


def _inherit_module(node: Node, heir: Node | None, owner: Node) -> Node:
    """A sharing node when the module's owner goes: the first takes the module, others share it."""
    if heir is None or heir.id != node.id:
        return replace(node, shares=heir.id if heir else None)
    return replace(
        node,
        shares=None,
        name=owner.name,
        params=owner.params,
        parametrization=owner.parametrization,
    )


@dataclass(frozen=True)
class Connect:
    """Draw a wire; one that was on the input before is replaced."""

    block: str
    edge: Edge
    title: str = "Connect"

    def apply(self, project: Project) -> Project:
        graph = block_of(project, self.block).graph
        refuse_connection(project, graph, self.edge)
        edges = tuple(e for e in graph.edges if e.target != self.edge.target)
        return project.with_graph(self.block, replace(graph, edges=(*edges, self.edge)))


def refuse_connection(project: Project, graph: Graph, edge: Edge) -> None:
    """Raise `Refusal` with the reason if the wire cannot be drawn."""
    source, target = node_of(graph, edge.source.node), node_of(graph, edge.target.node)
    for node in (source, target):
        if node.id in graph.standing_for:
            place = graph.by_id[graph.place_of(node.id)]
            raise Refusal(
                f"{node.name or node.type} stands in the place of {place.name or place.type} "
                "and takes over its wires: it can have none of its own"
            )
    if source.id == target.id:
        raise Refusal("A node cannot feed itself; use 'repeat' to apply it several times")
    refuse_ports(project, graph, edge)
    if would_cycle(graph, source.id, target.id):
        raise Refusal(
            f"This wire would close a cycle: {target.name or target.type} already leads to "
            f"{source.name or source.type}"
        )


@dataclass(frozen=True)
class Disconnect:
    """Remove wires."""

    block: str
    edges: frozenset[Edge]
    title: str = "Disconnect"

    def apply(self, project: Project) -> Project:
        return _edit(
            project,
            self.block,
            lambda g: without_gaps(
                project, replace(g, edges=tuple(e for e in g.edges if e not in self.edges))
            ),
        )


@dataclass(frozen=True)
class Move:
    """Put nodes at positions (scene units, the top left corner of the card)."""

    block: str
    positions: tuple[tuple[str, tuple[float, float]], ...]
    title: str = "Move"

    def apply(self, project: Project) -> Project:
        places = {node: checked_position(position) for node, position in self.positions}
        return _edit(
            project,
            self.block,
            lambda g: replace(
                g,
                nodes=tuple(
                    replace(n, position=places[n.id]) if n.id in places else n for n in g.nodes
                ),
            ),
        )


@dataclass(frozen=True)
class Declare:
    """Move a node to another place in the declaration order."""

    block: str
    node: str
    index: int
    title: str = "Change declaration order"

    def apply(self, project: Project) -> Project:
        graph = block_of(project, self.block).graph
        node = node_of(graph, self.node)
        rest = [n for n in graph.nodes if n.id != node.id]
        rest.insert(max(0, min(self.index, len(rest))), node)
        return project.with_graph(self.block, replace(graph, nodes=tuple(rest)))


def declare_beside(
    graph: Graph, block: str, node: str, other: str, *, before: bool = False
) -> Declare:
    """The command that declares `node` right behind `other`, or right before it."""
    others = [n.id for n in graph.nodes if n.id != node]
    return Declare(block, node, others.index(other) + (0 if before else 1))


def with_free_name(project: Project, block: str, node: Node) -> Node:
    """`node` with a name that is free in the block, made from its type."""
    found = block_of(project, block)
    return replace(node, name=free_name(project, found, node))
