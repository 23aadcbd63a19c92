"""Commands on one node: its parameters, name, repetition, condition and sharing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnstudio.catalog import registry
from nnstudio.catalog.layers.io import INPUT, OUTPUT
from nnstudio.graph.values import CollectKind, Expr, FrozenMap, Graph, Node, Repeat, Value
from nnstudio.project.checks import (
    canonical,
    check_expression,
    check_repeat,
    check_value,
    known_names,
)
from nnstudio.project.commands.base import block_of, node_of, with_ports_followed
from nnstudio.project.free_names import with_free_names
from nnstudio.project.names import attribute_problem
from nnstudio.project.ports import node_ports
from nnstudio.project.refusal import Refusal
from nnstudio.project.repeat_ports import paired, states_of
from nnstudio.project.values import Project


@dataclass(frozen=True)
class SetParam:
    """Set a parameter of a node; `value` None with `clear` puts it back to auto or its default."""

    block: str
    node: str
    param: str
    value: Value = None
    clear: bool = False

    @property
    def title(self) -> str:
        return f"Set {self.param}"

    def apply(self, project: Project) -> Project:
        block = block_of(project, self.block)
        node = node_of(block.graph, self.node)
        value = canonical(self.value)
        if not self.clear:
            check_value(project, node, self.param, value, block)
        if self.clear or self._is_default(project, node, value):
            node = replace(node, params=node.params.without(self.param))
        else:
            node = node.with_param(self.param, value)
        return project.with_graph(self.block, block.graph.with_node(node))

    def _is_default(self, project: Project, node: Node, value: Value) -> bool:
        """True for a layer's own default; a block's may change later, so its value is kept."""
        layer = None if node.type in project.by_name else registry.find(node.type)
        spec = layer.param(self.param) if layer else None
        default = canonical(spec.default) if spec else None
        return spec is not None and type(default) is type(value) and default == value


@dataclass(frozen=True)
class Rename:
    """Give a node another name."""

    block: str
    node: str
    name: str

    @property
    def title(self) -> str:
        return f"Rename to {self.name}"

    def apply(self, project: Project) -> Project:
        block = block_of(project, self.block)
        node = node_of(block.graph, self.node)
        problem = attribute_problem(project, block, node, self.name)
        if problem:
            raise Refusal(problem)
        graph = block.graph.with_node(replace(node, name=self.name))
        project = project.with_graph(self.block, graph)
        renamed = (node.name, self.name)
        if node.type == INPUT:
            return with_ports_followed(project, self.block, renamed_input=renamed)
        if node.type == OUTPUT:
            return with_ports_followed(project, self.block, renamed_output=renamed)
        return project


@dataclass(frozen=True)
class SetRepeat:
    """Build a node several times in a chain, or (None) once."""

    block: str
    node: str
    repeat: Repeat | None
    title: str = "Set repeat"

    def apply(self, project: Project) -> Project:
        block = block_of(project, self.block)
        before = node_of(block.graph, self.node)
        if before.id in block.graph.standing_for and self.repeat is not None:
            raise Refusal(
                f"{before.name or before.type} stands in the place of another node and is "
                "repeated as that is"
            )
        node = replace(before, repeat=self.repeat)
        if before.repeat is None and self.repeat is not None and not self.repeat.has_modes:
            node = replace(node, repeat=with_states(project, block.graph, node))
        check_repeat(node, known_names(project, block, node))
        return project.with_graph(self.block, block.graph.with_node(node))


def with_states(project: Project, graph: Graph, node: Node) -> Repeat | None:
    """The repeat of a node with its states carried, each from the output of the same stem."""
    repeat = node.repeat
    if repeat is None or repeat.kind in ("Sequential", "inline"):
        return repeat
    ports = node_ports(project, graph, node)
    if node.type not in project.by_name or len(ports.outputs) < 2:
        return repeat
    pairs = paired([p.name for p in ports.inputs], [p.name for p in ports.outputs])
    return repeat if pairs is None else replace(repeat, carry=pairs)


def repeat_of_steps(
    project: Project, graph: Graph, node: Node, port: str, dim: int
) -> Repeat | None:
    """The repeat that calls one module for each part of what comes in at `port`, along `dim`.

    States are carried, of all else that a block gives every step is kept; None where another node
    says how often it is called. What is chosen already stays.
    """
    before = node.repeat
    if node.shares is not None or (before is not None and port in before.each):
        return None
    ports = node_ports(project, graph, node)
    inputs = [p.name for p in ports.inputs if p.name != port]
    outputs = [p.name for p in ports.outputs]
    carry = before.carry if before is not None and before.carry is not None else None
    if carry is None:
        carry = states_of(inputs, outputs)
    carry = tuple(pair for pair in carry if pair[0] != port)
    each = (before.each if before is not None else FrozenMap()).with_(port, dim)
    collect: dict[str, tuple[CollectKind, int]] = {}
    if node.type in project.by_name:
        on = {output for _, output in carry}
        collect = {name: ("stack", dim) for name in outputs if name not in on}
    if before is not None:
        collect |= before.collect
    return Repeat(None, "shared", carry, each, FrozenMap(collect))


@dataclass(frozen=True)
class SetWhen:
    """Let a node exist only if a condition holds, or (None) always."""

    block: str
    node: str
    when: Expr | None
    title: str = "Set condition"

    def apply(self, project: Project) -> Project:
        block = block_of(project, self.block)
        node = replace(node_of(block.graph, self.node), when=self.when)
        if self.when is not None:
            check_expression(self.when.text, "when", known_names(project, block, node))
        return project.with_graph(self.block, block.graph.with_node(node))


@dataclass(frozen=True)
class SetShares:
    """Let a node call another node's module, or (None) its own."""

    block: str
    node: str
    shares: str | None
    title: str = "Share module"

    def apply(self, project: Project) -> Project:
        graph = block_of(project, self.block).graph
        node = node_of(graph, self.node)
        if self.shares is None:
            if node.shares is not None and not node.params:
                owner = graph.by_id[node.shares]
                node = replace(node, params=owner.params, parametrization=owner.parametrization)
            graph = graph.with_node(replace(node, shares=None))
            return with_free_names(project.with_graph(self.block, graph), self.block)
        refuse_share(project, node, node_of(graph, self.shares))
        if {self.node, self.shares} & graph.standing_for.keys():
            raise Refusal("What stands in the place of another node can share no module")
        nodes = tuple(
            replace(n, shares=self.shares, parametrization=None)
            if node.id in (n.id, n.shares)
            else n
            for n in graph.nodes
        )
        return with_free_names(
            project.with_graph(self.block, replace(graph, nodes=nodes)), self.block
        )


def refuse_share(project: Project, node: Node, owner: Node) -> None:
    layer = None if node.type in project.by_name else registry.find(node.type)
    if (
        owner.id == node.id
        or owner.type != node.type
        or owner.shares
        or node.instead is not None
        or (layer is not None and not layer.is_module)
    ):
        raise Refusal(
            f"{node.name or node.type} can share only the module of another {node.type} "
            "that has its own"
        )
