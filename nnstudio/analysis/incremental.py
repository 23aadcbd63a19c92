"""What of an earlier report still holds: of the same use before an edit, or of another use.

A node's report rests on its definition, on what comes in and on what the names in its parameters
mean. So two uses of a block that differ in a value that no shape rests on (the `drop_prob` of each
MBConv) share the reports of all nodes but those that name the value, and an edit costs what it
changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from nnstudio.analysis.binding import Binding, free_names
from nnstudio.analysis.definition import Definition
from nnstudio.analysis.exact_requirements import facts_of
from nnstudio.analysis.report import BlockReport, NodeReport
from nnstudio.analysis.size_stems import stems_of
from nnstudio.analysis.weights import weight_nodes
from nnstudio.catalog.layers.io import INPUT
from nnstudio.graph.values import Node
from nnstudio.project.values import Block
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.symbolic import Quantity, Scope
from nnstudio.symbols.tensor import Listed, Tensor


def same_use(block: Block, binding: Binding) -> object:
    """A key: two uses that have it equal have one report."""
    values = tuple((name, _type_key(quantity.value)) for name, quantity in binding.scope.items())
    return (*_sizes(block, binding), values)


def same_sizes(block: Block, binding: Binding) -> object:
    """A key: two uses that have it equal take tensors of the same sizes."""
    return _sizes(block, binding)


def _sizes(block: Block, binding: Binding) -> tuple[object, ...]:
    shapes = tuple(
        (port, t.dtype, tuple(d.value for d in t.shape)) for port, t in binding.inputs.items()
    )
    return block.name, shapes, binding.absent


def _type_key(value: object) -> object:
    """1, 1.0 and True are three values here, also inside lists."""
    if isinstance(value, list | tuple):
        return tuple(_type_key(item) for item in value)
    return (type(value), value)


class PreviousReport:
    """An earlier report of a block (None: there is none), held against one more use of it."""

    def __init__(
        self, report: BlockReport | None, definition: Definition, binding: Binding
    ) -> None:
        source = report.source if report is not None else None
        self.report = report
        self.definition = definition
        self.binding = binding
        self.unedited = source is definition.block
        self.same_nested = report is not None and _identical(report.nested, definition.nested)
        self.anew = definition.weight_nodes | weight_nodes(source)
        self.incoming = definition.block.graph.incoming
        self.nodes: Mapping[str, NodeReport] = {}
        self.changed: frozenset[str] = frozenset()
        self.renamed: frozenset[str] = frozenset()
        if report is None or source is None:
            return
        alike = self.unedited or (
            frozenset(free_names(source)) == definition.free
            and (_same_rules(source, definition.block) or facts_of(source) == definition.facts)
        )
        if alike and report.absent == binding.absent:
            self.nodes = report.nodes
            self.changed = _changed_names(report.scope, binding.scope)
            if not self.unedited and report.derived:
                self.renamed = _renamed(source, definition)

    @cached_property
    def doubtful(self) -> frozenset[str]:
        """The ids of nodes on which more bears than their report tells: they are looked at anew."""
        wiring = self.definition.wiring
        return self.anew.union(wiring.errors, wiring.guards)

    @cached_property
    def steady(self) -> set[str]:
        """The ids of nodes whose earlier reports hold unless what comes in has changed.

        `node` need not be asked of them, which is most of the work after an edit that leaves the
        wires alone; `follow` takes those out to which a change comes.
        """
        source = self.report.source if self.report is not None else None
        graph = self.definition.block.graph
        if self.report is None or source is None or not self.nodes or self.changed:
            return set()
        if source.graph.incoming is not graph.incoming:  # other wires
            return set()
        pairs = zip(graph.nodes, source.graph.nodes, strict=True)
        edited = {node.id for node, before in pairs if node is not before}
        return set(self.report.plain) - self.doubtful - edited

    def follow(self, node_id: str, report: NodeReport) -> None:
        """A node has this report now: where it is another one, those behind it are not steady."""
        if self.steady and report is not self.nodes.get(node_id):
            edges = self.definition.block.graph.outgoing[node_id]
            self.steady.difference_update(edge.target.node for edge in edges)

    @property
    def whole(self) -> BlockReport | None:
        """The report itself, if all of it holds."""
        report = self.report
        holds = (
            report is not None
            and self.unedited
            and self.same_nested
            and self.nodes is report.nodes
            and not self.changed
            and _same_tensors(report.inputs, self.binding.inputs)
        )
        return report if holds else None

    @property
    def has_names(self) -> bool:
        """True if sizes had names of their own."""
        return self.report is not None and bool(self.report.derived)

    def inner(self, node: Node) -> BlockReport | None:
        """The earlier report of the block inside a node."""
        before = self.report.nodes.get(node.id) if self.report is not None else None
        return before.inner if before is not None else None

    def node(self, node: Node, reports: Mapping[str, NodeReport]) -> NodeReport | None:
        """The earlier report of a node, if nothing that it rests on has changed.

        `reports` are those of the nodes before it in this use. The wiring is known to be without
        a cycle.
        """
        before = self.nodes.get(node.id)
        if (
            before is None
            or before.node is not node
            or not before.ok
            or before.problems
            or node.shares is not None
            or before.guarded
            or node.id in self.doubtful
            or (node.when is not None and self.has_names)  # it looks into them
            or not (self.same_nested or node.type not in self.definition.project.by_name)
        ):
            return None
        if node.type == INPUT:
            same = same_tensor(before.outputs["output"], self.binding.inputs[node.name])
            return before if same and node.name not in self.binding.absent else None
        incoming = self.incoming[node.id]
        if len(incoming) != len(before.inputs):
            return None
        for name, tensor in before.inputs.items():
            source = incoming.get(name)
            if source is None or reports[source.node].outputs.get(source.name) is not tensor:
                return None
        if self.changed and self.changed & self.definition.used_names[node.id]:
            return None
        if not self.unedited and node.repeat is not None and node.repeat.has_modes:
            return None  # what is said of it rests on which of its outputs are read
        if node.instead is not None and not self._same_others(node, before):
            return None
        if (before.tables or before.named) and (self.changed or node.id in self.renamed):
            return None
        return before

    def _same_others(self, node: Node, before: NodeReport) -> bool:
        """True if the same nodes stand in its place, and what was said of them still holds."""
        others = self.definition.block.graph.alternatives(node)
        return len(others) == len(before.others) and all(
            known.node is other
            and known.ok
            and not known.problems
            and other.id not in self.anew
            and other.id not in self.definition.wiring.errors
            and (self.same_nested or other.type not in self.definition.project.by_name)
            for other, known in zip(others, before.others, strict=True)
        )

    def keep_equal(self, node: Node, outputs: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """`outputs` of a node; those that are as before are the same objects as before.

        Then the reports of the nodes behind it hold. Where an Input is open, an edit may have
        changed what minds that, so nothing is said to be as before.
        """
        before = self.nodes.get(node.id)
        if before is None or (self.binding.absent and not self.unedited):
            return outputs
        return {port: _either(before.outputs.get(port), found) for port, found in outputs.items()}


def _either(before: Tensor | None, found: Tensor) -> Tensor:
    return before if before is not None and same_tensor(before, found) else found


def same_tensor(a: Tensor, b: Tensor) -> bool:
    """Equal to the letter: formulas of equal value but another spelling are not the same."""
    if a is b:
        return True
    if (
        type(a) is not type(b)
        or a.dtype != b.dtype
        or a.rank != b.rank
        or not all(_same_dim(x, y) for x, y in zip(a.shape, b.shape, strict=True))
    ):
        return False
    if not isinstance(a, Listed) or not isinstance(b, Listed):
        return True
    parts = (a.parts or (), b.parts or ())
    return (
        _same_dim(a.count, b.count)
        and (a.parts is None) is (b.parts is None)
        and len(parts[0]) == len(parts[1])
        and all(same_tensor(x, y) for x, y in zip(*parts, strict=True))
    )


def _same_tensors(a: Mapping[str, Tensor], b: Mapping[str, Tensor]) -> bool:
    return list(a) == list(b) and all(same_tensor(a[port], b[port]) for port in a)


def _same_dim(a: Dim, b: Dim) -> bool:
    if a is b:
        return True
    if a.value != b.value or (a.terms is None) is not (b.terms is None):
        return False
    return a.terms is None or b.terms is None or list(a.terms.items()) == list(b.terms.items())


def _same_quantity(a: Quantity, b: Quantity) -> bool:
    if isinstance(a, Dim) and isinstance(b, Dim):
        return _same_dim(a, b)
    return type(a) is type(b) and a.text == b.text and _type_key(a.value) == _type_key(b.value)


def _changed_names(before: Scope, now: Scope) -> frozenset[str]:
    """The names that are new, gone, or mean something else."""
    if before is now:
        return frozenset()
    names = before.keys() | now.keys()
    return frozenset(
        name
        for name in names
        if name not in before or name not in now or not _same_quantity(before[name], now[name])
    )


def _same_rules(before: Block, now: Block) -> bool:
    return before.requirements == now.requirements and before.locals == now.locals


def _renamed(before: Block, definition: Definition) -> frozenset[str]:
    """The ids of the nodes after which sizes are called otherwise now."""
    stems = stems_of(before.graph)
    return frozenset(n for n, found in definition.stems.items() if stems.get(n) != found)


def _identical(before: tuple[Block, ...], now: tuple[Block, ...]) -> bool:
    return len(before) == len(now) and all(a is b for a, b in zip(before, now, strict=True))
