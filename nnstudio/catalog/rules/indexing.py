"""Operations that take elements out: one index, a range, a table of indexes."""

from __future__ import annotations

from nnstudio.catalog.rules.axes import axis, demand
from nnstudio.catalog.use import Use
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import Tensor


def _replaced(x: Tensor, place: int, *sizes: Dim) -> Tensor:
    return Tensor((*x.shape[:place], *sizes, *x.shape[place + 1 :]), x.dtype)


def select(use: Use) -> Tensor:
    """One index of dimension `dim`, which goes away."""
    place = axis(use, "dim", use.x.rank)
    index, size = use.dim("index").value, use.x.shape[place]
    if index is not None and size.value is not None and not -size.value <= index < size.value:
        use.fail(
            f"index {index} lies outside dimension {place}, which has {size.label}", param="index"
        )
    return _replaced(use.x, place)


def _bound(use: Use, name: str, size: Dim) -> Dim:
    """A bound of a slice; a literal below 0 counts from the end."""
    bound = use.dim(name)
    if bound.is_constant and bound.value is not None and bound.value < 0:
        bound = size + bound
    if bound.value is not None and size.value is not None and not 0 <= bound.value <= size.value:
        use.fail(
            f"'{name}' {use.dim(name).label} lies outside the {size.label} elements", param=name
        )
    return bound


def cut(use: Use) -> Tensor:
    """The elements from `start` up to but not including `end`, each `step`-th of them."""
    place = axis(use, "dim", use.x.rank)
    size = use.x.shape[place]
    start = Dim(0) if use.absent("start") else _bound(use, "start", size)
    end = size if use.absent("end") else _bound(use, "end", size)
    step = use.dim("step")
    use.at_least("step", step, 1)
    length = end - start
    if length.value is not None and length.value < 1:
        use.fail(f"nothing is left between {start.label} and {end.label}", param="end")
    return _replaced(use.x, place, length if step.same(Dim(1)) else (length - 1) // step + 1)


def gather(use: Use) -> Tensor:
    """The shape of `index`, which holds places along `dim`."""
    x, index = use.inputs["input"], use.inputs["index"]
    place = axis(use, "dim", x.rank)
    demand(use, index, "int")
    use.rank(index, x.rank, layout="on index, like the input")
    places_fit(use, x, index, place)
    return Tensor(index.shape, x.dtype)


def places_fit(use: Use, x: Tensor, index: Tensor, place: int) -> None:
    """Refuse an index that is larger than `x` in another dimension than `place`."""
    for k, (own, taken) in enumerate(zip(x.shape, index.shape, strict=True)):
        known = own.value is not None and taken.value is not None
        if k != place and known and taken.value > own.value:  # type: ignore[operator]
            use.fail(f"index has {taken.label} in dimension {k}, the input only {own.label}")


def index_select(use: Use) -> Tensor:
    """Rows by a list of whole numbers: dimension `dim` becomes as long as the list."""
    x, index = use.inputs["input"], use.inputs["index"]
    place = axis(use, "dim", x.rank)
    demand(use, index, "int")
    use.rank(index, 1, layout="(count) on index")
    return _replaced(x, place, index.shape[0])


def chosen(use: Use) -> Tensor:
    """input[index]: the first dimension is looked up by whole numbers of any shape."""
    x, index = use.inputs["input"], use.inputs["index"]
    demand(use, index, "int")
    if x.rank == 0:
        use.fail("expects at least 1 dimension, received a scalar")
    return Tensor((*index.shape, *x.shape[1:]), x.dtype)


def chunk(use: Use) -> tuple[Tensor, ...]:
    """`chunks` equal parts along `dim`."""
    place = axis(use, "dim", use.x.rank)
    count = use.literal("chunks")
    if not isinstance(count, int) or count < 1:
        use.fail(f"'chunks' expects a whole number of at least 1, received {count}", param="chunks")
    size = use.x.shape[place]
    if size.value is not None and size.value % count:
        use.fail(
            f"dimension {place} must be divisible into {count} equal parts, "
            f"the input has {size.label}",
            param="chunks",
        )
    return (_replaced(use.x, place, size // Dim(count)),) * count


def split(use: Use) -> tuple[Tensor, ...]:
    """Parts of the sizes listed, along `dim`."""
    place = axis(use, "dim", use.x.rank)
    sizes = use.ints("split_size")
    total = sum(sizes, Dim(0))
    use.same_size(
        use.x.shape[place], total, f"dimension {place} has {{}}, the parts add up to {{}}"
    )
    return tuple(_replaced(use.x, place, size) for size in sizes)
