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
    drawn = None not in (count.value, classes.value)
    if drawn and use.value("replacement") is False and count.value > classes.value:  # type: ignore[operator]
        use.fail(
            f"'num_samples' must be at most {classes.label} where none is drawn twice, "
            f"received {count.label}",
            param="num_samples",
        )
    return Tensor((*use.x.shape[:-1], count), "int")
