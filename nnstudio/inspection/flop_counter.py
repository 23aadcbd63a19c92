"""Counting the floating point operations of whatever torch executes in this thread.

torch's own formulas (`torch.utils.flop_counter`), and those it lacks: fused attention on the CPU,
bilinear layers, smooth interpolation. An operation without a formula counts as nothing only if it
is known to have no sums of products (`uncounted`); any other makes the count unknown.
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

from nnstudio.catalog.rules import operations
from nnstudio.inspection.uncounted import is_nothing


class Operations(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch is untyped here
    """Counts inside `with`: a multiply and an add are two, all but products is nothing.

    `unknown` are the names of the operations of which nobody knows how many they are, in the order
    of the calls; `drew` tells whether random numbers were drawn.
    """

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Torch need not keep its compiler from what follows: that would import all of it.

        Nothing is compiled while operations are counted, and the import takes over a second.
        """
        return False

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.flops = 0
        self.unknown: list[str] = []
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
        elif not is_nothing(func):
            self.unknown.append(func.name())
        return out


def formula_of(module: nn.Module) -> Callable[[nn.Module, list[Tensor]], int] | None:
    """How to count a module by its inputs, where the operations in it do not show it.

    On the CPU torch runs an LSTM as one operation; distances are sums of products of two tensors
    that are written as single steps.
    """
    return next((formula for kind, formula in _BY_MODULE.items() if isinstance(module, kind)), None)


def _recurrent(module: nn.Module, inputs: list[Tensor]) -> int:
    return recurrent_flops(module, inputs[0])


def _cosine(module: nn.Module, inputs: list[Tensor]) -> int:
    """Three sums of products: of the two vectors, and of each with itself."""
    return 6 * _pairs(inputs)


def _distance(module: nn.Module, inputs: list[Tensor]) -> int:
    """One power and one sum for each pair of elements."""
    return 2 * _pairs(inputs)


def _pairs(inputs: list[Tensor]) -> int:
    """The elements of two tensors, each stretched to the other."""
    first, _ = torch.broadcast_tensors(inputs[0], inputs[1])  # type: ignore[no-untyped-call]
    return int(first.numel())


_BY_MODULE: dict[type[nn.Module], Callable[[nn.Module, list[Tensor]], int]] = {
    nn.RNNBase: _recurrent,
    nn.RNNCellBase: _recurrent,
    nn.CosineSimilarity: _cosine,
    nn.PairwiseDistance: _distance,
}


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


def _encoder_layer(src: Tensor, embed_dim: int, num_heads: int, *weights: Any, **named: Any) -> int:
    """The fast path of TransformerEncoderLayer in evaluation: attention and two linear maps."""
    inner: Tensor = named["ffn_weight_1"] if "ffn_weight_1" in named else weights[11]
    vectors = src.numel() // src.shape[-1]
    return _native_attention(src, src) + 4 * vectors * inner.numel()


def _bilinear(first: Tensor, weight: Tensor, second: Tensor, *_: Any, **__: Any) -> int:
    """first @ weight for each output, and the product of that with second."""
    vectors = first.numel() // first.shape[-1]
    outputs, in1, in2 = weight.shape
    return 2 * vectors * outputs * in2 * (in1 + 1)


def _weighted_bags(weight: Tensor, indices: Tensor, *rest: Any, **named: Any) -> int:
    """A sum of rows has no products, unless each row is weighted."""
    weights = named.get("per_sample_weights", rest[4] if len(rest) > 4 else None)
    return 0 if weights is None else 2 * indices.numel() * weight.shape[-1]


def _interpolation(taps: int) -> Callable[..., int]:
    """Every element is a weighted sum of its neighbours."""

    def formula(*_: Any, out_val: Tensor, **__: Any) -> int:
        return 2 * taps * out_val.numel()

    return formula


def _all_pairs(first: Tensor, second: Tensor, *_: Any, **__: Any) -> int:
    """A power and a sum for each pair of rows and each of their numbers."""
    return 2 * first.numel() * second.shape[-2]


def _sampled(picture: Tensor, grid: Tensor, mode: int, *_: Any, out_val: Tensor, **__: Any) -> int:
    """Every value is a weighted sum of its neighbours; mode 0 is linear, 2 cubic."""
    taps: int = {0: 2, 1: 0, 2: 4}[mode] ** (picture.dim() - 2)
    return 2 * taps * out_val.numel()


def _made_grid(theta: Tensor, *_: Any, out_val: Tensor, **__: Any) -> int:
    """Every number of a place is a row of the matrix times where it came from."""
    return 2 * theta.shape[-1] * out_val.numel()


def _fourier(*, real: bool) -> Callable[..., int]:
    """The customary count of a fast transform, over the longer side."""

    def formula(given: Tensor, dims: Sequence[int], *_: Any, out_val: Tensor, **__: Any) -> int:
        whole = given if given.numel() > out_val.numel() else out_val
        length = prod(whole.shape[dim] for dim in dims)
        return operations.fourier(whole.numel(), length, real=real)

    return formula


def _inverted(matrices: Tensor, *_: Any, **__: Any) -> int:
    return operations.inverted(*_square(matrices))


def _factorised(matrices: Tensor, *_: Any, **__: Any) -> int:
    return operations.factorised(*_square(matrices))


def _solved(matrices: Tensor, right: Tensor, *_: Any, **__: Any) -> int:
    return operations.solved(*_square(matrices), right.shape[-1])


def _square(matrices: Tensor) -> tuple[int, int]:
    """How many matrices there are, and their size."""
    return prod(matrices.shape[:-2]), matrices.shape[-1]


_LACKING: dict[str, Callable[..., int]] = {
    "_cdist_forward": _all_pairs,
    "grid_sampler_2d": _sampled,
    "grid_sampler_3d": _sampled,
    "affine_grid_generator": _made_grid,
    "_fft_r2c": _fourier(real=True),
    "_fft_c2r": _fourier(real=True),
    "_fft_c2c": _fourier(real=False),
    "linalg_inv_ex": _inverted,
    "_linalg_solve_ex": _solved,
    "_linalg_det": _factorised,
    "_linalg_slogdet": _factorised,
    "_scaled_dot_product_flash_attention_for_cpu": _fused_attention,
    "_native_multi_head_attention": _native_attention,
    "_transformer_encoder_layer_fwd": _encoder_layer,
    "_trilinear": _bilinear,
    "_embedding_bag": _weighted_bags,
    "_embedding_bag_forward_only": _weighted_bags,
    "upsample_linear1d": _interpolation(2),
    "upsample_bilinear2d": _interpolation(4),
    "upsample_trilinear3d": _interpolation(8),
    "upsample_bicubic2d": _interpolation(16),
}
_OURS = {
    getattr(torch.ops.aten, name): formula
    for name, formula in _LACKING.items()
    if hasattr(torch.ops.aten, name)
}


def _formula(operation: Any) -> Callable[..., Any] | None:
    return _OURS.get(operation) or flop_registry.get(operation)
