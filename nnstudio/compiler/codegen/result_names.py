"""What a result is called in `forward`: its own name, that of what it goes on with, or a noun.

The rules, in their order, stand in docs/decisions/0024.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nnstudio.analysis.containers import is_module
from nnstudio.analysis.report import BlockReport
from nnstudio.catalog import registry
from nnstudio.catalog.code import FunctionCode
from nnstudio.catalog.layer import Category
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.compiler.codegen.steps import COMMUTATIVE, Unit
from nnstudio.compiler.codegen.variable_names import snake
from nnstudio.graph.values import Node, Port
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Block, Project

JOINS = COMMUTATIVE | {"Subtract", "Divide", "Concat"}
"""Operations on several tensors after which the first may still be called as before."""
CONCAT = "Concat"
MASKED = "MaskedFill"
ATTENTION = "ScaledDotProductAttention"
SAME_THING = (
    *(Category.NORMALISATION, Category.ACTIVATION, Category.DROPOUT),
    *(Category.POOLING, Category.SHAPE),
)
"""Modules after which a value with a name of its own is still that thing."""
LETTER = re.compile(r"[a-z]\d*")
_PLAIN = re.compile(r"[xyz]\d*")
_STATE = re.compile(r"(?:next_|new_)?(.+?)(?:_next|_new|_n|_0|(?<=^.)x)?")


def stem(port: str) -> str:
    """``h`` of ``h``, ``h_next``, ``next_h``, ``h_0``, ``h_n`` and ``hx``."""
    found = _STATE.fullmatch(port)
    return found.group(1) if found else port


class ResultNames:
    """Finds what the results of one block may be called, by the graph alone."""

    def __init__(self, project: Project, block: Block, report: BlockReport) -> None:
        self.project = project
        self.graph = block.graph
        self.report = report
        self.several = len(self.graph.of_type(OUTPUT)) > 1
        inputs = {node.name for node in self.graph.of_type(INPUT)}
        named = {n.name for n in self.graph.nodes if not is_module(project, n) and n.type != OUTPUT}
        self.given = named - inputs
        """Names that the user gave to results, not to modules or arguments."""

    # -- names by what becomes of a result -------------------------------------------------------

    def argument(self, port: Port) -> str:
        """``memory``: the argument that the value becomes, where it becomes a second one only."""
        found: set[str] = set()
        for edge in self.graph.outgoing[port.node]:
            if edge.source.name != port.name:
                continue
            consumer = self.graph.by_id[edge.target.node]
            ports = node_ports(self.project, self.graph, consumer).inputs
            first = not ports or edge.target.name == ports[0].name
            if first or not is_module(self.project, consumer):
                found.add("")
            elif consumer.type in self.project.by_name:
                found.add(edge.target.name)
            else:
                found.add(stem(edge.target.name))  # torch says hx and h_0
        name = found.pop() if len(found) == 1 else ""
        return "" if name.startswith("input") else name

    def attended(self, port: Port) -> str:
        """``query``: what a value is for that goes into attention alone."""
        found = {
            edge.target.name if self.graph.by_id[edge.target.node].type == ATTENTION else ""
            for edge in self.graph.outgoing[port.node]
            if edge.source.name == port.name
        }
        return found.pop() if len(found) == 1 else ""

    def output(self, port: Port) -> str:
        """``logvar``: the one Output that reads the value, in a block that has several."""
        if not self.several:
            return ""
        edges = [e for e in self.graph.outgoing[port.node] if e.source.name == port.name]
        readers = [self.graph.by_id[edge.target.node] for edge in edges]
        names = {node.name for node in readers if node.type == OUTPUT}
        name = names.pop() if len(names) == 1 else ""
        return "" if name == "output" else name

    def part(self, port: Port) -> str:
        """``query``: one of several parts is called what the operations it enters make of it."""
        layer = registry.find(self.graph.by_id[port.node].type)
        if layer is None or not isinstance(layer.code, FunctionCode) or layer.code.count is None:
            return ""
        edges = [e for e in self.graph.outgoing[port.node] if e.source == port]
        while len(edges) == 1:
            after = self.graph.by_id[edges[0].target.node]
            if is_module(self.project, after) or len(self.graph.incoming[after.id]) != 1:
                return ""
            if after.name and after.type != OUTPUT:
                return after.name
            edges = list(self.graph.outgoing[after.id])
        return ""

    def numbered(self, port: Port, text: str) -> str:
        """``x1``: one of the parts of a value that is called by a letter."""
        layer = registry.find(self.graph.by_id[port.node].type)
        if layer is None or not isinstance(layer.code, FunctionCode) or layer.code.count is None:
            return ""
        number = port.name.removeprefix("part")
        letter = re.fullmatch("[a-z]", text) is not None and number.isdigit()
        return f"{text}{int(number) + 1}" if letter else port.name

    def state(self, unit: Unit, output: str) -> str:
        """The input port whose next state an output is, connected or not: ``hx`` for ``h``."""
        if unit.chain is not None or not is_module(self.project, unit.node):
            return ""
        if _PLAIN.fullmatch(output) or output.startswith(("input", "output")):
            return ""
        ports = node_ports(self.project, self.graph, unit.node).inputs
        return next((p.name for p in ports if stem(p.name) == stem(output)), "")

    # -- names by what a result comes from -------------------------------------------------------

    def goes_on(self, unit: Unit, source: Port, text: str, output: Port, fan: int) -> bool:
        """True if the result is still the thing that its operand `source` is called after.

        `fan` is the number of steps that read `source`.
        """
        node, operands = unit.node, self.operands(unit)
        if self.is_skip(output):
            return False
        if not is_module(self.project, node) and node.type not in JOINS:
            layer = registry.find(node.type)
            if layer is None or not isinstance(layer.code, FunctionCode):
                return False
            if not layer.code.keeps_name:
                return False
        if len(operands) <= 1:
            if fan > 1:  # what else it becomes has a name of its own
                return False
            return not is_module(self.project, node) or self.is_same_thing(unit, text, output)
        if node.type in JOINS:
            if fan > 1 and node.type != CONCAT:  # a residual, a gate
                return text not in self.given or self.is_alike(source, output)
            return LETTER.fullmatch(text) is not None and text not in self.given
        if node.type == MASKED:
            return True
        if not is_module(self.project, node):
            return False
        if node.repeat is not None:
            return True
        if text in self.given:
            return False
        if _PLAIN.fullmatch(text):
            return True
        ports = node_ports(self.project, self.graph, node)
        beside = [ports.input(name) for name, port in unit.inputs if port != source]
        optional = all(port is not None and port.optional for port in beside)
        block = node.type in self.project.by_name
        return (block or optional) and self.is_alike(source, output)

    def operands(self, unit: Unit) -> set[Port]:
        """What a unit reads of results; tensors on `self` do not count."""
        return {port for _, port in unit.inputs if self.is_result(port)}

    def is_result(self, port: Port) -> bool:
        """True if a port is no tensor on `self`."""
        return self.graph.by_id[port.node].type not in (PARAMETER, BUFFER)

    def is_one_result(self, ports: Iterable[Port]) -> bool:
        """True if some ports are one result, perhaps read several times; thousands end early."""
        found = filter(self.is_result, ports)
        first = next(found, None)
        return first is not None and all(port == first for port in found)

    def is_same_thing(self, unit: Unit, text: str, output: Port) -> bool:
        """True if a module with one operand leaves it what it is: a norm, but no linear map."""
        node = unit.node
        if node.repeat is not None and unit.chain is None:
            return True
        if text not in self.given and (unit.chain is not None or LETTER.fullmatch(text)):
            return True
        if unit.chain is not None:
            return False
        layer = registry.find(node.type)
        if layer is None:  # a block
            return self.is_alike(next(iter(self.operands(unit))), output)
        return layer.category in SAME_THING

    def is_alike(self, source: Port, output: Port) -> bool:
        """True if what leaves has the shape of what came: a transformation of it."""
        entering = self.report.nodes[source.node].outputs.get(source.name)
        leaving = self.report.nodes[output.node].outputs.get(output.name)
        if entering is None or leaving is None or entering.rank != leaving.rank:
            return False
        return all(a.same(b) for a, b in zip(entering.shape, leaving.shape, strict=True))

    def is_skip(self, port: Port) -> bool:
        """True if a value is put behind another one later: the skip connection of a U-Net."""
        edges = [e for e in self.graph.outgoing[port.node] if e.source.name == port.name]
        if len({e.target.node for e in edges}) < 2:
            return False
        return any(
            self.graph.by_id[e.target.node].type == CONCAT and not e.target.name.endswith(".0")
            for e in edges
        )

    def is_anonymous(self, unit: Unit, port: Port) -> bool:
        """True if a module's result goes straight on into another module: no name for the whole."""
        block = unit.node.type in self.project.by_name
        if not is_module(self.project, unit.node) or (len(unit.inputs) > 1 and not block):
            return False
        edges = [e for e in self.graph.outgoing[port.node] if e.source == port]
        while len({e.target.node for e in edges}) == 1:
            after = self.graph.by_id[edges[0].target.node]
            if is_module(self.project, after):
                ports = node_ports(self.project, self.graph, after).inputs
                return bool(ports) and any(e.target.name == ports[0].name for e in edges)
            if after.name or not self.is_one_result(self.graph.incoming[after.id].values()):
                return False
            edges = list(self.graph.outgoing[after.id])
        return False

    def noun(self, node: Node) -> str:
        """``self.conv1`` gives conv1; an operation gives its noun, or is called like its layer."""
        if node.name:
            return node.name
        layer = registry.find(node.type)
        if layer is not None and isinstance(layer.code, FunctionCode) and layer.code.noun:
            return layer.code.noun
        return snake(node.type)

    def dtype(self, port: Port) -> str:
        """The dtype of a value, empty where it is not known."""
        tensor = self.report.nodes[port.node].outputs.get(port.name)
        return tensor.dtype if tensor is not None else ""
