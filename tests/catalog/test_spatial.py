"""The formulas of sliding windows against torch, over all small sizes."""

from __future__ import annotations

from itertools import product

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 (its usual name)

from nnstudio.catalog.rules.spatial import window
from nnstudio.catalog.use import ShapeError
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.symbolic import substitute
from nnstudio.symbols.tensor import Tensor
from tests.catalog.examples import given
from tests.catalog.instances import outputs_of, use_of
from tests.catalog.test_contract import LAYERS


def predicted(name: str, size: int, **params: object) -> int | None:
    """The last size that the rule says, by its formula; None if it refuses the number."""
    layer = LAYERS[name]
    example = given((), **params)
    try:
        (known,) = outputs_of(
            layer, use_of(layer, example, {"input": Tensor((Dim(1), Dim(2), Dim(size)))})
        )
    except ShapeError:
        return None
    (open_one,) = outputs_of(
        layer, use_of(layer, example, {"input": Tensor((Dim(1), Dim(2), Dim.atom("w")))})
    )
    assert substitute(open_one.shape[2], {"w": Dim(size)}).value == known.shape[2].value
    return known.shape[2].value


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("stride", [1, 2, 3, 5])
def test_pooling(stride: int, ceil_mode: bool) -> None:
    for size, kernel, padding, dilation in product(range(1, 12), (1, 2, 3, 4), (0, 1, 2), (1, 2)):
        params = {"kernel_size": kernel, "stride": stride, "padding": padding}
        params |= {"dilation": dilation, "ceil_mode": ceil_mode}
        try:
            real = F.max_pool1d(torch.empty(1, 2, size), **params).shape[2]  # type: ignore[arg-type]
        except RuntimeError:
            real = None
        assert predicted("MaxPool1d", size, **params) == real, (size, params)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_convolution(stride: int) -> None:
    for size, kernel, padding, dilation in product(range(1, 10), (1, 2, 3, 4), (0, 1, 2), (1, 2)):
        weight = torch.empty(3, 2, kernel)
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        try:
            real = F.conv1d(torch.empty(1, 2, size), weight, **options).shape[2]  # type: ignore[arg-type]
        except RuntimeError:
            real = None
        params = {"out_channels": 3, "kernel_size": kernel, **options}
        assert predicted("Conv1d", size, **params) == real, (size, params)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_transposed_convolution(stride: int) -> None:
    for size, kernel, padding, extra in product(range(1, 7), (1, 2, 3, 4), (0, 1), (0, 1, 2)):
        weight = torch.empty(2, 3, kernel)
        options = {"stride": stride, "padding": padding, "output_padding": extra}
        try:
            made = F.conv_transpose1d(torch.empty(1, 2, size), weight, **options)  # type: ignore[arg-type]
            real = made.shape[2]
        except RuntimeError:
            real = None
        params = {"out_channels": 3, "kernel_size": kernel, **options}
        assert predicted("ConvTranspose1d", size, **params) == (real or None), (size, params)


@pytest.mark.parametrize("factor", [0.5, 1.5, 2, 2.0, 3, 0.3])
def test_interpolation(factor: float) -> None:
    for size in range(4, 12):
        real = F.interpolate(torch.empty(1, 2, size), scale_factor=factor).shape[2]
        assert predicted("Interpolate", size, scale_factor=factor) == real


def test_no_step_of_a_window_is_larger_than_torch_counts() -> None:
    with pytest.raises(ExpressionError, match=r"a size of 9.22e\+18 is too large"):
        window(Dim(32), Dim(3), Dim(2**40), Dim(2**62), Dim(1))
