"""Operations that arrange the same elements anew."""

from __future__ import annotations

from nnstudio.catalog.layer import Rule
from nnstudio.catalog.rules.axes import axes, axis, matrices, one_axis
from nnstudio.catalog.use import Use
from nnstudio.symbols.dimension import Dim, product
from nnstudio.symbols.tensor import Tensor


def flatten(use: Use) -> Tensor:
    """Dimensions start_dim to end_dim become one."""
    x = use.x
    if x.rank == 0:
        use.fail("expects at least 1 dimension, received a scalar")
    start, end = axis(use, "start_dim", x.rank), axis(use, "end_dim", x.rank)
    if start > end:
        use.fail(
            f"'start_dim' must not come after 'end_dim', received {start} and {end}",
            param="start_dim",
        )
    return Tensor(
        (*x.shape[:start], product(x.shape[start : end + 1]), *x.shape[end + 1 :]), x.dtype
    )


def arranged(
    use: Use, name: str, dims: tuple[Dim, ...], wanted: tuple[Dim, ...]
) -> tuple[Dim, ...]:
    """`wanted` with a literal -1 filled in so that it holds as many elements as `dims`."""
    open_places = [k for k, dim in enumerate(wanted) if dim.is_constant and dim.value == -1]
    if len(open_places) > 1:
        use.fail(f"'{name}' may hold -1 only once", param=name)
    for dim in wanted:
        if dim.value is not None and dim.value < 1 and not dim.same(Dim(-1)):
            use.fail(
                f"'{name}' expects sizes of at least 1 or -1, received {dim.label}", param=name
            )
    old, new = list(dims), [dim for dim in wanted if not dim.same(Dim(-1))]
    for dim in list(new):
        same = next((k for k, other in enumerate(old) if other.same(dim)), None)
        if same is not None:
            del old[same]
            new.remove(dim)
    have, asked = product(old), product(new)
    shape = list(wanted)
    if open_places:
        if have.value is not None and asked.value and have.value % asked.value:
            _misfit(use, name, dims, wanted)
        shape[open_places[0]] = have // asked
    elif have.differs(asked):
        _misfit(use, name, dims, wanted)
    return tuple(shape)


def _misfit(use: Use, name: str, dims: tuple[Dim, ...], wanted: tuple[Dim, ...]) -> None:
    use.fail(
        f"cannot arrange {Tensor(dims).label} as {Tensor(wanted).label}: "
        "the numbers of elements differ",
        param=name,
    )


def reshape(use: Use) -> Tensor:
    """Any shape -> `shape`, with as many elements."""
    return Tensor(arranged(use, "shape", use.x.shape, use.ints("shape")), use.x.dtype)


def unflatten(name: str) -> Rule:
    """One dimension becomes several, whose product it is; `name` holds their sizes."""

    def rule(use: Use) -> Tensor:
        x = use.x
        place = axis(use, "dim", x.rank)
        inner = arranged(use, name, (x.shape[place],), use.ints(name))
        return Tensor((*x.shape[:place], *inner, *x.shape[place + 1 :]), x.dtype)

    return rule


def permute(use: Use) -> Tensor:
    """The dimensions in the order of `dims`."""
    order = axes(use, "dims", use.x.rank)
    if len(order) != use.x.rank:
        use.fail(f"'dims' expects all {use.x.rank} dimensions, received {len(order)}", param="dims")
    return Tensor(tuple(use.x.shape[k] for k in order), use.x.dtype)


def transpose(use: Use) -> Tensor:
    """Two dimensions change places."""
    shape = list(use.x.shape)
    a, b = axis(use, "dim0", use.x.rank), axis(use, "dim1", use.x.rank)
    shape[a], shape[b] = shape[b], shape[a]
    return Tensor(tuple(shape), use.x.dtype)


def squeeze(use: Use) -> Tensor:
    """Dimension `dim`, which must be 1, goes away."""
    place = axis(use, "dim", use.x.rank)
    size = use.x.shape[place]
    if size.value is not None and size.value != 1:
        use.fail(
            f"dimension {place} must be 1 to be removed, the input has {size.label}", param="dim"
        )
    return Tensor((*use.x.shape[:place], *use.x.shape[place + 1 :]), use.x.dtype)


def unsqueeze(use: Use) -> Tensor:
    """A new dimension of 1 at `dim`."""
    place = one_axis(use, "dim", use.literal("dim"), use.x.rank + 1)
    return Tensor((*use.x.shape[:place], Dim(1), *use.x.shape[place:]), use.x.dtype)


def expand(use: Use) -> Tensor:
    """Dimensions of 1 are repeated (without copying) to `sizes`; -1 keeps a size."""
    x, sizes = use.x, use.ints("sizes")
    added = len(sizes) - x.rank
    if added < 0:
        use.fail(f"'sizes' expects at least {x.rank} values, received {len(sizes)}", param="sizes")
    shape: list[Dim] = []
    for k, wanted in enumerate(sizes):
        own = x.shape[k - added] if k >= added else Dim(1)
        if wanted.same(Dim(-1)):
            if k < added:
                use.fail("-1 can only keep a size that the input has", param="sizes")
            shape.append(own)
        elif own.same(Dim(1)) or not own.differs(wanted):
            shape.append(wanted)
        else:
            use.fail(
                f"only a dimension of 1 can be expanded: dimension {k - added} has {own.label}, "
                f"received {wanted.label}",
                param="sizes",
            )
    return Tensor(tuple(shape), x.dtype)


def repeat(use: Use) -> Tensor:
    """Each dimension `repeats[k]` times one after the other (with copying)."""
    x, repeats = use.x, use.ints("repeats")
    if len(repeats) < x.rank:
        use.fail(
            f"'repeats' expects at least {x.rank} values, received {len(repeats)}", param="repeats"
        )
    for times in repeats:
        use.at_least("repeats", times, 1)
    own = (Dim(1),) * (len(repeats) - x.rank) + x.shape
    return Tensor(tuple(a * b for a, b in zip(own, repeats, strict=True)), x.dtype)


def roll(use: Use) -> Tensor:
    """The same shape; as many shifts as dimensions."""
    places, shifts = axes(use, "dims", use.x.rank), use.ints("shifts")
    if len(places) != len(shifts):
        use.fail(
            f"'shifts' expects one value for each of {len(places)} dimensions, "
            f"received {len(shifts)}",
            param="shifts",
        )
    return use.x


def flip(use: Use) -> Tensor:
    """The same shape."""
    axes(use, "dims", use.x.rank)
    return use.x


def triangle(use: Use) -> Tensor:
    """The same shape, for matrices in the last two dimensions."""
    matrices(use, use.x)
    return use.x


def repeat_interleave(use: Use) -> Tensor:
    """Every element of dimension `dim` `repeats` times in a row."""
    place, times = axis(use, "dim", use.x.rank), use.dim("repeats")
    use.at_least("repeats", times, 1)
    shape = use.x.shape
    return Tensor((*shape[:place], shape[place] * times, *shape[place + 1 :]), use.x.dtype)


def moved(use: Use) -> Tensor:
    """Dimension `source` stands at `destination`, the others keep their order."""
    shape = list(use.x.shape)
    size = shape.pop(axis(use, "source", use.x.rank))
    shape.insert(axis(use, "destination", use.x.rank), size)
    return Tensor(tuple(shape), use.x.dtype)


def taken_apart(use: Use) -> tuple[Tensor, ...]:
    """Dimension `dim` goes away; one tensor for each of its `count` elements."""
    place, count = axis(use, "dim", use.x.rank), use.literal("count")
    if not isinstance(count, int) or count < 1:
        use.fail(f"'count' expects a whole number of at least 1, received {count}", param="count")
    size = use.x.shape[place]
    use.same_size(Dim(count), size, f"dimension {place} must have {{}} elements, it has {{}}")
    part = Tensor((*use.x.shape[:place], *use.x.shape[place + 1 :]), use.x.dtype)
    return (part,) * count
