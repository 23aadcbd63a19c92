"""Attention as a function of queries, keys and values that are already projected."""

from __future__ import annotations

import math

from nnstudio.catalog.rules.cost import Outputs, cost, number, per_sample
from nnstudio.catalog.use import Use
from nnstudio.symbols.tensor import Tensor


def dot_product_attention(use: Use) -> Tensor:
    """query (*, L, E), key (*, S, E), value (*, S, V) -> (*, L, V)."""
    query, key, value = (use.inputs[port] for port in ("query", "key", "value"))
    for port, tensor in (("query", query), ("key", key), ("value", value)):
        if tensor.rank < 2:
            use.fail(f"{port} expects at least 2 dimensions, received {tensor.rank}")
        if tensor.rank != query.rank:
            use.fail(f"{port} expects {query.rank} dimensions, received {tensor.rank}")
        for a, b in zip(query.shape[:-2], tensor.shape[:-2], strict=True):
            use.same_size(a, b, f"query leads with {{}}, {port} with {{}}")
    use.same_size(query.shape[-1], key.shape[-1], "query has {} features, key has {}")
    use.same_size(key.shape[-2], value.shape[-2], "key has a length of {}, value has {}")
    mask = use.inputs.get("attn_mask")
    if mask is not None:
        wanted = Tensor((query.shape[-2], key.shape[-2]))
        if mask.rank < 2 or any(
            a.differs(b) and b.value != 1
            for a, b in zip(wanted.shape, mask.shape[-2:], strict=True)
        ):
            use.fail(f"attn_mask expects {wanted.label} at the end, received {mask.label}")
        if use.value("is_causal"):
            use.fail("expects either a mask or is_causal", param="is_causal")
    return Tensor((*query.shape[:-1], value.shape[-1]))


def _attention_flops(use: Use, outputs: Outputs) -> int:
    query, key, value = (use.inputs[port] for port in ("query", "key", "value"))
    maps = per_sample(query.shape[:-2]) if query.rank > 2 else 1
    sizes = (query.shape[-2], key.shape[-2], query.shape[-1] + value.shape[-1])
    return 2 * maps * math.prod(number(dim) for dim in sizes)


attention_function_cost = cost(flops=_attention_flops)
