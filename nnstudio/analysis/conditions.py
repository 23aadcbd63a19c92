"""Nodes that a condition may leave out: one formula that holds with and without them.

Where the condition is False its names are tied (``in_channels != out_channels`` leaves them
equal), so that a projection and what passes beside it have one formula. Where that does not help,
the formula is a choice: ``2 * hidden if deep else hidden``.
"""

from __future__ import annotations

import ast

from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.expression import Expression
from nnstudio.symbols.symbolic import LATER, Scope, choice, resolve, substitute
from nnstudio.symbols.tensor import Tensor


def ties(test: ast.expr) -> dict[str, ast.expr]:
    """Values of the names where `test` is False."""
    match test:
        case ast.Name(id=name):
            return {name: ast.Constant(False)}
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)):
            return {name: ast.Constant(True)}
        case ast.BoolOp(op=ast.Or(), values=parts):
            return {name: value for part in parts for name, value in ties(part).items()}
        case ast.Compare(left=left, ops=[ast.NotEq()], comparators=[right]):
            for side, value in ((left, right), (right, left)):
                names = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
                if isinstance(side, ast.Name) and side.id not in names:
                    return {side.id: value}
    return {}


def either(
    condition: Expression, taken: bool | None, branch: Tensor, passing: Tensor, scope: Scope
) -> Tensor:
    """Output of a node with a condition: `branch` where it holds, else `passing`.

    `taken` is the condition's truth in this use, None if it is not known. Raises
    `ExpressionError` where the two differ in the number of dimensions.
    """
    if branch.rank != passing.rank:
        raise ExpressionError(
            f"a condition may not change the number of dimensions: {branch.label} with the node, "
            f"{passing.label} without it"
        )
    dtype = passing.dtype if taken is False else branch.dtype
    tied = ties(condition.tree)
    shape = tuple(
        _one(condition, taken, a, b, tied, scope)
        for a, b in zip(branch.shape, passing.shape, strict=True)
    )
    return Tensor(shape, dtype)


def _one(
    condition: Expression,
    taken: bool | None,
    branch: Dim,
    passing: Dim,
    tied: dict[str, ast.expr],
    scope: Scope,
) -> Dim:
    if taken is None:
        value = branch.value if branch.value == passing.value else None
    else:
        value = (branch if taken else passing).value
    if branch.same(passing) or _where_false(branch, tied, scope).same(
        _where_false(passing, tied, scope)
    ):
        return branch if branch.is_constant else Dim(value, branch.terms)
    names = {name: scope[name] for name in (*condition.names, LATER) if name in scope}
    return choice(resolve(condition, names).text, branch, passing, value)


def _where_false(dim: Dim, tied: dict[str, ast.expr], scope: Scope) -> Dim:
    """`dim` as it is where the condition is False, formulas only."""
    used = {name: value for name, value in tied.items() if name in dim.names}
    if not used:
        return dim
    try:
        open_scope = {name: Dim.atom(name) for name in scope}
        bound = {n: resolve(ast.unparse(value), open_scope) for n, value in used.items()}
        return substitute(Dim(None, dim.terms), bound)
    except ExpressionError:
        return dim
