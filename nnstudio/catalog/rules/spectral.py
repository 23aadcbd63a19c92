"""Fourier transforms. Complex numbers travel as two tensors: their real and imaginary parts."""

from __future__ import annotations

from math import prod

from nnstudio.catalog.layer import Cost, Rule
from nnstudio.catalog.rules import operations
from nnstudio.catalog.rules.axes import axis, demand
from nnstudio.catalog.rules.broadcast import broadcast
from nnstudio.catalog.rules.cost import Outputs, cost, number, per_sample
from nnstudio.catalog.use import Use
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import Tensor


def _complex(use: Use) -> Tensor:
    """The shape of a complex tensor of the ports `real` and `imag`, or of `real` alone."""
    parts = list(use.inputs.values())
    for part in parts:
        demand(use, part, "float")
    return Tensor(broadcast(use, [part.shape for part in parts]))


def _with(use: Use, x: Tensor, place: int, size: Dim) -> Tensor:
    if size.value is not None and size.value < 1:
        use.fail(f"nothing is left of dimension {place}")
    return Tensor((*x.shape[:place], size, *x.shape[place + 1 :]))


def transform_cost(*dims: int, real: bool = False) -> Cost:
    """A fast transform for each row of the dimensions."""

    def flops(use: Use, outputs: Outputs) -> int:
        # the longer of both sides: a half spectrum stands for as many numbers as it came from
        whole = outputs[0] if outputs[0].rank and len(outputs) == 1 else use.x
        places = dims or (axis(use, "dim", use.x.rank),)
        length = prod(number(whole.shape[place]) for place in places)
        return operations.fourier(per_sample(whole.shape), length, real=real)

    return cost(flops=flops)


def transform(*dims: int, real_in: bool = False, real_out: bool = False) -> Rule:
    """A transform along `dims`, or along the parameter `dim` where none is given.

    real_in: of a real tensor, whose spectrum is half as long. real_out: back to one.
    """

    def rule(use: Use) -> Tensor | tuple[Tensor, ...]:
        x = _complex(use)
        if dims and x.rank < len(dims):
            use.fail(f"expects at least {len(dims)} dimensions, received {x.rank} ({x.label})")
        place = x.rank - 1 if dims else axis(use, "dim", x.rank)
        size = x.shape[place]
        if real_in:
            x = _with(use, x, place, size // Dim(2) + 1)
        if real_out:
            chosen = use.has_value("n") and not use.absent("n")
            given = use.dim("n") if chosen else None
            if given is not None:
                use.at_least("n", given, 1)
            x = _with(use, x, place, 2 * (size - 1) if given is None else given)
        return x if real_out else (x, x)

    return rule
