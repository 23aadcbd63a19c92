"""The analysis of one block in one use: its nodes in the order of the wires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from nnstudio.analysis.aliases import Aliases
from nnstudio.analysis.alternative_reports import UNREAD, alternative_nodes, reports_of, unread
from nnstudio.analysis.alternatives import evaluate_place
from nnstudio.analysis.binding import Binding
from nnstudio.analysis.conditional import under_condition, under_its_tensors
from nnstudio.analysis.definition import Definition
from nnstudio.analysis.evaluate import Evaluation, UseError, evaluate, total
from nnstudio.analysis.extent import depth_problem, levels
from nnstudio.analysis.fixes import fix_at
from nnstudio.analysis.free_sizes import free_name_problems, label
from nnstudio.analysis.guarded import apply_guard
from nnstudio.analysis.incremental import PreviousReport, same_sizes, same_use
from nnstudio.analysis.inference import Inference
from nnstudio.analysis.list_wires import OVERWRITTEN_PARTS, list_problem, overwrites_parts
from nnstudio.analysis.lost_states import lost_state
from nnstudio.analysis.overwriting import with_overwriting
from nnstudio.analysis.repeats import evaluate_repeat
from nnstudio.analysis.report import BlockReport, Fix, NodeReport, Problem, failure_report
from nnstudio.analysis.requirements import requirement_problems
from nnstudio.analysis.shared_modules import built_for_another
from nnstudio.analysis.size_names import EMPTY_NAMES, NamedSizes
from nnstudio.analysis.starts import open_inputs, optional_start
from nnstudio.analysis.unwritable import node_problem
from nnstudio.analysis.weights import with_weights
from nnstudio.analysis.wiring import WHOLE, effective
from nnstudio.catalog.layers.io import INPUT, OUTPUT, PARAMETER
from nnstudio.graph.order import find_cycle
from nnstudio.graph.values import Node, Port
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Block, Project
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.exact_products import exact_products
from nnstudio.symbols.symbolic import Scope
from nnstudio.symbols.tensor import Tensor
from nnstudio.symbols.work import spend

STEPS_OF_A_NODE = 20
STEPS_OF_A_BLOCK = 50


@dataclass
class Analysis:
    """One run over a project. Equal uses of a block are analysed once, similar ones share.

    `at` is where it is (the block and the node), `given_up` that it had too many steps to take.
    """

    project: Project
    infer: Inference
    known: dict[object, BlockReport] = field(default_factory=dict)
    similar: dict[object, BlockReport] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    at: tuple[str, Node] | None = None
    given_up: bool = False
    definitions: dict[str, Definition] = field(default_factory=dict)

    def block(
        self, block: Block, binding: Binding, previous: BlockReport | None = None
    ) -> BlockReport:
        """The report of `block` with its names bound; `previous` is that of the same use before."""
        spend(STEPS_OF_A_BLOCK)
        key = same_use(block, binding)
        found = self.known.get(key)
        if found is not None:
            return found
        if block.name in self.path:
            chain = " > ".join([*self.path, block.name])
            return failure_report(block, f"'{block.name}' contains itself ({chain})")
        depth = 0 if self.path else self.levels[block.name]
        too_deep = depth_problem(block, depth)
        if too_deep is not None:
            return failure_report(block, f"{block.name}: {too_deep}")
        definition = self.definition(block)
        earlier = PreviousReport(previous, definition, binding)
        report = earlier.whole
        sizes = same_sizes(block, binding)
        if report is None:
            if sizes in self.similar:
                earlier = PreviousReport(self.similar[sizes], definition, binding)
            self.path.append(block.name)
            report = _Walk(self, definition, binding, earlier).report()
            self.path.pop()
        self.known[key] = self.similar[sizes] = report
        return report

    @cached_property
    def levels(self) -> dict[str, int]:
        """How many blocks lie inside one another, by the outermost."""
        return levels(self.project)

    def definition(self, block: Block) -> Definition:
        """Read the definition of a block once in a run."""
        found = self.definitions.get(block.name)
        if found is None:
            found = self.definitions[block.name] = Definition(self.project, block)
        return found


class _Walk:
    """One walk over the nodes of a block."""

    def __init__(
        self, analysis: Analysis, definition: Definition, binding: Binding, earlier: PreviousReport
    ) -> None:
        self.analysis = analysis
        self.project = analysis.project
        self.definition = definition
        self.block = definition.block
        self.graph = self.block.graph
        self.binding = binding
        self.scope = binding.scope
        self.earlier = earlier
        self.nodes: dict[str, NodeReport] = unread(self.graph)
        self.absent: set[Port] = set()
        self.sizes = NamedSizes(definition, self.scope)

    def report(self) -> BlockReport:
        with exact_products(self.definition.facts):
            return self.walked()

    def walked(self) -> BlockReport:
        order = self.definition.order
        if order is None:
            cycle = [label(self.graph.by_id[n]) for n in find_cycle(self.graph)]
            return failure_report(
                self.block, f"the wires form a cycle: {' > '.join([*cycle, cycle[0]])}"
            )
        self.wiring = self.definition.wiring
        steady = self.earlier.steady
        for node_id in order:
            if node_id in steady and not self.wiring.open_ports:
                self.nodes[node_id] = self.earlier.nodes[node_id]
                continue
            node = self.graph.by_id[node_id]
            known = self.earlier.node(node, self.nodes)
            if known is None or not self.sizes.takes_over(known):
                self.analysis.at = self.block.name, node
                known = self.node(node)
            self.earlier.follow(node_id, known)
            self.nodes[node_id] = known
            if self.wiring.open_ports:
                self.note_absent(node, known)
        if self.graph.standing_for:
            self.nodes |= alternative_nodes(self.graph, self.nodes)
        for node in self.graph.nodes:
            if node.shares is not None:
                self.compare_shared(node)
        self.nodes |= with_weights(self.project, self.block, self.nodes)
        aliases = Aliases(self.definition, self.nodes, self.scope)
        self.nodes |= with_overwriting(self.project, aliases)
        outputs = {}
        for node in self.graph.of_type(OUTPUT):
            tensor = self.nodes[node.id].inputs.get("input")
            if tensor is not None:
                outputs[node.name] = tensor
        in_order = [self.nodes[n.id] for n in self.graph.nodes]
        wired = [n for n in in_order if n.connected]  # what hangs loose says nothing of the rest
        own = free_name_problems(self.project, self.block, self.scope)
        own += requirement_problems(self.project, self.block, self.scope)
        for error in self.wiring.errors.get(WHOLE, ()):
            sentence = f"{self.block.name} {error.sentence}"
            own.append(Problem("error", sentence, self.block.name, fix=error.fix))
        return BlockReport(
            block=self.block.name,
            nodes=self.nodes,
            scope=self.scope,
            inputs=self.binding.inputs,
            outputs=outputs,
            parameters=total([n.parameters for n in wired]),
            flops=total([n.flops for n in wired]),
            problems=(*own, *(p for n in in_order for p in n.problems)),
            nested=self.definition.nested,
            source=self.block,
            absent=self.binding.absent,
            trace=aliases.summary,
        )

    def node(self, node: Node) -> NodeReport:
        if node.type == INPUT:
            errors = self.wiring.errors.get(node.id, ())
            problems = tuple(self.problem(node, error.sentence) for error in errors)
            outputs = {"output": self.binding.inputs[node.name]}
            return NodeReport(outputs=outputs, ok=not errors, problems=problems, node=node)
        inputs: dict[str, Tensor] = {}
        missing: list[Problem] = []
        opened: list[str] = []
        broken = False
        incoming = self.graph.incoming[node.id]
        for port in node_ports(self.project, self.graph, node).inputs:
            source = incoming.get(port.name)
            if source is None:
                if not port.optional and not (port.variadic and inputs):
                    opened.append(port.name)
                continue
            tensor = self.nodes[source.node].outputs.get(source.name)
            if tensor is not None:
                inputs[port.name] = tensor
            elif self.nodes[source.node].ok:
                whose = label(self.graph.by_id[source.node])
                gone = f"input '{port.name}' is fed by '{source.name}', which {whose} does not have"
                missing.append(self.problem(node, gone))
            else:
                broken = True
        if opened:
            said = open_inputs(self.definition, node, opened, inputs, self.scope)
            missing = [*(self.problem(node, e.sentence, fix=e.fix) for e in said), *missing]
        if broken or missing:
            others = self.definition.alternatives.get(node.id, ())
            alone = reports_of(others, {}, UNREAD, self.problems, connected=not missing)
            return NodeReport(
                others=alone,
                inputs=inputs,
                problems=tuple(missing),
                ok=False,
                connected=not missing,
                parameters=None,
                flops=None,
                node=node,
            )
        return self.evaluate(node, inputs)

    def evaluate(self, node: Node, inputs: Mapping[str, Tensor]) -> NodeReport:
        guard = self.wiring.guards.get(node.id)
        meant = under_its_tensors(effective(self.graph, node), guard)
        try:
            evaluation = self.evaluation(node, meant, inputs)
        except ExpressionError as error:
            evaluation = Evaluation(None, error=UseError(str(error)))
        active = evaluation.active or meant.repeat is not None
        if evaluation.tables:
            self.sizes.listed(evaluation.tables)
        outputs, named = evaluation.outputs, EMPTY_NAMES
        if outputs is not None:
            outputs, named = self.sizes.named(node, outputs)
        problems = self.problems(node, inputs, evaluation)
        others = self.definition.alternatives.get(node.id, ())
        told = reports_of(others, inputs, evaluation, self.problems) if others else ()
        flops = evaluation.flops if active else 0
        if node.shares is not None and evaluation.others:
            flops = total([flops, *(other.flops for other in evaluation.others)])
        return NodeReport(
            inputs=inputs,
            outputs=self.earlier.keep_equal(node, outputs) if outputs else {},
            params=evaluation.params,
            auto=evaluation.auto,
            parameters=0 if node.shares is not None or not active else evaluation.parameters,
            flops=flops,
            active=active,
            repeats=1 if meant.repeat is None else evaluation.number,
            needs_repetition=evaluation.needs_repetition,
            repetitions=evaluation.repetitions,
            tables=evaluation.tables,
            named=named,
            inner=evaluation.inner,
            unlike=evaluation.unlike,
            ok=outputs is not None and not any(p.severity == "error" for p in problems),
            problems=tuple(problems),
            guarded=guard is not None,
            node=node,
            memory=evaluation.memory,
            others=told,
        )

    def evaluation(self, node: Node, meant: Node, inputs: Mapping[str, Tensor]) -> Evaluation:
        """All repetitions of what the node means."""
        if self.definition.makes_lists:
            unfit = list_problem(self.graph, node, meant.repeat, inputs)
            if unfit is not None:
                return Evaluation(None, error=UseError(unfit))
        others = self.definition.alternatives.get(node.id, ())
        if others and any(other.node.id in self.wiring.errors for other in others):
            return Evaluation(None)
        if meant.repeat is not None:
            found = evaluate_repeat(
                meant,
                inputs,
                self.scope,
                lambda tensors, scope: self.once(meant, tensors, scope),
                self.definition.free,
                self.definition.stems[node.id].of_one,
                self.sizes.taken,
                {edge.source.name for edge in self.graph.outgoing[node.id]},
                [other.node for other in others],
            )
        else:
            found = self.once(meant, inputs, self.scope)
        guard = self.wiring.guards.get(node.id)
        if guard is not None and found.outputs is not None:
            return apply_guard(self.graph, node, guard, inputs, found, self.absent)
        return found

    def once(self, node: Node, inputs: Mapping[str, Tensor], scope: Scope) -> Evaluation:
        """One evaluation, perhaps under a condition, or of one of several in a place."""
        if node.instead is not None:
            others = self.definition.alternatives[node.id]
            return evaluate_place(node, others, inputs, scope, self.plain)
        if node.when is None:
            return self.plain(node, inputs, scope)
        guard = self.wiring.guards.get(node.id)
        return under_condition(node, guard, inputs, scope, self.plain, self.sizes.formulas)

    def plain(self, node: Node, inputs: Mapping[str, Tensor], scope: Scope) -> Evaluation:
        """One evaluation of the layer or block itself."""
        spend(STEPS_OF_A_NODE)
        inner = self.earlier.inner(node)
        evaluation = evaluate(
            node,
            self.project.by_name.get(node.type),
            inputs,
            scope,
            lambda block, binding: self.analysis.block(block, binding, inner),
            self.analysis.infer,
        )
        if node.type == PARAMETER and evaluation.outputs is not None:
            return replace(evaluation, parameters=evaluation.outputs["output"].elements())
        return evaluation

    def note_absent(self, node: Node, report: NodeReport) -> None:
        """Note the outputs of a node that carry nothing in this use."""
        guard = self.wiring.guards.get(node.id)
        if node.type == INPUT:
            nothing = node.name in self.binding.absent
        elif guard is None:
            nothing = not report.active
        else:
            nothing = self.graph.incoming[node.id].get(guard.passing) in self.absent
        if nothing:
            ports = {Port(node.id, port) for port in report.outputs}
            self.absent |= ports & self.wiring.open_ports

    def compare_shared(self, node: Node) -> None:
        """A shared module is built for its owner: what is derived must suit both."""
        report = self.nodes[node.id]
        sentence = built_for_another(self.nodes.get(node.shares or ""), report)
        if sentence is not None:
            problems = (*report.problems, self.problem(node, sentence))
            self.nodes[node.id] = replace(report, ok=False, problems=problems)

    def problems(
        self, node: Node, inputs: Mapping[str, Tensor], evaluation: Evaluation
    ) -> list[Problem]:
        errors = self.wiring.errors.get(node.id, ())
        found = []
        for wrong in errors:
            fix = wrong.fix
            if wrong.no_start and evaluation.outputs is not None:
                fix = optional_start(self.definition, node, inputs, evaluation.outputs, self.scope)
            found.append(self.problem(node, wrong.sentence, fix=fix))
        error, inner = evaluation.error, evaluation.inner
        if found:
            return found
        if error is not None and error.at is not None:
            return []
        if error is not None:
            fix = fix_at(self.project, self.block, node, error.fix) if error.fix else None
            found.append(self.problem(node, error.sentence, param=error.param, fix=fix))
        elif inner is not None and not inner.ok:
            inside = next(p for p in inner.problems if p.severity == "error")
            found.append(self.problem(node, f"inside: {inside.sentence}"))
        elif evaluation.outputs is not None:
            lost = lost_state(self.project, self.block, node, inputs, evaluation.outputs)
            if lost is not None:
                found.append(self.problem(node, lost.sentence, fix=lost.fix))
            elif evaluation.repetitions is not None and overwrites_parts(
                effective(self.graph, node).repeat, evaluation
            ):
                found.append(self.problem(node, OVERWRITTEN_PARTS))
        unwritable = node_problem(self.definition, node, evaluation, self.scope, self.sizes)
        return found if unwritable is None else [*found, unwritable]

    def problem(
        self, node: Node, sentence: str, *, param: str | None = None, fix: Fix | None = None
    ) -> Problem:
        text = f"{label(node)}: {sentence}"
        return Problem("error", text, self.block.name, node.id, label(node), param, fix)
