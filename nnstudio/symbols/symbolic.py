"""What an expression means where names stand for formulas: numbers and text at the same time.

`resolve` walks a checked expression with each name bound to a `Quantity`; whole numbers become
exact `Dim`s, everything else keeps its value and its (substituted) text.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.expression import Expression, ExpressionError, parse


@dataclass(frozen=True, slots=True)
class Term:
    """A value that is no whole number (text, float, bool, list); `value` None: not known."""

    value: Any
    text: str

    @property
    def is_constant(self) -> bool:
        """True if the text names nothing."""
        return not parse(self.text).names


Quantity = Dim | Term
Scope = Mapping[str, Quantity]

REPETITION = "i"


def literal(value: Any) -> Quantity:
    """A literal of the project file as a quantity."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Dim(value)
    if isinstance(value, list | tuple):
        return Term([*value], repr([*value]))
    return Term(value, repr(value))


def named_quantity(name: str, value: Any) -> Quantity:
    """The quantity called `name`; `value` None: not known."""
    if isinstance(value, bool) or not isinstance(value, int | None):
        return Term([*value] if isinstance(value, tuple) else value, name)
    return Dim.atom(name, value)


def resolve(expression: Expression | str, scope: Scope) -> Quantity:
    """The quantity of `expression` in `scope`. Raises `ExpressionError`."""
    if isinstance(expression, str):
        expression = parse(expression)
    return _walk(expression.tree, scope)


def substitute(dim: Dim, scope: Scope) -> Dim:
    """`dim` with the names of `scope` replaced and simplified; other names stay."""
    if dim.terms is None or not (dim.names & scope.keys()):
        return dim
    open_scope = {name: Dim.atom(name) for name in dim.names} | dict(scope)
    replaced = as_size(resolve(dim.text, open_scope))
    if replaced.value is None and dim.value is not None and not replaced.is_constant:
        return Dim(dim.value, replaced.terms)
    return replaced


def as_size(quantity: Quantity) -> Dim:
    """The quantity as a dimension. Raises `ExpressionError` for a value that is no whole number."""
    if isinstance(quantity, Dim):
        return quantity
    value = quantity.value
    if isinstance(value, bool) or not isinstance(value, int | None):
        raise ExpressionError(f"expected a whole number, '{quantity.text}' is {value!r}")
    if value is not None and quantity.is_constant:
        return Dim(value)
    return Dim.atom(quantity.text, value)


def _walk(node: ast.expr, scope: Scope) -> Quantity:
    match node:
        case ast.Constant(value=value):
            return literal(value)
        case ast.Name(id=name):
            if name not in scope:
                known = ", ".join(sorted(scope)) or "none"
                raise ExpressionError(f"'{name}' is not known here; known names: {known}")
            return scope[name]
        case ast.BinOp(left=left, op=op, right=right):
            result = _arithmetic(op, _walk(left, scope), _walk(right, scope))
            return _opaque(node, scope) if result is None else result
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _walk(operand, scope)
            return -inner if isinstance(inner, Dim) else _opaque(node, scope)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            decided = _decide(test, scope)
            if decided is not None:
                return _walk(body if decided else orelse, scope)
            return _opaque(node, scope)
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            decided = _decide(node, scope)
            return _opaque(node, scope) if decided is None else Term(decided, repr(decided))
    return _opaque(node, scope)


def _arithmetic(op: ast.operator, left: Quantity, right: Quantity) -> Dim | None:
    if not isinstance(left, Dim) or not isinstance(right, Dim):
        return None
    match op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.FloorDiv() if not (right.is_constant and right.value == 0):
            return left // right
        case ast.Mod() if not (right.is_constant and right.value == 0):
            return left % right
    return None


def _decide(test: ast.expr, scope: Scope) -> bool | None:
    """The truth of a condition that is the same for every use, else None.

    A repetition index bound to a name of its own stands for "1 or later".
    """
    later = scope.get(REPETITION)
    if isinstance(later, Dim) and not later.is_constant:
        match test:
            case ast.Name(id=name) if name == REPETITION:
                return True
            case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)) if name == REPETITION:
                return False
            case ast.Compare(
                left=ast.Name(id=n), ops=[op], comparators=[ast.Constant(value=v)]
            ) if n == REPETITION and isinstance(v, int):
                return _later_than(op, v)
    quantity = _opaque(test, scope)
    return bool(quantity.value) if quantity.is_constant else None


def _later_than(op: ast.cmpop, bound: int) -> bool | None:
    """Truth of ``i op bound`` for every i >= 1, None if it depends on i."""
    match op:
        case ast.Eq() if bound < 1:
            return False
        case ast.NotEq() if bound < 1:
            return True
        case ast.Gt() if bound < 1:
            return True
        case ast.GtE() if bound <= 1:
            return True
        case ast.Lt() if bound <= 1:
            return False
        case ast.LtE() if bound < 1:
            return False
    return None


class _Substitution(ast.NodeTransformer):
    def __init__(self, texts: Mapping[str, str], bound: frozenset[str]) -> None:
        self.texts = texts
        self.bound = bound

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.bound or node.id not in self.texts:
            return node
        return ast.parse(self.texts[node.id], mode="eval").body

    def visit_Call(self, node: ast.Call) -> ast.expr:
        return ast.Call(node.func, [self.visit(argument) for argument in node.args], [])


@lru_cache(maxsize=8192)
def _substitute_text(source: str, texts: tuple[tuple[str, str], ...]) -> str:
    """`source` with each name replaced by its text."""
    tree = ast.parse(source, mode="eval").body
    bound = frozenset(
        g.target.id
        for n in ast.walk(tree)
        if isinstance(n, ast.ListComp)
        for g in n.generators
        if isinstance(g.target, ast.Name)
    )
    return ast.unparse(_Substitution(dict(texts), bound).visit(tree))


def _opaque(node: ast.expr, scope: Scope) -> Quantity:
    """Keep the operation as it is written: value by numbers, text by substitution."""
    source = parse(ast.unparse(node))
    missing = source.names - scope.keys()
    if missing:
        known = ", ".join(sorted(scope)) or "none"
        raise ExpressionError(f"'{min(missing)}' is not known here; known names: {known}")
    values = {name: scope[name].value for name in source.names}
    value = None if None in values.values() else source.evaluate(values)
    text = _substitute_text(source.text, tuple((n, scope[n].text) for n in sorted(source.names)))
    if value is not None and not parse(text).names:
        return literal(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Dim.atom(text, value)
    return Term(value, text)
