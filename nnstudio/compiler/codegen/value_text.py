"""The text of parameter values: typed values in their own form, derived ones normalised."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nnstudio.analysis.report import NodeReport
from nnstudio.catalog.code import ModuleCode, Written
from nnstudio.catalog.layer import AUTO, REQUIRED, Layer
from nnstudio.catalog.use import Resolved
from nnstudio.graph.values import Node
from nnstudio.project.parameter_text import python_text
from nnstudio.project.values import Block

IN_MATH = {
    "ceil": "math.ceil",
    "floor": "math.floor",
    "sqrt": "math.sqrt",
    "log": "math.log",
    "prod": "math.prod",
}


def derived_text(value: Resolved) -> str:
    """A value found by analysis as text."""
    if isinstance(value, tuple):
        inner = ", ".join(part.text for part in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return value.text


@dataclass(frozen=True)
class Params:
    """The texts of all parameters of one use and those that must be written."""

    texts: Mapping[str, str]
    given: frozenset[str]


def layer_params(layer: Layer, node: Node, report: NodeReport) -> Params:
    """Parameter texts of a layer's use; `given` are those whose text is not torch's default."""
    texts: dict[str, str] = {}
    given: set[str] = set()
    for param, default in zip(layer.params, _defaults(layer), strict=True):
        if param.name in node.params:
            text = python_text(node.params[param.name], names=param.kind == "shape")
        elif param.default is AUTO:
            if param.name not in report.params:
                continue
            text = derived_text(report.params[param.name])
        else:
            text = default or "None"
        texts[param.name] = text
        if text != default:
            given.add(param.name)
    return Params(texts, frozenset(given))


def call_arguments(layer: Layer, code: ModuleCode, call: Written) -> str:
    """Arguments of a module's call: its inputs in port order, optional ones by their names."""
    if code.call is not None:
        return code.call(call)
    optional = {port.name for port in layer.inputs if port.optional}
    parts = [f"{name}={text}" if name in optional else text for name, text in call.inputs.items()]
    return ", ".join(parts)


_DEFAULTS: dict[int, tuple[Layer, tuple[str | None, ...]]] = {}
"""The texts of the defaults of a layer by its id; the layer is held, so that it stays its own."""


def _defaults(layer: Layer) -> tuple[str | None, ...]:
    known = _DEFAULTS.get(id(layer))
    if known is None:
        texts = tuple(_default_text(param.default) for param in layer.params)
        known = _DEFAULTS[id(layer)] = layer, texts
    return known[1]


def _default_text(default: Any) -> str | None:
    if default is AUTO or default is REQUIRED:
        return None
    return python_text(tuple(default) if isinstance(default, list) else default)


def block_arguments(block: Block, node: Node, report: NodeReport) -> str:
    """The constructor arguments of a block's use: the first two and namesakes by position.

    An argument after the second whose text does not say what it is for, and every optional one,
    is written with its name.
    """
    positional: list[str] = []
    named: list[str] = []
    for parameter in block.parameters:
        if parameter.name in node.params:
            brackets = "[]" if parameter.type.startswith("list") else "()"
            text = python_text(node.params[parameter.name], brackets=brackets)
        elif parameter.name in report.auto:
            text = derived_text(report.params[parameter.name])
        else:
            continue
        required = parameter.default is REQUIRED
        if required and not named and (len(positional) < 2 or text == parameter.name):
            positional.append(text)
        elif required or text != default_text(parameter.default, parameter.type):
            named.append(f"{parameter.name}={text}")
    return ", ".join(positional + named)


def default_text(value: Any, parameter_type: str) -> str:
    """A block parameter's default as text."""
    return python_text(value, brackets="[]" if parameter_type.startswith("list") else "()")


class _Renaming(ast.NodeTransformer):
    def __init__(self, rename: Callable[[str], str | None]) -> None:
        self.rename = rename
        self.bound: set[str] = set()

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        for generator in node.generators:
            if isinstance(generator.target, ast.Name):
                self.bound.add(generator.target.id)
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        new = None if node.id in self.bound else self.rename(node.id)
        return node if new is None else ast.parse(new, mode="eval").body


_NAME = re.compile(r"(?<![\w.])[^\W\d]\w*(?!\w|\s*=(?!=))")
_HARD = re.compile(r"""["'#]|:=|\blambda\b""")


@lru_cache(maxsize=8192)
def every_name(text: str) -> tuple[str, ...]:
    """The names in an expression, each as often as it stands there; parsed only where need be.

    What stands behind a dot is an attribute, what stands before an equals sign a keyword.
    """
    if _HARD.search(text) is None:
        return tuple(name for name in _NAME.findall(text) if not keyword.iskeyword(name))
    return tuple(n.id for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, ast.Name))


@lru_cache(maxsize=8192)
def names_in(text: str) -> frozenset[str]:
    """All names in a piece of generated text."""
    return frozenset(every_name(text))


def rename_names(text: str, rename: Callable[[str], str | None]) -> str:
    """`text` with names replaced; `rename` gives the new text or None to keep the name.

    It is asked in the same order each time, for it may take notes: the order of attributes is one.
    """
    if not any(rename(name) is not None for name in every_name(text)):
        return text
    tree = _Renaming(rename).visit(ast.parse(text, mode="eval"))
    return ast.unparse(tree)


def in_python(text: str) -> str:
    """The expression language's functions by the names that the exported file imports."""
    return rename_names(text, IN_MATH.get)
