"""The `forward` of a block's class: one statement per unit, in the order of the wires."""

from __future__ import annotations

from collections import Counter

from nnstudio.analysis.binding import free_names, pattern_of
from nnstudio.analysis.report import BlockReport
from nnstudio.catalog import registry
from nnstudio.catalog.code import FunctionCode, ModuleCode, Written
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.compiler.containers import Structure
from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.lines import Line
from nnstudio.compiler.statements import Statement, joined
from nnstudio.compiler.texts import in_python, layer_params, names_in, renamed, written
from nnstudio.compiler.units import COMMUTATIVE, Unit, order, units
from nnstudio.compiler.variables import Variables, singular, snake
from nnstudio.graph.values import Node, Port
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Block, Project
from nnstudio.symbols.expression import parse


class Forward:
    """Writes `forward` of one block; afterwards `kept` says which names it needs on `self`."""

    def __init__(self, project: Project, block: Block, report: BlockReport, structure: Structure) -> None:
        self.project = project
        self.block = block
        self.graph = block.graph
        self.report = report
        self.structure = structure
        self.inputs = self.graph.of_type(INPUT)
        self.free = frozenset(free_names(block))
        self.names_used: set[str] = set()
        self.kept: dict[str, str] = {}
        self.own = {p.name for p in block.parameters} | {item.name for item in block.locals}
        self.attributes = {n.name for n in self.graph.nodes if n.name} | {g.name for g in self.graph.groups}
        self.variables = Variables([n.name for n in self.inputs], self.free)
        self.texts: dict[Port, str] = {Port(n.id, "output"): n.name for n in self.inputs}
        for node in self.graph.nodes:
            if node.type in (PARAMETER, BUFFER):
                self.texts[Port(node.id, "output")] = f"self.{node.name}"
        self.units = units(project, block, structure)
        self.left: Counter[Port] = Counter()
        self.fan: Counter[Port] = Counter()
        for unit in {u.key: u for u in self.units.values()}.values():
            for port in {port for _, port in unit.inputs}:
                self.left[port] += 1
                self.fan[port] += 1

    def lines(self) -> list[Line]:
        """The logical lines of `forward`, signature first."""
        statements: list[Statement] = []
        returned: list[tuple[str, str]] = []
        outputs: list[str] = []
        for unit in order(self.block, self.units):
            if unit.node.type == OUTPUT and unit.container is None:
                returned.append((unit.node.name, self.texts[unit.inputs[0][1]]))
                outputs.append(unit.node.id)
            else:
                statements += self.statements(unit)
        statements = self.with_return(statements, returned, outputs)
        body: list[Line] = []
        header = ""
        for statement in statements:
            assignment = f"{statement.target} = {statement.value}" if statement.target else statement.value
            if statement.header and not (statement.header == header and statement.header.startswith("if ")):
                body.append(Line(statement.header, 2, statement.nodes))
            header = statement.header
            body.append(Line(assignment, 3 if header else 2, statement.nodes))
        return [Line(self.signature(), 1), *self.unpacking(), *body]

    def with_return(
        self, statements: list[Statement], returned: list[tuple[str, str]], outputs: list[str]
    ) -> list[Statement]:
        if len(returned) == 1:
            value = returned[0][1]
            statements = joined(statements)
            last = statements[-1] if statements else None
            if last is not None and last.target == value and not last.header:
                final = Statement("", f"return {last.value}", (*last.nodes, *outputs))
                return [*statements[:-1], final]
            return [*statements, Statement("", f"return {value}", tuple(outputs))]
        items = ", ".join(f"{name!r}: {value}" for name, value in returned)
        return [*joined(statements), Statement("", f"return {{{items}}}", tuple(outputs))]

    def signature(self) -> str:
        required = [n for n in self.inputs if n.params.get("optional") is not True]
        parts = ["self", *(f"{n.name}: Tensor" for n in required)]
        parts += [f"{n.name}: Tensor | None = None" for n in self.inputs if n not in required]
        result = "Tensor" if len(self.graph.of_type(OUTPUT)) == 1 else "dict[str, Tensor]"
        return f"def forward({', '.join(parts)}) -> {result}:"

    def unpacking(self) -> list[Line]:
        """``batch, length, _ = x.shape`` for the free names that the statements use."""
        lines: list[Line] = []
        wanted = self.names_used & self.free
        for node in self.inputs:
            pattern = pattern_of(node)
            mine = [item for item in pattern if item in wanted]
            if not mine:
                continue
            wanted -= {str(item) for item in mine}
            if len(mine) == 1:
                lines.append(Line(f"{mine[0]} = {node.name}.shape[{pattern.index(mine[0])}]", 2, (node.id,)))
            else:
                targets = ", ".join(str(item) if item in mine else "_" for item in pattern)
                lines.append(Line(f"{targets} = {node.name}.shape", 2, (node.id,)))
        return lines

    # -- one unit -------------------------------------------------------------------------------

    def statements(self, unit: Unit) -> list[Statement]:
        texts = {name: self.texts[port] for name, port in unit.inputs}
        for port in {port for _, port in unit.inputs}:
            self.left[port] -= 1
            if not self.left[port]:
                self.variables.release(self.texts[port])
        if unit.container is not None:
            return self.container(unit, texts)
        node = unit.node
        repeat = node.repeat
        if repeat is not None and repeat.kind == "ModuleList" and self.callable(node):
            return self.loop(unit, texts, self.access(node), per_module=True)
        if repeat is not None and (repeat.kind == "shared" or not self.callable(node)):
            return self.loop(unit, texts, self.access(node) if self.callable(node) else "", per_module=False)
        value, result = self.call(unit, texts, self.access(node) if self.callable(node) else "")
        if node.when is not None and not self.callable(node):
            return self.conditional(unit, texts, value)
        target = self.targets(unit, result)
        pure = not self.callable(node)
        return [Statement(target, value, unit.nodes, "", pure, node.type in COMMUTATIVE)]

    def callable(self, node: Node) -> bool:
        """True if the node calls a module."""
        if node.type in self.project.by_name:
            return True
        layer = registry.find(node.type)
        return layer is not None and layer.is_module

    def access(self, node: Node) -> str:
        return self.structure.access(node)

    def container(self, unit: Unit, texts: dict[str, str]) -> list[Statement]:
        assert unit.container is not None
        group = unit.container.group
        reach = self.structure.reach(unit.container)
        if group.kind == "Sequential":
            target = self.target(unit, "output", group.name)
            return [Statement(target, f"{reach}({texts['input']})", unit.nodes)]
        target = self.target(unit, "output", group.name)
        item = self.variables.fresh(singular(group.name), keep=False)
        start = [] if target == texts["input"] else [Statement(target, texts["input"], unit.nodes)]
        return [*start, Statement(target, f"{item}({target})", unit.nodes, f"for {item} in {reach}:")]

    def call(self, unit: Unit, texts: dict[str, str], access: str) -> tuple[str, str]:
        """The text of the call and the pattern of its results."""
        node = unit.node
        used = self.project.by_name.get(node.type)
        if used is not None:
            arguments = self.block_inputs(used, texts)
            return f"{access}({arguments})", ""
        layer = registry.find(node.type)
        if layer is None:
            raise CompileError(f"the layer '{node.type}' is not known")
        report = self.report.nodes[node.id]
        params = layer_params(layer, node, report)
        wired = frozenset(edge.source.name for edge in self.graph.outgoing[node.id])
        ranks = {port: tensor.rank for port, tensor in report.inputs.items()}
        if isinstance(layer.code, ModuleCode):
            texts_written = Written(texts, params.texts, params.given, wired, ranks)
            if layer.code.call is not None:
                return f"{access}({layer.code.call(texts_written)})", layer.code.result
            optional = {port.name for port in layer.inputs if port.optional}
            parts = [f"{name}={text}" if name in optional else text for name, text in texts.items()]
            return f"{access}({', '.join(parts)})", layer.code.result
        local = {name: self.in_forward(text) for name, text in params.texts.items()}
        value = layer.code.write(Written(texts, local, params.given, wired, ranks))
        return value, layer.code.pattern(self.outputs(node))

    def block_inputs(self, used: Block, texts: dict[str, str]) -> str:
        parts: list[str] = []
        named = False
        for node in sorted(used.graph.of_type(INPUT), key=lambda n: n.params.get("optional") is True):
            if node.name not in texts:
                named = True
            else:
                parts.append(f"{node.name}={texts[node.name]}" if named else texts[node.name])
        return ", ".join(parts)

    def in_forward(self, text: str) -> str:
        """Parameters and locals by way of `self`; free names are noted and unpacked on top."""
        if not names_in(text) & (self.own | self.free):
            return in_python(text)

        def rename(name: str) -> str | None:
            if name in self.own:
                return f"self.{self.keep(name)}"
            if name in self.free:
                self.names_used.add(name)
            return None

        return in_python(renamed(text, rename))

    def keep(self, name: str) -> str:
        """The attribute under which a parameter is kept; nodes own their names."""
        attribute = f"{name}_value" if name in self.attributes else name
        self.kept[name] = attribute
        return attribute

    def loop(self, unit: Unit, texts: dict[str, str], access: str, *, per_module: bool) -> list[Statement]:
        node = unit.node
        assert node.repeat is not None
        port, first = next(iter(texts.items()))
        target = self.target(unit, self.first_output(node), node.name or snake(node.type))
        start = [] if target == first else [Statement(target, first, unit.nodes)]
        inner = {**texts, port: target}
        inner = {name: target if text == first and name == port else text for name, text in inner.items()}
        if per_module:
            item = self.variables.fresh(singular(node.name), keep=False)
            header = f"for {item} in {access}:"
        else:
            item = access
            count = self.in_forward(written(node.repeat.count))
            header = f"for _ in range({count}):"
        value, result = self.call(unit, inner, item)
        pattern = _pattern(result, self.outputs(node), {self.first_output(node): target})
        return [*start, Statement(pattern or target, value, unit.nodes, header)]

    def conditional(self, unit: Unit, texts: dict[str, str], value: str) -> list[Statement]:
        """An operation that happens only if its condition holds; else its first input passes."""
        node = unit.node
        assert node.when is not None
        first = next(iter(texts.values()))
        target = self.target(unit, self.first_output(node), node.name or snake(node.type))
        start = [] if target == first else [Statement(target, first, unit.nodes)]
        condition = self.in_forward(parse(node.when.text).text)
        return [*start, Statement(target, value, unit.nodes, f"if {condition}:")]

    # -- names of results -----------------------------------------------------------------------

    def outputs(self, node: Node) -> list[str]:
        return [port.name for port in node_ports(self.project, self.graph, node).outputs]

    def first_output(self, node: Node) -> str:
        return self.outputs(node)[0]

    def targets(self, unit: Unit, result: str) -> str:
        """The left side: one name, a tuple of names, or a pattern such as ``x, (h, c)``."""
        node = unit.node
        outputs = self.outputs(node)
        used = self.project.by_name.get(node.type)
        if used is not None and len(outputs) > 1:
            target = self.variables.fresh(node.name)
            for name in outputs:
                self.texts[Port(node.id, name)] = f"{target}[{name!r}]"
            return target
        names: dict[str, str] = {}
        for k, output in enumerate(outputs):
            if not self.left[Port(node.id, output)]:
                names[output] = "_"
            elif k == 0 and not self.part_name(Port(node.id, output)):
                names[output] = self.target(unit, output, node.name or snake(node.type))
            else:
                part = self.part_name(Port(node.id, output))
                names[output] = self.variables.fresh(part or output)
                self.texts[Port(node.id, output)] = names[output]
        if len(outputs) == 1 or not result:
            return names[outputs[0]]
        return _pattern(result, outputs, names)

    def target(self, unit: Unit, output: str, base: str) -> str:
        """Take over the first operand's name where it dies here, else a name of its own."""
        node = unit.node
        port = Port(node.id, output)
        named_operation = bool(node.name) and unit.container is None and not self.callable(node)
        first = unit.inputs[0][1] if unit.inputs else None
        if first is not None and not named_operation:
            meant = self.meant_as(port)
            if meant:
                name = self.variables.fresh(meant)
                self.texts[port] = name
                return name
            text = self.texts[first]
            dies = not self.left[first] and text.isidentifier()
            same = self.kind(first) == self.kind(port)
            if dies and same and (self.fan[first] <= 2 or node.type in COMMUTATIVE):
                self.variables.take(text)
                self.texts[port] = text
                return text
        if self.starts_chain(unit, port):
            base = "y" if "x" in self.variables.alive else "x"
        name = self.variables.fresh(base)
        self.texts[port] = name
        return name

    def starts_chain(self, unit: Unit, port: Port) -> bool:
        """True if a module's result goes straight on into another module: no name for the whole."""
        if len(unit.inputs) != 1 or not self.callable(unit.node) or self.left[port] != 1:
            return False
        edges = [e for e in self.graph.outgoing[port.node] if e.source == port]
        while len(edges) == 1:
            after = self.graph.by_id[edges[0].target.node]
            if len(self.graph.incoming[after.id]) != 1:
                return False
            if self.callable(after):
                return True
            edges = [] if after.name else list(self.graph.outgoing[after.id])
        return False

    def meant_as(self, port: Port) -> str:
        """``memory``: the argument that the value becomes, where it becomes a second one only."""
        found: set[str] = set()
        for edge in self.graph.outgoing[port.node]:
            if edge.source.name != port.name:
                continue
            consumer = self.graph.by_id[edge.target.node]
            ports = node_ports(self.project, self.graph, consumer).inputs
            first = not ports or edge.target.name == ports[0].name
            found.add("" if first or not self.callable(consumer) else edge.target.name)
        name = found.pop() if len(found) == 1 else ""
        return "" if name.startswith("input") else name

    def part_name(self, port: Port) -> str:
        """``query``: one of several parts is called what the operations that it enters make of it."""
        layer = registry.find(self.graph.by_id[port.node].type)
        if layer is None or not isinstance(layer.code, FunctionCode) or layer.code.count is None:
            return ""
        edges = [e for e in self.graph.outgoing[port.node] if e.source == port]
        while len(edges) == 1:
            after = self.graph.by_id[edges[0].target.node]
            if self.callable(after) or len(self.graph.incoming[after.id]) != 1:
                return ""
            if after.name and after.type != OUTPUT:
                return after.name
            edges = list(self.graph.outgoing[after.id])
        return ""

    def kind(self, port: Port) -> str:
        """The dtype of a value, empty where it is not known."""
        tensor = self.report.nodes[port.node].outputs.get(port.name)
        return tensor.dtype if tensor is not None else ""


def _pattern(result: str, outputs: list[str], names: dict[str, str]) -> str:
    """The left side of an assignment, empty where the result is one tensor."""
    full = {output: names.get(output, "_") for output in outputs}
    return result.format(**full).replace("(_, _)", "_")
