"""How a layer is written: a module made in `__init__` and called, or an expression in `forward`.

Texts given to these functions are names or checked expressions; how what they return is broken
into lines is decided later, by the formatter.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from nnstudio.errors import UserError


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
    `imports` holds the statements by which the callee is known: ``from acme import Gate``.
    """

    callee: str = ""
    positional: tuple[str, ...] = ()
    call: Callable[[Written], str] | None = None
    result: str = ""
    construct: Callable[[Written], str] | None = None
    imports: tuple[str, ...] = ()

    def constructor(self, layer_type: str, written: Written) -> str:
        """The text that makes the module: ``nn.Conv2d(3, 32, kernel_size=3)``."""
        if self.construct is not None:
            return self.construct(written)
        arguments = written.arguments(positional=self.positional)
        return f"{self.callee or f'nn.{layer_type}'}({arguments})"


@dataclass(frozen=True, slots=True)
class FunctionCode:
    """An expression in `forward`; `keeps_name` lets the result take over the first operand's name.

    Where it does not, the result is called by the `noun`: ``attention``, ``joined``, ``mask``; like
    the layer where there is none. `draws` says that it may draw random numbers, so that its line
    stays where it is.

    `imports` holds the modules the text speaks of by the names it gives them: torch, F, math;
    a layer of another package adds import statements: ``from acme import gate``.
    For operations whose number of outputs depends on a parameter, `count` tells it from the
    literal parameter values; the output ports beyond it do not exist, `result` is made to match.
    """

    write: Callable[[Written], str]
    result: str = ""
    keeps_name: bool = True
    imports: tuple[str, ...] = ()
    count: Callable[[Mapping[str, Any]], int] | None = None
    noun: str = ""
    draws: bool = False

    def pattern(self, ports: Sequence[str]) -> str:
        """Pattern that takes the result apart into the existing `ports`, empty for one tensor."""
        if self.count is not None:
            return ", ".join(f"{{{port}}}" for port in ports) + ("," if len(ports) == 1 else "")
        return self.result


IMPORTED = frozenset({"torch", "F", "math"})
RESERVED = IMPORTED | {"nn", "Tensor", "self", "super", "i", "make_divisible"}


class CodeError(UserError):
    """A layer whose code cannot be written; the message is one sentence."""


@lru_cache(maxsize=4096)
def imported_names(statement: str) -> tuple[str, ...]:
    """The names that an import statement brings; none for torch, F and math, which are known."""
    if statement in IMPORTED:
        return ()
    (node,) = ast.parse(statement).body
    assert isinstance(node, ast.Import | ast.ImportFrom)
    return tuple(alias.asname or alias.name.partition(".")[0] for alias in node.names)


def import_problem(statement: object) -> str | None:
    """Reason why the generated code cannot carry an import; None if it can."""
    sentence = f"expected an import statement, received {statement!r:.80}"
    if not isinstance(statement, str):
        return sentence
    if statement in IMPORTED:
        return None
    try:
        body = ast.parse(statement).body
    except (SyntaxError, ValueError):
        return sentence
    if len(body) != 1 or not isinstance(body[0], ast.Import | ast.ImportFrom):
        return sentence
    node = body[0]
    if isinstance(node, ast.ImportFrom) and (node.level or node.module == "__future__"):
        return f"expected an import of a package by its full name, received {statement!r:.80}"
    if any(alias.name == "*" for alias in node.names):
        return f"expected the names that are imported, received {statement!r:.80}"
    taken = sorted(set(imported_names(statement)) & (RESERVED | set(dir(builtins))))
    if taken:
        return f"'{taken[0]}' has a meaning of its own in the generated code: import it by another"
    return None


@lru_cache(maxsize=4096)
def in_brackets(text: str) -> str:
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
