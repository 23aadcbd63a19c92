"""Counting trainable parameters and operations: known numbers or None, never a guess.

Here: what the cost formulas of all families share. A formula is written as if every number were
known; one that is not known ends it, and the cost is None.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from nnstudio.catalog.layer import Cost
from nnstudio.catalog.use import Use
from nnstudio.symbols.dimension import BATCH_NAMES, Dim
from nnstudio.symbols.symbolic import substitute
from nnstudio.symbols.tensor import Tensor

Outputs = tuple[Tensor, ...]
Count = Callable[[Use, Outputs], int]


class UnknownError(Exception):
    """A number that a formula needs is not known."""


_no_batch: ContextVar[bool] = ContextVar("no_batch", default=False)


@contextmanager
def without_batch() -> Iterator[None]:
    """Nothing counted inside has a batch: a model that is given nothing computes once."""
    token = _no_batch.set(True)
    try:
        yield
    finally:
        _no_batch.reset(token)


def number(dim: Dim) -> int:
    """The number of a dimension. Raises `UnknownError`."""
    if dim.value is None:
        raise UnknownError
    return dim.value


def size(use: Use, name: str) -> int:
    """The number of a whole-number parameter. Raises `UnknownError`."""
    return number(use.dim(name))


def enabled(use: Use, name: str) -> bool:
    """The truth of a boolean parameter. Raises `UnknownError`."""
    value = use.value(name)
    if value is None:
        raise UnknownError
    return bool(value)


def per_sample(dims: Iterable[Dim]) -> int:
    """The product of `dims` for one sample. Raises `UnknownError`.

    The batch counts once: it is the dimension that speaks of it, wherever it stands, or else the
    first. ``12 * N`` counts 12. Inside of `without_batch` all dimensions count.
    """
    sizes = list(dims)
    if _no_batch.get():
        return math.prod(map(number, sizes))
    named = [dim.names & BATCH_NAMES for dim in sizes]
    total = 1
    for axis, (dim, batch) in enumerate(zip(sizes, named, strict=True)):
        if batch:
            total *= number(substitute(dim, dict.fromkeys(batch, Dim(1))))
        elif axis > 0 or any(named):
            total *= number(dim)
    return total


def nothing(use: Use, outputs: Outputs) -> int:
    """No trainable parameters, no counted operations."""
    return 0


def cost(parameters: Count = nothing, flops: Count = nothing) -> Cost:
    """The two counts of one layer, each None where it rests on an unknown number."""

    def counted(use: Use, outputs: Outputs) -> tuple[int | None, int | None]:
        return _known(parameters, use, outputs), _known(flops, use, outputs)

    return counted


def _known(count: Count, use: Use, outputs: Outputs) -> int | None:
    try:
        return count(use, outputs)
    except UnknownError:
        return None
