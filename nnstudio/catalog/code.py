"""How a layer is written: a module made in `__init__` and called, or an expression in `forward`.

Texts given to these functions are names or checked expressions; what they return is laid out by
the compiler.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Written:
    """The texts of one use: inputs (connected ports), parameters (all), and what is consumed.

    `given` holds the parameters whose text differs from torch's default (always those without
    one); `wired` the output ports that feed something; `ranks` the number of dimensions per input.
    """

    inputs: Mapping[str, str]
    params: Mapping[str, str]
    given: frozenset[str] = frozenset()
    wired: frozenset[str] = frozenset()
    ranks: Mapping[str, int] = field(default_factory=dict)

    @property
    def x(self) -> str:
        """The first input's text."""
        return next(iter(self.inputs.values()))

    def many(self, port: str) -> list[str]:
        """The texts on a variadic port, in order."""
        prefix = f"{port}."
        found = [
            (int(name.removeprefix(prefix)), text)
            for name, text in self.inputs.items()
            if name.startswith(prefix)
        ]
        return [text for _, text in sorted(found)]

    def arguments(
        self, *leading: str, positional: tuple[str, ...] = (), drop: tuple[str, ...] = ()
    ) -> str:
        """`leading`, then the positional parameters, then every other given one as a keyword.

        Positional parameters after the last given one are left out.
        """
        needed = max((k + 1 for k, name in enumerate(positional) if name in self.given), default=0)
        parts = [*leading, *(self.params[name] for name in positional[:needed])]
        parts += [
            f"{name}={text}"
            for name, text in self.params.items()
            if name in self.given and name not in positional and name not in drop
        ]
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class ModuleCode:
    """`self.name = callee(...)` in `__init__`, `self.name(...)` in `forward`.

    `positional` parameters are written without their names. `call` writes the argument list of
    the call (default: connected inputs in port order, optional ones by keyword). `result` is the
    pattern that takes several outputs apart: ``{output}, ({h_n}, {c_n})``.

    `construct` replaces the whole constructor text, for modules that take other modules.
    """

    callee: str = ""
    positional: tuple[str, ...] = ()
    call: Callable[[Written], str] | None = None
    result: str = ""
    construct: Callable[[Written], str] | None = None

    def constructor(self, layer_type: str, written: Written) -> str:
        """The text that makes the module: ``nn.Conv2d(3, 32, kernel_size=3)``."""
        if self.construct is not None:
            return self.construct(written)
        arguments = written.arguments(positional=self.positional)
        return f"{self.callee or f'nn.{layer_type}'}({arguments})"


@dataclass(frozen=True, slots=True)
class FunctionCode:
    """An expression in `forward`; `keeps_name` lets the result take over the first operand's name.

    `imports` holds the modules the text speaks of by the names it gives them: torch, F, math.
    For operations whose number of outputs depends on a parameter, `count` tells it from the
    literal parameter values; the output ports beyond it do not exist, `result` is made to match.
    """

    write: Callable[[Written], str]
    result: str = ""
    keeps_name: bool = True
    imports: tuple[str, ...] = ()
    count: Callable[[Mapping[str, Any]], int] | None = None

    def pattern(self, ports: Sequence[str]) -> str:
        """How the result is taken apart into the existing `ports`, empty where it is one tensor."""
        if self.count is not None:
            return ", ".join(f"{{{port}}}" for port in ports) + ("," if len(ports) == 1 else "")
        return self.result


@lru_cache(maxsize=4096)
def bracketed(text: str) -> str:
    """`text` as an operand of any operator: in brackets unless it is a name, call or number."""
    tree = ast.parse(text, mode="eval").body
    atomic = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.List, ast.Tuple)
    return text if isinstance(tree, atomic) else f"({text})"


@lru_cache(maxsize=4096)
def elements(text: str) -> tuple[str, ...]:
    """The texts of the elements of a written list or tuple; anything else is its one element."""
    tree = ast.parse(text, mode="eval").body
    if isinstance(tree, ast.List | ast.Tuple):
        return tuple(ast.unparse(item) for item in tree.elts)
    return (text,)


@lru_cache(maxsize=4096)
def word(text: str) -> str:
    """The value of a written string literal: ``'mean'`` -> mean; other texts as they are."""
    tree = ast.parse(text, mode="eval").body
    return tree.value if isinstance(tree, ast.Constant) and isinstance(tree.value, str) else text
