"""How a size goes on from repetition to repetition, read from one symbolic repetition.

With ``_`` for what enters: ``_`` stays, ``dims[i]`` takes the element of the repetition, ``_ + c``,
``c * _``, ``_ // c`` and ``(_ - 1) // c + 1`` have closed forms.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from nnstudio.graph.values import Expr
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.expression import parse
from nnstudio.symbols.symbolic import REPETITION, substitute

# no name of a block may begin with two underscores
FRESH = "__"


@dataclass(frozen=True)
class Recurrence:
    """`entry` enters repetition i >= 1, `final` leaves the last; `from_zero`: also of none."""

    entry: Dim
    final: Dim
    from_zero: bool


def fresh_name(k: int) -> str:
    """The name of input size `k` of a repetition."""
    return f"{FRESH}{k}"


def recurrence_of(
    k: int, entering: Dim, first: Dim, rest: Dim, count: int | Expr, number: Dim
) -> Recurrence | None:
    """The recurrence of size `k`: `entering` repetition 0, `first` leaving it, `rest` later on."""
    fresh = Dim.atom(fresh_name(k))
    if rest.same(fresh):
        return Recurrence(first, first, first.same(entering))
    if not any(name.startswith(FRESH) for name in rest.names):
        return _of_index(entering, first, rest, count, number)
    form = _closed_form(rest, fresh)
    if form is None:
        return None
    later = Dim.atom(REPETITION)
    if first.same(form(entering, Dim(1))):
        return Recurrence(form(entering, later), form(entering, number), True)
    return Recurrence(form(first, later - 1), form(first, number - 1), False)


def _of_index(
    entering: Dim, first: Dim, rest: Dim, count: int | Expr, number: Dim
) -> Recurrence | None:
    """Recurrence of a size that rests on the index alone: ``dims[i]``."""
    if REPETITION not in rest.names:
        return Recurrence(rest, rest, rest.same(entering)) if rest.same(first) else None
    try:
        at_zero = substitute(rest, {REPETITION: Dim(0)})
    except ExpressionError:
        return None
    if not at_zero.same(first):
        return None
    last = _last_element(rest, count)
    if last is None:
        last = substitute(Dim(None, rest.terms), {REPETITION: number - 1})
    return Recurrence(substitute(rest, {REPETITION: Dim.atom(REPETITION) - 1}), last, False)


def _last_element(rest: Dim, count: int | Expr) -> Dim | None:
    """``dims[-1]`` for ``dims[i]`` repeated ``len(dims)`` times."""
    tree = ast.parse(rest.text, mode="eval").body
    if not isinstance(count, Expr) or not isinstance(tree, ast.Subscript):
        return None
    listed = ast.unparse(tree.value)
    if ast.unparse(tree.slice) == REPETITION and parse(count.text).text == f"len({listed})":
        return Dim.atom(f"{listed}[-1]")
    return None


def _closed_form(rest: Dim, fresh: Dim) -> Callable[[Dim, Dim], Dim] | None:
    """(what enters, how many repetitions) -> what leaves the last of them."""
    step = rest - fresh
    if not _varies(step):
        return lambda start, times: start + step * times
    if rest.terms is not None and len(rest.terms) == 1:
        ((monomial, scale),) = rest.terms.items()
        if monomial.count(fresh.text) == 1:
            others = list(monomial)
            others.remove(fresh.text)
            factor = Dim(None, {tuple(others): scale}) if others else Dim(scale)
            if not _varies(factor):
                return lambda start, times: start * power(factor, times)
    divided = _divisor(rest.text, fresh.text)
    if divided is None:
        return None
    divisor, rounds_up = divided

    def shrunk(start: Dim, times: Dim) -> Dim:
        by = power(Dim(divisor), times)
        return (start - 1) // by + 1 if rounds_up else start // by

    return shrunk


def _varies(dim: Dim) -> bool:
    """True if it is not the same number in every repetition."""
    return any(name == REPETITION or name.startswith(FRESH) for name in dim.names)


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
def _divisor(text: str, fresh: str) -> tuple[int, bool] | None:
    """(c, False) for ``_ // c``, (c, True) for ``(_ - 1) // c + 1``."""
    plain = text.replace(" ", "")
    if plain.startswith(f"{fresh}//") and plain[len(fresh) + 2 :].isdigit():
        return int(plain[len(fresh) + 2 :]), False
    head = f"({fresh}-1)//"
    if plain.startswith(head) and plain.endswith("+1") and plain[len(head) : -2].isdigit():
        return int(plain[len(head) : -2]), True
    return None
