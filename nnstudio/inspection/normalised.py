"""Layers whose weight torch computes from others, as people see them: a layer like any other.

Torch makes a class for each (`ParametrizedConv1d`) and hangs modules below it that compute the
weight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


def class_of(module: nn.Module) -> str:
    """The name of a module's class; of a layer with a normalised weight that of the layer."""
    from torch.nn.utils.parametrize import is_parametrized

    kind = type(module)
    return (kind.__mro__[1] if is_parametrized(module) else kind).__name__


def parts_of_weights(model: nn.Module) -> frozenset[nn.Module]:
    """The modules that compute weights; each is part of its layer."""
    from torch.nn.utils.parametrize import is_parametrized

    return frozenset(
        part
        for module in model.modules()
        if is_parametrized(module)
        for part in module.parametrizations.modules()  # type: ignore[union-attr]
    )
