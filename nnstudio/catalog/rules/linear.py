"""Linear maps of the last dimension, and tables looked up by whole numbers."""

from __future__ import annotations

from nnstudio.catalog.rules.axes import demand, equal_sizes
from nnstudio.catalog.rules.cost import (
    Outputs,
    UnknownError,
    cost,
    enabled,
    number,
    per_sample,
    size,
)
from nnstudio.catalog.use import ParamFix, Use
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
    lambda use, out: _linear_weights(use, out) + size(use, "out_features") * enabled(use, "bias"),
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


def bilinear(use: Use) -> Tensor:
    """(*, in1_features) and (*, in2_features) -> (*, out_features)."""
    first, second = use.inputs["input1"], use.inputs["input2"]
    for tensor in (first, second):
        demand(use, tensor, "float")
        if tensor.rank == 0:
            use.fail("expects at least 1 dimension, received a scalar")
    equal_sizes(use, Tensor(first.shape[:-1]), Tensor(second.shape[:-1]), "input2 before features")
    use.auto("in1_features", first.shape[-1], "features on input1")
    use.auto("in2_features", second.shape[-1], "features on input2")
    use.at_least("out_features", use.dim("out_features"), 1)
    return Tensor((*first.shape[:-1], use.dim("out_features")))


def _bilinear_parameters(use: Use, outputs: Outputs) -> int:
    first, second = (number(use.inputs[port].shape[-1]) for port in ("input1", "input2"))
    return size(use, "out_features") * (first * second + enabled(use, "bias"))


def _bilinear_flops(use: Use, outputs: Outputs) -> int:
    """input1 times the weight of each output, and the product of that with input2."""
    first, second = use.inputs["input1"], use.inputs["input2"]
    forms = size(use, "out_features") * number(second.shape[-1])
    return 2 * forms * (number(first.shape[-1]) + 1) * per_sample(first.shape[:-1])


bilinear_cost = cost(_bilinear_parameters, _bilinear_flops)


def _bag_flops(use: Use, outputs: Outputs) -> int:
    """A bag is a sum, so no products, unless each row of it has a weight."""
    weights = use.inputs.get("per_sample_weights")
    if weights is None:
        return 0
    if weights.rank < 2:
        raise UnknownError  # bags of any length, told by offsets
    return 2 * number(weights.shape[1]) * size(use, "embedding_dim")


embedding_bag_cost = cost(
    lambda use, out: size(use, "num_embeddings") * size(use, "embedding_dim"), _bag_flops
)


def embedding_bag(use: Use) -> Tensor:
    """Bags of whole numbers -> one vector each: (N, L), or (total) with offsets (bags)."""
    x, offsets = use.inputs["input"], use.inputs.get("offsets")
    demand(use, x, "int")
    use.at_least("num_embeddings", use.dim("num_embeddings"), 1)
    use.at_least("embedding_dim", use.dim("embedding_dim"), 1)
    if offsets is None:
        use.rank(x, 2, layout="(batch, bag) without offsets")
        bags = x.shape[0]
    else:
        use.rank(x, 1, layout="(indexes) with offsets")
        use.rank(offsets, 1, layout="(bags) on offsets")
        demand(use, offsets, "int")
        bags = use.either("include_last_offset", offsets.shape[0] - 1, offsets.shape[0])
    weights = use.inputs.get("per_sample_weights")
    if weights is not None:
        if use.value("mode") not in (None, "sum"):
            use.fail(
                "per_sample_weights needs mode 'sum'",
                param="mode",
                fix=ParamFix("mode", "sum", "Set mode to sum"),
            )
        equal_sizes(use, x, weights, "per_sample_weights")
    return Tensor((bags, use.dim("embedding_dim")))
