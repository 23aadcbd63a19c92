"""How a size goes on from repetition to repetition, read from one symbolic repetition.

With ``_`` for what enters: ``_`` stays, what is free of it is the formula of each repetition,
``_ + c``, ``c * _``, ``_ // c`` and ``(_ - 1) // c + 1`` have closed forms, also where c is the
element ``t[i]`` of a list. Formulas are compared in their normal form. All else is a table.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.expression import parse_formula
from nnstudio.symbols.normal import equal_formulas, split_linear
from nnstudio.symbols.symbolic import REPETITION, as_size, resolve, substitute

# no name of a block may begin with two underscores
FRESH = "__"
INDEX = Dim.atom(REPETITION)
Form = Callable[[Dim, Dim], Dim]


@dataclass(frozen=True)
class Recurrence:
    """`entry` enters repetition i >= 1, `final` leaves the last; `from_zero`: also of none.

    `kept`: it leaves every repetition as it entered the first.
    """

    entry: Dim
    final: Dim
    from_zero: bool
    kept: bool = False


@dataclass(frozen=True)
class Table:
    """Sizes without a closed form: the list `name`, made in ``__init__`` where a text names it.

    It begins with `start`; `step`, which names the last element so far, is added `count` times.
    """

    name: str
    start: Dim
    step: Dim
    count: Dim

    @property
    def names(self) -> frozenset[str]:
        """The names that it rests on."""
        found = self.start.names | self.step.names | self.count.names
        return found - {self.name, REPETITION}


def fresh_name(k: int) -> str:
    """The name of size `k` of what enters a repetition."""
    return f"{FRESH}{k}"


def is_fresh(name: str) -> bool:
    """True for the name of a size that changes from repetition to repetition."""
    return name.startswith(FRESH) and name[len(FRESH) :].isdigit()


def recurrence_of(
    name: str, entering: Dim, first: Dim, rest: Dim, number: Dim
) -> Recurrence | None:
    """The recurrence of the size called `name`, None if it has no closed form.

    It enters repetition 0 as `entering`, leaves it as `first`, and leaves the later ones as
    `rest`, in which `name` is what enters them.
    """
    fresh = Dim.atom(name)
    if rest.equals(fresh):
        return Recurrence(first, first, first.equals(entering))
    try:
        if not any(is_fresh(n) for n in rest.names):
            return _of_index(entering, first, rest, number)
        form = _closed_form(rest, fresh)
        if form is None:
            return None
        if first.equals(form(entering, Dim(1))):
            return Recurrence(form(entering, INDEX), form(entering, number), True)
        if REPETITION not in rest.names:
            return Recurrence(form(first, INDEX - 1), form(first, number - 1), False)
    except ExpressionError:
        pass
    return None


def _of_index(entering: Dim, first: Dim, rest: Dim, number: Dim) -> Recurrence | None:
    """Recurrence of a size that rests on the index alone: ``dims[i]``."""
    if REPETITION not in rest.names:
        return Recurrence(rest, rest, rest.equals(entering)) if rest.equals(first) else None
    formula = Dim(None, rest.terms)
    if not substitute(formula, {REPETITION: Dim(0)}).equals(first):
        return None
    last = substitute(formula, {REPETITION: number - 1})
    before = substitute(_not_the_last(formula, number), {REPETITION: INDEX - 1})
    return Recurrence(before, last, False)


def _not_the_last(rest: Dim, number: Dim) -> Dim:
    """`rest` as it leaves a repetition that another follows: ``i == n - 1`` is False there."""
    folding = _NotTheLast((number - 1).text)
    tree = folding.visit(ast.parse(rest.text, mode="eval").body)
    return read_size(ast.unparse(tree)) if folding.changed else rest


class _NotTheLast(ast.NodeTransformer):
    def __init__(self, last: str) -> None:
        self.last = last
        self.changed = False

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        match node.test:
            case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[right]) if (
                name == REPETITION and equal_formulas(ast.unparse(right), self.last)
            ):
                if isinstance(op, ast.Eq | ast.GtE | ast.NotEq | ast.Lt):
                    self.changed = True
                    return node.orelse if isinstance(op, ast.Eq | ast.GtE) else node.body
        return node


def _closed_form(rest: Dim, fresh: Dim) -> Form | None:
    """(what enters, how many repetitions) -> what leaves the last of them."""
    step = rest - fresh
    if not any(is_fresh(name) for name in step.names):
        return _sums(step)
    linear = split_linear(rest.text, fresh.text)
    if linear is not None:
        factor, added = linear
        if factor == "1":
            return _sums(read_size(added))
        return _products(read_size(factor)) if added == "0" else None
    divided = _divisor(rest.text, fresh.text)
    return None if divided is None else _divisions(read_size(divided[0]), rounds_up=divided[1])


def _sums(step: Dim) -> Form | None:
    if total_of(step, INDEX) is None:
        return None

    def form(start: Dim, times: Dim) -> Dim:
        total = total_of(step, times)
        assert total is not None
        return start + total

    return form


def _products(factor: Dim) -> Form | None:
    if product_of(factor, INDEX) is None:
        return None

    def form(start: Dim, times: Dim) -> Dim:
        whole = product_of(factor, times)
        assert whole is not None
        return start * whole

    return form


def _divisions(divisor: Dim, *, rounds_up: bool) -> Form | None:
    if product_of(divisor, INDEX) is None:
        return None

    def form(start: Dim, times: Dim) -> Dim:
        whole = product_of(divisor, times)
        assert whole is not None
        return (start - 1) // whole + 1 if rounds_up else start // whole

    return form


def read_size(text: str) -> Dim:
    """The size that a formula stands for, its names as they are."""
    names = {name: Dim.atom(name) for name in parse_formula(text).names}
    return substitute(Dim.atom(text), names) if names else as_size(resolve(text, {}))


# -- sums and products over the repetitions ------------------------------------------------------


def total_of(step: Dim, times: Dim) -> Dim | None:
    """The sum of `step` over repetitions 0 .. times - 1; None if that is no short formula."""
    if REPETITION not in step.names:
        return step * times
    total = Dim(0)
    for monomial, coefficient in (step.terms or {}).items():
        varying = [atom for atom in monomial if REPETITION in parse_formula(atom).names]
        rest = tuple(atom for atom in monomial if atom not in varying)
        one = Dim(None, {rest: coefficient}) if rest else Dim(coefficient)
        listed = _list_of(varying[0]) if len(varying) == 1 else None
        if not varying:
            total = total + one * times
        elif listed is not None:
            total = total + one * _over("sum", listed, times)
        else:
            return None
    return total


def product_of(factor: Dim, times: Dim) -> Dim | None:
    """The product of `factor` over repetitions 0 .. times - 1; None if that is no short formula."""
    if REPETITION not in factor.names:
        return power(factor, times)
    if factor.terms is None or len(factor.terms) != 1:
        return None
    ((monomial, coefficient),) = factor.terms.items()
    found = power(Dim(coefficient), times) if coefficient != 1 else Dim(1)
    for atom in monomial:
        listed = _list_of(atom)
        if REPETITION not in parse_formula(atom).names:
            found = found * power(Dim.atom(atom), times)
        elif listed is not None:
            found = found * _over("prod", listed, times)
        else:
            return None
    return found


def _list_of(atom: str) -> str | None:
    """``rows`` of ``rows[i]``."""
    match ast.parse(atom, mode="eval").body:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=index)):
            return name if index == REPETITION else None
    return None


def _over(function: str, listed: str, times: Dim) -> Dim:
    """``sum(rows[:i])``: a list summed or multiplied up to a repetition."""
    if times.is_constant and times.value in (0, 1):
        return Dim.atom(f"{listed}[0]") if times.value else Dim(0 if function == "sum" else 1)
    whole = times.text == f"len({listed})"
    return Dim.atom(f"{function}({listed if whole else f'{listed}[:{times.text}]'})")


def power(base: Dim, exponent: Dim) -> Dim:
    """``base ** exponent``; a number where both are."""
    if exponent.same(Dim(1)):
        return base
    value = None
    if base.value is not None and exponent.value is not None and 0 <= exponent.value <= 64:
        value = int(base.value**exponent.value)
        if base.is_constant and exponent.is_constant:
            return Dim(value)
    return Dim.atom(f"({base.text}) ** ({exponent.text})", value)


@lru_cache(maxsize=1024)
def _divisor(text: str, fresh: str) -> tuple[str, bool] | None:
    """(c, False) for ``_ // c``, (c, True) for ``(_ - 1) // c + 1``."""
    tree = ast.parse(text, mode="eval").body
    rounds_up = False
    match tree:
        case ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value=1)):
            tree, rounds_up = left, True
    match tree:
        case ast.BinOp(left=whole, op=ast.FloorDiv(), right=part):
            wanted = f"{fresh} - 1" if rounds_up else fresh
            rests = any(isinstance(n, ast.Name) and is_fresh(n.id) for n in ast.walk(part))
            if ast.unparse(whole) == wanted and not rests:
                return ast.unparse(part), rounds_up
    return None
