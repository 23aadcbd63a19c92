"""Numbers drawn at random, from probabilities that the input gives."""

from __future__ import annotations

from nnstudio.catalog.rules.axes import demand
from nnstudio.catalog.use import Use
from nnstudio.symbols.tensor import Tensor


def multinomial(use: Use) -> Tensor:
    """(*, classes) weights with at most two dimensions -> (*, num_samples) classes."""
    use.rank(use.x, 1, 2, layout="(batch, classes)")
    demand(use, use.x, "float")
    count, classes = use.dim("num_samples"), use.x.shape[-1]
    use.at_least("num_samples", count, 1)
    if use.value("replacement") is False:
        use.at_most("num_samples", count, classes, " where none is drawn twice")
    return Tensor((*use.x.shape[:-1], count), "int")
