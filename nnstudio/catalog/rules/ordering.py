"""Operations that put the elements of a dimension in order, or run along it."""

from __future__ import annotations

from nnstudio.catalog.rules.axes import axis, demand, switch
from nnstudio.catalog.use import Use
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import Tensor


def ordered(use: Use) -> tuple[Tensor, ...]:
    """The same shape along `dim`, and where the elements stood."""
    axis(use, "dim", use.x.rank)
    return use.x, Tensor(use.x.shape, "int")


def places(use: Use) -> Tensor:
    """Where the elements of the ordered dimension stood."""
    return ordered(use)[1]


def running(use: Use) -> Tensor:
    """A floating-point tensor of the same shape, computed along `dim`."""
    axis(use, "dim", use.x.rank)
    demand(use, use.x, "float")
    return use.x


def one_of_each(use: Use) -> tuple[Tensor, ...]:
    """One element for each row of dimension `dim`, and where it stood."""
    place = axis(use, "dim", use.x.rank)
    keep = (Dim(1),) if switch(use, "keepdim") else ()
    shape = (*use.x.shape[:place], *keep, *use.x.shape[place + 1 :])
    return Tensor(shape, use.x.dtype), Tensor(shape, "int")


def smallest(use: Use) -> tuple[Tensor, ...]:
    """The `k`-th smallest of each row."""
    size, count = use.x.shape[axis(use, "dim", use.x.rank)], use.dim("k")
    use.at_least("k", count, 1)
    use.at_most("k", count, size)
    return one_of_each(use)


def counted(use: Use) -> Tensor:
    """How many there are along `dim`, which goes away."""
    place = axis(use, "dim", use.x.rank)
    return Tensor((*use.x.shape[:place], *use.x.shape[place + 1 :]), "int")
