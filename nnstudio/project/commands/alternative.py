"""Commands on alternatives: a node that stands in the place of another on a condition."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnstudio.graph.values import EMPTY, Expr, FrozenMap, Graph, Node, Value
from nnstudio.project.alternatives import refuse_alternatives, without
from nnstudio.project.checks import check_node
from nnstudio.project.commands.base import block_of, checked_position, node_of, without_empty_groups
from nnstudio.project.commands.graph import declare_beside
from nnstudio.project.commands.new_node import fresh_node
from nnstudio.project.commands.parameter import AddBlockParameter
from nnstudio.project.free_names import snake_case, with_free_names
from nnstudio.project.names import parameter_problem
from nnstudio.project.places import below
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import BlockParameter, Project


@dataclass(frozen=True)
class AddAlternative:
    """Add a node of a type that stands in the place of another where no other does.

    Where the node (or its last alternative) has no condition yet, it gets one: a new parameter
    of the block, at first True, so that nothing changes until it is set.
    """

    block: str
    node: str
    node_type: str
    params: FrozenMap[Value] = EMPTY
    id: str | None = None

    @property
    def title(self) -> str:
        return f"Add alternative {self.node_type}"

    def apply(self, project: Project) -> Project:
        graph = block_of(project, self.block).graph
        node_of(graph, self.node)
        new = fresh_node(project, self.block, self.node_type, (0.0, 0.0), None, self.params)
        new = replace(new, id=self.id or new.id, name="")
        if new.id in graph.by_id:
            raise Refusal("A node with one of these ids is here already")
        project = project.with_graph(self.block, replace(graph, nodes=(*graph.nodes, new)))
        return _standing(project, self.block, self.node, new.id)


@dataclass(frozen=True)
class SetAlternative:
    """Let a node without wires stand in the place of another, after those that do already."""

    block: str
    node: str
    other: str
    title: str = "Make alternative"

    def apply(self, project: Project) -> Project:
        graph = block_of(project, self.block).graph
        node, other = node_of(graph, self.node), node_of(graph, self.other)
        if other.id in graph.standing_for:
            raise Refusal(f"{other.name or other.type} stands in another place already")
        if node.id == other.id or graph.place_of(node.id) == other.id:
            raise Refusal(f"{other.name or other.type} cannot stand in its own place")
        return _standing(project, self.block, self.node, self.other)


@dataclass(frozen=True)
class TakeAway:
    """Take an alternative out of its place: it is a node of its own again, without wires."""

    block: str
    node: str
    title: str = "Take out of its place"

    def apply(self, project: Project) -> Project:
        graph = block_of(project, self.block).graph
        node = node_of(graph, self.node)
        if node.id not in graph.standing_for:
            raise Refusal(f"{node.name or node.type} stands in no other place")
        place = graph.by_id[graph.place_of(node.id)]
        nodes = without(graph, {node.id})
        own = replace(
            node,
            instead=None,
            when=None if node.instead is not None else node.when,
            group=place.group,
            position=checked_position(below(graph, place.position)),
        )
        project = project.with_graph(self.block, replace(graph, nodes=(*nodes, own)))
        return with_free_names(project, self.block)


@dataclass(frozen=True)
class Choose:
    """Give a node that has an alternative a condition: a new parameter, at first True."""

    block: str
    node: str
    title: str = "Add a condition"

    def apply(self, project: Project) -> Project:
        return _with_condition(project, self.block, self.node)


def _standing(project: Project, block: str, node_id: str, other_id: str) -> Project:
    """The project with `other_id` as the last alternative of a node."""
    graph = block_of(project, block).graph
    place = graph.by_id[graph.place_of(node_id)]
    last = next(reversed(graph.alternatives(place)), place)
    other = replace(graph.by_id[other_id], group=None, position=(0.0, 0.0))
    changed = {last.id: replace(last, instead=other_id), other_id: other}
    after = replace(graph, nodes=tuple(changed.get(n.id, n) for n in graph.nodes))
    refuse_alternatives(after)
    project = project.with_graph(block, without_empty_groups(after))
    if last.when is None:
        project = _with_condition(project, block, last.id)
    check_node(project, block, project.by_name[block].graph.by_id[other_id])
    graph = project.by_name[block].graph
    return declare_beside(graph, block, other_id, last.id).apply(project)


def _with_condition(project: Project, block_name: str, node_id: str) -> Project:
    """The project with a new parameter of the block as the condition of a node."""
    block = block_of(project, block_name)
    node = node_of(block.graph, node_id)
    if node.when is not None:
        return project
    wish = f"use_{snake_case(node.name or node.type)}"
    name, number = wish, 2
    while parameter_problem(project, block, name) is not None:
        name, number = f"{wish}_{number}", number + 1
        if number > 1000:
            raise Refusal(f"There is no free name for a condition of {node.name or node.type}")
    parameter = BlockParameter(name, "bool", True)
    project = AddBlockParameter(block_name, parameter).apply(project)
    graph = with_condition(project.by_name[block_name].graph, node_id, name)
    return project.with_graph(block_name, graph)


def with_condition(graph: Graph, node: str, name: str) -> Graph:
    """The graph with the name of a parameter as the condition of a node."""
    found: Node = graph.by_id[node]
    return graph.with_node(replace(found, when=Expr(name)))
