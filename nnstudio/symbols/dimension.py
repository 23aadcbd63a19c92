"""`Dim`: one size of a tensor, as a number *and* as a formula over the names of its block.

A dimension is a polynomial with integer coefficients over opaque atoms: parameter names and
bracketed sub-expressions that are not taken apart. ``+ - *`` are exact, ``//`` divides where
that is exact and otherwise makes an atom. A product with a sum keeps the sum as one atom, so
that texts stay as short as a person would write them. What would grow beyond the bounds (numbers
that torch cannot count, formulas of thousands of characters) is an `ExpressionError`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import lru_cache

from nnstudio.symbols.bounds import (
    MAX_DEGREE,
    MAX_FORMULA,
    MAX_SIZE,
    MAX_TERMS,
    ExpressionError,
    brief,
    quoted,
)
from nnstudio.symbols.exact_products import present, simplified
from nnstudio.symbols.expression import parse_formula
from nnstudio.symbols.normal import equal_formulas
from nnstudio.symbols.work import spend

Monomial = tuple[str, ...]

BATCH = "N"
"""The name of the batch in patterns that the program writes."""
BATCH_NAMES = frozenset({BATCH, "batch"})
"""Sizes of these names are the batch: any number, also another one for the last samples."""


def batch_axis(sizes: Iterable[object]) -> int | None:
    """The place of the batch among the sizes of a pattern or shape; None if it is not named."""
    return next((axis for axis, size in enumerate(sizes) if size in BATCH_NAMES), None)


def _text_of(terms: dict[Monomial, int]) -> str:
    return _tidy(tuple(terms.items()))


@lru_cache(maxsize=16384)
def _tidy(terms: tuple[tuple[Monomial, int], ...]) -> str:
    return ast.unparse(_parsed(_write(terms)))


def _parsed(text: str) -> ast.expr:
    if len(text) > MAX_FORMULA:
        sentence = f"the formula of a size has {len(text):,} characters, at most {MAX_FORMULA:,}"
        raise ExpressionError(sentence)
    spend(len(text) // 4)
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, RecursionError, MemoryError):
        raise ExpressionError(f"the formula of a size is nested too deep: {quoted(text)}") from None


class Dim:
    """A size: `value` (None: not known before the run) and its formula, read through `text`."""

    __slots__ = ("_text", "terms", "value")

    def __init__(self, value: int | None, terms: dict[Monomial, int] | None = None) -> None:
        if value is not None and not -MAX_SIZE <= value <= MAX_SIZE:
            raise ExpressionError(f"a size of {brief(value)} is too large: at most {MAX_SIZE:,}")
        self.value = value
        self.terms = terms
        self._text: str | None = None

    @classmethod
    def atom(cls, text: str, value: int | None = None) -> Dim:
        """A dimension known by the name or expression `text`."""
        return cls(value, {(text,): 1})

    @property
    def is_constant(self) -> bool:
        """True if the formula is a plain number, the same for every use of the block."""
        return self.terms is None

    @property
    def text(self) -> str:
        """The formula, in Python's spelling: ``48 * hidden``."""
        if self._text is None:
            self._text = str(self.value) if self.terms is None else _text_of(self.terms)
        return self._text

    @property
    def names(self) -> frozenset[str]:
        """The names in the formula."""
        return frozenset() if self.terms is None else parse_formula(self.text).names

    @property
    def label(self) -> str:
        """The number where it is known, else the formula: what a wire shows."""
        return self.text if self.value is None else str(self.value)

    def same(self, other: Dim) -> bool:
        """Equal as a formula, so equal for every value of the names."""
        if self.terms is None or other.terms is None:
            return self.terms is other.terms and self.value == other.value
        return self.terms == other.terms

    def equals(self, other: Dim) -> bool:
        """`same`, or equal when products are multiplied out, which takes longer to see."""
        if self.same(other):
            return True
        return not self.differs(other) and equal_formulas(self.text, other.text)

    def differs(self, other: Dim) -> bool:
        """True if both numbers are known and not equal."""
        return self.value is not None and other.value is not None and self.value != other.value

    def clashes(self, other: Dim) -> bool:
        """True if the two cannot be equal: other numbers, or a batch of any size and a literal."""
        if self.differs(other):
            return True
        for side, fixed in ((self, other), (other, self)):
            if side.value is None and side.terms is not None and fixed.is_constant:
                return side.text in BATCH_NAMES
        return False

    def _poly(self) -> dict[Monomial, int]:
        if self.terms is not None:
            return self.terms
        assert self.value is not None
        return {(): self.value} if self.value else {}

    def _factor(self) -> tuple[Monomial, int]:
        """The dimension as one product; a sum becomes a bracketed atom."""
        poly = self._poly()
        if len(poly) == 1:
            return next(iter(poly.items()))
        return (self.text,), 1

    def __add__(self, other: Dim | int) -> Dim:
        other = as_dim(other)
        value = None if self.value is None or other.value is None else self.value + other.value
        if value is not None and self.terms is None and other.terms is None:
            return constant(value)
        if other.terms is None and other.value == 0:
            return self
        if self.terms is None and self.value == 0:
            return other
        terms = dict(self._poly())
        for monomial, coefficient in other._poly().items():
            total = terms.get(monomial, 0) + coefficient
            if total:
                terms[monomial] = total
            else:
                terms.pop(monomial, None)
        return _make(value, terms)

    def __neg__(self) -> Dim:
        return self * -1

    def __sub__(self, other: Dim | int) -> Dim:
        other = as_dim(other)
        value = None if self.value is None or other.value is None else self.value - other.value
        if value is not None and self.terms is None and other.terms is None:
            return constant(value)
        return self + -other

    def __mul__(self, other: Dim | int) -> Dim:
        other = as_dim(other)
        value = None if self.value is None or other.value is None else self.value * other.value
        if value is not None and self.terms is None and other.terms is None:
            return constant(value)
        for side, rest in ((self, other), (other, self)):
            if side.terms is None and side.value == 1:
                return rest
            if side.terms is None and side.value == 0:
                return Dim(0)
            if side.terms is None and side.value == -1 and rest.terms is not None:
                return Dim(value, {m: -c for m, c in rest.terms.items()})
        (left, a), (right, b) = self._factor(), other._factor()
        return _make(value, {_product(left, right): a * b})

    def __floordiv__(self, other: Dim | int) -> Dim:
        other = as_dim(other)
        value = None
        if self.value is not None and other.value:
            value = self.value // other.value
        if other.terms is None:
            assert other.value is not None
            return self._divide_by_number(other.value, value)
        if self.same(other):
            return Dim(1)
        quotient = self._exact_quotient(other)
        if quotient is not None:
            return _make(value, quotient)
        return Dim.atom(f"({self.text}) // ({other.text})", value)

    def _exact_quotient(self, other: Dim) -> dict[Monomial, int] | None:
        divisor, scale = other._factor()
        result: dict[Monomial, int] = {}
        for monomial, coefficient in self._poly().items():
            rest = list(monomial)
            for atom in divisor:
                if atom not in rest:
                    return None
                rest.remove(atom)
            if coefficient % scale:
                return None
            result[tuple(rest)] = coefficient // scale
        return result

    def _divide_by_number(self, number: int, value: int | None) -> Dim:
        if self.terms is None:
            assert self.value is not None
            return constant(self.value // number) if number else constant(0)
        if number == 1:
            return self
        whole: dict[Monomial, int] = {}
        rest: dict[Monomial, int] = {}
        for monomial, coefficient in self.terms.items():
            if coefficient % number == 0:
                whole[monomial] = coefficient // number
            else:
                rest[monomial] = coefficient
        if not rest:
            return _make(value, whole)
        if set(rest) == {()}:
            added = rest[()] // number
            if added:
                whole[()] = added
            return _make(value, whole)
        return _make(value, _plus(whole, (_floor_division(_text_of(rest), number),)))

    def __mod__(self, other: Dim | int) -> Dim:
        other = as_dim(other)
        value = None
        if self.value is not None and other.value:
            value = self.value % other.value
        if self.terms is None and other.terms is None and value is not None:
            return Dim(value)
        return Dim.atom(f"({self.text}) % ({other.text})", value)

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: int) -> Dim:
        return (-self) + other

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dim) and self.value == other.value and self.terms == other.terms

    def __hash__(self) -> int:
        return hash((self.value, self.text))

    def __repr__(self) -> str:
        return f"Dim({self.text}={self.value})"


def as_dim(value: Dim | int) -> Dim:
    """`value` as a dimension."""
    return value if isinstance(value, Dim) else constant(value)


@lru_cache(maxsize=4096, typed=True)
def constant(value: int) -> Dim:
    """The number `value` as a dimension: one object for each, for nothing ever changes in it."""
    return Dim(value)


def product(dims: tuple[Dim, ...] | list[Dim]) -> Dim:
    """The product of `dims`, 1 for none; numbers first, so that the text reads ``48 * hidden``."""
    result = Dim(1)
    for dim in sorted(dims, key=lambda d: d.terms is not None):
        result = result * dim
    return result


def _make(value: int | None, terms: dict[Monomial, int]) -> Dim:
    if not terms:
        return Dim(0)
    if len(terms) == 1 and () in terms:
        return Dim(terms[()])
    if len(terms) > MAX_TERMS:
        raise ExpressionError(f"the formula of a size has {len(terms)} terms, at most {MAX_TERMS}")
    for coefficient in terms.values():
        if abs(coefficient) > MAX_SIZE:
            sentence = f"a size of {brief(coefficient)} and more is too large: at most {MAX_SIZE:,}"
            raise ExpressionError(sentence)
    return Dim(value, terms)


def _product(left: Monomial, right: Monomial) -> Monomial:
    degree = len(left) + len(right)
    if degree > MAX_DEGREE:
        raise ExpressionError(f"a size is a product of {degree} factors, at most {MAX_DEGREE}")
    if not left or not right:
        return left + right
    facts = present()
    return tuple(sorted(simplified(left, right, facts) if facts else left + right))


def _plus(terms: dict[Monomial, int], monomial: Monomial) -> dict[Monomial, int]:
    """`terms` + `monomial`, the new one written before the constant."""
    constant = terms.pop((), 0)
    terms[monomial] = terms.get(monomial, 0) + 1
    if constant:
        terms[()] = constant
    return terms


@lru_cache(maxsize=4096)
def _floor_division(text: str, number: int) -> str:
    """``text // number``, with (a // b) // c written as a // (b * c)."""
    tree = _parsed(text)
    if (
        isinstance(tree, ast.BinOp)
        and isinstance(tree.op, ast.FloorDiv)
        and isinstance(tree.right, ast.Constant)
        and isinstance(tree.right.value, int)
    ):
        return f"({ast.unparse(tree.left)}) // {tree.right.value * number}"
    return f"({text}) // {number}"


def _write(terms: Iterable[tuple[Monomial, int]]) -> str:
    """The polynomial as text, products before the constant, brackets to spare."""
    parts: list[str] = []
    for monomial, coefficient in sorted(terms, key=lambda item: not item[0]):
        size = abs(coefficient)
        factors = [] if size == 1 and monomial else [str(size)]
        # names before powers, and `width * 2 ** i` as one writes it
        for atom in sorted(
            dict.fromkeys(monomial), key=lambda a: (monomial.count(a) > 1, a[:1].isdigit())
        ):
            power = monomial.count(atom)
            factors.append(f"({atom})" if power == 1 else f"({atom}) ** {power}")
        sign = "-" if coefficient < 0 else "+"
        parts.append(
            f"{sign} {' * '.join(factors)}" if parts or sign == "-" else " * ".join(factors)
        )
    if len(parts) > 1 and parts[0].startswith("-"):
        positive = next((k for k, part in enumerate(parts) if not part.startswith("-")), None)
        if positive is not None:
            parts.insert(0, parts.pop(positive).removeprefix("+ "))
    return " ".join(parts)
