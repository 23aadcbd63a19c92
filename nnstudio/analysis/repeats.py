"""Repeats: one text for all repetitions, numbers for each.

Repetition 0 is evaluated with ``i = 0``. If it keeps the shape and no parameter uses ``i``, it
stands for all. Else "the rest" is evaluated once with a symbolic ``i >= 1`` and a fresh name for
each input size, from which the recurrence of the sizes is read; then every repetition is walked
with its numbers, so that an error names its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from nnstudio.analysis.evaluate import Evaluation, UseError, silent, without_numbers, without_values
from nnstudio.analysis.fixes import Repetitions
from nnstudio.analysis.recurrences import Recurrence, fresh_name, recurrence_of
from nnstudio.analysis.wiring import uses_index
from nnstudio.catalog.use import Removal, Resolved
from nnstudio.graph.values import Node
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.expression import parse
from nnstudio.symbols.symbolic import (
    REPETITION,
    Quantity,
    Scope,
    as_size,
    choice,
    resolve,
    substitute,
)
from nnstudio.symbols.tensor import Tensor

Once = Callable[[Mapping[str, Tensor], Scope], Evaluation]
MAX_REPEATS = 4096


def count_of(node: Node, scope: Scope) -> int | None:
    """Number of repetitions; None if it is not known."""
    if node.repeat is None:
        return 1
    try:
        return _number(node, scope).value
    except ExpressionError:
        return None


def _number(node: Node, scope: Scope) -> Dim:
    assert node.repeat is not None
    count = node.repeat.count
    return Dim(count) if isinstance(count, int) else as_size(resolve(parse(count.text), scope))


def evaluate_repeat(
    node: Node, inputs: Mapping[str, Tensor], scope: Scope, once: Once
) -> Evaluation:
    """Evaluate `node.repeat` repetitions in a chain: first output to first input."""
    assert node.repeat is not None
    try:
        number = _number(node, scope)
    except ExpressionError as error:
        return Evaluation(None, error=UseError(f"repeat: {error}"))
    if number.value is not None and not 0 <= number.value <= MAX_REPEATS:
        sentence = f"repeat expects 0 to {MAX_REPEATS:,}, received {number.value:,}"
        return Evaluation(None, error=UseError(sentence))
    skipped = number.value == 0
    # a shared module is built even if it is never called
    built = not skipped or node.repeat.kind == "shared"
    first = once(inputs if built else without_numbers(inputs), {**scope, REPETITION: Dim(0)})
    if not built and first.outputs is None:
        unknown = once(without_numbers(inputs), {**without_values(scope), REPETITION: Dim(0)})
        first = unknown if unknown.outputs is not None else first
    if first.outputs is None or not inputs or not first.outputs:
        return first
    outputs = first.outputs
    if not built:
        first = silent(first)
    port, entering = next(iter(inputs.items()))
    output, leaving = next(iter(outputs.items()))
    kept = _keeps(entering, leaving)
    if kept and not uses_index(node):
        if skipped:
            return replace(first, outputs={**outputs, output: entering})
        return _times(first, number.value, shared=node.repeat.kind == "shared")
    reason = None
    if node.repeat.kind == "shared" and not kept:
        reason = (
            "is one module called several times, so it must keep the shape: "
            f"{entering.label} goes in, {leaving.label} comes out"
        )
    elif entering.rank != leaving.rank:
        reason = _no_chain(entering, leaving)
    if reason is not None:
        return Evaluation(None, first.params, first.auto, error=UseError(reason))
    return _changing(node, inputs, scope, once, first, number, port, output)


def _no_chain(entering: Tensor, leaving: Tensor) -> str:
    return (
        "is repeated, so each repetition must give what the next one takes: "
        f"{entering.label} goes in, {leaving.label} comes out"
    )


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
    """Read the recurrences from repetition 0 and the rest, the numbers from all of them."""
    assert first.outputs is not None
    assert node.repeat is not None
    entering, leaving = inputs[port], first.outputs[output]
    fresh = tuple(Dim.atom(fresh_name(k)) for k in range(leaving.rank))
    later_inputs = without_numbers(inputs) | {port: Tensor(fresh, leaving.dtype)}
    rest = once(later_inputs, {**scope, REPETITION: Dim.atom(REPETITION)})
    if rest.outputs is None:
        return rest
    going = rest.outputs[output].shape
    if len(going) != leaving.rank:
        sentence = _no_chain(leaving, rest.outputs[output])
        return Evaluation(None, first.params, first.auto, error=UseError(sentence))
    recurrences: list[Recurrence] = []
    for k, (enters, leaves) in enumerate(zip(entering.shape, leaving.shape, strict=True)):
        recurrence = recurrence_of(k, enters, leaves, going[k], node.repeat.count, number)
        if recurrence is None:
            sentence = (
                f"the size of dimension {k} changes from repetition to repetition in no way that "
                "can be written as a formula; draw these repetitions one by one"
            )
            return Evaluation(None, first.params, first.auto, error=UseError(sentence))
        recurrences.append(recurrence)
    needed = not all(recurrence.from_zero for recurrence in recurrences)
    if number.value == 0 and needed:
        sentence = "changes the shape, so it needs at least 1 repetition, received 0"
        error = UseError(sentence, fix=Repetitions(1))
        return Evaluation(None, first.params, first.auto, error=error)
    walked = _walk_numbers(inputs, scope, once, number.value, port, output)
    if walked.error is not None:
        return replace(walked, params=first.params, auto=first.auto)
    entry = {fresh_name(k): recurrence.entry for k, recurrence in enumerate(recurrences)}
    params = dict(first.params)
    for name in first.auto:
        params[name] = _both(first.params[name], rest.params.get(name), entry)
    numbers = walked.outputs[output].shape if walked.outputs else (Dim(None, {}),) * leaving.rank
    shape = tuple(
        recurrence.final
        if recurrence.final.is_constant
        else Dim(size.value, recurrence.final.terms)
        for recurrence, size in zip(recurrences, numbers, strict=True)
    )
    last = walked.outputs or {}
    outputs = {name: _of_last(tensor, last.get(name)) for name, tensor in first.outputs.items()}
    outputs[output] = Tensor(shape, leaving.dtype)
    shared = node.repeat.kind == "shared"
    parameters = first.parameters if shared else walked.parameters
    return replace(
        first,
        outputs=outputs,
        params=params,
        parameters=parameters,
        flops=walked.flops,
        needs_repetition=needed,
    )


def _of_last(first: Tensor, last: Tensor | None) -> Tensor:
    """A further output, which is that of the last repetition: nothing may use it, it is shown."""
    if last is None or last.rank != first.rank:
        return first
    shape = tuple(_last_size(a, b) for a, b in zip(first.shape, last.shape, strict=True))
    return Tensor(shape, first.dtype)


def _last_size(first: Dim, last: Dim) -> Dim:
    if first.value == last.value or (last.value is None and first.is_constant):
        return first
    return Dim(last.value) if last.value is not None else Dim(None, first.terms)


def _both(first: Resolved, rest: Resolved | None, entry: Mapping[str, Quantity]) -> Resolved:
    """One form for a derived value if repetition 0 and the rest agree, else a conditional."""
    if isinstance(first, tuple) and isinstance(rest, tuple) and len(first) == len(rest):
        parts = [_both(a, b, entry) for a, b in zip(first, rest, strict=True)]
        return tuple(part for part in parts if not isinstance(part, tuple))
    if not isinstance(first, Dim) or not isinstance(rest, Dim):
        return first
    later = substitute(rest, entry)
    if later.same(first):
        return first
    if REPETITION in later.names and _begins_with(later, first):
        return Dim(first.value, later.terms)
    return choice(f"{REPETITION} == 0", first, later, first.value)


def _begins_with(later: Dim, first: Dim) -> bool:
    """True if the formula of the later repetitions holds for repetition 0 too."""
    try:
        return substitute(later, {REPETITION: Dim(0)}).same(first)
    except ExpressionError:  # ``2 ** (i - 1)`` is no whole number there
        return False


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
            error = evaluation.error or UseError("cannot be built")
            sentence = f"in repetition {index}: {error.sentence}"
            fix = Repetitions(index) if index and isinstance(error.fix, Removal) else error.fix
            return replace(evaluation, error=replace(error, sentence=sentence, fix=fix))
        parameters = _add(parameters, evaluation.parameters)
        flops = _add(flops, evaluation.flops)
        outputs = evaluation.outputs
        # formulas would only grow along the walk: names of their own keep them short
        current[port] = Tensor(
            tuple(
                dim if dim.is_constant else Dim.atom(fresh_name(k), dim.value)
                for k, dim in enumerate(outputs[output].shape)
            ),
            outputs[output].dtype,
        )
    return Evaluation(outputs, parameters=parameters, flops=flops)


def _add(total: int | None, more: int | None) -> int | None:
    return None if total is None or more is None else total + more
