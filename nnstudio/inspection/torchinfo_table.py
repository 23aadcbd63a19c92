"""torchinfo's own table of a model, whose multiply-adds and memory the summary replaces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torchinfo
from torch import Tensor, nn
from torchinfo.torchinfo import clear_cached_forward_pass


def torchinfo_table(model: nn.Module, inputs: Sequence[Tensor | None]) -> torchinfo.ModelStatistics:
    given: Any = list(inputs)
    while given and given[-1] is None:
        given.pop()
    if any(tensor is None for tensor in given):  # torchinfo cannot measure None
        names = list(_argument_names(model))
        given = {name: t for name, t in zip(names, given, strict=False) if t is not None}
    try:
        return torchinfo.summary(
            model,
            input_data=given,
            depth=64,
            col_names=("kernel_size", "output_size", "num_params", "trainable"),
            row_settings=("depth", "var_names"),
            mode="eval",
            verbose=0,
        )
    finally:
        clear_cached_forward_pass()  # it would keep the model alive


def _argument_names(model: nn.Module) -> Iterator[str]:
    code = type(model).forward.__code__
    yield from code.co_varnames[1 : code.co_argcount]
