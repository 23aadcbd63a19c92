"""The values of `forward`: how each is written, how long it is needed, what it is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from nnstudio.analysis.containers import is_module
from nnstudio.analysis.report import BlockReport
from nnstudio.catalog import registry
from nnstudio.catalog.code import FunctionCode
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.compiler.codegen.steps import COMMUTATIVE, Unit
from nnstudio.compiler.codegen.variable_names import Variables, snake
from nnstudio.graph.values import Node, Port
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Block, Project


class Results:
    """The text of each output port, kept while something still reads it."""

    def __init__(
        self,
        project: Project,
        block: Block,
        report: BlockReport,
        units: Sequence[Unit],
        taken: Iterable[str],
    ) -> None:
        self.project = project
        self.graph = block.graph
        self.report = report
        self.inputs = self.graph.of_type(INPUT)
        # Names that the user gave to results, not to modules or arguments
        self.given = {n.name for n in self.graph.nodes if not is_module(project, n)} - {
            n.name for n in self.inputs
        }
        self.variables = Variables([node.name for node in self.inputs], taken)
        self.texts: dict[Port, str] = {Port(n.id, "output"): n.name for n in self.inputs}
        for node in self.graph.nodes:
            if node.type in (PARAMETER, BUFFER):
                self.texts[Port(node.id, "output")] = f"self.{node.name}"
        self.left: Counter[Port] = Counter()
        for unit in units:
            self.left.update({port for _, port in unit.inputs})
        self.fan = Counter(self.left)

    def read(self, unit: Unit) -> dict[str, str]:
        """The texts that a unit reads, by input port; what nothing reads any more is released."""
        texts = {name: self.texts[port] for name, port in unit.inputs}
        for port in {port for _, port in unit.inputs}:
            self.left[port] -= 1
            if not self.left[port]:
                self.variables.release(self.texts[port])
        return texts

    def outputs(self, node: Node) -> list[str]:
        """The names of the output ports of a node."""
        return [port.name for port in node_ports(self.project, self.graph, node).outputs]

    def targets(self, unit: Unit, result: str) -> str:
        """The left side: one name, a tuple of names, or a pattern such as ``x, (h, c)``."""
        node = unit.node
        outputs = self.outputs(node)
        source = unit.inputs[0][1] if unit.inputs else None
        names: dict[str, str] = {}
        for k, output in enumerate(outputs):
            if not self.left[Port(node.id, output)]:
                names[output] = "_"
            elif k == 0 and not self.part_name(Port(node.id, output)):
                names[output] = self.target(unit, source, output, node.name or snake(node.type))
            else:
                part = self.part_name(Port(node.id, output))
                names[output] = self.variables.fresh(part or output)
                self.texts[Port(node.id, output)] = names[output]
        if not result:
            return names[outputs[0]]
        return pattern(result, outputs, names)

    def target(self, unit: Unit, source: Port | None, output: str, base: str) -> str:
        """Take over the name of `source` where it dies here, else a name of its own."""
        node = unit.node
        port = Port(node.id, output)
        named_operation = (
            bool(node.name) and unit.chain is None and not is_module(self.project, node)
        )
        if source is not None and not named_operation:
            meant = self.argument_name(port)
            if meant:
                self.texts[port] = self.variables.fresh(meant)
                return self.texts[port]
            text = self.texts[source]
            dies = not self.left[source] and text.isidentifier()
            same = self.kind(source) == self.kind(port) and not self.mixes(unit, text)
            if dies and same and (self.fan[source] <= 2 or node.type in COMMUTATIVE):
                self.variables.take(text)
                self.texts[port] = text
                return text
        if self.starts_chain(unit, port):
            base = "y" if "x" in self.variables.alive else "x"
        name = self.variables.fresh(base)
        self.texts[port] = name
        return name

    def mixes(self, unit: Unit, text: str) -> bool:
        """True if a module makes something new of a result with a given name and of others."""
        others = {self.texts[port] for _, port in unit.inputs} - {text}
        return is_module(self.project, unit.node) and text in self.given and bool(others)

    def starts_chain(self, unit: Unit, port: Port) -> bool:
        """True if a module's result goes straight on into another module: no name for the whole."""
        if len(unit.inputs) != 1 or not is_module(self.project, unit.node) or self.left[port] != 1:
            return False
        edges = [e for e in self.graph.outgoing[port.node] if e.source == port]
        while len(edges) == 1:
            after = self.graph.by_id[edges[0].target.node]
            if len(self.graph.incoming[after.id]) != 1:
                return False
            if is_module(self.project, after):
                return True
            edges = [] if after.name else list(self.graph.outgoing[after.id])
        return False

    def argument_name(self, port: Port) -> str:
        """``memory``: the argument that the value becomes, where it becomes a second one only."""
        found: set[str] = set()
        for edge in self.graph.outgoing[port.node]:
            if edge.source.name != port.name:
                continue
            consumer = self.graph.by_id[edge.target.node]
            ports = node_ports(self.project, self.graph, consumer).inputs
            first = not ports or edge.target.name == ports[0].name
            found.add("" if first or not is_module(self.project, consumer) else edge.target.name)
        name = found.pop() if len(found) == 1 else ""
        return "" if name.startswith("input") else name

    def part_name(self, port: Port) -> str:
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

    def kind(self, port: Port) -> str:
        """The dtype of a value, empty where it is not known."""
        tensor = self.report.nodes[port.node].outputs.get(port.name)
        return tensor.dtype if tensor is not None else ""


def pattern(result: str, outputs: Sequence[str], names: Mapping[str, str]) -> str:
    """The left side of an assignment, empty where the result is one tensor."""
    full = {output: names.get(output, "_") for output in outputs}
    return result.format(**full).replace("(_, _)", "_")
