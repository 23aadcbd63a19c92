"""Which dimension and which kind of numbers: the checks that many rules begin with."""

from __future__ import annotations

from nnstudio.catalog.use import Use
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import DType, Tensor

KIND_OF_NUMBERS: dict[DType, str] = {
    "float": "floating-point numbers",
    "int": "whole numbers",
    "bool": "truth values",
}
_ORDER: tuple[DType, ...] = ("bool", "int", "float")


def demand(use: Use, tensor: Tensor, *allowed: DType) -> None:
    """Refuse a tensor of another dtype."""
    if tensor.dtype not in allowed:
        wanted = " or ".join(KIND_OF_NUMBERS[dtype] for dtype in allowed)
        use.fail(f"expects {wanted}, received {KIND_OF_NUMBERS[tensor.dtype]}")


def promoted(*tensors: Tensor) -> DType:
    """The dtype of a result computed from `tensors`: bool < int < float."""
    return _ORDER[max(_ORDER.index(tensor.dtype) for tensor in tensors)]


def one_axis(use: Use, name: str, index: object, rank: int) -> int:
    """`index` counted from the front; refused if there is no such dimension."""
    if not isinstance(index, int) or isinstance(index, bool):
        use.fail(f"'{name}' expects the number of a dimension, received {index!r}", param=name)
    if not -rank <= index < rank:
        there = f"{-rank} to {rank - 1}" if rank else "none"
        use.fail(
            f"'{name}' expects one of the {rank} dimensions ({there}), received {index}", param=name
        )
    return index % rank


def axis(use: Use, name: str, rank: int) -> int:
    """A structural parameter that names one dimension, counted from the front."""
    return one_axis(use, name, use.literal(name), rank)


def axes(use: Use, name: str, rank: int) -> tuple[int, ...]:
    """A structural parameter that names one or several dimensions; None means all of them."""
    chosen = use.literal(name)
    if chosen is None:
        return tuple(range(rank))
    several = chosen if isinstance(chosen, list) else [chosen]
    found = tuple(one_axis(use, name, index, rank) for index in several)
    if len(set(found)) != len(found):
        use.fail(f"'{name}' names a dimension twice", param=name)
    return found


def switch(use: Use, name: str) -> bool:
    """A structural boolean: it decides the layout, so it must be written as True or False."""
    return bool(use.literal(name))


def equal_sizes(use: Use, expected: Tensor, received: Tensor, what: str) -> None:
    """Refuse `received` if a size cannot be that of `expected`, or the rank is another."""
    shapes = zip(expected.shape, received.shape, strict=False)
    if expected.rank != received.rank or any(a.clashes(b) for a, b in shapes):
        use.fail(f"{what} expects {expected.label}, received {received.label}")


def matrices(use: Use, x: Tensor) -> None:
    """Refuse what has no rows and columns as its last two dimensions."""
    if x.rank < 2:
        use.fail(f"expects matrices, received {x.rank} dimensions ({x.label})")


def square_matrices(use: Use, x: Tensor) -> None:
    """Refuse matrices that have another number of rows than of columns."""
    matrices(use, x)
    use.same_size(x.shape[-2], x.shape[-1], "expects square matrices, received {} rows, {} columns")


def ones(count: int) -> tuple[Dim, ...]:
    """`count` times 1."""
    return (Dim(1),) * count
