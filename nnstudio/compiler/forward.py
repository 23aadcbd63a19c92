"""The `forward` of a block's class: one statement per unit, in the order of the wires."""

from __future__ import annotations

from collections import Counter

from nnstudio.analysis.binding import free_names, pattern_of
from nnstudio.analysis.containers import Chain, Structure, is_module
from nnstudio.analysis.report import BlockReport
from nnstudio.analysis.wiring import effective, wiring
from nnstudio.catalog import registry
from nnstudio.catalog.code import FunctionCode, ModuleCode, Written
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.imports import imported_by
from nnstudio.compiler.lines import Line
from nnstudio.compiler.statements import Statement, joined
from nnstudio.compiler.texts import in_python, layer_params, names_in, renamed, written
from nnstudio.compiler.units import COMMUTATIVE, Unit, order, units
from nnstudio.compiler.variables import RESERVED, Variables, free_attribute, singular, snake
from nnstudio.graph.values import Node, Port
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Block, Project
from nnstudio.symbols.expression import parse


class Forward:
    """Writes `forward` of one block; afterwards `kept` says which names it needs on `self`."""

    def __init__(
        self, project: Project, block: Block, report: BlockReport, structure: Structure
    ) -> None:
        self.project = project
        self.block = block
        self.graph = block.graph
        self.report = report
        self.structure = structure
        self.guards = wiring(project, block).guards
        self.inputs = self.graph.of_type(INPUT)
        self.own = {p.name for p in block.parameters} | {item.name for item in block.locals}
        self.names_used: set[str] = set()
        self.kept: dict[str, str] = {}
        arguments = [node.name for node in self.inputs]
        self.free = {
            name: f"{name}_size" if name in RESERVED or name in arguments else name
            for name in free_names(block)
        }
        imported = imported_by(project, block)
        self.variables = Variables(arguments, [*self.free.values(), *imported])
        self.texts: dict[Port, str] = {Port(n.id, "output"): n.name for n in self.inputs}
        for node in self.graph.nodes:
            if node.type in (PARAMETER, BUFFER):
                self.texts[Port(node.id, "output")] = f"self.{node.name}"
        self.ordered = order(block, units(project, block, structure))
        self.left: Counter[Port] = Counter()
        for unit in self.ordered:
            self.left.update({port for _, port in unit.inputs})
        self.fan = Counter(self.left)

    def lines(self) -> list[Line]:
        """The logical lines of `forward`, signature first."""
        statements: list[Statement] = []
        returned: list[tuple[str, str]] = []
        outputs: list[str] = []
        for unit in self.ordered:
            if unit.node.type == OUTPUT and unit.chain is None:
                returned.append((unit.node.name, self.texts[unit.inputs[0][1]]))
                outputs.append(unit.node.id)
            else:
                statements += self.statements(unit)
        statements = self.with_return(statements, returned, outputs)
        body: list[Line] = []
        header = ""
        for statement in statements:
            text = statement.value
            if statement.target:
                text = f"{statement.target} = {statement.value}"
            repeated = statement.header == header and header.startswith("if ")
            if statement.header and not repeated:
                body.append(Line(statement.header, 2, statement.nodes))
            header = statement.header
            body.append(Line(text, 3 if header else 2, statement.nodes))
        return [Line(self.signature(), 1), *self.unpacking(), *body]

    def with_return(
        self, statements: list[Statement], returned: list[tuple[str, str]], outputs: list[str]
    ) -> list[Statement]:
        if len(returned) == 1:
            value = returned[0][1]
            statements = joined(statements, [value])
            last = statements[-1] if statements else None
            if last is not None and last.target == value and not last.header:
                final = Statement("", f"return {last.value}", (*last.nodes, *outputs))
                return [*statements[:-1], final]
            return [*statements, Statement("", f"return {value}", tuple(outputs))]
        items = ", ".join(f"{name!r}: {value}" for name, value in returned)
        statements = joined(statements, [value for _, value in returned])
        return [*statements, Statement("", f"return {{{items}}}", tuple(outputs))]

    def signature(self) -> str:
        required = [n for n in self.inputs if n.params.get("optional") is not True]
        parts = ["self", *(f"{n.name}: Tensor" for n in required)]
        parts += [f"{n.name}: Tensor | None = None" for n in self.inputs if n not in required]
        result = "Tensor" if len(self.graph.of_type(OUTPUT)) == 1 else "dict[str, Tensor]"
        return f"def forward({', '.join(parts)}) -> {result}:"

    def unpacking(self) -> list[Line]:
        """``batch, length, _ = x.shape`` for the free names that the statements use."""
        lines: list[Line] = []
        wanted = set(self.names_used)
        for node in sorted(self.inputs, key=lambda n: n.params.get("optional") is True):
            pattern = pattern_of(node)
            mine = [item for item in pattern if item in wanted]
            if not mine:
                continue
            wanted -= {str(item) for item in mine}
            if len(mine) == 1:
                text = f"{self.free[str(mine[0])]} = {node.name}.shape[{pattern.index(mine[0])}]"
            else:
                targets = [self.free[str(item)] if item in mine else "_" for item in pattern]
                text = f"{', '.join(targets)} = {node.name}.shape"
            lines.append(Line(text, 2, (node.id,)))
        return lines

    # -- one unit -------------------------------------------------------------------------------

    def statements(self, unit: Unit) -> list[Statement]:
        texts = {name: self.texts[port] for name, port in unit.inputs}
        for port in {port for _, port in unit.inputs}:
            self.left[port] -= 1
            if not self.left[port]:
                self.variables.release(self.texts[port])
        if unit.chain is not None:
            return self.container(unit, unit.chain, texts["input"])
        node = effective(self.graph, unit.node)
        module = is_module(self.project, node)
        access = self.structure.access(node) if module else ""
        loops = node.repeat is not None
        if module and node.repeat is not None:
            loops = node.repeat.kind in ("ModuleList", "shared")
        conditions = self.conditions(unit.node, node, texts)
        if loops or conditions:
            return self.stepwise(unit, node, texts, access, conditions)
        value, result = self.call(unit, node, texts, access)
        target = self.targets(unit, result)
        return [Statement(target, value, unit.nodes, "", not module, node.type in COMMUTATIVE)]

    def conditions(self, node: Node, meant: Node, texts: dict[str, str]) -> list[str]:
        """What must hold for a call to happen; where an Identity stands in for it, nothing."""
        found: list[str] = []
        guard = self.guards.get(node.id)
        if guard is not None:
            there = dict.fromkeys(texts[port] for port in guard.optional)
            found += [f"{text} is not None" for text in there]
        single = True
        if is_module(self.project, node):
            ports = node_ports(self.project, self.graph, node)
            single = len(texts) == 1 and len(ports.outputs) == 1
            condition = node.when if node.shares else None
            condition = condition if single else meant.when
        else:
            condition = node.when
        if condition is not None:
            found.append(self.in_forward(parse(condition.text).text))
        if len(found) > 1:
            found = [f"({text})" if " or " in text or " if " in text else text for text in found]
        return found

    def container(self, unit: Unit, chain: Chain, source: str) -> list[Statement]:
        group = chain.container.group
        reach = self.structure.reach(chain.container)
        target = self.target(unit, unit.inputs[0][1], chain.output.name, group.name)
        if group.kind == "Sequential":
            return [Statement(target, f"{reach}({source})", unit.nodes)]
        item = self.variables.fresh(singular(group.name), keep=False)
        start = [] if target == source else [Statement(target, source, unit.nodes)]
        header = f"for {item} in {reach}:"
        return [*start, Statement(target, f"{item}({target})", unit.nodes, header)]

    def stepwise(
        self, unit: Unit, node: Node, texts: dict[str, str], access: str, conditions: list[str]
    ) -> list[Statement]:
        """A loop, or a call that happens only if its conditions hold; else its input passes."""
        guard = self.guards.get(node.id)
        passing = guard.passing if guard is not None else next(iter(texts))
        first = texts[passing]
        others = {text for name, text in texts.items() if name != passing and text.isidentifier()}
        released = [text for text in others if text not in self.variables.alive]
        for text in released:  # still needed when the target has got its first value
            self.variables.take(text)
        output = self.outputs(node)[0]
        base = node.name or snake(node.type)
        repeat = node.repeat
        source = None if repeat is not None and first in others else dict(unit.inputs)[passing]
        target = self.target(unit, source, output, base)
        start = [] if target == first else [Statement(target, first, unit.nodes)]
        header, item = "", access
        if repeat is not None:
            texts = {**texts, passing: target}
            if access and repeat.kind == "ModuleList":
                item = self.variables.fresh(singular(node.name), keep=False)
                header = f"for {item} in {access}:"
        value, result = self.call(unit, node, texts, item)
        used = self.project.by_name.get(node.type)
        if used is not None and len(self.outputs(node)) > 1:
            value = f"{value}[{output!r}]"
        if repeat is not None and not header:
            count = self.in_forward(written(repeat.count))
            condition = " and ".join(conditions)
            if condition:
                value = f"{value} if {condition} else {target}"
            names = names_in(value)
            header = f"for {'i' if 'i' in names else '_'} in range({count}):"
        elif conditions:
            header = f"if {' and '.join(conditions)}:"
        for text in released:
            self.variables.release(text)
        pattern = _pattern(result, self.outputs(node), {output: target}) if result else target
        return [*start, Statement(pattern, value, unit.nodes, header)]

    def call(self, unit: Unit, node: Node, texts: dict[str, str], access: str) -> tuple[str, str]:
        """The text of the call and the pattern of its results."""
        used = self.project.by_name.get(node.type)
        if used is not None:
            arguments = self.block_inputs(used, texts)
            return f"{access}({arguments})", ""
        layer = registry.find(node.type)
        if layer is None:
            raise CompileError(f"the layer '{node.type}' is not known")
        report = self.report.nodes[node.id]
        params = layer_params(layer, node, report)
        outputs = self.outputs(node)
        wired = frozenset(name for name in outputs if self.fan[Port(node.id, name)])
        ranks = {port: tensor.rank for port, tensor in report.inputs.items()}
        if isinstance(layer.code, ModuleCode):
            call = Written(texts, params.texts, params.given, wired, ranks)
            if layer.code.call is not None:
                return f"{access}({layer.code.call(call)})", layer.code.result
            optional = {port.name for port in layer.inputs if port.optional}
            parts = [f"{name}={text}" if name in optional else text for name, text in texts.items()]
            return f"{access}({', '.join(parts)})", layer.code.result
        local = {name: self.in_forward(text) for name, text in params.texts.items()}
        value = layer.code.write(Written(texts, local, params.given, wired, ranks))
        return value, layer.code.pattern(outputs)

    def block_inputs(self, used: Block, texts: dict[str, str]) -> str:
        parts: list[str] = []
        named = False
        for node in sorted(
            used.graph.of_type(INPUT), key=lambda n: n.params.get("optional") is True
        ):
            if node.name not in texts:
                named = True
            else:
                parts.append(f"{node.name}={texts[node.name]}" if named else texts[node.name])
        return ", ".join(parts)

    def in_forward(self, text: str) -> str:
        """Parameters and locals by way of `self`; free names are noted and unpacked on top."""
        if not names_in(text) & (self.own | self.free.keys()):
            return in_python(text)

        def rename(name: str) -> str | None:
            if name in self.own:
                return f"self.{self.keep(name)}"
            if name in self.free:
                self.names_used.add(name)
                return self.free[name]
            return None

        return in_python(renamed(text, rename))

    def keep(self, name: str) -> str:
        """The attribute under which a parameter is kept; nodes own their names."""
        if name not in self.kept:
            taken = self.structure.attributes | set(self.kept.values())
            self.kept[name] = free_attribute(name, taken)
        return self.kept[name]

    # -- names of results -----------------------------------------------------------------------

    def outputs(self, node: Node) -> list[str]:
        return [port.name for port in node_ports(self.project, self.graph, node).outputs]

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
        return _pattern(result, outputs, names)

    def target(self, unit: Unit, source: Port | None, output: str, base: str) -> str:
        """Take over the name of `source` where it dies here, else a name of its own."""
        node = unit.node
        port = Port(node.id, output)
        named_operation = (
            bool(node.name) and unit.chain is None and not is_module(self.project, node)
        )
        if source is not None and not named_operation:
            meant = self.meant_as(port)
            if meant:
                self.texts[port] = self.variables.fresh(meant)
                return self.texts[port]
            text = self.texts[source]
            dies = not self.left[source] and text.isidentifier()
            same = self.kind(source) == self.kind(port)
            if dies and same and (self.fan[source] <= 2 or node.type in COMMUTATIVE):
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

    def meant_as(self, port: Port) -> str:
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


def _pattern(result: str, outputs: list[str], names: dict[str, str]) -> str:
    """The left side of an assignment, empty where the result is one tensor."""
    full = {output: names.get(output, "_") for output in outputs}
    return result.format(**full).replace("(_, _)", "_")
