"""A package whose layers have no shape rules, as somebody might write it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from nnstudio.catalog import registry
from nnstudio.catalog.code import FunctionCode, ModuleCode
from nnstudio.catalog.layer import REQUIRED, Category, Input, Layer, Output, Param
from tests.packages import package

made: list[str] = []
"""A module for each time that one was made."""


class Gate(nn.Module):
    """(..., dim) -> (..., dim): a gated linear unit, in heads."""

    def __init__(self, dim: int, heads: int = 4, frozen: bool = False) -> None:
        super().__init__()
        made.append("Gate")
        if dim % heads:
            raise ValueError(f"{dim} is no multiple of {heads}")
        self.linear = nn.Linear(dim, 2 * dim)
        self.scale = nn.Parameter(torch.rand(heads), requires_grad=not frozen)

    def forward(self, x: Tensor) -> Tensor:
        value, gate = self.linear(x).chunk(2, -1)
        return value * torch.sigmoid(gate)


class Down(nn.Module):
    """(N, channels, h, w) -> (N, width, ...): a convolution with a stride."""

    def __init__(self, channels: int, width: int, stride: int = 2) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, width, 3, stride, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class Stack(nn.Module):
    """(..., dims[0]) -> (..., dims[-1]): linear layers, which takes the list apart that it gets."""

    def __init__(self, dims: list[int]) -> None:
        super().__init__()
        self.layers = nn.Sequential()
        while len(dims) > 1:
            self.layers.append(nn.Linear(dims.pop(0), dims[0]))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Best(nn.Module):
    """(..., features) -> the same, and the index of the greatest."""

    def forward(self, x: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        x = x if mask is None else x.masked_fill(mask, 0.0)
        return x, x.argmax(-1)


class Bad(nn.Module):
    """Does what `how` says."""

    def __init__(self, how: str) -> None:
        super().__init__()
        made.append("Bad")
        if how == "leaves":
            sys.exit("no licence")
        self.how = how

    def forward(self, x: Tensor) -> Any:
        if self.how == "fails":
            raise KeyError("weights")
        if self.how == "reads":
            return x if x.sum() > 0 else -x
        return {"lists": [x], "nothing": None, "complex": x + 1j, "text": "x"}[self.how]


def joined(*parts: Tensor, scale: float = 1.0) -> Tensor:
    return scale * torch.cat(parts, -1)


def layer(name: str, *params: Param, result: str = "", **about: Any) -> Layer:
    code = ModuleCode(name, result=result, imports=(f"from acme_layers import {name}",))
    return Layer(f"Acme{name}", Category.TENSOR, code, "", params=params, **about)


LAYERS = [
    layer("Gate", Param("dim", "int"), Param("heads", "int", 4), Param("frozen", "bool", False)),
    layer("Down", Param("channels", "int"), Param("width", "int"), Param("stride", "int", 2)),
    layer(
        "Best",
        inputs=(Input("input"), Input("mask", optional=True, dtype="bool")),
        outputs=(Output("values"), Output("index")),
        result="{values}, {index}",
    ),
    layer("Stack", Param("dims", "ints")),
    layer("Bad", Param("how", "text", REQUIRED)),
    layer("Gone"),
    Layer(
        "AcmeJoined",
        Category.TENSOR,
        FunctionCode(
            lambda w: f"joined({w.arguments(*w.many('part'))})",
            imports=("from acme_layers import joined",),
        ),
        "",
        inputs=(Input("part", variadic=True),),
        params=(Param("scale", "float", 1.0),),
        cost=lambda use, outputs: (0, 7),
    ),
]


@contextmanager
def installed() -> Iterator[None]:
    """The package is there, and nothing of it has been made."""
    with pytest.MonkeyPatch.context() as patch:
        modules = {kind.__name__: kind for kind in (Gate, Down, Stack, Best, Bad)}
        package(patch, "acme_layers", joined=joined, **modules)(layers=LAYERS)
        made.clear()
        yield
    registry.forget()
