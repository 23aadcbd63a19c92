"""The ports a node really has: from the catalog, or from the Inputs and Outputs of its block."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from nnstudio.catalog import registry
from nnstudio.catalog.code import FunctionCode
from nnstudio.catalog.layer import Layer
from nnstudio.catalog.layers.io import INPUT, OUTPUT
from nnstudio.graph.values import Edge, Graph, Node
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Block, Project


@dataclass(frozen=True, slots=True)
class PortSpec:
    """One port of a node: a variadic port appears once per connection and once free."""

    name: str
    optional: bool = False
    variadic: bool = False


@dataclass(frozen=True, slots=True)
class Ports:
    """Inputs and outputs of a node, in order."""

    inputs: tuple[PortSpec, ...]
    outputs: tuple[PortSpec, ...]

    def input(self, name: str) -> PortSpec | None:
        """The input port called `name`."""
        return next((port for port in self.inputs if port.name == name), None)

    def output(self, name: str) -> PortSpec | None:
        """The output port called `name`."""
        return next((port for port in self.outputs if port.name == name), None)


def block_ports(block: Block) -> Ports:
    """The ports of a use of `block`: its Input and Output nodes in declaration order."""
    inputs = tuple(
        PortSpec(n.name, optional=n.params.get("optional") is True)
        for n in block.graph.of_type(INPUT)
    )
    outputs = tuple(PortSpec(n.name) for n in block.graph.of_type(OUTPUT))
    return Ports(inputs, outputs)


def node_ports(project: Project, graph: Graph, node: Node) -> Ports:
    """The ports of `node` in `graph`; for an unknown layer, those that its edges name."""
    block = project.by_name.get(node.type)
    if block is not None:
        return block_ports(block)
    layer = registry.find(node.type)
    if layer is None:
        used = tuple(PortSpec(name) for name in graph.incoming[node.id])
        left = dict.fromkeys(edge.source.name for edge in graph.outgoing[node.id])
        return Ports(used, tuple(PortSpec(name) for name in left))
    fixed = _fixed_ports(layer.type)
    if fixed is not None:
        return fixed
    key = "ports", id(node), id(layer)
    known: tuple[Node, Layer, Ports] | None = graph.noted.get(key)
    if known is None:  # node and layer are held, so that their ids stay theirs
        known = graph.noted[key] = node, layer, _ports(graph, node, layer)
    return known[2]


def _ports(graph: Graph, node: Node, layer: Layer) -> Ports:
    inputs: list[PortSpec] = []
    for port in layer.inputs:
        if port.variadic:
            count = variadic_count(graph, node.id, port.name)
            inputs += [PortSpec(f"{port.name}.{k}", k >= 1, True) for k in range(count + 1)]
        else:
            inputs.append(PortSpec(port.name, port.optional))
    outputs = tuple(PortSpec(port.name) for port in layer.outputs)
    return Ports(tuple(inputs), outputs[: output_count(layer, node)])


@cache
def _fixed_ports(layer_type: str) -> Ports | None:
    """The ports of a layer that has the same at every use, else None."""
    layer = registry.find(layer_type)
    if layer is None or any(port.variadic for port in layer.inputs):
        return None
    if isinstance(layer.code, FunctionCode) and layer.code.count is not None:
        return None
    inputs = tuple(PortSpec(port.name, port.optional) for port in layer.inputs)
    return Ports(inputs, tuple(PortSpec(port.name) for port in layer.outputs))


def output_count(layer: Layer, node: Node) -> int:
    """Number of a layer's outputs at a use: a parameter may decide it (chunk, split)."""
    if not isinstance(layer.code, FunctionCode) or layer.code.count is None:
        return len(layer.outputs)
    values = {param.name: param.default for param in layer.params} | dict(node.params)
    return layer.code.count(values)


def variadic_count(graph: Graph, node: str, port: str) -> int:
    """One more than the highest connected index of a variadic port."""
    indexes = [
        int(name.rpartition(".")[2])
        for name in graph.incoming.get(node, {})
        if name.startswith(f"{port}.") and name.rpartition(".")[2].isdigit()
    ]
    return max(indexes, default=-1) + 1


def without_gaps(project: Project, graph: Graph) -> Graph:
    """The graph with the connections of each variadic port counted on without gaps: 0, 1, 2."""
    moved: dict[tuple[str, str], str] = {}
    for node in graph.nodes:
        if node.type in project.by_name:
            continue
        layer = registry.find(node.type)
        for port in layer.inputs if layer is not None else ():
            if not port.variadic:
                continue
            stem = f"{port.name}."
            indexes = sorted(
                int(name.removeprefix(stem))
                for name in graph.incoming[node.id]
                if name.startswith(stem) and name.removeprefix(stem).isdigit()
            )
            for k, index in enumerate(indexes):
                if k != index:
                    moved[node.id, f"{stem}{index}"] = f"{stem}{k}"
    if not moved:
        return graph

    def rename(edge: Edge) -> Edge:
        name = moved.get((edge.target.node, edge.target.name))
        return replace(edge, target=replace(edge.target, name=name)) if name else edge

    return replace(graph, edges=tuple(rename(edge) for edge in graph.edges))


def refuse_ports(project: Project, graph: Graph, edge: Edge) -> None:
    """Refuse ports that are not there; those of a locked node are not known, so all pass."""
    for port, side in ((edge.source, "output"), (edge.target, "input")):
        node = graph.by_id[port.node]
        if node.type not in project.by_name and registry.find(node.type) is None:
            continue
        ports = node_ports(project, graph, node)
        found = ports.output(port.name) if side == "output" else ports.input(port.name)
        if found is None:
            there = ", ".join(p.name for p in getattr(ports, f"{side}s")) or "none"
            raise Refusal(f"{node.type} has no {side} '{port.name}'; it has: {there}")


Side = Literal["in", "out"]
