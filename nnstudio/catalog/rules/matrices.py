"""Square matrices in the last two dimensions."""

from __future__ import annotations

from nnstudio.catalog.rules import operations
from nnstudio.catalog.rules.axes import demand, square_matrices
from nnstudio.catalog.rules.broadcast import broadcast
from nnstudio.catalog.rules.cost import cost, number, per_sample
from nnstudio.catalog.use import Use
from nnstudio.symbols.tensor import Tensor


def _square(use: Use, x: Tensor) -> Tensor:
    demand(use, x, "float")
    square_matrices(use, x)
    return x


def _count(use: Use) -> tuple[int, int]:
    """Matrices of a sample, and their size."""
    return per_sample(use.x.shape[:-2]), number(use.x.shape[-1])


inverse_cost = cost(flops=lambda use, _: operations.inverted(*_count(use)))
determinant_cost = cost(flops=lambda use, _: operations.factorised(*_count(use)))
solution_cost = cost(
    flops=lambda use, _: operations.solved(*_count(use), number(use.inputs["other"].shape[-1]))
)


def square(use: Use) -> Tensor:
    """(*, n, n) -> the same shape."""
    return _square(use, use.x)


def one_number(use: Use) -> Tensor:
    """(*, n, n) -> (*)."""
    return Tensor(_square(use, use.x).shape[:-2])


def sign_and_logarithm(use: Use) -> tuple[Tensor, ...]:
    """(*, n, n) -> (*) twice."""
    return (one_number(use),) * 2


def solved(use: Use) -> Tensor:
    """(*, n, n) and (*, n, k) -> (*, n, k)."""
    matrix, right = _square(use, use.inputs["input"]), use.inputs["other"]
    demand(use, right, "float")
    if right.rank < 2 or right.rank != matrix.rank:
        use.fail(f"expects {matrix.rank} dimensions on other, received {right.rank}")
    use.same_size(matrix.shape[-1], right.shape[-2], "the matrix has {} columns, other has {} rows")
    batch = broadcast(use, [matrix.shape[:-2], right.shape[:-2]])
    return Tensor((*batch, *right.shape[-2:]))
