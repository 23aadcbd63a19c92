"""Operations that sum up dimensions or find places in them."""

from __future__ import annotations

from nnstudio.catalog.layer import Rule
from nnstudio.catalog.rules.axes import axes, axis, demand, switch
from nnstudio.catalog.use import Use
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import DType, Tensor


def _reduced(use: Use, places: tuple[int, ...], dtype: DType) -> Tensor:
    keep = switch(use, "keepdim")
    shape = [
        Dim(1) if k in places else dim
        for k, dim in enumerate(use.x.shape)
        if keep or k not in places
    ]
    return Tensor(tuple(shape), dtype)


def reduction(dtype: DType | None = None, *, floats: bool = False) -> Rule:
    """The dimensions `dim` (None: all) are summed up; `keepdim` leaves 1 in their place."""

    def rule(use: Use) -> Tensor:
        if floats:
            demand(use, use.x, "float")
        own: DType = "int" if use.x.dtype == "bool" else use.x.dtype
        return _reduced(use, axes(use, "dim", use.x.rank), dtype or own)

    return rule


def extreme(use: Use) -> Tensor:
    """amax, amin: the dtype stays."""
    return _reduced(use, axes(use, "dim", use.x.rank), use.x.dtype)


def position(use: Use) -> Tensor:
    """argmax, argmin: whole numbers in place of dimension `dim`."""
    return _reduced(use, (axis(use, "dim", use.x.rank),), "int")


def accumulated(use: Use) -> Tensor:
    """cumsum: the same shape."""
    axis(use, "dim", use.x.rank)
    return Tensor(use.x.shape, "int" if use.x.dtype == "bool" else use.x.dtype)


def best(use: Use) -> tuple[Tensor, ...]:
    """topk: the `k` largest values along `dim`, and where they stood."""
    x = use.x
    place = axis(use, "dim", x.rank)
    count = use.dim("k")
    use.at_least("k", count, 1)
    size = x.shape[place]
    use.at_most("k", count, size)
    shape = (*x.shape[:place], count, *x.shape[place + 1 :])
    return Tensor(shape, x.dtype), Tensor(shape, "int")
