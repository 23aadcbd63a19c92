"""The analysis of one block in one use: its nodes in the order of the wires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nnstudio.analysis.binding import Binding, free_names
from nnstudio.analysis.evaluate import Evaluation, Fault, evaluate, silent, without_numbers
from nnstudio.analysis.repeats import repeated
from nnstudio.analysis.report import BlockReport, Fix, NodeReport, Problem
from nnstudio.catalog import registry
from nnstudio.catalog.layers.io import INPUT, OUTPUT, PARAMETER
from nnstudio.catalog.use import Resolved
from nnstudio.graph.order import find_cycle, topological
from nnstudio.graph.values import Node
from nnstudio.project.commands import SetParam
from nnstudio.project.ports import Ports, node_ports
from nnstudio.project.values import Block, BlockParameter, Project
from nnstudio.symbols.dimension import Dim, product
from nnstudio.symbols.expression import ExpressionError, parse
from nnstudio.symbols.symbolic import Scope, resolve
from nnstudio.symbols.tensor import Tensor


def label(node: Node) -> str:
    """What a sentence calls a node."""
    return node.name or node.type


@dataclass
class Analysis:
    """One run over a project. Equal uses of a block are analysed once."""

    project: Project
    known: dict[object, BlockReport] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)

    def block(self, block: Block, binding: Binding, previous: BlockReport | None = None) -> BlockReport:
        """The report of `block` with its names bound."""
        key = _key(block, binding)
        found = self.known.get(key)
        if found is not None:
            return found
        if block.name in self.path:
            chain = " > ".join([*self.path, block.name])
            return _failed(block, f"'{block.name}' contains itself ({chain})")
        self.path.append(block.name)
        report = _Walk(self, block, binding, previous).report()
        self.path.pop()
        self.known[key] = report
        return report


def _key(block: Block, binding: Binding) -> object:
    numbers = tuple((name, _hashable(q.value)) for name, q in binding.scope.items())
    shapes = tuple(
        (port, t.dtype, tuple(d.value for d in t.shape)) for port, t in binding.inputs.items()
    )
    return id(block), numbers, shapes, binding.absent


def _hashable(value: object) -> object:
    if isinstance(value, list | tuple):
        return tuple(_hashable(item) for item in value)
    return (type(value), value)


def _failed(block: Block, sentence: str, node: Node | None = None) -> BlockReport:
    problem = Problem("error", sentence, block.name, node.id if node else None, label(node) if node else "")
    return BlockReport(block.name, problems=(problem,), parameters=None, flops=None)


class _Walk:
    """One walk over the nodes of a block."""

    def __init__(
        self, analysis: Analysis, block: Block, binding: Binding, previous: BlockReport | None
    ) -> None:
        self.analysis = analysis
        self.project = analysis.project
        self.block = block
        self.graph = block.graph
        self.binding = binding
        self.scope = binding.scope
        self.free = frozenset(free_names(block))
        self.nested = nested_blocks(self.project, block)
        same_scope = previous is not None and dict(previous.scope) == dict(self.scope)
        self.previous = previous if same_scope else None
        self.same_nested = previous is not None and _identical(previous.nested, self.nested)
        self.nodes: dict[str, NodeReport] = {}
        self.problems: list[Problem] = []

    def report(self) -> BlockReport:
        order = topological(self.graph)
        if order is None:
            cycle = [label(self.graph.by_id[n]) for n in find_cycle(self.graph)]
            return _failed(self.block, f"the wires form a cycle: {' > '.join([*cycle, cycle[0]])}")
        for node_id in order:
            node = self.graph.by_id[node_id]
            self.nodes[node_id] = self.node(node)
        inputs = {n.name: self.binding.inputs[n.name] for n in self.graph.of_type(INPUT)}
        outputs = {}
        for node in self.graph.of_type(OUTPUT):
            tensor = self.nodes[node.id].inputs.get("input")
            if tensor is not None:
                outputs[node.name] = tensor
        in_order = [self.nodes[n.id] for n in self.graph.nodes]
        return BlockReport(
            block=self.block.name,
            nodes=self.nodes,
            scope=self.scope,
            inputs=inputs,
            outputs=outputs,
            parameters=_total([n.parameters for n in in_order]),
            flops=_total([n.flops for n in in_order]),
            problems=tuple(p for n in in_order for p in n.problems),
            nested=self.nested,
        )

    def node(self, node: Node) -> NodeReport:
        inputs, broken, problems = self.inputs(node)
        if self.previous is not None and not broken and not problems and node.shares is None:
            before = self.previous.nodes.get(node.id)
            if (
                before is not None
                and before.node is node
                and before.ok
                and (self.same_nested or node.type not in self.project.by_name)
                and _same_inputs(before.inputs, inputs)
                and (node.type != INPUT or before.outputs["output"] == self.binding.inputs[node.name])
            ):
                return before
        if node.type == INPUT:
            tensor = self.binding.inputs[node.name]
            return NodeReport(outputs={"output": tensor}, node=node)
        if broken or problems:
            return NodeReport(
                inputs=inputs,
                problems=tuple(problems),
                ok=False,
                connected=not problems,
                parameters=None,
                flops=None,
                node=node,
            )
        return self.evaluated(node, inputs)

    def inputs(self, node: Node) -> tuple[dict[str, Tensor], bool, list[Problem]]:
        """Connected tensors in port order; whether something upstream failed; what is missing."""
        found: dict[str, Tensor] = {}
        broken = False
        problems: list[Problem] = []
        incoming = self.graph.incoming[node.id]
        if not incoming and node.type in (INPUT, PARAMETER):
            return found, False, problems
        for port in self.ports(node).inputs:
            source = incoming.get(port.name)
            if source is None:
                if not port.optional and not (port.variadic and found):
                    problems.append(self.problem(node, f"input '{port.name}' is not connected"))
                continue
            tensor = self.nodes[source.node].outputs.get(source.name)
            if tensor is None:
                broken = True
            else:
                found[port.name] = tensor
        return found, broken, problems

    def ports(self, node: Node) -> Ports:
        return node_ports(self.project, self.graph, node)

    def evaluated(self, node: Node, inputs: Mapping[str, Tensor]) -> NodeReport:
        owner = self.graph.by_id.get(node.shares) if node.shares else None
        source = replace(node, params=owner.params) if owner is not None else node
        active, fault = self.active(node)
        if fault is not None:
            evaluation = Evaluation(None, fault=fault)
        elif node.repeat is not None:
            evaluation = repeated(source, inputs, self.scope, lambda t, s: self.once(source, t, s))
        else:
            evaluation = self.once(source, inputs, self.scope)
        outputs = evaluation.outputs
        problems = list(self.faults(node, evaluation))
        if outputs is not None and not active and inputs:
            outputs = _passed(inputs, outputs)
        shared = node.shares is not None
        return NodeReport(
            inputs=inputs,
            outputs=outputs or {},
            params=evaluation.params,
            auto=evaluation.auto,
            parameters=0 if shared or not active else evaluation.parameters,
            flops=0 if not active else evaluation.flops,
            active=active,
            repeats=self.repeats(node),
            inner=evaluation.inner,
            ok=outputs is not None and not any(p.severity == "error" for p in problems),
            problems=tuple(problems),
            node=node,
        )

    def once(self, node: Node, inputs: Mapping[str, Tensor], scope: Scope) -> Evaluation:
        """One evaluation, the branch of a condition that is False read without numbers."""
        used = self.project.by_name.get(node.type)
        if node.when is not None:
            try:
                condition = resolve(parse(node.when.text), scope).value
            except ExpressionError as error:
                return Evaluation(None, fault=Fault(f"when: {error}"))
            if condition is not None and not condition:
                evaluation = silent(evaluate(node, used, without_numbers(inputs), scope, self.inner))
                if evaluation.outputs is not None and inputs:
                    return replace(evaluation, outputs=_passed(inputs, evaluation.outputs))
                return evaluation
        if node.type == PARAMETER:
            return self.tensor_parameter(node, inputs, scope)
        return evaluate(node, used, inputs, scope, self.inner)

    def tensor_parameter(self, node: Node, inputs: Mapping[str, Tensor], scope: Scope) -> Evaluation:
        evaluation = evaluate(node, None, inputs, scope, self.inner)
        if evaluation.outputs is None:
            return evaluation
        size = product(evaluation.outputs["output"].shape).value
        return replace(evaluation, parameters=size)

    def inner(self, block: Block, binding: Binding) -> BlockReport:
        return self.analysis.block(block, binding)

    def active(self, node: Node) -> tuple[bool, Fault | None]:
        if node.when is None:
            return True, None
        if node.repeat is not None:
            return True, None
        try:
            value = resolve(parse(node.when.text), self.scope).value
        except ExpressionError as error:
            return True, Fault(f"when: {error}")
        return value is None or bool(value), None

    def repeats(self, node: Node) -> int | None:
        if node.repeat is None:
            return 1
        count = node.repeat.count
        if isinstance(count, int):
            return count
        try:
            value = resolve(parse(count.text), self.scope).value
        except ExpressionError:
            return None
        return value if isinstance(value, int) else None

    def faults(self, node: Node, evaluation: Evaluation) -> list[Problem]:
        found: list[Problem] = []
        if evaluation.fault is not None:
            fault = evaluation.fault
            fix = None
            if fault.fix is not None:
                value = fault.fix.value
                command = SetParam(self.block.name, node.shares or node.id, fault.fix.param, value, value is None)
                fix = Fix(fault.fix.title, command)
            found.append(self.problem(node, fault.sentence, param=fault.param, fix=fix))
        elif evaluation.inner is not None and not evaluation.inner.ok:
            errors = [p for p in evaluation.inner.problems if p.severity == "error"]
            found.append(self.problem(node, f"inside: {errors[0].sentence}"))
        layer = registry.find(node.type)
        if layer is None or layer.is_module:
            for name in sorted(evaluation.auto):
                found += self.rests_on_free_name(node, name, evaluation.params[name])
        return found

    def rests_on_free_name(self, node: Node, param: str, value: Resolved) -> list[Problem]:
        parts = value if isinstance(value, tuple) else (value,)
        names = frozenset().union(*(parse(part.text).names for part in parts)) & self.free
        if not names:
            return []
        from nnstudio.project.block_commands import AddBlockParameter

        name = min(names)
        number = self.scope[name].value
        title = f"Make {name} a parameter of {self.block.name}"
        default = {} if not isinstance(number, int) or self.block.name != self.project.root else {"default": number}
        command = AddBlockParameter(self.block.name, BlockParameter(name, "int", **default))
        sentence = (
            f"{param} rests on the size '{name}', which is known only when data comes; "
            f"make '{name}' a parameter of the block"
        )
        return [self.problem(node, sentence, param=param, fix=Fix(title, command))]

    def problem(
        self, node: Node, sentence: str, *, param: str | None = None, fix: Fix | None = None
    ) -> Problem:
        text = f"{label(node)}: {sentence}"
        return Problem("error", text, self.block.name, node.id, label(node), param, fix)


def _same_inputs(before: Mapping[str, Tensor], now: Mapping[str, Tensor]) -> bool:
    return len(before) == len(now) and all(now.get(port) is tensor for port, tensor in before.items())


def _passed(inputs: Mapping[str, Tensor], outputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What passes through in numbers, with the formulas of the branch."""
    port, branch = next(iter(outputs.items()))
    passing = next(iter(inputs.values()))
    if branch.rank != passing.rank:
        return {**outputs, port: passing}
    shape = tuple(
        formula if formula.is_constant else Dim(dim.value, formula.terms)
        for formula, dim in zip(branch.shape, passing.shape, strict=True)
    )
    return {**outputs, port: Tensor(shape, passing.dtype)}


def nested_blocks(project: Project, block: Block) -> tuple[Block, ...]:
    """The blocks that `block` uses, directly or deep."""
    found: dict[str, Block] = {}
    stack = [block]
    while stack:
        for node in stack.pop().graph.nodes:
            used = project.by_name.get(node.type)
            if used is not None and used.name not in found:
                found[used.name] = used
                stack.append(used)
    return tuple(found.values())


def _identical(before: tuple[Block, ...], now: tuple[Block, ...]) -> bool:
    return len(before) == len(now) and all(a is b for a, b in zip(before, now, strict=True))


def _total(costs: list[int | None]) -> int | None:
    return None if None in costs else sum(cost for cost in costs if cost is not None)

