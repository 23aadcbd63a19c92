"""One normal form for formulas of sizes, used only to compare them: products multiplied out.

A formula is read as a polynomial over atoms, with fractions for coefficients, so that
``2 * (n - 1) + 2`` and ``2 * n`` are one. Powers of numbers are taken apart (``2 ** (n + 1)`` is
``2 * 2 ** n``), ``//`` by a number divides what it divides exactly. Formulas that people read are
never written in this form. Names stand for whole numbers.
"""

from __future__ import annotations

import ast
import copy
from fractions import Fraction
from functools import lru_cache

from nnstudio.symbols.work import spend

Polynomial = dict[tuple[str, ...], Fraction]
MOST_TERMS = 64
MOST_FACTORS = 64
MOST_POWER = 8
LARGEST_EXPONENT = 64
STEPS_TO_NORMALISE = 60

_ONE = Fraction(1)
_NEGATIVE = "**-("


class _TooLongError(Exception):
    """A formula that would have too many terms: it is equal to no other."""


def equal_formulas(one: str, other: str) -> bool:
    """True if two formulas are equal for all values of their names, as far as that can be seen."""
    if one == other:
        return True
    found = _normal(one)
    return found is not None and found == _normal(other)


def split_linear(formula: str, name: str) -> tuple[str, str] | None:
    """(factor, step) of ``factor * name + step``, neither resting on `name`; None if it is not so.

    Names that begin with two underscores are sizes that change: the two rest on none of them.
    """
    found = _polynomial(formula)
    if found is None:
        return None
    factor: Polynomial = {}
    step: Polynomial = {}
    for monomial, coefficient in found.items():
        rest = list(monomial)
        if monomial.count(name) == 1:
            rest.remove(name)
            factor[tuple(rest)] = coefficient
        else:
            step[monomial] = coefficient
        if coefficient.denominator != 1 or any(_is_no_size(atom) for atom in rest):
            return None
    return (_formula(factor), _formula(step)) if factor else None


def _is_no_size(atom: str) -> bool:
    """True if an atom rests on a size that changes, or may be a fraction."""
    return "__" in atom or _NEGATIVE in atom or "/" in atom.replace("//", "")


def _formula(polynomial: Polynomial) -> str:
    terms = []
    for monomial, coefficient in sorted(polynomial.items()):
        atoms = [f"({atom})" for atom in monomial]
        number = [] if coefficient == 1 and atoms else [f"({coefficient})"]
        terms.append(" * ".join([*number, *atoms]))
    return ast.unparse(ast.parse(" + ".join(terms) or "0", mode="eval"))


@lru_cache(maxsize=8192)
def _normal(formula: str) -> str | None:
    found = _polynomial(formula)
    return None if found is None else _text(found)


def _polynomial(formula: str) -> Polynomial | None:
    spend(STEPS_TO_NORMALISE)
    try:
        return _read(ast.parse(formula, mode="eval").body)
    except (_TooLongError, RecursionError, OverflowError):
        return None


def _text(polynomial: Polynomial) -> str:
    """The polynomial in the one spelling by which it is compared."""
    terms = []
    for monomial, coefficient in sorted(polynomial.items()):
        product = "*".join(monomial)
        number = "" if coefficient == 1 and monomial else str(coefficient)
        terms.append("*".join(part for part in (number, product) if part))
    return " + ".join(terms) or "0"


def _add(one: Polynomial, other: Polynomial, sign: int = 1) -> Polynomial:
    result = dict(one)
    for monomial, coefficient in other.items():
        total = result.get(monomial, Fraction(0)) + sign * coefficient
        if total:
            result[monomial] = total
        else:
            result.pop(monomial, None)
    return result


def _multiply(one: Polynomial, other: Polynomial) -> Polynomial:
    result: Polynomial = {}
    for left, a in one.items():
        for right, b in other.items():
            atoms = _cancelled(sorted(left + right))
            result = _add(result, {atoms: a * b})
            if len(result) > MOST_TERMS or len(atoms) > MOST_FACTORS:
                raise _TooLongError
    return result


def _cancelled(atoms: list[str]) -> tuple[str, ...]:
    """A product without ``2 ** n * 2 ** -n``."""
    for atom in [a for a in atoms if _NEGATIVE in a]:
        inverse = atom.replace(_NEGATIVE, "**(", 1)
        if inverse in atoms:
            atoms.remove(atom)
            atoms.remove(inverse)
    return tuple(atoms)


def _read(node: ast.expr) -> Polynomial:
    match node:
        case ast.Constant(value=value) if type(value) is int:
            return {(): Fraction(value)} if value else {}
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _add(_read(left), _read(right))
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _add(_read(left), _read(right), -1)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _add({}, _read(operand), -1)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _multiply(_read(left), _read(right))
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_read(left), _read(right))
        case ast.BinOp(left=left, op=ast.FloorDiv(), right=right):
            return _quotient(_read(left), _read(right))
    return {(_canonical(node),): _ONE}


def _power(base: Polynomial, exponent: Polynomial) -> Polynomial:
    times = exponent.get((), Fraction(0))
    if set(exponent) <= {()} and times.denominator == 1 and 0 <= times <= MOST_POWER:
        result: Polynomial = {(): _ONE}
        for _ in range(int(times)):
            result = _multiply(result, base)
        return result
    number = base.get((), Fraction(0))
    if set(base) == {()} and number.denominator == 1 and number > 1:
        return _power_of_number(int(number), exponent)
    return {(f"({_text(base)})**({_text(exponent)})",): _ONE}


def _power_of_number(base: int, exponent: Polynomial) -> Polynomial:
    """``base ** exponent``: its constant goes to the coefficient, each term is an atom."""
    coefficient = _ONE
    atoms: list[str] = []
    for monomial, factor in exponent.items():
        if factor.denominator != 1 or abs(factor) > LARGEST_EXPONENT:
            raise _TooLongError
        times = int(factor)
        if not monomial:
            coefficient *= Fraction(base) ** times
        else:
            sign = "" if times > 0 else "-"
            atoms += [f"{base}**{sign}({'*'.join(monomial)})"] * abs(times)
    if len(atoms) > MOST_FACTORS:
        raise _TooLongError
    return {tuple(sorted(atoms)): coefficient}


def _quotient(whole: Polynomial, part: Polynomial) -> Polynomial:
    if whole == part and whole:
        return {(): _ONE}
    if set(part) != {()}:
        return {(f"({_text(whole)})//({_text(part)})",): _ONE}
    number = part[()]
    exact = {
        monomial: coefficient / number
        for monomial, coefficient in whole.items()
        if (coefficient / number).denominator == 1
        and coefficient.denominator == 1
        and not any(_NEGATIVE in atom for atom in monomial)
    }
    rest = {m: c for m, c in whole.items() if m not in exact}
    if not rest:
        return exact
    if set(rest) == {()}:
        return _add(exact, {(): Fraction(rest[()] // number)})
    return _add(exact, {(f"({_text(rest)})//{number}",): _ONE})


def _canonical(node: ast.expr) -> str:
    """The text of what is not taken apart, with the sums and products inside in normal form."""
    if isinstance(node, ast.Name):
        return node.id
    tree = copy.deepcopy(node)
    for name, value in ast.iter_fields(tree):
        if name == "func":
            continue
        if isinstance(value, ast.expr):
            setattr(tree, name, _Inside().visit(value))
        elif isinstance(value, list):
            parts = [_Inside().visit(v) if isinstance(v, ast.expr) else v for v in value]
            setattr(tree, name, parts)
    return ast.unparse(tree)


class _Inside(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        return ast.parse(_text(_read(node)), mode="eval").body

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        return node
