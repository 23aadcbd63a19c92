"""The values of `forward`: how each is written, how long it is needed, what it is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from nnstudio.analysis.containers import is_module
from nnstudio.analysis.report import BlockReport
from nnstudio.catalog.layers.io import BUFFER, INPUT, PARAMETER
from nnstudio.compiler.codegen.result_names import ResultNames
from nnstudio.compiler.codegen.steps import COMMUTATIVE, Unit
from nnstudio.compiler.codegen.variable_names import Variables
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
        self.names = ResultNames(project, block, report)
        self.inputs = self.graph.of_type(INPUT)
        self.variables = Variables([node.name for node in self.inputs], taken)
        self.texts: dict[Port, str] = {Port(n.id, "output"): n.name for n in self.inputs}
        for node in self.graph.nodes:
            if node.type in (PARAMETER, BUFFER):
                self.texts[Port(node.id, "output")] = f"self.{node.name}"
        self.nouns: set[str] = set()
        """Names that say how a value was made; a module makes something else of it."""
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
        outputs = self.outputs(unit.node)
        names = self.chosen_names(unit)
        return pattern(result, outputs, names) if result else names[outputs[0]]

    def chosen_names(self, unit: Unit) -> dict[str, str]:
        """The name of each result of a unit, ``_`` for one that nothing reads."""
        node = unit.node
        outputs = self.outputs(node)
        source = unit.inputs[0][1] if unit.inputs else None
        names: dict[str, str] = {}
        for k, output in enumerate(outputs):
            port = Port(node.id, output)
            if not self.left[port]:
                names[output] = "_"
                continue
            part = self.names.part(port)
            if not part and source is not None:
                numbered = self.names.numbered(port, self.texts[source])
                part = numbered and (self.names.attended(port) or numbered)
            if k == 0 and not part and not self.has_own_name(unit, output):
                names[output] = self.target(unit, source, output, self.names.noun(node))
            else:
                names[output] = self.further(unit, output, part)
        return names

    def has_own_name(self, unit: Unit, output: str) -> bool:
        """True for what is one of several results and no `output`, and for the states of a cell."""
        node = unit.node
        block = node.type in self.project.by_name
        if is_module(self.project, node) and not block:
            return bool(self.names.state(unit, output))
        told = output not in ("output", "x", "y") and (block or not node.name)
        return told and len(self.outputs(node)) > 1

    def further(self, unit: Unit, output: str, part: str) -> str:
        """The name of a result that is one of several: a state keeps its own, else its port's."""
        port = Port(unit.node.id, output)
        name = "" if part else self.next_state(unit, output)
        if not name:
            wanted = part or self.names.output(port) or output
            if unit.node.shares and unit.node.name and not self.variables.is_free(wanted):
                wanted = f"{wanted}_{unit.node.name}"  # of another call of the same module
            name = self.variables.fresh(wanted)
        self.texts[port] = name
        return name

    def next_state(self, unit: Unit, output: str) -> str:
        """The name of the state that a unit reads for the last time and gives anew, else ''."""
        source = dict(unit.inputs).get(self.names.state(unit, output))
        if source is None or self.left[source]:
            return ""
        text = self.texts[source]
        port = Port(unit.node.id, output)
        same = self.names.dtype(source) == self.names.dtype(port)
        if not same or not text.isidentifier() or text in self.variables.alive:
            return ""
        self.variables.take(text)
        return text

    def target(
        self, unit: Unit, source: Port | None, output: str, base: str, *, passing: bool = False
    ) -> str:
        """Take over the name of an operand that dies here, else a name of its own.

        With `passing` only that of `source`, which passes where nothing is computed.
        """
        port = Port(unit.node.id, output)
        name = self.texts[port] = self.chosen(unit, source, port, base, passing)
        return name

    def chosen(self, unit: Unit, source: Port | None, port: Port, base: str, passing: bool) -> str:
        node = unit.node
        module = is_module(self.project, node)
        if node.name and unit.chain is None and not module:
            return self.variables.fresh(node.name)
        state = self.next_state(unit, port.name) if module else ""
        if state:
            return state
        argument = self.names.argument(port) or self.names.attended(port)
        if argument:
            return self.variables.fresh(argument)
        repeated = unit.chain is None and node.repeat is not None
        if repeated and source is not None and self.keeps(unit, source, port):
            return self.taken(source)
        wanted = self.names.output(port)
        if wanted:
            return self.variables.fresh(wanted)
        if passing and source is not None and self.dies(source, port):
            given = self.texts[source] in self.names.given
            if not given or len(self.names.operands(unit)) <= 1:
                return self.taken(source)
        for operand in [] if passing else self.candidates(unit, source):
            if self.keeps(unit, operand, port):
                return self.taken(operand)
        if self.names.is_anonymous(unit, port):
            base = "y" if "x" in self.variables.alive else "x"
        name = self.variables.fresh(base)
        if not module:
            self.nouns.add(name)
        return name

    def candidates(self, unit: Unit, source: Port | None) -> list[Port]:
        """The operands whose name a result may take: of a sum that which was read before."""
        if source is None:
            return []
        if unit.chain is not None or unit.node.type not in COMMUTATIVE:
            return [source]
        operands = dict.fromkeys(port for _, port in unit.inputs)
        mine = [p for p in operands if p == source or self.texts[p] not in self.names.given]
        return sorted(mine, key=lambda port: self.fan[port] == 1)

    def keeps(self, unit: Unit, source: Port, port: Port) -> bool:
        """True if the result may be called like an operand, which nothing reads any more."""
        text = self.texts[source]
        if not self.dies(source, port):
            return False
        if text in self.nouns and is_module(self.project, unit.node):
            return False
        return self.names.goes_on(unit, source, text, port, self.fan[source])

    def dies(self, source: Port, port: Port) -> bool:
        """True if nothing reads a value of the same dtype any more."""
        named = self.texts[source].isidentifier() and not self.left[source]
        return named and self.names.dtype(source) == self.names.dtype(port)

    def taken(self, source: Port) -> str:
        self.variables.take(self.texts[source])
        return self.texts[source]


def pattern(result: str, outputs: Sequence[str], names: Mapping[str, str]) -> str:
    """The left side of an assignment, empty where the result is one tensor."""
    full = {output: names.get(output, "_") for output in outputs}
    return result.format(**full).replace("(_, _)", "_")
