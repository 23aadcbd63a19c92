"""Layers that keep the shape: activations, dropout, softmax."""

from __future__ import annotations

from nnstudio.catalog.layer import Rule
from nnstudio.catalog.rules.axes import axis, demand
from nnstudio.catalog.use import Use
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import DType, Tensor


def unchanged(use: Use) -> Tensor:
    """Any tensor -> the same shape and dtype."""
    return use.x


def elementwise(use: Use) -> Tensor:
    """A floating-point tensor of any shape -> the same shape."""
    demand(use, use.x, "float")
    return use.x


def to_dtype(dtype: DType) -> Rule:
    """Any tensor -> the same shape with another dtype."""

    def rule(use: Use) -> Tensor:
        return Tensor(use.x.shape, dtype)

    return rule


def along(name: str) -> Rule:
    """The same shape, computed along the dimension that the parameter `name` tells."""

    def rule(use: Use) -> Tensor:
        axis(use, name, use.x.rank)
        return elementwise(use)

    return rule


def of_rank(*ranks: int, layout: str = "") -> Rule:
    """The same shape, for inputs with one of these numbers of dimensions."""

    def rule(use: Use) -> Tensor:
        use.rank(use.x, *ranks, layout=layout)
        return elementwise(use)

    return rule


def halved(name: str) -> Rule:
    """The dimension that `name` tells -> half of it (gated units)."""

    def rule(use: Use) -> Tensor:
        place = axis(use, name, use.x.rank)
        size = use.x.shape[place]
        if size.value is not None and size.value % 2:
            use.fail(f"expects an even size in dimension {place}, the input has {size.label}")
        shape = list(use.x.shape)
        shape[place] = size // Dim(2)
        return elementwise(Use({"input": Tensor(tuple(shape), use.x.dtype)}, use.params))

    return rule
