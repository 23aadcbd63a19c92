"""Operations that write rows or elements into a copy of a tensor, where whole numbers say."""

from __future__ import annotations

from nnstudio.catalog.rules.axes import axis, demand, equal_sizes
from nnstudio.catalog.rules.indexing import places_fit
from nnstudio.catalog.use import Use
from nnstudio.symbols.tensor import Tensor


def _source(use: Use) -> tuple[Tensor, Tensor, Tensor]:
    x, index, source = (use.inputs[port] for port in ("input", "index", "src"))
    demand(use, index, "int")
    demand(use, source, x.dtype)
    return x, index, source


def scatter(use: Use) -> Tensor:
    """The input's shape; every element of `src` goes where `index` says along `dim`."""
    x, index, source = _source(use)
    place = axis(use, "dim", x.rank)
    use.rank(index, x.rank, layout="on index, like the input")
    # a smaller index is taken by torch, but then there is no gradient for src
    equal_sizes(use, index, source, "src must have the shape of index")
    places_fit(use, x, index, place)
    return x


def by_rows(use: Use) -> Tensor:
    """The input's shape; slices of `src` along `dim` go to the places in the list `index`."""
    x, index, source = _source(use)
    place = axis(use, "dim", x.rank)
    use.rank(index, 1, layout="(count) on index")
    use.rank(source, x.rank, layout="on src, like the input")
    for k, (own, given) in enumerate(zip(x.shape, source.shape, strict=True)):
        expected = index.shape[0] if k == place else own
        use.same_size(expected, given, f"src must have {{}} in dimension {k}, it has {{}}")
    return x


def filled_rows(use: Use) -> Tensor:
    """The input's shape; a number stands in the slices of the list `index`."""
    axis(use, "dim", use.x.rank)
    demand(use, use.inputs["index"], "int")
    use.rank(use.inputs["index"], 1, layout="(count) on index")
    return use.x
