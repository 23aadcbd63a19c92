"""Counting the floating point operations of whatever torch executes in this thread.

torch's own formulas (`torch.utils.flop_counter`), and those it lacks: fused attention on the CPU.
torch's `FlopCounterMode` is not used, because it hooks every module of the process and so reaches
into a training that runs in another thread. No global switch is touched here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

RECURRENT = (nn.RNNBase, nn.RNNCellBase)
"""Counted by formula: on the CPU torch runs an LSTM as one operation."""


class Operations(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch is untyped here
    """Counts inside `with`: a multiply and an add are two, all but products is nothing.

    `drew` tells whether random numbers were drawn.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.flops = 0
        self.drew = False

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        named = kwargs or {}
        formula = _formula(func.overloadpacket)
        if formula is None:
            with self:  # an operation that is made of others: count those
                made = func.decompose(*args, **named)
            if made is not NotImplemented:
                return made
        if torch.Tag.nondeterministic_seeded in func.tags:
            self.drew = True
        out = func(*args, **named)
        if formula is not None:
            self.flops += int(formula(*args, **named, out_val=out))
        return out


def recurrent_flops(module: nn.Module, data: Tensor) -> int:
    """2 x steps x samples x elements of all weight matrices: each is used once at every step."""
    vectors = data.numel() // data.shape[-1]
    return 2 * vectors * sum(p.numel() for p in module.parameters() if p.dim() == 2)


def attention_flops(query: Sequence[int], key: Sequence[int], value: Sequence[int]) -> int:
    """Scores and mixing of (..., positions, width): 2 x heads x S x T x (width of key + value)."""
    return 2 * prod(query[:-1]) * key[-2] * (query[-1] + value[-1])


def _fused_attention(query: Tensor, key: Tensor, value: Tensor, *_: Any, **__: Any) -> int:
    return attention_flops(query.shape, key.shape, value.shape)


def _native_attention(query: Tensor, key: Tensor, *_: Any, **__: Any) -> int:
    """The fast path of MultiheadAttention in evaluation: three projections, attention, one more."""
    width = query.shape[-1]
    projections = 2 * width * width * (2 * prod(query.shape[:-1]) + 2 * prod(key.shape[:-1]))
    return projections + attention_flops(query.shape, key.shape, key.shape)


_LACKING: dict[str, Callable[..., int]] = {
    "_scaled_dot_product_flash_attention_for_cpu": _fused_attention,
    "_native_multi_head_attention": _native_attention,
}
_OURS = {
    getattr(torch.ops.aten, name): formula
    for name, formula in _LACKING.items()
    if hasattr(torch.ops.aten, name)
}


def _formula(operation: Any) -> Callable[..., Any] | None:
    return _OURS.get(operation) or flop_registry.get(operation)
