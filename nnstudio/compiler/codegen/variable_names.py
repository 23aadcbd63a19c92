"""The names of local variables in `forward`: one allocator that knows what is alive."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Container, Iterable

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


_WITH_ES = ("ch", "sh", "ss", "x")
_IRREGULAR = {"axis": "axes", "cache": "caches", "index": "indices", "matrix": "matrices"}


def singular(name: str) -> str:
    """The loop variable over a container: ``blocks`` -> ``block``, ``branches`` -> ``branch``.

    ``layer`` where the name is no plural.
    """
    plain = name.rstrip("0123456789_")
    for one, many in _IRREGULAR.items():
        if plain == many:
            return one
    if plain.endswith("ies") and len(plain) > 4:
        return f"{plain[:-3]}y"
    if plain.endswith("es") and plain[:-2].endswith(_WITH_ES):
        return plain[:-2]
    if plain.endswith("s") and not plain.endswith("ss") and len(plain) > 2:
        return plain[:-1]
    return "layer"


def plural(name: str) -> str:
    """What a list of values is called: ``branch`` -> ``branches``, ``logits`` -> ``all_logits``."""
    if name in _IRREGULAR:
        return _IRREGULAR[name]
    if name.endswith(_WITH_ES) and len(name) > 1:
        return f"{name}es"
    if name.endswith("s"):
        return f"all_{name}"
    if name.endswith("y") and len(name) > 1 and name[-2] not in "aeiou_":
        return f"{name[:-1]}ies"
    return f"{name}s"
