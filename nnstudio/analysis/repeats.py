"""Repeats: one text for all repetitions, numbers for each.

Repetition 0 is evaluated with ``i = 0``. If it keeps the shape and no parameter uses ``i``, it
stands for all. Else "the rest" is evaluated once with a symbolic ``i >= 1`` and a fresh name for
each input size, from which the law of the sizes is read; then every repetition is walked with
its numbers, so that an error names its own.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from nnstudio.analysis.evaluate import Evaluation, Fault, silent, without_numbers
from nnstudio.catalog.use import Resolved
from nnstudio.graph.values import Expr, Node
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.expression import ExpressionError, parse
from nnstudio.symbols.symbolic import REPETITION, Quantity, Scope, Term, as_size, resolve, substitute
from nnstudio.symbols.tensor import Tensor

Once = Callable[[Mapping[str, Tensor], Scope], Evaluation]
MAX_REPEATS = 4096


def names_of(value: object) -> frozenset[str]:
    """The names used in a parameter value."""
    if isinstance(value, Expr):
        return parse(value.text).names
    if isinstance(value, tuple):
        return frozenset().union(*(names_of(item) for item in value))
    return frozenset()


def uses_index(node: Node) -> bool:
    """True if a parameter or the condition of the node depends on the repetition."""
    values: list[object] = [*node.params.values(), node.when]
    return any(REPETITION in names_of(value) for value in values)


@dataclass(frozen=True)
class Law:
    """How one size goes on: `entry` is the input of repetition i >= 1, `final` the last output."""

    entry: Dim
    final: Dim


def repeated(node: Node, inputs: Mapping[str, Tensor], scope: Scope, once: Once) -> Evaluation:
    """Evaluate `node.repeat` repetitions in a chain: first output to first input."""
    assert node.repeat is not None
    try:
        count = node.repeat.count
        number = Dim(count) if isinstance(count, int) else as_size(resolve(parse(count.text), scope))
    except ExpressionError as error:
        return Evaluation(None, fault=Fault(f"repeat: {error}"))
    if number.value is not None and not 0 <= number.value <= MAX_REPEATS:
        return Evaluation(None, fault=Fault(f"repeat expects 0 to {MAX_REPEATS}, received {number.value}"))
    skipped = number.value == 0
    first = once(without_numbers(inputs) if skipped else inputs, {**scope, REPETITION: Dim(0)})
    if skipped:
        first = silent(first)
    if first.outputs is None or not inputs or not first.outputs:
        return first
    port, entering = next(iter(inputs.items()))
    output, leaving = next(iter(first.outputs.items()))
    if not uses_index(node) and _keeps(entering, leaving):
        if skipped:
            return replace(first, outputs={**first.outputs, output: entering})
        return _times(first, number.value, shared=node.repeat.kind == "shared")
    return _changing(node, inputs, scope, once, first, number, port, output)


def _keeps(entering: Tensor, leaving: Tensor) -> bool:
    return entering.rank == leaving.rank and all(
        a.same(b) for a, b in zip(entering.shape, leaving.shape, strict=True)
    )


def _times(first: Evaluation, count: int | None, *, shared: bool) -> Evaluation:
    def total(cost: int | None, copies: int | None) -> int | None:
        return None if cost is None or copies is None else cost * copies

    parameters = first.parameters if shared else total(first.parameters, count)
    return replace(first, parameters=parameters, flops=total(first.flops, count))


def _changing(
    node: Node,
    inputs: Mapping[str, Tensor],
    scope: Scope,
    once: Once,
    first: Evaluation,
    number: Dim,
    port: str,
    output: str,
) -> Evaluation:
    assert first.outputs is not None
    assert node.repeat is not None
    entering, leaving = inputs[port], first.outputs[output]
    if node.repeat.kind == "shared":
        return Evaluation(None, first.params, fault=Fault("a shared module must keep the shape to be repeated"))
    if entering.rank != leaving.rank:
        sentence = f"each repetition must give what the next takes: {entering.rank} dimensions in, {leaving.rank} out"
        return Evaluation(None, first.params, first.auto, fault=Fault(sentence))
    fresh = [Dim.atom(f"_{k}") for k in range(leaving.rank)]
    later_inputs = without_numbers(inputs) | {port: Tensor(tuple(fresh), leaving.dtype)}
    rest = once(later_inputs, {**scope, REPETITION: Dim.atom(REPETITION)})
    if rest.outputs is None:
        return rest
    laws: list[Law | None] = [
        _law(k, leaving.shape[k], rest.outputs[output].shape[k], node, number) for k in range(leaving.rank)
    ]
    walked = _walk_numbers(inputs, scope, once, number.value, port, output)
    if walked.fault is not None:
        return replace(walked, params=first.params, auto=first.auto)
    if None in laws:
        k = laws.index(None)
        sentence = f"the size of dimension {k} changes from repetition to repetition in no simple way"
        return Evaluation(None, first.params, first.auto, fault=Fault(sentence))
    if number.value == 0 and any(law is not None and law.final.value is None for law in laws):
        pass
    final = [law.final for law in laws if law is not None]
    entry = {f"_{k}": law.entry for k, law in enumerate(laws) if law is not None}
    params = dict(first.params)
    for name in first.auto:
        params[name] = _both(first.params[name], rest.params.get(name), entry)
    numbers = walked.outputs[output].shape if walked.outputs else entering.shape
    shape = tuple(
        formula if formula.is_constant else Dim(size.value, formula.terms)
        for formula, size in zip(final, numbers, strict=True)
    )
    outputs = {**first.outputs, output: Tensor(shape, leaving.dtype)}
    return replace(
        first, outputs=outputs, params=params, parameters=walked.parameters, flops=walked.flops
    )


def _law(k: int, out0: Dim, rest: Dim, node: Node, number: Dim) -> Law | None:
    """Read the law of one dimension from what "the rest" makes of the fresh name ``_k``."""
    fresh = f"_{k}"
    assert node.repeat is not None
    later = Dim.atom("i")
    if rest.same(Dim.atom(fresh)):
        return Law(out0, out0)
    if fresh not in rest.names and not any(name.startswith("_") for name in rest.names):
        if REPETITION not in rest.names:
            return Law(rest, rest) if rest.same(out0) else None
        last = _last_element(rest, node.repeat.count)
        if last is None:
            last = substitute(rest, {REPETITION: number - 1})
        return Law(substitute(rest, {REPETITION: later - 1}), last)
    step = rest - Dim.atom(fresh)
    if not step.names & {fresh, REPETITION}:
        return Law(out0 + step * (later - 1), out0 + step * (number - 1))
    if rest.terms is not None and len(rest.terms) == 1:
        ((monomial, factor),) = rest.terms.items()
        if monomial == (fresh,):
            grow = lambda n: out0 * Dim.atom(f"{factor} ** ({n.text})")  # noqa: E731
            return Law(grow(later - 1), grow(number - 1))
    halving = _divisor(rest.text, fresh)
    if halving is not None:
        divisor, rounds_up = halving

        def shrink(n: Dim) -> Dim:
            power = Dim.atom(f"{divisor} ** ({n.text})")
            return ((out0 - 1) // power + 1) if rounds_up else out0 // power

        return Law(shrink(later - 1), shrink(number - 1))
    return None


def _last_element(rest: Dim, count: int | Expr) -> Dim | None:
    """``dims[-1]`` for ``dims[i]`` repeated ``len(dims)`` times."""
    tree = ast.parse(rest.text, mode="eval").body
    if not isinstance(count, Expr) or not isinstance(tree, ast.Subscript):
        return None
    listed = ast.unparse(tree.value)
    if ast.unparse(tree.slice) == REPETITION and parse(count.text).text == f"len({listed})":
        return Dim.atom(f"{listed}[-1]")
    return None


@lru_cache(maxsize=1024)
def _divisor(text: str, fresh: str) -> tuple[int, bool] | None:
    """(c, False) for ``_ // c``, (c, True) for ``(_ - 1) // c + 1``."""
    plain = text.replace(" ", "")
    if plain.startswith(f"{fresh}//") and plain[len(fresh) + 2 :].isdigit():
        return int(plain[len(fresh) + 2 :]), False
    head = f"({fresh}-1)//"
    if plain.startswith(head) and plain.endswith("+1") and plain[len(head) : -2].isdigit():
        return int(plain[len(head) : -2]), True
    return None


def _both(first: Resolved, rest: Resolved | None, entry: Mapping[str, Quantity]) -> Resolved:
    """One form for a derived value if repetition 0 and the rest agree, else a conditional."""
    if not isinstance(first, Dim) or not isinstance(rest, Dim):
        return first
    later = substitute(rest, entry)
    at_zero = substitute(later, {REPETITION: Dim(0)})
    if later.same(first) or (REPETITION in later.names and at_zero.same(first)):
        return Dim(first.value, later.terms) if not later.is_constant else later
    return Term(first.value, f"{first.text} if i == 0 else {later.text}")


def _walk_numbers(
    inputs: Mapping[str, Tensor],
    scope: Scope,
    once: Once,
    count: int | None,
    port: str,
    output: str,
) -> Evaluation:
    """Every repetition with its own numbers; costs are summed."""
    if count is None:
        return Evaluation(None, parameters=None, flops=None)
    parameters: int | None = 0
    flops: int | None = 0
    current = dict(inputs)
    outputs: Mapping[str, Tensor] = {output: inputs[port]}
    for index in range(count):
        evaluation = once(current, {**scope, REPETITION: Dim(index)})
        if evaluation.outputs is None:
            fault = evaluation.fault or Fault("cannot be built")
            return replace(evaluation, fault=replace(fault, sentence=f"in repetition {index}: {fault.sentence}"))
        parameters = _add(parameters, evaluation.parameters)
        flops = _add(flops, evaluation.flops)
        outputs = evaluation.outputs
        leaving = outputs[output]
        # formulas would only grow along the walk: names of their own keep them short
        shape = tuple(d if d.is_constant else Dim.atom(f"_{k}", d.value) for k, d in enumerate(leaving.shape))
        current[port] = Tensor(shape, leaving.dtype)
    return Evaluation(outputs, parameters=parameters, flops=flops)


def _add(total: int | None, more: int | None) -> int | None:
    return None if total is None or more is None else total + more
