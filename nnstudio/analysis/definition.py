"""What is read from the definition of a block once in a run, whatever its uses bring."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from nnstudio.analysis.alternative_wiring import Alternative, alternatives_of
from nnstudio.analysis.binding import free_names
from nnstudio.analysis.exact_requirements import facts_of
from nnstudio.analysis.size_stems import Stems, stems_of
from nnstudio.analysis.weights import weight_nodes
from nnstudio.analysis.wiring import Wiring, names_of, wiring
from nnstudio.catalog.layers.io import OUTPUT
from nnstudio.graph.order import topological, upstream
from nnstudio.graph.values import Expr, Node, Port
from nnstudio.project.alternatives import with_alternatives
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Block, Project
from nnstudio.symbols.exact_products import Facts


class Definition:
    """A block of `project`, with what its analysis asks for again and again."""

    def __init__(self, project: Project, block: Block) -> None:
        self.project = project
        self.block = block

    @cached_property
    def order(self) -> tuple[str, ...] | None:
        """The ids of the nodes, sources first; None if the wires form a cycle.

        An alternative is no step of its own: it is read in the place in which it stands.
        """
        graph = self.block.graph
        order = topological(graph)
        if order is None or not graph.standing_for:
            return order
        return tuple(n for n in order if n not in graph.standing_for)

    @cached_property
    def alternatives(self) -> Mapping[str, tuple[Alternative, ...]]:
        """By the id of each node that has them, or calls the module of one that has."""
        graph = self.block.graph
        if not graph.standing_for:
            return {}
        found = {n.id: alternatives_of(self.project, graph, n) for n in graph.placed}
        return {node: others for node, others in found.items() if others}

    @cached_property
    def wiring(self) -> Wiring:
        """Check of the wires; only where they form no cycle."""
        return wiring(self.project, self.block)

    @cached_property
    def used(self) -> frozenset[str]:
        """The ids of the nodes that lead to an Output; `forward` computes no others."""
        graph = self.block.graph
        ends = tuple(node.id for node in graph.of_type(OUTPUT))
        known = graph.noted_of_wires
        if ends not in known:
            known[ends] = frozenset(upstream(graph, ends))
        found: frozenset[str] = known[ends]
        return with_alternatives(graph, found) if graph.standing_for else found

    @cached_property
    def free(self) -> frozenset[str]:
        """The names in the patterns of the Inputs that are known only when data comes."""
        return frozenset(free_names(self.block))

    @cached_property
    def weight_nodes(self) -> frozenset[str]:
        """The ids of the nodes that a tie or an initialiser of their own speaks of."""
        return weight_nodes(self.block)

    @cached_property
    def makes_lists(self) -> bool:
        """True if repetitions in it give a list of tensors."""
        repeats = [node.repeat for node in self.block.graph.nodes if node.repeat is not None]
        return any(how == "list" for repeat in repeats for how, _ in repeat.collect.values())

    @cached_property
    def facts(self) -> Facts:
        """The products that its requirements make whole."""
        return facts_of(self.block)

    @cached_property
    def stems(self) -> Mapping[str, Stems]:
        """What sizes are called after that have to be named, by the id of the node."""
        return stems_of(self.block.graph)

    @cached_property
    def nested(self) -> tuple[Block, ...]:
        """The blocks that this one uses, directly or deep."""
        found: dict[str, Block] = {}
        stack = [self.block]
        while stack:
            for node in stack.pop().graph.nodes:
                used = self.project.by_name.get(node.type)
                if used is not None and used.name not in found:
                    found[used.name] = used
                    stack.append(used)
        return tuple(found.values())

    @cached_property
    def loose_ends(self) -> tuple[Port, ...]:
        """The first outputs of the nodes that feed nothing, Outputs left out."""
        graph = self.block.graph
        found = []
        for node in graph.placed:
            if not graph.outgoing[node.id]:
                outputs = node_ports(self.project, graph, node).outputs
                found += [Port(node.id, port.name) for port in outputs[:1]]
        return tuple(found)

    @cached_property
    def open_inputs(self) -> tuple[Port, ...]:
        """The inputs that must be connected and are not, sources first."""
        graph = self.block.graph
        found = []
        for node_id in self.order or ():
            incoming = graph.incoming[node_id]
            for port in node_ports(self.project, graph, graph.by_id[node_id]).inputs:
                if not port.optional and port.name not in incoming:
                    found.append(Port(node_id, port.name))
        return tuple(found)

    @cached_property
    def used_names(self) -> Mapping[str, frozenset[str]]:
        """Names on which the parameters and conditions of each node may rest, by its id."""
        found = {node.id: _names(node) for node in self.block.graph.nodes}
        for node, others in self.alternatives.items():
            found[node] = found[node].union(*(_names(other.node) for other in others))
        return found


def _names(node: Node) -> frozenset[str]:
    values: list[object] = [*node.params.values(), node.when]
    if node.repeat is not None and node.repeat.count is not None:
        values.append(node.repeat.count)
    return frozenset().union(*(_names_in(value) for value in values)) if values else frozenset()


def _names_in(value: object) -> frozenset[str]:
    """The names in a value; a text may be a size in a shape, so it counts as an expression."""
    if isinstance(value, tuple):
        return frozenset().union(*(_names_in(item) for item in value))
    return names_of(Expr(value) if isinstance(value, str) else value)
