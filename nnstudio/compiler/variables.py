"""The names of local variables in `forward`: one allocator that knows what is alive."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable

RESERVED = frozenset(dir(builtins)) | frozenset({"self", "torch", "nn", "F", "math", "Tensor", "i", "_"})


class Variables:
    """Gives out names that are not alive and mean nothing else."""

    def __init__(self, arguments: Iterable[str], free: Iterable[str]) -> None:
        self.alive = set(arguments)
        self.fixed = frozenset(free)

    def fresh(self, wanted: str, *, keep: bool = True) -> str:
        """A name like `wanted`; with `keep` it is alive from now on."""
        base = snake(wanted) or "x"
        name, k = base, 2
        while name in self.alive or name in self.fixed or name in RESERVED or keyword.iskeyword(name):
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
    """``BatchNorm2d`` -> ``batch_norm2d``; a name in small letters stays."""
    if name.islower():
        return name
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", "_", name).lower()


def singular(name: str) -> str:
    """The loop variable over a container: ``blocks`` -> ``block``, else ``layer``."""
    plain = name.rstrip("0123456789_")
    if plain.endswith("ies"):
        return f"{plain[:-3]}y"
    if plain.endswith("s") and not plain.endswith("ss") and len(plain) > 2:
        return plain[:-1]
    return "layer"
