"""Normalisation: same shape, with channels or trailing sizes that must be known by name."""

from __future__ import annotations

import math

from nnstudio.catalog.layer import Rule
from nnstudio.catalog.rules.axes import demand
from nnstudio.catalog.rules.cost import Outputs, cost, enabled, number
from nnstudio.catalog.use import ParamFix, Use
from nnstudio.symbols.dimension import product
from nnstudio.symbols.tensor import Tensor


def per_channel(*ranks: int, layout: str) -> Rule:
    """(N, num_features, ...) -> the same."""

    def rule(use: Use) -> Tensor:
        use.rank(use.x, *ranks, layout=layout)
        demand(use, use.x, "float")
        use.auto("num_features", use.x.shape[1], "channels")
        return use.x

    return rule


def per_sample_and_channel(rank: int, layout: str) -> Rule:
    """(N, num_features, ...) -> the same; the mean is taken over the places of one sample."""
    channels = per_channel(rank, layout=layout)

    def rule(use: Use) -> Tensor | tuple[Tensor, ...]:
        found = channels(use)
        if product(use.x.shape[2:]).value == 1:
            use.fail(f"expects more than one place to take a mean of, received {use.x.label}")
        return found

    return rule


def per_group(use: Use) -> Tensor:
    """(N, num_channels, ...) -> the same; channels in num_groups equal groups."""
    if use.x.rank < 2:
        use.fail(f"expects (batch, channels, ...), received {use.x.rank} dimensions")
    demand(use, use.x, "float")
    channels = use.auto("num_channels", use.x.shape[1], "channels")
    use.at_least("num_groups", use.dim("num_groups"), 1)
    use.divides("num_groups", channels, "num_channels")
    return use.x


def trailing(use: Use) -> Tensor:
    """(*, *normalized_shape) -> the same; auto is the last dimension alone."""
    x = use.x
    if x.rank == 0:
        use.fail("expects at least 1 dimension, received a scalar")
    demand(use, x, "float")
    if not use.has_value("normalized_shape"):
        use.derived["normalized_shape"] = x.shape[-1]
        return x
    shape = use.ints("normalized_shape")
    wanted = Tensor(shape)
    found = Tensor(x.shape[-len(shape) :]) if shape else Tensor(())
    if len(shape) > x.rank or any(a.differs(b) for a, b in zip(shape, found.shape, strict=True)):
        what = "the last dimension" if len(shape) == 1 else f"the last {len(shape)} dimensions"
        use.fail(
            f"expects {wanted.label} in {what}, the input has {found.label}",
            param="normalized_shape",
            fix=ParamFix("normalized_shape", None, "Set normalized_shape to auto"),
        )
    return x


def _normalized(use: Use) -> int:
    sizes = use.ints("normalized_shape") if use.has_value("normalized_shape") else use.x.shape[-1:]
    return math.prod(number(dim) for dim in sizes)


def _affine(use: Use, outputs: Outputs) -> int:
    return 2 * number(use.x.shape[1]) if enabled(use, "affine") else 0


def _layer_norm(use: Use, outputs: Outputs) -> int:
    if not enabled(use, "elementwise_affine"):
        return 0
    return _normalized(use) * (2 if enabled(use, "bias") else 1)


affine_cost = cost(_affine)
layer_norm_cost = cost(_layer_norm)
rms_norm_cost = cost(lambda use, out: _normalized(use) if enabled(use, "elementwise_affine") else 0)
