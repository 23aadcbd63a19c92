"""Products that a requirement makes whole: with ``a % b == 0``, ``a // b * b`` is ``a``.

The facts are those of the block whose formulas are made; `exact_products` sets them for a while.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

Facts = Mapping[tuple[str, str], str]
"""(quotient, divisor) -> whole, as texts of factors."""

NO_FACTS: Facts = {}

_present: ContextVar[Facts] = ContextVar("facts", default=NO_FACTS)


@contextmanager
def exact_products(facts: Facts) -> Iterator[None]:
    """Formulas made inside use `facts` and no others."""
    token = _present.set(facts)
    try:
        yield
    finally:
        _present.reset(token)


present = _present.get
"""The facts that hold now."""


def simplified(left: tuple[str, ...], right: tuple[str, ...], facts: Facts) -> tuple[str, ...]:
    """The factors of a product, a quotient and its divisor replaced by what was divided."""
    atoms = [*left, *right]
    for one in left:
        for other in right:
            whole = facts.get((one, other)) or facts.get((other, one))
            if whole is not None and one in atoms and other in atoms:
                atoms.remove(one)
                atoms.remove(other)
                atoms.append(whole)
    return tuple(atoms)
