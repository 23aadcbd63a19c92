"""A node under a condition: its branch, what passes where it does not hold, and both as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nnstudio.analysis.conditions import either
from nnstudio.analysis.evaluate import (
    Evaluation,
    Plain,
    UseError,
    read_untaken,
    silent,
    without_numbers,
)
from nnstudio.analysis.open_ports import TENSORS, Guard
from nnstudio.analysis.size_names import MAX_SHOWN
from nnstudio.graph.values import Node
from nnstudio.project.conditions import both
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.expression import parse
from nnstudio.symbols.symbolic import Scope, known_where, resolve, truth
from nnstudio.symbols.tensor import Tensor


def under_condition(
    node: Node,
    guard: Guard | None,
    inputs: Mapping[str, Tensor],
    scope: Scope,
    plain: Plain,
    named: Mapping[str, Dim],
) -> Evaluation:
    """One evaluation of `node` by `plain`, whose condition may hold or not in this use.

    In its branch the sizes are what they are where the condition holds; `named` are the formulas of
    sizes that have a name. The branch of a condition that is False is read without numbers: they
    come from what passes.
    """
    assert node.when is not None
    try:
        condition = parse(node.when.text)
        quantity = resolve(condition, scope)
    except ExpressionError as error:
        return Evaluation(None, error=UseError(f"when: {error}"))
    taken = truth(quantity)
    inputs_known = without_numbers(inputs) if taken is False else inputs
    if not quantity.is_constant:
        inputs_known = {
            port: _where(quantity.text, tensor, named) for port, tensor in inputs_known.items()
        }
    if taken is False:
        evaluation = read_untaken(node, inputs_known, scope, plain)
    else:
        evaluation = plain(node, inputs_known, scope)
    outputs = evaluation.outputs
    if outputs is None or not outputs:
        return evaluation
    if taken is False:
        evaluation = silent(evaluation)
    port, branch = next(iter(outputs.items()))
    passing = _passing(node, guard, inputs)
    try:
        if passing is None or (quantity.is_constant and taken):
            passing = branch
        elif not quantity.is_constant:
            passing = either(condition, taken, branch, passing, scope)
    except ExpressionError as error:
        return replace(evaluation, outputs=None, error=UseError(str(error)))
    outputs = {**outputs, port: passing}
    return replace(evaluation, outputs=outputs, active=taken is not False)


def under_its_tensors(node: Node, guard: Guard | None) -> Node:
    """A node with the condition of the tensors that it works on besides its own."""
    if guard is None or guard.condition is None:
        return node
    return replace(node, when=both(node.when, guard.condition))


def _passing(node: Node, guard: Guard | None, inputs: Mapping[str, Tensor]) -> Tensor | None:
    """What leaves a node where its condition does not hold; None: nothing does."""
    if node.type in TENSORS:
        return None
    if guard is not None and guard.condition is not None:
        return None if guard.opens else inputs[guard.passing]
    return next(iter(inputs.values()), None)


def _where(condition: str, tensor: Tensor, named: Mapping[str, Dim]) -> Tensor:
    """A tensor with the sizes that it has where the condition holds, where that is short."""
    found = [known_where(condition, size, named) for size in tensor.shape]
    if all(a is b for a, b in zip(found, tensor.shape, strict=True)):
        return tensor
    shape = (
        there if len(there.text) <= MAX_SHOWN else size
        for there, size in zip(found, tensor.shape, strict=True)
    )
    return replace(tensor, shape=tuple(shape))
