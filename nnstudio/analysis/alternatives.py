"""Alternatives read: what leaves a place in which one of several nodes stands.

The first node whose condition holds is built, else the next. What leaves is one formula for all
cases, as a conditional node and what passes it have one: from the last alternative to the node
itself, each is joined with what leaves the place where it is not built. In numbers, only the one
that is built counts, and the others are read as formulas.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from nnstudio.analysis.alternative_wiring import Alternative
from nnstudio.analysis.conditions import either
from nnstudio.analysis.evaluate import (
    Evaluation,
    Plain,
    UseError,
    read_untaken,
    silent,
    total,
    without_numbers,
)
from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.index_formulas import of_both
from nnstudio.analysis.size_laws import Laws
from nnstudio.graph.values import Node
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.expression import Expression, parse
from nnstudio.symbols.symbolic import Scope, resolve, truth
from nnstudio.symbols.tensor import Tensor


@dataclass(frozen=True)
class _Case:
    """A node of the place, its condition, whether that holds, and what it alone gives.

    `holds` is None where it is not known, `constant` where the condition has one value for all;
    `outputs` are called as those of the node to which the place belongs.
    """

    node: Node
    condition: Expression | None
    holds: bool | None
    constant: bool
    found: Evaluation
    outputs: Mapping[str, Tensor]


def evaluate_place(
    node: Node,
    others: Sequence[Alternative],
    inputs: Mapping[str, Tensor],
    scope: Scope,
    plain: Plain,
) -> Evaluation:
    """One evaluation of `node` and all that may stand in its place."""
    cases: list[_Case] = []
    reached: bool | None = True
    for one in (None, *others):
        member = node if one is None else one.node
        try:
            condition = None if member.when is None else parse(member.when.text)
            quantity = None if condition is None else resolve(condition, scope)
        except ExpressionError as error:
            at = None if one is None else member.id
            return Evaluation(None, error=UseError(f"when: {error}", at=at))
        holds = True if quantity is None else truth(quantity)
        taken = _both(reached, holds)
        given = inputs
        if one is not None:
            given = {one.inputs[port]: t for port, t in inputs.items() if port in one.inputs}
        found = _read(member, given, scope, plain, taken=taken)
        if found.outputs is None:
            return _failed(cases, found, None if one is None else member.id)
        outputs = found.outputs
        if one is not None:
            names = {theirs: mine for mine, theirs in one.outputs.items()}
            outputs = {names[port]: t for port, t in outputs.items() if port in names}
        constant = quantity is None or quantity.is_constant
        cases.append(_Case(member, condition, holds, constant, found, outputs))
        reached = _both(reached, None if holds is None else not holds)
    try:
        outputs = _leaving(cases, inputs, scope)
    except _UnlikeError as error:
        return _unlike(cases, UseError(str(error), at=error.node.id))
    except ExpressionError as error:
        return _unlike(cases, UseError(str(error)))
    own, *rest = _costs([case.found for case in cases])
    return replace(own, outputs=outputs, others=tuple(rest))


class _UnlikeError(Exception):
    """What a node of the place gives cannot be read as what the next one gives."""

    def __init__(self, node: Node, sentence: str) -> None:
        super().__init__(sentence)
        self.node = node


def _both(a: bool | None, b: bool | None) -> bool | None:
    """Whether two things hold, each perhaps not known."""
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def _read(
    node: Node, inputs: Mapping[str, Tensor], scope: Scope, plain: Plain, *, taken: bool | None
) -> Evaluation:
    """The evaluation of one node; of one that is not built as formulas, and at no cost."""
    if taken is not False:
        return replace(plain(node, inputs, scope), active=True)
    found = read_untaken(node, without_numbers(inputs), scope, plain)
    return replace(silent(found), active=False)


def _failed(before: Sequence[_Case], failed: Evaluation, at: str | None) -> Evaluation:
    """The evaluation of a place in which one node cannot be built; `at` if it is an alternative."""
    error = failed.error
    if error is None and failed.inner is not None:
        inside = next((p for p in failed.inner.problems if p.severity == "error"), None)
        error = UseError(f"inside: {inside.sentence}") if inside is not None else None
    if at is None:
        return replace(failed, outputs=None)
    error = replace(error or UseError("cannot be built"), at=at)
    own, *others = [case.found for case in before]
    failed = replace(failed, outputs=None, error=None)
    return replace(own, outputs=None, error=error, others=(*others, failed))


def _unlike(cases: Sequence[_Case], error: UseError) -> Evaluation:
    """The evaluation of a place whose nodes give what cannot be read as one."""
    own, *others = [case.found for case in cases]
    if error.at == cases[0].node.id:
        error = replace(error, at=None)
    return replace(own, outputs=None, error=error, others=tuple(others))


def _costs(found: Sequence[Evaluation]) -> list[Evaluation]:
    """Each with what it costs; where nobody knows which is built, the first has it for all."""
    active = [one for one in found if one.active]
    if len(active) < 2:
        return list(found)

    def cost(values: Iterable[int | None]) -> int | None:
        known = set(values)
        return known.pop() if len(known) == 1 else None

    parameters, flops = cost(o.parameters for o in active), cost(o.flops for o in active)
    return [
        replace(one, parameters=parameters, flops=flops) if one is active[0] else silent(one)
        for one in found
    ]


def _leaving(
    cases: Sequence[_Case], inputs: Mapping[str, Tensor], scope: Scope
) -> dict[str, Tensor]:
    """What leaves the place: from the last case on, each joined with what follows it."""
    last = cases[-1]
    leaving = dict(last.outputs)
    if last.condition is not None and inputs and leaving:
        port = next(iter(cases[0].outputs))
        passing = next(iter(inputs.values()))
        leaving[port] = _joined(last, None, leaving[port], passing, scope)
    for case, after in zip(reversed(cases[:-1]), reversed(cases[1:]), strict=True):
        joined = {}
        for port, tensor in case.outputs.items():
            other = leaving.get(port)
            joined[port] = tensor if other is None else _joined(case, after, tensor, other, scope)
        leaving = joined
    return leaving


def _joined(
    case: _Case, after: _Case | None, branch: Tensor, passing: Tensor, scope: Scope
) -> Tensor:
    if case.condition is None:
        return branch
    other = f"'{label(after.node)}'" if after is not None else "what passes it"
    if branch.rank != passing.rank or branch.dtype != passing.dtype:
        sentence = (
            f"gives {branch.label} ({branch.dtype}), and {other}, which stands there else, is "
            f"{passing.label} ({passing.dtype}): both must have as many dimensions of the same kind"
        )
        raise _UnlikeError(case.node, sentence)
    if case.constant:
        return branch if case.holds else passing
    return either(case.condition, case.holds, branch, passing, scope)


# -- repetitions -----------------------------------------------------------------------------


def alternatives_alike(
    first: Evaluation, count: int | None, *, shared: bool
) -> tuple[Evaluation, ...]:
    """The alternatives of a node of which all repetitions are as the first; None: unknown many."""

    def times(cost: int | None) -> int | None:
        return None if cost is None or count is None else cost * count

    return tuple(
        replace(
            other,
            parameters=other.parameters if shared else times(other.parameters),
            flops=times(other.flops),
        )
        for other in first.others
    )


def alternatives_changing(
    first: Evaluation, laws: Laws, rounds: Sequence[Evaluation] | None, *, shared: bool
) -> tuple[Evaluation, ...]:
    """The alternatives of a node with sizes that change; `rounds` None: unknown many."""
    found = []
    for k, other in enumerate(first.others):
        rest = laws.rest.others[k]
        params = dict(other.params)
        for name in other.auto:
            params[name] = of_both(params[name], rest.params.get(name), laws.entry, laws.tables)
        parameters = flops = None
        active = other.active or rest.active
        if rounds is not None:
            parameters = total(one.others[k].parameters for one in rounds)
            flops = total(one.others[k].flops for one in rounds)
            active = any(one.others[k].active for one in rounds)
        found.append(
            replace(
                other,
                params=params,
                parameters=other.parameters if shared else parameters,
                flops=flops,
                active=active,
            )
        )
    return tuple(found)
