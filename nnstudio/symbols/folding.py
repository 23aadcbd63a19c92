"""Shorter spellings of the same expression: sums in an index, choices that are decided already.

Only what holds for all values of the names is folded, and only where no rounding can differ:
an index and the bounds of a slice are whole numbers, a choice takes one of two given values.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache

_INVERSE: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
}


@lru_cache(maxsize=8192)
def fold_text(text: str) -> str:
    """Write an expression shorter: ``widths[i - 1 + 2]`` becomes ``widths[i + 1]``."""
    return ast.unparse(fold(ast.parse(text, mode="eval").body))


def fold(tree: ast.expr) -> ast.expr:
    """Fold a checked expression; the tree that is given may be changed."""
    folded = _Folding().visit(tree)
    assert isinstance(folded, ast.expr)
    return folded


class _Folding(ast.NodeTransformer):
    """`known` is the truth of the conditions around the place that is visited, by their texts."""

    def __init__(self) -> None:
        self.known: dict[str, bool] = {}

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        test = self.visit(node.test)
        decided = self.known.get(ast.unparse(test))
        if decided is not None:
            chosen = self.visit(node.body if decided else node.orelse)
            assert isinstance(chosen, ast.expr)
            return chosen
        body = self._visit_where(node.body, test, True)
        orelse = self._visit_where(node.orelse, test, False)
        if ast.unparse(body) == ast.unparse(orelse):
            return body
        return ast.IfExp(test, body, orelse)

    def _visit_where(self, node: ast.expr, test: ast.expr, holds: bool) -> ast.expr:
        before = self.known
        self.known = before | {ast.unparse(test): holds, ast.unparse(_inverse(test)): not holds}
        found = self.visit(node)
        self.known = before
        assert isinstance(found, ast.expr)
        return found

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        value, place = self.visit(node.value), self.visit(node.slice)
        if isinstance(place, ast.Slice):
            place = ast.Slice(_summed(place.lower), _summed(place.upper), _summed(place.step))
        else:
            place = _summed(place)
        return ast.Subscript(value, place, node.ctx)

    def visit_ListComp(self, node: ast.ListComp) -> ast.expr:
        # its variable has a meaning of its own, so what is known outside may not hold inside
        before, self.known = self.known, {}
        self.generic_visit(node)
        self.known = before
        return node


def _inverse(test: ast.expr) -> ast.expr:
    """The condition that holds exactly where `test` does not."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _INVERSE:
            return ast.Compare(left, [_INVERSE[type(op)]()], [right])
    return ast.UnaryOp(ast.Not(), test)


def _summed(node: ast.expr | None) -> ast.expr | None:
    """A sum of whole numbers and other terms with its numbers added up, written last."""
    if node is None:
        return None
    terms = [*_terms(node, 1)]
    numbers = [sign * number for sign, term in terms if (number := _number(term)) is not None]
    others = [(sign, term) for sign, term in terms if _number(term) is None]
    if len(numbers) < 2 and 0 not in numbers:
        return node
    total = sum(numbers)
    if not others:
        return _whole(total)
    if others[0][0] < 0:  # a term that is taken away cannot stand first
        return _joined([(1, _whole(total)), *others]) if total >= 0 else node
    signed = (1 if total > 0 else -1, _whole(abs(total)))
    return _joined([*others, signed] if total else others)


def _terms(node: ast.expr, sign: int) -> list[tuple[int, ast.expr]]:
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [*_terms(left, sign), *_terms(right, sign)]
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return [*_terms(left, sign), *_terms(right, -sign)]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant() as operand):
            return [(-sign, operand)]
    return [(sign, node)]


def _number(node: ast.expr) -> int | None:
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None


def _whole(number: int) -> ast.expr:
    return ast.Constant(number) if number >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-number))


def _joined(terms: list[tuple[int, ast.expr]]) -> ast.expr:
    (_, result), *rest = terms
    for sign, term in rest:
        result = ast.BinOp(result, ast.Add() if sign > 0 else ast.Sub(), term)
    return result
