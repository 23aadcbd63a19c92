"""All known layers by type: the built-in ones and those of plugins."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache

from nnstudio.catalog import layers as built_in
from nnstudio.catalog.layer import Category, Layer
from nnstudio.catalog.plugins import PluginProblem, plugin_layers


@cache
def all_layers() -> dict[str, Layer]:
    """Every layer by type, in the order of the categories and of declaration."""
    found = [*_built_in_layers(), *_plugins()[0]]
    order = list(Category)
    found.sort(key=lambda layer: order.index(layer.category))
    return {layer.type: layer for layer in found}


@cache
def _built_in_layers() -> tuple[Layer, ...]:
    found: list[Layer] = []
    for module in pkgutil.iter_modules(built_in.__path__):
        found += importlib.import_module(f"{built_in.__name__}.{module.name}").LAYERS
    return tuple(found)


@cache
def _plugins() -> tuple[list[Layer], list[PluginProblem]]:
    return plugin_layers({layer.type for layer in _built_in_layers()})


def plugin_problems() -> tuple[PluginProblem, ...]:
    """Problems of the plugins, found when the layers are first asked for."""
    return tuple(_plugins()[1])


def forget() -> None:
    """Look for plugins anew the next time: after one was installed, and in tests."""
    all_layers.cache_clear()
    _plugins.cache_clear()


def find(layer_type: str) -> Layer | None:
    """The layer of a type, None if it is not known."""
    return all_layers().get(layer_type)


def has_foreign(types: Iterable[str]) -> bool:
    """True if any of the types is a layer of another package."""
    foreign = {layer.type for layer in _plugins()[0]}
    return not foreign.isdisjoint(types)


def by_category() -> dict[Category, list[Layer]]:
    """The layers of each category that has any."""
    result: dict[Category, list[Layer]] = {}
    for layer in all_layers().values():
        result.setdefault(layer.category, []).append(layer)
    return result
