"""Sampling pictures at other places, and distances and products of vectors."""

from __future__ import annotations

from nnstudio.catalog.rules.axes import axis, demand, square_matrices
from nnstudio.catalog.rules.broadcast import broadcast
from nnstudio.catalog.rules.cost import Outputs, cost, number, per_sample
from nnstudio.catalog.use import Use
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import Tensor


def grid_sample(use: Use) -> Tensor:
    """(N, C, H, W) at the places (N, h, w, 2), or (N, C, D, H, W) at (N, d, h, w, 3)."""
    x, grid = use.inputs["input"], use.inputs["grid"]
    use.rank(x, 4, 5, layout="(batch, channels, height, width) or with depth")
    use.rank(grid, x.rank, layout="on grid, as the input")
    demand(use, x, "float")
    demand(use, grid, "float")
    use.same_size(x.shape[0], grid.shape[0], "the input has {} samples, grid has {}")
    axes = x.rank - 2
    use.same_size(Dim(axes), grid.shape[-1], "a place needs {} numbers, grid gives {}")
    if axes == 3 and use.value("mode") == "bicubic":
        use.fail("bicubic needs pictures, received volumes", param="mode")
    return Tensor((*x.shape[:2], *grid.shape[1:-1]))


def affine_grid(use: Use) -> Tensor:
    """(N, 2, 3) matrices and a size (N, C, H, W) -> (N, H, W, 2); with depth (N, 3, 4)."""
    theta, size = use.x, use.ints("size")
    use.rank(theta, 3, layout="(batch, 2, 3) or (batch, 3, 4)")
    demand(use, theta, "float")
    axes = len(size) - 2
    if axes not in (2, 3):
        use.fail(f"'size' expects 4 or 5 numbers, received {len(size)}", param="size")
    use.same_size(Dim(axes), theta.shape[1], "matrices of {} rows are needed, received {}")
    use.same_size(Dim(axes + 1), theta.shape[2], "matrices of {} columns are needed, received {}")
    use.same_size(theta.shape[0], size[0], "theta has {} samples, 'size' says {}")
    return Tensor((theta.shape[0], *size[2:], Dim(axes)))


def _made_grid(use: Use, outputs: Outputs) -> int:
    axes = outputs[0].rank - 2
    return 2 * (axes + 1) * per_sample(outputs[0].shape)


grid_cost = cost(flops=_made_grid)
"""Each number of a place is a row of the matrix times the place it came from, and 1."""


def pairs(use: Use) -> Tensor:
    """(*, n, d) and (*, m, d) -> (*, n, m): one number for each pair of rows."""
    first, second = use.inputs["x1"], use.inputs["x2"]
    for tensor in (first, second):
        demand(use, tensor, "float")
        if tensor.rank < 2:
            use.fail(f"expects rows of vectors, received {tensor.rank} dimensions ({tensor.label})")
    use.same_size(first.shape[-1], second.shape[-1], "the vectors have {} and {} numbers")
    batch = broadcast(use, [first.shape[:-2], second.shape[:-2]])
    return Tensor((*batch, first.shape[-2], second.shape[-2]))


def _pairs(use: Use, outputs: Outputs) -> int:
    return 2 * per_sample(outputs[0].shape) * number(use.x.shape[-1])


pairs_cost = cost(flops=_pairs)
"""A power and a sum for each pair and number."""

_TAPS = {"bilinear": 2, "bicubic": 4}


def _sampled(use: Use, outputs: Outputs) -> int:
    taps: int = _TAPS.get(use.value("mode"), 0) ** (outputs[0].rank - 2)
    return 2 * taps * per_sample(outputs[0].shape)


sampling_cost = cost(flops=_sampled)
"""Each value is a sum of its neighbours, each with a factor."""


def outer(use: Use) -> Tensor:
    """Two vectors n and m -> (n, m)."""
    first, second = use.inputs["input"], use.inputs["vec2"]
    for tensor in (first, second):
        use.rank(tensor, 1, layout="(a vector)")
        demand(use, tensor, "float")
    return Tensor((first.shape[0], second.shape[0]))


def cross(use: Use) -> Tensor:
    """Vectors of 3 numbers along `dim`, of broadcastable shapes."""
    first, second = use.inputs["input"], use.inputs["other"]
    for tensor in (first, second):
        demand(use, tensor, "float")
    if first.rank != second.rank:
        use.fail(f"the operands have {first.rank} and {second.rank} dimensions")
    place = axis(use, "dim", first.rank)
    for tensor in (first, second):
        use.same_size(Dim(3), tensor.shape[place], f"dimension {place} must have {{}}, it has {{}}")
    return Tensor(broadcast(use, [first.shape, second.shape]))


def diagonal(use: Use) -> Tensor:
    """A square matrix (*, n, n) -> its diagonal (*, n)."""
    square_matrices(use, use.x)
    return Tensor(use.x.shape[:-1], use.x.dtype)


def diagonal_matrix(use: Use) -> Tensor:
    """(*, n) -> (*, n, n)."""
    if use.x.rank < 1:
        use.fail("expects at least 1 dimension, received a scalar")
    return Tensor((*use.x.shape, use.x.shape[-1]), use.x.dtype)
