"""Parameter values as text: read from what the user types; written for fields, sentences and code.

Only the spelling is read here; whether the value suits its parameter is for `checks`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from nnstudio.graph.values import Expr, Value
from nnstudio.project.refusal import Refusal
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.expression import parse


class Clear(Enum):
    """The answer to `auto` and to an empty field: no value of its own."""

    CLEAR = "clear"


CLEAR: Final = Clear.CLEAR

_TEXT_KINDS = ("text", "str")


def parse_value(
    text: str, kind: str = "", choices: tuple[str, ...] = (), name: str = "value"
) -> Value | Clear:
    """The value written as `text` for a parameter of `kind` (of a layer or block).

    `3`, `(3, 5)`, `[32, 64]`, `0.1`, `True`, `zeros`, `2 * hidden`; the items of lists need no
    quotes: `gelu, relu`, `true, false`. `auto` or nothing gives `CLEAR`. Raises `Refusal` where
    the text is neither a value nor an expression.
    """
    text = text.strip()
    bare = _bare(text)
    if bare in choices:
        return bare
    if text == "auto" or (not text and kind not in _TEXT_KINDS):
        return CLEAR
    if kind in _TEXT_KINDS:
        return bare
    if kind == "choice":
        return _choice(text, bare)
    if kind == "bool" and text.lower() in ("true", "false", "yes", "no"):
        return text.lower() in ("true", "yes")
    if text == "None":
        return None
    items = _items(text, kind)
    if items is not None:
        return items
    try:
        expression = parse(text)
    except ExpressionError as error:
        raise Refusal(f"{name}: {error}") from None
    value: Value = _value(expression.tree, kind)
    if kind == "shape" and not isinstance(value, tuple | Expr):
        return (value,)
    return value


def _choice(text: str, bare: str) -> Value:
    """A value that is no listed choice: an expression (a str parameter), else as written."""
    if bare == text:
        try:
            return Expr(parse(text).text)
        except ExpressionError:
            return bare
    return bare


def _items(text: str, kind: str) -> tuple[str | bool, ...] | None:
    """The items of a list of texts or of truths, as they are typed; None for anything else."""
    bracketed = text.startswith("[") and text.endswith("]")
    if kind not in ("list[str]", "list[bool]") or not (bracketed or "," in text):
        return None
    try:
        tree: ast.expr | None = parse(text).tree
    except ExpressionError:
        tree = None
    if not isinstance(tree, ast.List | ast.Tuple | None):
        return None
    inner = (text[1:-1] if bracketed else text).strip().removesuffix(",")
    words = [item.strip() for item in inner.split(",")] if inner else []
    if kind == "list[bool]":
        truths = {"true": True, "yes": True, "false": False, "no": False}
        known = all(word.lower() in truths for word in words)
        return tuple(truths[word.lower()] for word in words) if known else None
    quoted = [item.value for item in tree.elts if isinstance(item, ast.Constant)] if tree else []
    if tree and len(quoted) == len(tree.elts) and all(isinstance(item, str) for item in quoted):
        return tuple(str(item) for item in quoted)
    return tuple(_bare(word) for word in words)


def _bare(text: str) -> str:
    """A text without its quotes, if it has any."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _value(tree: ast.expr, kind: str) -> Any:
    match tree:
        case ast.Constant(value=value) if not isinstance(value, bytes | complex):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)) if isinstance(
            value, int | float
        ) and not isinstance(value, bool):
            return -value
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return tuple(_value(item, kind) for item in items)
        case ast.Name(id=name) if kind == "shape":
            return name
    return Expr(ast.unparse(tree))


def typed_text(value: object) -> str:
    """A value as the user types it, which `parse_value` reads back: `3`, `3, 3`, `2 * hidden`."""
    text = _TYPED.write(value)
    several = isinstance(value, tuple | list) and len(value) > 1
    return text[1:-1] if several else text


def quoted_text(value: object) -> str:
    """A value as a sentence quotes it: `3`, `[3, 3]`, `'2 * hidden'`; nothing long."""
    return _QUOTED.write(value)


def python_text(value: Value, *, names: bool = False, brackets: str = "()") -> str:
    """A value as Python source; with `names`, a text is an expression."""
    sequence = _brackets if brackets == "[]" else _parentheses
    return _Notation(sequence, _tidy, _tidy if names else repr).write(value)


def _brackets(items: list[str]) -> str:
    return f"[{', '.join(items)}]"


def _parentheses(items: list[str]) -> str:
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def _tidy(text: str) -> str:
    """An expression with Python's own spacing."""
    return parse(text).text


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


@dataclass(frozen=True)
class _Notation:
    """Ways of writing the parts of a value."""

    sequence: Callable[[list[str]], str]
    expression: Callable[[str], str]
    text: Callable[[str], str]
    other: Callable[[object], str] = repr

    def write(self, value: object) -> str:
        if isinstance(value, Expr):
            return self.expression(value.text)
        if isinstance(value, tuple | list):
            return self.sequence([self.write(item) for item in value])
        return self.text(value) if isinstance(value, str) else self.other(value)


_TYPED = _Notation(_brackets, str, str)
_QUOTED = _Notation(_brackets, lambda text: f"'{text}'", _short, _short)
