"""Which layer of a model is meant by which row of a table: a cheapest alignment in order.

So a layer that is missing or added gives one difference, not one for every row behind it. Knows
neither documents nor explanations, and looks at modules only by their attributes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TypeAlias

from nnstudio.inspection.normalised import class_of

if TYPE_CHECKING:
    from torch import nn

RequiredInput: TypeAlias = tuple[str, Mapping[str, Any], str | None]
"""Class, attributes and pattern of the path (or None) of a row."""

_CONTAINERS = {"Sequential", "ModuleList", "ModuleDict"}
ABSENT = "no such attribute"

# Costs. A row and a layer of another class are paired only where the path says so.
_GAP = 10
_OTHER_CLASS = 15
_OTHER_VALUES = 4
_OTHER_PATH = 1


@dataclass(frozen=True)
class Found:
    """A module of the model; a container is a block or group, whose layers follow it."""

    path: str
    module: nn.Module
    is_container: bool

    @property
    def kind(self) -> str:
        """The name of its class."""
        return class_of(self.module)

    @property
    def kinds(self) -> frozenset[str]:
        """The names of its class and of all it derives from."""
        return frozenset(cls.__name__ for cls in type(self.module).__mro__)


def layers_of(model: nn.Module) -> list[Found]:
    """All modules below `model` in the order of declaration.

    What torch itself composes (MultiheadAttention and its out_proj) is one layer.
    """
    found: list[Found] = []
    inside: list[str] = []
    for path, module in model.named_modules():
        if path == "" or any(path.startswith(start) for start in inside):
            continue
        own = type(module).__module__.startswith("torch.nn") and (
            type(module).__name__ not in _CONTAINERS
        )
        if own:
            inside.append(f"{path}.")
        is_container = not own and (
            type(module).__name__ in _CONTAINERS or any(True for _ in module.children())
        )
        found.append(Found(path, module, is_container))
    return found


def value_of(module: nn.Module, name: str, like: Any) -> Any:
    """The attribute `name` (dots reach into children). A tensor where `like` is a truth value is
    True, as with `bias`, and None is False."""
    value: Any = module
    for part in name.split("."):
        value = getattr(value, part, ABSENT)
    if isinstance(like, bool) and value is not ABSENT and not isinstance(value, bool):
        return value is not None
    return value


def same(found: Any, expected: Any) -> bool:
    """Equal values; one number stands for as many equal ones, as in kernel_size=3."""
    if isinstance(found, list | tuple) and not isinstance(expected, list | tuple):
        return len(found) > 0 and all(same(part, expected) for part in found)
    if isinstance(expected, list | tuple) and not isinstance(found, list | tuple):
        return len(expected) > 0 and all(same(found, part) for part in expected)
    if isinstance(found, list | tuple) and isinstance(expected, list | tuple):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, bool) or isinstance(expected, bool):
        return found is expected
    if isinstance(found, int | float) and isinstance(expected, int | float):
        return math.isclose(found, expected, rel_tol=1e-9)
    return bool(found == expected)


def align(
    rows: Sequence[RequiredInput], found: Sequence[Found]
) -> list[tuple[int | None, int | None]]:
    """Pairs (row, layer) in order; None on one side where the other has no counterpart."""
    height, width = len(rows), len(found)
    skip = [0 if layer.is_container else _GAP for layer in found]
    costs = [[0] * (width + 1) for _ in range(height + 1)]
    for i in range(height - 1, -1, -1):
        costs[i][width] = costs[i + 1][width] + _GAP
    for j in range(width - 1, -1, -1):
        costs[height][j] = costs[height][j + 1] + skip[j]
    pairing = [[_cost(row, layer) for layer in found] for row in rows]
    for i in range(height - 1, -1, -1):
        for j in range(width - 1, -1, -1):
            costs[i][j] = min(
                costs[i + 1][j + 1] + pairing[i][j],
                costs[i + 1][j] + _GAP,
                costs[i][j + 1] + skip[j],
            )
    pairs: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < height or j < width:
        if i < height and j < width and costs[i][j] == costs[i + 1][j + 1] + pairing[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif i < height and costs[i][j] == costs[i + 1][j] + _GAP:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    return pairs


def _cost(row: RequiredInput, layer: Found) -> int:
    kind, attributes, pattern = row
    path_fits = pattern is not None and fnmatchcase(layer.path, pattern)
    cost = 0 if pattern is None or path_fits else _OTHER_PATH
    if kind not in layer.kinds:
        # as dear as a row without layer and a layer without row, unless the path says more
        return cost + (_OTHER_CLASS if path_fits and not layer.is_container else 2 * _GAP + 1)
    real = {name: value_of(layer.module, name, value) for name, value in attributes.items()}
    if not all(same(real[name], value) for name, value in attributes.items()):
        cost += _OTHER_VALUES
    return cost
