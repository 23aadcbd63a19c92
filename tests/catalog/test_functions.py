"""Nothing that torch offers to models is forgotten: every function is a layer, or has a reason."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import torch
from torch.nn import functional
from torch.overrides import get_testing_overrides

from nnstudio.catalog.registry import all_layers
from tests.catalog.functions_left_out import FUNCTIONS_LEFT_OUT
from tests.catalog.test_complete import MODULES

LINKS = {layer.link.rpartition("/")[2].removesuffix(".html") for layer in all_layers().values()}
COVERED = {
    name.removeprefix(space)
    for space in ("torch.nn.functional.", "torch.Tensor.", "torch.")
    for name in LINKS
    if name.startswith(space)
}
"""Functions that a layer calls, without the space in which they stand."""
BY_MODULE = {name.lower() for name in MODULES}


def functions() -> Iterator[str]:
    """Names of all functions of tensors in torch and torch.nn.functional, once each."""
    known = get_testing_overrides()
    found = set()
    for space in (torch, functional):
        for name, value in vars(space).items():
            # the forms that write into their input, and those that only copy a view
            if name.startswith("_") or name.endswith(("_", "_copy")):
                continue
            if not inspect.isclass(value) and callable(value) and value in known:
                found.add(name)
    yield from sorted(found)


NAMES = tuple(functions())


def is_a_layer(name: str) -> bool:
    """By itself, or by the module that does the same."""
    word = name.replace("_", "").lower()
    return name in COVERED or not BY_MODULE.isdisjoint((word, f"{word}1d", f"{word}loss"))


def test_every_function_is_a_layer_or_left_out_for_a_reason() -> None:
    without = {name for name in NAMES if not is_a_layer(name)}
    assert sorted(without - FUNCTIONS_LEFT_OUT.keys()) == []
    assert sorted(name for name in FUNCTIONS_LEFT_OUT if name in COVERED) == []
