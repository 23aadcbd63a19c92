"""What an expression means where names stand for formulas: numbers and text at the same time.

`resolve` walks a checked expression with each name bound to a `Quantity`; whole numbers become
exact `Dim`s, everything else keeps its value and its (substituted) text.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from nnstudio.symbols.bounds import MAX_DEPTH, MAX_FORMULA, ExpressionError, brief, quoted, some
from nnstudio.symbols.dimension import Dim, constant
from nnstudio.symbols.evaluation import Steps
from nnstudio.symbols.expression import Expression, depth_of, parse_formula
from nnstudio.symbols.folding import fold, fold_text, fold_where
from nnstudio.symbols.work import spend


@dataclass(frozen=True, slots=True)
class Term:
    """A value that is no whole number (text, float, bool, list); `value` None: not known.

    `literal` is True where it is known that the text names nothing, `is_none` where the value is
    known, and None.
    """

    value: Any
    text: str
    literal: bool = field(default=False, compare=False)
    is_none: bool = field(default=False, compare=False)

    @property
    def is_constant(self) -> bool:
        """True if the text names nothing."""
        return self.literal or not parse_formula(self.text).names


Quantity = Dim | Term
Scope = Mapping[str, Quantity]

NO_NAMES: Mapping[str, Dim] = {}

REPETITION = "i"
LATER = "i >= 1"
"""In a scope beside `REPETITION`: the index is not 0. Only the run that has it folds by it."""

MAX_WRITTEN_OUT = 400
"""Characters of a formula up to which the names of formulas in it are replaced by these."""

STEPS_TO_RESOLVE = 15
STEPS_TO_WRITE = 60
"""What resolving takes, and writing what cannot be resolved, besides what is evaluated."""


def _listed(value: Any) -> Any:
    """Lists for tuples, all the way down: how expressions see values."""
    return [_listed(item) for item in value] if isinstance(value, list | tuple) else value


def literal(value: Any) -> Quantity:
    """A literal of the project file as a quantity."""
    if isinstance(value, int) and not isinstance(value, bool):
        return constant(value)
    if isinstance(value, list | tuple):
        listed = _listed(value)
        return Term(listed, repr(listed), True)
    return Term(value, repr(value), True, value is None)


def named_quantity(name: str, value: Any) -> Quantity:
    """The quantity called `name`; `value` None: not known."""
    if isinstance(value, bool) or not isinstance(value, int | None):
        return Term(_listed(value), name)
    return Dim.atom(name, value)


def resolve(expression: Expression | str, scope: Scope) -> Quantity:
    """The quantity of `expression` in `scope`. Raises `ExpressionError`."""
    spend(STEPS_TO_RESOLVE)
    if isinstance(expression, str):
        expression = parse_formula(expression)
    return _Resolution(scope).quantity(expression.tree)


def substitute(dim: Dim, scope: Scope) -> Dim:
    """`dim` with the names of `scope` replaced and simplified; other names stay."""
    atom = _atom_of(dim)
    if atom in scope and atom != LATER:  # most are a name
        spend(STEPS_TO_RESOLVE)
        replaced = as_size(scope[atom])
    elif dim.terms is None or not (dim.names & scope.keys()):
        return dim
    else:
        open_scope = {name: Dim.atom(name) for name in dim.names} | dict(scope)
        replaced = _size_of(dim.text, open_scope)
    if replaced.value is None and dim.value is not None and not replaced.is_constant:
        return Dim(dim.value, replaced.terms)
    return replaced


def _atom_of(dim: Dim) -> str:
    """What a size is where it is one name or one expression, else ''."""
    if dim.terms is None or len(dim.terms) != 1:
        return ""
    ((factors, count),) = dim.terms.items()
    return factors[0] if len(factors) == 1 and count == 1 else ""


def choice(test: str, taken: Dim, passing: Dim, value: int | None) -> Dim:
    """The size ``taken if test else passing``, shorter where the two or their choices agree."""
    text = fold_text(f"({taken.text}) if ({test}) else ({passing.text})")
    expression = parse_formula(text)
    if isinstance(expression.tree, ast.IfExp):
        return Dim.atom(text, value)
    found = _size_of(text, {name: Dim.atom(name) for name in expression.names})
    return found if found.is_constant else Dim(value, found.terms)


def known_where(test: str, size: Dim, named: Mapping[str, Dim] = NO_NAMES) -> Dim:
    """`size` where `test` holds: of a choice that it decides, what that takes there.

    `named` are formulas that have a name; they are read where the test decides something in them,
    unless they are very long.
    """
    if size.is_constant:
        return size
    written = _without_names(size, named) if named else size
    if " if " not in written.text:
        return size
    text = fold_where(written.text, test)
    if text == written.text:
        return size
    found = _size_of(text, {name: Dim.atom(name) for name in parse_formula(text).names})
    return found if found.is_constant else Dim(size.value, found.terms)


def _without_names(size: Dim, named: Mapping[str, Dim]) -> Dim:
    """`size` with formulas in the place of their names; as it is where that gets too long."""
    written = size
    try:
        while written.names & named.keys():
            written = substitute(Dim(None, written.terms), named)
            if len(written.text) > MAX_WRITTEN_OUT:
                return size
    except ExpressionError:
        return size
    return written


def _size_of(text: str, scope: Scope) -> Dim:
    """The size that a formula of sizes stands for: what is added or multiplied in it is whole."""
    spend(STEPS_TO_RESOLVE)
    return as_size(_Resolution(scope, whole=True).quantity(parse_formula(text).tree))


def truth(quantity: Quantity) -> bool | None:
    """Whether a condition holds in this use; None if that is not known."""
    if quantity.value is None:
        return False if isinstance(quantity, Term) and quantity.is_none else None
    return bool(quantity.value)


def as_size(quantity: Quantity) -> Dim:
    """The quantity as a dimension. Raises `ExpressionError` for a value that is no whole number."""
    if isinstance(quantity, Dim):
        return quantity
    value = quantity.value
    known = value is not None or quantity.is_none
    if isinstance(value, bool) or (known and not isinstance(value, int)):
        what = f"{quoted(quantity.text)} is {brief(value)}"
        raise ExpressionError(f"expected a whole number, {what}")
    if value is not None and quantity.is_constant:
        return Dim(value)
    return Dim.atom(quantity.text, value)


class _Resolution:
    """One walk over an expression, with steps for all that is evaluated on the way.

    `whole`: the operands of a sum or product are whole numbers also where no value is known, as
    ``dims[0]`` in the formula of a size is.
    """

    def __init__(self, scope: Scope, *, whole: bool = False) -> None:
        self.scope = scope
        self.whole = whole
        self.steps = Steps()

    def quantity(self, node: ast.expr) -> Quantity:
        scope = self.scope
        match node:
            case ast.Constant(value=value):
                return literal(value)
            case ast.Name(id=name):
                if name not in scope:
                    raise _unknown(name, scope)
                return scope[name]
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.power(node, left, right)
            case ast.BinOp(left=left, op=op, right=right):
                result = _arithmetic(op, self.operand(left), self.operand(right))
                return self.opaque(node) if result is None else result
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self.quantity(operand)
                return -inner if isinstance(inner, Dim) else self.opaque(node)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                decided = self.decide(test)
                if decided is not None:
                    return self.quantity(body if decided else orelse)
                return self.opaque(node)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                decided = self.decide(node)
                return self.opaque(node) if decided is None else literal(decided)
        return self.opaque(node)

    def power(self, node: ast.expr, left: ast.expr, right: ast.expr) -> Quantity:
        """A power, with its exponent added up where that is a whole number: ``2 ** i``."""
        written = self.opaque(node)
        if written.is_constant:
            return written
        base, exponent = self.quantity(left), self.operand(right)
        if not isinstance(exponent, Dim):
            return written
        if exponent.is_constant and exponent.value in (0, 1) and isinstance(base, Dim):
            return base if exponent.value else Dim(1)
        text = parse_formula(f"({base.text}) ** ({exponent.text})").text
        if isinstance(written, Dim):
            return Dim.atom(text, written.value)
        return Term(written.value, text)

    def operand(self, node: ast.expr) -> Quantity:
        found = self.quantity(node)
        if self.whole and isinstance(found, Term) and found.value is None:
            return Dim.atom(found.text)
        return found

    def decide(self, test: ast.expr) -> bool | None:
        """The truth of a condition that is the same for every use, else None."""
        if LATER in self.scope:
            match test:
                case ast.Name(id=name) if name == REPETITION:
                    return True
                case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)) if name == REPETITION:
                    return False
                case ast.Compare(
                    left=ast.Name(id=n), ops=[op], comparators=[ast.Constant(value=v)]
                ) if n == REPETITION and isinstance(v, int):
                    return _later_than(op, v)
        quantity = self.opaque(test)
        return bool(quantity.value) if quantity.is_constant else None

    def opaque(self, node: ast.expr) -> Quantity:
        """Keep the operation as it is written: value by numbers, text by substitution."""
        spend(STEPS_TO_WRITE)
        source = _part(node)
        missing = source.names - self.scope.keys()
        if missing:
            raise _unknown(min(missing), self.scope)
        values = {name: self.scope[name].value for name in source.names}
        known = None not in values.values()
        value = source.evaluate(values, self.steps) if known else None
        texts = tuple((n, self.scope[n].text) for n in sorted(source.names))
        text = _substitute_text(source.text, texts)
        names = parse_formula(text).names
        if not names and not known:  # what had no number was folded away
            known, value = True, parse_formula(text).evaluate({}, self.steps)
        if known and not names:
            return literal(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return Dim.atom(text, value)
        return Term(value, text, is_none=known and value is None)


@lru_cache(maxsize=8192)
def _part(node: ast.expr) -> Expression:
    """A part of an expression as one of its own. Trees are known by identity and never change."""
    return parse_formula(ast.unparse(node))


def _unknown(name: str, scope: Scope) -> ExpressionError:
    known = some(sorted(scope.keys() - {LATER}))
    return ExpressionError(f"'{name}' is not known here; known names: {known}")


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
    lengths = {name: len(text) for name, text in texts}
    names = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name)]
    total = len(source) + sum(lengths.get(name, 0) for name in names)
    if total > MAX_FORMULA:
        raise ExpressionError(f"a formula has {total:,} characters, at most {MAX_FORMULA:,}")
    spend(total // 4)
    bound = frozenset(
        g.target.id
        for n in ast.walk(tree)
        if isinstance(n, ast.ListComp)
        for g in n.generators
        if isinstance(g.target, ast.Name)
    )
    result = _Substitution(dict(texts), bound).visit(tree)
    depth = depth_of(result)
    if depth > MAX_DEPTH:
        raise ExpressionError(f"a formula is nested {depth} deep, at most {MAX_DEPTH}")
    return ast.unparse(fold(result))
