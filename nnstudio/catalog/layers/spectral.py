"""Fourier transforms (torch.fft), with complex numbers as real and imaginary parts."""

from __future__ import annotations

from nnstudio.catalog.code import FunctionCode, Written
from nnstudio.catalog.layer import Category, Input, Layer, Output, Param
from nnstudio.catalog.links import function_link
from nnstudio.catalog.memory import CUT, OWN
from nnstudio.catalog.rules.spectral import transform, transform_cost

_DIM = Param("dim", "int", -1, "The dimension.", structural=True)
_NORM = Param(
    "norm",
    "choice",
    None,
    "Where the factor 1 / n stands: backward (none), forward, or ortho for both halves.",
    choices=("backward", "forward", "ortho"),
    optional=True,
)
_LENGTH = Param(
    "n",
    "int",
    None,
    "Length of the result; none: 2 (m - 1), which is right for even lengths only.",
    minimum=1,
    optional=True,
)
_PARTS = (Output("real"), Output("imag"))
_NOTE = "Real and imaginary parts come out one by one."


def _transform(name: str, function: str, text: str, *, last: int = 1) -> Layer:
    """`last`: how many dimensions, from the end, where not a parameter says which."""
    real_in, real_out = function.startswith("r"), function.startswith("ir")
    params = (*([_LENGTH] if real_out and last == 1 else []), *([_DIM] if last == 1 else []), _NORM)

    def write(w: Written) -> str:
        given = w.x if real_in else f"torch.complex({w.x}, {w.inputs['imag']})"
        called = f"torch.fft.{function}({w.arguments(given)})"
        return called if real_out else f"torch.view_as_real({called}).unbind(-1)"

    ports = (Input(),) if real_in else (Input("real"), Input("imag"))
    shape = (2, 4, 6)
    places = range(-last, 0) if last > 1 else ()
    return Layer(
        type=name,
        category=Category.TENSOR,
        inputs=ports,
        outputs=(Output(),) if real_out else _PARTS,
        params=params,
        rule=transform(*places, real_in=real_in, real_out=real_out),
        cost=transform_cost(*places, real=real_in or real_out),
        memory=OWN if real_out else CUT,
        code=FunctionCode(
            write,
            result="" if real_out else "{real}, {imag}",
            keeps_name=False,
            imports=("torch",),
        ),
        facts=tuple(param.name for param in params if param.name != "norm"),
        help=text,
        link=function_link(f"torch.fft.{function}"),
        keywords=("fourier", "spectrum", "frequency", "convolution"),
        example={"input": {port.name: shape for port in ports}, "params": {}},
    )


LAYERS: tuple[Layer, ...] = (
    _transform(
        "Rfft",
        "rfft",
        f"The Fourier transform of real numbers along a dimension: n / 2 + 1 frequencies. {_NOTE}",
    ),
    _transform(
        "Irfft",
        "irfft",
        "From the half spectrum that Rfft gives back to real numbers. "
        "Give n where the length was odd or is not known.",
    ),
    _transform("Fft", "fft", f"The Fourier transform of complex numbers. {_NOTE}"),
    _transform("Ifft", "ifft", f"Back from a whole spectrum. {_NOTE}"),
    _transform(
        "Rfft2",
        "rfft2",
        f"The Fourier transform of real pictures, over the last two dimensions. {_NOTE}",
        last=2,
    ),
    _transform(
        "Irfft2",
        "irfft2",
        "From the half spectrum that Rfft2 gives back to real pictures of even width. "
        "An odd width would need the one-dimensional transforms.",
        last=2,
    ),
    _transform(
        "Fft2",
        "fft2",
        f"The Fourier transform over the last two dimensions. {_NOTE}",
        last=2,
    ),
    _transform(
        "Ifft2",
        "ifft2",
        f"Back from a whole spectrum of the last two dimensions. {_NOTE}",
        last=2,
    ),
)
