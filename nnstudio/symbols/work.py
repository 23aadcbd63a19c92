"""How much work a calculation may be, counted in steps of about a microsecond.

An expression has `MAX_STEPS` for itself. A whole analysis has an allowance for all that it does,
in whatever thread: `allowance` opens it, `spend` takes from it, and nothing is counted outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MAX_STEPS = 100_000
LOOK = 2_000
"""After so many steps it is asked whether the work is still wanted."""

Cancelled = Callable[[], bool]


class OutOfStepsError(Exception):
    """A whole calculation that would be too much work. Whoever opened the allowance says so."""


class CancelledError(Exception):
    """A calculation that is no longer wanted."""


class _Allowance:
    def __init__(self, steps: float, cancelled: Cancelled | None) -> None:
        self.steps = steps
        self.spent = 0
        self.looked = 0
        self.cancelled = cancelled

    def spend(self, steps: int) -> None:
        self.spent += steps
        if self.spent - self.looked > LOOK:
            self.looked = self.spent
            look(self.cancelled)
        if self.spent > self.steps:
            raise OutOfStepsError(f"more than {self.steps:,.0f} steps")


_present: ContextVar[_Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def allowance(steps: float, cancelled: Cancelled | None = None) -> Iterator[None]:
    """Whatever is done inside may take `steps`; raises `OutOfStepsError` or `CancelledError`."""
    token = _present.set(_Allowance(steps, cancelled))
    try:
        yield
    finally:
        _present.reset(token)


def look(cancelled: Cancelled | None) -> None:
    """Raise `CancelledError` if that is so."""
    if cancelled is not None and cancelled():
        raise CancelledError("cancelled")


def spend(steps: int) -> None:
    """Take steps from the present allowance, if there is one."""
    present = _present.get()
    if present is not None:
        present.spend(steps)
