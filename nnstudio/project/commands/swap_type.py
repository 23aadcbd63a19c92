"""Another type in the place of a node: what fits of parameters, name and wires is kept."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.graph.values import EMPTY, Edge, FrozenMap, Graph, Node, Port, Value
from nnstudio.project.alternatives import refuse_alternatives
from nnstudio.project.checks import check_node, check_value
from nnstudio.project.commands.base import Replace, block_of, node_of
from nnstudio.project.commands.new_node import fresh_node
from nnstudio.project.free_names import free_name, snake_case
from nnstudio.project.parametrizations import parametrization_problem
from nnstudio.project.ports import PortSpec, node_ports
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project


def swap_command(block: str, node: str, new_type: str) -> Replace:
    """The act that gives a node another type."""
    return Replace(f"Swap to {new_type}", lambda project: with_type(project, block, node, new_type))


def with_type(project: Project, block_name: str, node_id: str, new_type: str) -> Project:
    """The project with another type at a node. Raises `Refusal` if it cannot stand there."""
    block = block_of(project, block_name)
    graph = block.graph
    old = node_of(graph, node_id)
    if old.type == new_type:
        return project
    fresh = fresh_node(project, block_name, new_type, old.position, old.group)
    new = replace(old, type=new_type, params=EMPTY, shares=None)
    new = replace(new, params=_kept_params(project, old, new, fresh.params))
    if new.parametrization and parametrization_problem(project, new, new.parametrization):
        new = replace(new, parametrization=None)
    own_name = old.name and not old.name.rstrip("0123456789").startswith(snake_case(old.type))
    if not own_name:
        without = project.with_graph(block_name, _without(graph, node_id))
        new = replace(new, name=free_name(without, without.by_name[block_name], new))
    graph = _with_wires(project, graph, old, new)
    refuse_alternatives(graph)
    project = project.with_graph(block_name, graph)
    check_node(project, block_name, new)
    return project


def _without(graph: Graph, node: str) -> Graph:
    return replace(graph, nodes=tuple(n for n in graph.nodes if n.id != node), edges=())


def _kept_params(
    project: Project, old: Node, new: Node, initial: FrozenMap[Value]
) -> FrozenMap[Value]:
    """The old values that the new type takes under the same name, else its own first ones."""
    params = dict(initial)
    for name, value in old.params.items():
        try:
            check_value(project, new, name, value)
        except Refusal:
            continue
        params[name] = value
    return FrozenMap(params)


def _with_wires(project: Project, graph: Graph, old: Node, new: Node) -> Graph:
    before = node_ports(project, graph, old)
    nodes = tuple(new if n.id == old.id else n for n in graph.nodes)
    after = node_ports(project, replace(graph, nodes=nodes, edges=()), new)
    edges: list[Edge] = []
    for edge in graph.edges:
        source, target = edge.source, edge.target
        if source.node == old.id:
            name = _same_port(before.outputs, after.outputs, source.name)
            if name is None:
                continue
            source = Port(old.id, name)
        if target.node == old.id:
            name = _same_port(before.inputs, after.inputs, target.name)
            if name is None:
                continue
            target = Port(old.id, name)
        edges.append(Edge(source, target))
    return replace(graph, nodes=nodes, edges=tuple(edges))


def _same_port(before: tuple[PortSpec, ...], after: tuple[PortSpec, ...], name: str) -> str | None:
    """The port of the same name, else the one in the same place."""
    if any(port.name == name for port in after):
        return name
    index = next((k for k, port in enumerate(before) if port.name == name), len(after))
    return after[index].name if index < len(after) else None
