"""The `forward` of a block's class: one statement per unit, in the order of the wires."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.analysis.binding import free_names, pattern_of
from nnstudio.analysis.containers import Chain, Structure, is_module
from nnstudio.analysis.report import BlockReport, NodeReport
from nnstudio.analysis.wiring import effective, wiring
from nnstudio.catalog import registry
from nnstudio.catalog.code import FunctionCode, ModuleCode, Written
from nnstudio.catalog.layers.io import INPUT, OUTPUT
from nnstudio.compiler.codegen.branches import body_lines, gathered
from nnstudio.compiler.codegen.imports import imported_by
from nnstudio.compiler.codegen.lines import Line
from nnstudio.compiler.codegen.local_values import Results, pattern
from nnstudio.compiler.codegen.loops import Loop
from nnstudio.compiler.codegen.places import Places
from nnstudio.compiler.codegen.statements import Statement, join_statements
from nnstudio.compiler.codegen.steps import COMMUTATIVE, Unit, may_overwrite, order, units
from nnstudio.compiler.codegen.value_text import (
    Params,
    call_arguments,
    in_python,
    layer_params,
    names_in,
    rename_names,
)
from nnstudio.compiler.codegen.variable_names import (
    RESERVED,
    free_attribute,
    free_sizes,
    singular,
)
from nnstudio.compiler.errors import CompileError
from nnstudio.graph.values import Node, Port
from nnstudio.project.parameter_text import python_text
from nnstudio.project.ports import node_ports
from nnstudio.project.reserved_names import CONTAINER_ATTRIBUTES
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
        self.overwrites = may_overwrite(project, block)
        self.own = {*block.names, *report.derived}
        self.names_used: set[str] = set()
        self.kept: dict[str, str] = {}
        arguments = [node.name for node in self.inputs]
        imported = imported_by(project, block)
        self.free = free_sizes(free_names(block), {*RESERVED, *arguments, *imported})
        self.ordered = order(block, units(project, block, structure))
        taken = [*self.free.values(), *imported]
        self.results = Results(project, block, report, self.ordered, taken)
        self.variables = self.results.variables
        self.places = Places(project, block, report, self.results, self)

    @property
    def gives_dict(self) -> bool:
        """True for the model, whose Outputs are asked for by name; other blocks give a tuple."""
        return self.block.name == self.project.root

    def lines(self) -> list[Line]:
        """The logical lines of `forward`, signature first."""
        statements: list[Statement] = []
        returned: list[tuple[str, str]] = []
        outputs: list[str] = []
        for unit in self.ordered:
            if unit.node.type == OUTPUT and unit.chain is None:
                returned.append((unit.node.name, self.results.texts[unit.inputs[0][1]]))
                outputs.append(unit.node.id)
            else:
                statements += self.statements(unit)
        statements = self.with_return(statements, returned, outputs)
        return [Line(self.signature(), 1), *self.unpacking(), *body_lines(statements)]

    def with_return(
        self, statements: list[Statement], returned: list[tuple[str, str]], outputs: list[str]
    ) -> list[Statement]:
        texts = [value for _, value in returned]
        statements = gathered(join_statements(statements, texts), texts)
        if len(returned) == 1:
            value = returned[0][1]
            last = statements[-1] if statements else None
            if last is not None and last.target == value and not last.header:
                final = Statement("", f"return {last.value}", (*last.nodes, *outputs))
                return [*statements[:-1], final]
            return [*statements, Statement("", f"return {value}", tuple(outputs))]
        if self.gives_dict:
            items = ", ".join(f"{name!r}: {value}" for name, value in returned)
            value = f"{{{items}}}"
        else:
            value = ", ".join(texts)
        return [*statements, Statement("", f"return {value}", tuple(outputs))]

    def signature(self) -> str:
        optional = [n for n in self.inputs if n.params.get("optional") is True]
        required = [n for n in self.inputs if n.params.get("optional") is not True]
        parts = ["self", *(f"{n.name}: Tensor" for n in required)]
        parts += [f"{n.name}: Tensor | None = None" for n in optional]
        count = len(self.graph.of_type(OUTPUT))
        result = (
            "dict[str, Tensor]" if self.gives_dict else f"tuple[{', '.join(['Tensor'] * count)}]"
        )
        result = "Tensor" if count == 1 else result
        return f"def forward({', '.join(parts)}) -> {result}:"

    def unpacking(self) -> list[Line]:
        """``batch, length, _ = x.shape`` for the free names that the statements use."""
        lines: list[Line] = []
        wanted = set(self.names_used)
        for node in sorted(self.inputs, key=lambda n: n.params.get("optional") is True):
            shape = pattern_of(node)
            mine = [item for item in shape if item in wanted]
            if not mine:
                continue
            wanted -= {str(item) for item in mine}
            if len(mine) == 1:
                text = f"{self.free[str(mine[0])]} = {node.name}.shape[{shape.index(mine[0])}]"
            else:
                targets = [self.free[str(item)] if item in mine else "_" for item in shape]
                text = f"{', '.join(targets)} = {node.name}.shape"
            lines.append(Line(text, 2, (node.id,)))
        return lines

    # -- one unit -------------------------------------------------------------------------------

    def statements(self, unit: Unit) -> list[Statement]:
        texts = self.results.read(unit)
        if unit.chain is not None:
            return self.container(unit, unit.chain, texts["input"])
        node = effective(self.graph, unit.node)
        module = is_module(self.project, node)
        access = self.structure.access(node) if module else ""
        loops = node.repeat is not None
        if module and node.repeat is not None:
            loops = node.repeat.kind in ("ModuleList", "shared")
        conditions = self.conditions(unit.node, node, texts)
        asked = [*self.tests(node, texts), *conditions]
        if len(asked) > 1:
            asked = [f"({text})" if " or " in text or " if " in text else text for text in asked]
        if node.repeat is not None and node.repeat.has_modes:
            report = self.report.nodes[node.id]
            loop = Loop(unit, node, report, self.results, texts, self.in_forward)
            return loop.statements(access, lambda inner, at: self.call(unit, node, inner, at))
        if loops or asked:
            guard = self.guards.get(node.id)
            branch = " ".join([*sorted(guard.together), *conditions]) if guard is not None else ""
            return self.stepwise(unit, node, texts, access, asked, branch)
        if node.instead is not None:
            return self.places.statements(unit, node, texts, access)
        value, result = self.call(unit, node, texts, access)
        target = self.results.targets(unit, result)
        commutes = node.type in COMMUTATIVE
        named = bool(node.name) and not module
        pure, movable = not module, not module and self.is_movable(node)
        return [Statement(target, value, unit.nodes, "", pure, commutes, named, movable=movable)]

    def is_movable(self, node: Node) -> bool:
        """True for an operation that gives the same numbers a few lines later."""
        layer = registry.find(node.type)
        draws = layer is None or not isinstance(layer.code, FunctionCode) or layer.code.draws
        return not draws and not self.overwrites

    def tests(self, node: Node, texts: dict[str, str]) -> list[str]:
        """What has to be there for a call to happen."""
        guard = self.guards.get(node.id)
        if guard is None:
            return []
        asked = [texts[p] if own is None else self.results.texts[own] for p, own in guard.tests]
        return [f"{text} is not None" for text in dict.fromkeys(asked)]

    def conditions(self, node: Node, meant: Node, texts: dict[str, str]) -> list[str]:
        """Conditions for a call to happen; none where an Identity stands in for it."""
        if meant.instead is not None:  # what is called is chosen otherwise
            return []
        single = True
        condition = node.when
        if is_module(self.project, node):
            ports = node_ports(self.project, self.graph, node)
            single = len(texts) == 1 and len(ports.outputs) == 1
            condition = node.when if node.shares else None
            condition = condition if single else meant.when
        guard = self.guards.get(node.id)
        if condition is None or (guard is not None and guard.asks(condition)):
            return []
        return [self.in_forward(parse(condition.text).text)]

    def container(self, unit: Unit, chain: Chain, source: str) -> list[Statement]:
        group = chain.container.group
        reach = self.structure.reach(chain.container)
        target = self.results.target(unit, unit.inputs[0][1], chain.output.name, group.name)
        if group.kind == "Sequential":
            return [Statement(target, f"{reach}({source})", unit.nodes)]
        item = self.variables.fresh(singular(group.name), keep=False)
        start = [] if target == source else [Statement(target, source, unit.nodes)]
        header = f"for {item} in {reach}:"
        return [*start, Statement(target, f"{item}({target})", unit.nodes, header)]

    def stepwise(
        self,
        unit: Unit,
        node: Node,
        texts: dict[str, str],
        access: str,
        conditions: list[str],
        branch: str,
    ) -> list[Statement]:
        """A loop, or a call that happens only if its conditions hold; else its input passes.

        Calls of one `branch` happen together, "" where that is not known.
        """
        guard = self.guards.get(node.id)
        passing = guard.passing if guard is not None else next(iter(texts))
        first = texts[passing]
        others = {text for name, text in texts.items() if name != passing and text.isidentifier()}
        released = [text for text in others if text not in self.variables.alive]
        for text in released:  # still needed when the target has got its first value
            self.variables.take(text)
        output = self.results.outputs(node)[0]
        base = self.results.names.noun(node)
        repeat = node.repeat
        source = None if repeat is not None and first in others else dict(unit.inputs)[passing]
        target = self.results.target(unit, source, output, base, passing=True)
        start = [Statement(target, first, unit.nodes, start=branch)] if target != first else []
        header, item = "", access
        if repeat is not None:
            texts = {**texts, passing: target}
            if access and repeat.kind == "ModuleList":
                item = self.variables.fresh(singular(node.name), keep=False)
                header = f"for {item} in {access}:"
        value, result = self.call(unit, node, texts, item)
        if repeat is not None and not header:
            count = self.in_forward(python_text(repeat.count))
            condition = " and ".join(conditions)
            if condition and result:  # of several results the first goes round
                value, result = f"{value}[0]", ""
            if condition:
                value = f"{value} if {condition} else {target}"
            names = names_in(value)
            header = f"for {'i' if 'i' in names else '_'} in range({count}):"
        branched = bool(conditions) and not header
        if branched:
            header = f"if {' and '.join(conditions)}:"
        for text in released:
            self.variables.release(text)
        left = target
        if result:
            left = pattern(result, self.results.outputs(node), {output: target})
        statement = Statement(left, value, unit.nodes, header)
        if branched and not is_module(self.project, node):
            statement = replace(
                statement,
                pure=True,
                add=node.type in COMMUTATIVE,
                named=bool(node.name),
                movable=self.is_movable(node),
                branch=branch,
            )
        return [*start, statement]

    def call(self, unit: Unit, node: Node, texts: dict[str, str], access: str) -> tuple[str, str]:
        """The text of the call and the pattern of its results."""
        if node.instead is not None:
            return self.places.one_call(unit, node, texts, access)
        report = self.report.nodes[node.id]
        return self.plain_call(node, report, texts, access, self.wired(node))

    def wired(self, node: Node) -> frozenset[str]:
        """The outputs of a node that something reads."""
        outputs = self.results.outputs(node)
        return frozenset(name for name in outputs if self.results.fan[Port(node.id, name)])

    def plain_call(
        self,
        node: Node,
        report: NodeReport,
        texts: dict[str, str],
        access: str,
        wired: frozenset[str],
    ) -> tuple[str, str]:
        """The call of one layer or block; `wired` are the outputs that something reads."""
        used = self.project.by_name.get(node.type)
        if used is not None:
            outputs = self.results.outputs(node)
            result = ", ".join(f"{{{name}}}" for name in outputs) if len(outputs) > 1 else ""
            return f"{access}({self.block_inputs(used, texts)})", result
        layer = registry.find(node.type)
        if layer is None:
            raise CompileError(f"the layer '{node.type}' is not known")
        plain = isinstance(layer.code, ModuleCode) and layer.code.call is None
        params = Params({}, frozenset()) if plain else layer_params(layer, node, report)
        outputs = self.results.outputs(node)
        ranks = {port: tensor.rank for port, tensor in report.inputs.items()}
        if isinstance(layer.code, ModuleCode):
            call = Written(texts, params.texts, params.given, wired, ranks)
            return f"{access}({call_arguments(layer, layer.code, call)})", layer.code.result
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

        return in_python(rename_names(text, rename))

    def keep(self, name: str) -> str:
        """The attribute under which a parameter is kept; nodes own their names."""
        if name not in self.kept:
            taken = self.structure.attributes | set(self.kept.values())
            if self.block.kind != "Module":
                taken |= CONTAINER_ATTRIBUTES
            self.kept[name] = free_attribute(name, taken)
        return self.kept[name]
