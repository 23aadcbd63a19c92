"""Comparisons of two tensors along one dimension."""

from __future__ import annotations

from nnstudio.catalog.rules.axes import demand, one_axis, switch
from nnstudio.catalog.rules.broadcast import broadcast
from nnstudio.catalog.rules.cost import cost, per_sample
from nnstudio.catalog.use import Use
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import Tensor


def _common(use: Use) -> tuple[Dim, ...]:
    first, second = use.inputs["x1"], use.inputs["x2"]
    demand(use, first, "float")
    demand(use, second, "float")
    return broadcast(use, [first.shape, second.shape])


def _pairs(use: Use) -> int:
    """Pairs of elements of one sample."""
    return per_sample(broadcast(use, [use.inputs[port].shape for port in ("x1", "x2")]))


cosine_cost = cost(flops=lambda use, out: 6 * _pairs(use))
"""Three sums of products: of the two vectors, and of each with itself."""

distance_cost = cost(flops=lambda use, out: 2 * _pairs(use))
"""One power and one sum for each pair."""


def cosine_similarity(use: Use) -> Tensor:
    """The common shape without dimension `dim`."""
    shape = _common(use)
    place = one_axis(use, "dim", use.literal("dim"), len(shape))
    return Tensor((*shape[:place], *shape[place + 1 :]))


def pairwise_distance(use: Use) -> Tensor:
    """The common shape without the last dimension, or with 1 there."""
    shape = _common(use)
    if not shape:
        use.fail("expects at least 1 dimension, received a scalar")
    last = (Dim(1),) if switch(use, "keepdim") else ()
    return Tensor((*shape[:-1], *last))
