"""All known layers by type: the built-in ones and those of plugins (entry point `nnstudio.layers`)."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from nnstudio.catalog import layers as built_in
from nnstudio.catalog.layer import Category, Layer


@cache
def all_layers() -> dict[str, Layer]:
    """Every layer by type, in the order of the categories and of declaration."""
    found: list[Layer] = []
    for module in pkgutil.iter_modules(built_in.__path__):
        found += importlib.import_module(f"{built_in.__name__}.{module.name}").LAYERS
    order = list(Category)
    found.sort(key=lambda layer: order.index(layer.category))
    return {layer.type: layer for layer in found}


def find(layer_type: str) -> Layer | None:
    """The layer of a type, None if it is not known."""
    return all_layers().get(layer_type)


def by_category() -> dict[Category, list[Layer]]:
    """The layers of each category that has any."""
    result: dict[Category, list[Layer]] = {}
    for layer in all_layers().values():
        result.setdefault(layer.category, []).append(layer)
    return result
