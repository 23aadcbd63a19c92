"""Shorter spellings of the same expression: sums in an index, choices that are decided already.

Only what holds for all values of the names is folded, and only where no rounding can differ:
an index and the bounds of a slice are whole numbers, a choice takes one of two given values, and
a comparison is decided where its sides are the same but for a number.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache

_INVERSE: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
}


_MIRROR: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
    ast.Lt: ast.Gt,
    ast.GtE: ast.LtE,
    ast.Gt: ast.Lt,
    ast.LtE: ast.GtE,
}


_TRUTH: Mapping[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


@lru_cache(maxsize=8192)
def fold_text(text: str) -> str:
    """Write an expression shorter: ``widths[i - 1 + 2]`` becomes ``widths[i + 1]``."""
    return ast.unparse(fold(ast.parse(text, mode="eval").body))


@lru_cache(maxsize=8192)
def fold_where(text: str, test: str) -> str:
    """`text` where `test` holds: of the choices that it decides, what they take."""
    holds = fold(ast.parse(test, mode="eval").body)
    return ast.unparse(_Folding().where(ast.parse(text, mode="eval").body, holds, True))


def fold(tree: ast.expr) -> ast.expr:
    """Fold a checked expression; the tree that is given may be changed."""
    folded = _Folding().visit(tree)
    assert isinstance(folded, ast.expr)
    return folded


class _Folding(ast.NodeTransformer):
    """`known` is the truth of the conditions around the place that is visited, by their texts.

    `equal` are the texts that something is known to be there: it is no other.
    """

    def __init__(self) -> None:
        self.known: dict[str, bool] = {}
        self.equal: dict[str, str] = {}

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        test = self.visit(node.test)
        decided = self.decided(test)
        if decided is not None:
            chosen = self.visit(node.body if decided else node.orelse)
            assert isinstance(chosen, ast.expr)
            return chosen
        body = self.where(node.body, test, True)
        orelse = self.where(node.orelse, test, False)
        if ast.unparse(body) == ast.unparse(orelse):
            return body
        return ast.IfExp(test, body, orelse)

    def where(self, node: ast.expr, test: ast.expr, holds: bool) -> ast.expr:
        """`node` folded where a folded `test` holds, or does not."""
        known, equal = self.known, self.equal
        self.known, self.equal = dict(known), dict(equal)
        self._learn(test, holds)
        found = self.visit(node)
        self.known, self.equal = known, equal
        assert isinstance(found, ast.expr)
        return found

    def _learn(self, test: ast.expr, holds: bool) -> None:
        self.known[ast.unparse(test)] = holds
        self.known[ast.unparse(_inverse(test))] = not holds
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self._learn(operand, not holds)
            case ast.BoolOp(op=op, values=values) if holds == isinstance(op, ast.And):
                for value in values:
                    self._learn(value, holds)
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _MIRROR:
                mirrored = ast.Compare(right, [_MIRROR[type(op)]()], [left])
                self.known[ast.unparse(mirrored)] = holds
                self.known[ast.unparse(_inverse(mirrored))] = not holds
                equal = isinstance(op, ast.Eq) if holds else isinstance(op, ast.NotEq)
                if equal and isinstance(right, ast.Constant) and isinstance(right.value, str):
                    self.equal[ast.unparse(left)] = right.value

    def decided(self, test: ast.expr) -> bool | None:
        """The truth of a folded condition where it stands; None if it is open."""
        known = self.known.get(ast.unparse(test)) if self.known else None
        if known is not None:
            return known
        match test:
            case ast.Constant(value=value):
                return bool(value)
            case ast.UnaryOp(op=ast.Not(), operand=operand) if self.known:
                inner = self.decided(operand)
                return None if inner is None else not inner
            case ast.BoolOp(op=op, values=values) if self.known:
                parts = [self.decided(value) for value in values]
                decisive = isinstance(op, ast.Or)
                if decisive in parts:
                    return decisive
                return None if None in parts else not decisive
            case ast.Compare(
                left=left,
                ops=[ast.Eq() | ast.NotEq() as op],
                comparators=[ast.Constant(value=str(value))],
            ) if self.equal:
                found = self.equal.get(ast.unparse(left))
                if found is not None:
                    return (found == value) == isinstance(op, ast.Eq)
        return None

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        value, place = self.visit(node.value), self.visit(node.slice)
        if isinstance(place, ast.Slice):
            place = ast.Slice(_summed(place.lower), _summed(place.upper), _summed(place.step))
            match place:
                case ast.Slice(lower=None, upper=ast.Call() as upper, step=None) if (
                    ast.unparse(upper) == f"len({ast.unparse(value)})"
                ):
                    assert isinstance(value, ast.expr)
                    return value
        else:
            place = _summed(place)
            if place is not None and ast.unparse(place) == f"len({ast.unparse(value)}) - 1":
                place = _whole(-1)
        return ast.Subscript(value, place, node.ctx)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node.func, node.args:
            case ast.Name(id="sum" | "prod" as name), [
                ast.Subscript(slice=ast.Slice(lower=None, upper=ast.Constant(value=0), step=None))
            ]:
                return _whole(0 if name == "sum" else 1)
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        operand = self.visit(node.operand)
        if isinstance(node.op, ast.Not) and isinstance(operand, ast.Compare | ast.Constant):
            if isinstance(operand, ast.Constant):
                return ast.Constant(not operand.value)
            if type(operand.ops[0]) in (ast.Eq, ast.NotEq):
                return _inverse(operand)
        return ast.UnaryOp(node.op, operand)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        left = self.visit(node.left)
        rights = [self.visit(right) for right in node.comparators]
        if len(rights) == 1 and type(node.ops[0]) in _TRUTH:
            distance = _distance(left, rights[0])
            if distance is not None:
                return ast.Constant(_TRUTH[type(node.ops[0])](distance, 0))
            left, rights = _of_index(left, rights[0])
        return ast.Compare(left, node.ops, rights)

    def visit_ListComp(self, node: ast.ListComp) -> ast.expr:
        # its variable has a meaning of its own, so what is known outside may not hold inside
        known, equal = self.known, self.equal
        self.known, self.equal = {}, {}
        self.generic_visit(node)
        self.known, self.equal = known, equal
        return node


def _inverse(test: ast.expr) -> ast.expr:
    """The condition that holds exactly where `test` does not."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _INVERSE:
            return ast.Compare(left, [_INVERSE[type(op)]()], [right])
    return ast.UnaryOp(ast.Not(), test)


def _distance(left: ast.expr, right: ast.expr) -> int | None:
    """``left - right`` where that is a number whatever the names are, else None.

    With more than one number on a side, what else is added must be whole: an index or a length.
    """
    sides = []
    for side in (left, right):
        numbers, others, whole = [], [], True
        for sign, term in _terms(side, 1):
            number = _number(term)
            if number is not None:
                numbers.append(sign * number)
            else:
                others.append((sign, ast.unparse(term)))
                whole = whole and _is_whole(term)
        if len(numbers) > 1 and not whole:
            return None
        sides.append((sum(numbers), sorted(others)))
    (a, mine), (b, theirs) = sides
    return a - b if mine == theirs else None


def _of_index(left: ast.expr, right: ast.expr) -> tuple[ast.expr, list[ast.expr]]:
    """``i == 2`` for ``i - 1 == 1``."""
    match left, _number(right):
        case ast.BinOp(left=ast.Name(id="i") as index, op=ast.Add() | ast.Sub(), right=more), int(
            number
        ) if (added := _number(more)) is not None:
            added = added if isinstance(left.op, ast.Add) else -added
            return index, [_whole(number - added)]
    return left, [right]


def _is_whole(term: ast.expr) -> bool:
    match term:
        case ast.Name(id="i") | ast.Call(func=ast.Name(id="len")):
            return True
    return False


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
