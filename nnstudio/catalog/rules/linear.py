"""Linear maps of the last dimension, and tables looked up by whole numbers."""

from __future__ import annotations

from nnstudio.catalog.rules.axes import demand
from nnstudio.catalog.rules.cost import Outputs, cost, enabled, number, per_sample, size
from nnstudio.catalog.use import Use
from nnstudio.symbols.tensor import Tensor


def linear(use: Use) -> Tensor:
    """(*, in_features) -> (*, out_features)."""
    x = use.x
    if x.rank == 0:
        use.fail("expects at least 1 dimension, received a scalar")
    demand(use, x, "float")
    use.auto("in_features", x.shape[-1], "input features")
    use.at_least("out_features", use.dim("out_features"), 1)
    return Tensor((*x.shape[:-1], use.dim("out_features")), x.dtype)


def _linear_weights(use: Use, outputs: Outputs) -> int:
    return number(use.x.shape[-1]) * size(use, "out_features")


linear_cost = cost(
    lambda use, out: (
        _linear_weights(use, out) + size(use, "out_features") * enabled(use, "bias")
    ),
    lambda use, out: 2 * _linear_weights(use, out) * per_sample(use.x.shape[:-1]),
)


def embedding(use: Use) -> Tensor:
    """(*) whole numbers below num_embeddings -> (*, embedding_dim)."""
    demand(use, use.x, "int")
    rows, width = use.dim("num_embeddings"), use.dim("embedding_dim")
    use.at_least("num_embeddings", rows, 1)
    use.at_least("embedding_dim", width, 1)
    if not use.absent("padding_idx"):
        index = use.dim("padding_idx").value
        if index is not None and rows.value is not None and not -rows.value <= index < rows.value:
            use.fail(
                f"'padding_idx' must be one of the {rows.label} rows, received {index}",
                param="padding_idx",
            )
    return Tensor((*use.x.shape, width))


embedding_cost = cost(lambda use, out: size(use, "num_embeddings") * size(use, "embedding_dim"))
