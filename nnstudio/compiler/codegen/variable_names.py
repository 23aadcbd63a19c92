"""The names of local variables in `forward`: one allocator that knows what is alive."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Container, Iterable

from nnstudio.project.english import one_of
from nnstudio.project.free_names import snake_case
from nnstudio.project.reserved_names import CODE_NAMES, MODULE_ATTRIBUTES
from nnstudio.symbols.dimension import BATCH
from nnstudio.symbols.symbolic import REPETITION

RESERVED = frozenset(dir(builtins)) | CODE_NAMES | {REPETITION, "make_divisible"}


class Variables:
    """Gives out names that are not alive and mean nothing else."""

    def __init__(self, arguments: Iterable[str], free: Iterable[str]) -> None:
        self.alive = set(arguments)
        self.fixed = frozenset(free)

    def fresh(self, wanted: str, *, keep: bool = True) -> str:
        """A name like `wanted`; with `keep` it is alive from now on."""
        base = snake(wanted) or "x"
        base = f"{base}_" if keyword.iskeyword(base) else base
        name, k = base, 2
        while name in self.alive or name in self.fixed or name in RESERVED:
            name, k = f"{base}{k}", k + 1
        if keep:
            self.alive.add(name)
        return name

    def is_free(self, wanted: str) -> bool:
        """True if `fresh` gives just this name."""
        return self.fresh(wanted, keep=False) == wanted

    def take(self, name: str) -> None:
        """Keep a name alive that was just released."""
        self.alive.add(name)

    def release(self, name: str) -> None:
        """The value of that name is not needed any more."""
        self.alive.discard(name)


def snake(name: str) -> str:
    """``BatchNorm2d`` -> ``norm``, ``ReLUFunction`` -> ``relu``; small letters stay."""
    return name if name.islower() else snake_case(name.removesuffix("Function"))


def free_sizes(names: Iterable[str], taken: Container[str]) -> dict[str, str]:
    """Names of the sizes in `forward`: ``length``, or ``length_size`` if that is taken.

    `N` stands for the batch, and is called so.
    """
    wanted = list(names)
    found: dict[str, str] = {}
    for name in wanted:
        size = "batch" if name == BATCH and "batch" not in wanted else name
        while size in taken or size in found.values() or (size != name and size in wanted):
            size = f"{size.strip('_')}_size"
        found[name] = size
    return found


def free_attribute(name: str, taken: Container[str]) -> str:
    """``hidden``, or ``hidden_value`` where a module is called so: modules own their names."""
    attribute = name
    while attribute in taken or attribute in MODULE_ATTRIBUTES:
        attribute = f"{attribute}_value"
    return attribute


def singular(name: str) -> str:
    """The loop variable over a container: ``blocks`` -> ``block``, else ``layer``."""
    return one_of(name) or "layer"
