"""One evaluation of one node: a layer's rule, or the analysis of a block, without repeats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from nnstudio.analysis.binding import Binding, bind, outward, with_derived
from nnstudio.analysis.fixes import NodeFix
from nnstudio.analysis.inference import Inference
from nnstudio.analysis.limits import check_limits
from nnstudio.analysis.recurrences import Table
from nnstudio.analysis.report import BlockReport
from nnstudio.analysis.size_stems import UNTOLD
from nnstudio.analysis.values import declared_params, resolve_value
from nnstudio.analysis.weight_shapes import lengths
from nnstudio.catalog import registry
from nnstudio.catalog.layer import Layer
from nnstudio.catalog.memory import OWN, Memory
from nnstudio.catalog.memory_of_use import memory_of
from nnstudio.catalog.use import ParamFix, Resolved, ShapeError, Use
from nnstudio.graph.values import Node
from nnstudio.project.values import Block
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.exact_products import NO_FACTS, exact_products
from nnstudio.symbols.symbolic import Quantity, Scope, Term
from nnstudio.symbols.tensor import Tensor


@dataclass(frozen=True)
class UseError:
    """Error of one evaluation, before it is known where it stands.

    `at` is the id of the alternative that it is about, None for the node itself.
    """

    sentence: str
    param: str | None = None
    fix: NodeFix | None = None
    at: str | None = None


@dataclass(frozen=True)
class Evaluation:
    """Result of one evaluation; `outputs` None if it failed, `active` False if left out.

    `needs_repetition`: its formula does not hold where it is repeated no time. `repetitions` is
    how many there are, None if it is not repeated; `tables` are the sizes that have to be listed,
    `unlike` the reports of repetitions with other layers than the first. `others` are the
    evaluations of its alternatives, each with what it alone costs.
    """

    outputs: Mapping[str, Tensor] | None
    params: Mapping[str, Resolved] = field(default_factory=dict)
    auto: frozenset[str] = frozenset()
    parameters: int | None = 0
    flops: int | None = 0
    inner: BlockReport | None = None
    unlike: tuple[BlockReport, ...] = ()
    error: UseError | None = None
    active: bool = True
    needs_repetition: bool = False
    repetitions: Dim | None = None
    tables: tuple[Table, ...] = ()
    memory: Memory = OWN
    others: tuple[Evaluation, ...] = ()

    @property
    def number(self) -> int | None:
        """How many repetitions there are as a number, None if it is not known."""
        return self.repetitions.value if self.repetitions is not None else None


Plain = Callable[[Node, Mapping[str, Tensor], Scope], Evaluation]
"""One evaluation of a layer or block, whatever its condition says."""


def why_not(failed: Evaluation) -> UseError:
    """The error of a failed evaluation, else the first one inside the block that it uses."""
    if failed.error is not None:
        return failed.error
    problems = failed.inner.problems if failed.inner is not None else ()
    inside = [problem.sentence for problem in problems if problem.severity == "error"]
    return UseError(f"inside: {inside[0]}" if inside else "cannot be built")


BlockAnalysis = Callable[[Block, Binding], BlockReport]


def evaluate_layer(
    layer: Layer, node: Node, inputs: Mapping[str, Tensor], scope: Scope, infer: Inference
) -> Evaluation:
    """Resolve the parameters and run the rule, or ask `infer` where there is none."""
    known = declared_params(layer)
    params: dict[str, Resolved] = dict(known.defaults)
    name = ""
    try:
        for name, value in node.params.items():
            declared = known.by_name.get(name)
            if declared is None:
                raise ShapeError(
                    f"{layer.type} has no parameter '{name}'", param=name, fix=_leave_out_fix(name)
                )
            params[name] = resolve_value(value, scope, names=declared.kind == "shape")
            check_limits(declared, value, params[name])
    except ExpressionError as error:
        return Evaluation(None, params, error=UseError(f"{name}: {error}", name))
    except ShapeError as error:
        return Evaluation(None, params, error=UseError(error.sentence, error.param, error.fix))
    for param in known.required:
        if param.name not in params:
            initial = param.initial
            fix = None
            if initial is not None:
                fix = ParamFix(param.name, initial, f"Set {param.name} to {initial}")
            return Evaluation(
                None, params, error=UseError(f"needs a value for {param.name}", param.name, fix)
            )
    use = Use(inputs, params)
    try:
        if layer.rule is None:
            inferred = infer(layer, node, use, scope)
            outputs: tuple[Tensor, ...] = inferred.outputs
            memory = inferred.memory if layer.memory is None else memory_of(layer, use, outputs)
            counted: tuple[int | None, int | None] = (inferred.parameters, None)
        else:
            found = layer.rule(use)
            outputs = found if isinstance(found, tuple) else (found,)
            memory = memory_of(layer, use, outputs)
            counted = (0, 0)
        parameters, flops = layer.cost(use, outputs) if layer.cost else counted
        if node.parametrization is not None and parameters is not None:
            more = lengths(node.type, node.parametrization, {**params, **use.derived})
            parameters = None if more is None else parameters + more
    except ShapeError as error:
        return Evaluation(
            None, {**params, **use.derived}, error=UseError(error.sentence, error.param, error.fix)
        )
    except ExpressionError as error:
        return Evaluation(None, params, error=UseError(str(error)))
    ports = {port.name: tensor for port, tensor in zip(layer.outputs, outputs, strict=False)}
    if use.derived:
        params |= use.derived
    derived = frozenset(use.derived)
    return Evaluation(ports, params, derived, parameters, flops, memory=memory)


def _leave_out_fix(param: str) -> ParamFix:
    return ParamFix(param, None, f"Leave {param} out")


def evaluate_block(
    block: Block,
    node: Node,
    inputs: Mapping[str, Tensor],
    scope: Scope,
    analyse_block: BlockAnalysis,
) -> Evaluation:
    """Bind the block's names to this use, analyse it, bring its outputs to the caller's terms."""
    given: dict[str, Resolved] = {}
    try:
        for name, value in node.params.items():
            parameter = block.parameter(name)
            if parameter is None:
                sentence = f"{block.name} has no parameter '{name}'"
                return Evaluation(None, given, error=UseError(sentence, name, _leave_out_fix(name)))
            given[name] = resolve_value(value, scope)
        with exact_products(NO_FACTS):  # those of the caller speak of other names
            binding = bind(block, given, inputs)
    except ExpressionError as error:
        return Evaluation(None, given, error=UseError(str(error)))
    except ShapeError as error:
        return Evaluation(None, given, error=UseError(error.sentence, error.param, error.fix))
    inner = analyse_block(block, binding)
    params = {
        p.name: binding.outside[p.name] for p in block.parameters if p.name in binding.outside
    }
    derived = {name: size for name, size in inner.derived.items() if isinstance(size, Dim)}
    outside = with_derived(binding.outside, derived, inner.outputs.values())
    outputs = {
        port: outward(tensor, outside, f"{UNTOLD}_{k}_")
        for k, (port, tensor) in enumerate(inner.outputs.items())
    }
    return Evaluation(
        outputs if inner.ok else None,
        params,
        frozenset(binding.derived),
        inner.parameters,
        inner.flops,
        inner,
    )


def evaluate(
    node: Node,
    block: Block | None,
    inputs: Mapping[str, Tensor],
    scope: Scope,
    analyse_block: BlockAnalysis,
    infer: Inference,
) -> Evaluation:
    """One evaluation of `node`, which uses `block` or (None) a layer of the catalog."""
    if block is not None:
        return evaluate_block(block, node, inputs, scope, analyse_block)
    layer = registry.find(node.type)
    if layer is None:
        sentence = (
            f"the layer '{node.type}' is not known here; it is kept as it is, but cannot be built"
        )
        return Evaluation(None, error=UseError(sentence))
    return evaluate_layer(layer, node, inputs, scope, infer)


def without_numbers(inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The inputs as formulas only."""
    return {port: tensor.without_numbers() for port, tensor in inputs.items()}


def without_values(scope: Scope) -> dict[str, Quantity]:
    """The names of a scope as names only: how what is not built stays silent about values."""
    return {
        name: quantity
        if quantity.is_constant
        else Dim(None, quantity.terms)
        if isinstance(quantity, Dim)
        else Term(None, quantity.text)
        for name, quantity in scope.items()
    }


def silent(evaluation: Evaluation) -> Evaluation:
    """An evaluation of a branch that is not taken: no cost."""
    others = tuple(silent(other) for other in evaluation.others)
    return replace(evaluation, parameters=0, flops=0, others=others)


def read_untaken(
    node: Node, inputs: Mapping[str, Tensor], scope: Scope, plain: Plain
) -> Evaluation:
    """The evaluation of a branch that is not taken; without values where they do not suit it.

    `inputs` are without numbers: those come from what is there instead.
    """
    found = plain(node, inputs, scope)
    if found.outputs is None:
        unknown = plain(node, inputs, without_values(scope))
        found = unknown if unknown.outputs is not None else found
    return found


def total(costs: Iterable[int | None]) -> int | None:
    """What several cost together; None where one is not known."""
    known = list(costs)
    return None if None in known else sum(cost for cost in known if cost is not None)
