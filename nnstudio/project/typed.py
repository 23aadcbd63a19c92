"""What the user types, as a parameter value: literals, lists, expressions, `auto`.

Only the spelling is read here; whether the value suits its parameter is for `checks`.
"""

from __future__ import annotations

import ast
from enum import Enum
from typing import Any, Final

from nnstudio.graph.values import Expr, Value
from nnstudio.project.refusal import Refusal
from nnstudio.symbols.expression import ExpressionError, parse


class Clear(Enum):
    """The answer to `auto` and to an empty field: no value of its own."""

    CLEAR = "clear"


CLEAR: Final = Clear.CLEAR

_TEXT_KINDS = ("text", "str")


def parse_value(
    text: str, kind: str = "", choices: tuple[str, ...] = (), name: str = "value"
) -> Value | Clear:
    """The value written as `text` for a parameter of `kind` (of a layer or block).

    `3`, `(3, 5)`, `[32, 64]`, `0.1`, `True`, `zeros`, `2 * hidden`; `auto` or nothing gives
    `CLEAR`. Raises `Refusal` where the text is neither a value nor an expression.
    """
    text = text.strip()
    bare = text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
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
    try:
        expression = parse(text)
    except ExpressionError as error:
        raise Refusal(f"{name}: {error}") from None
    value: Value = _value(expression.tree, kind)
    if kind == "shape" and not isinstance(value, tuple | Expr):
        return (value,)
    return value


def _choice(text: str, bare: str) -> Value:
    """What is no listed choice: an expression (a str parameter of the block), else as written."""
    if bare == text:
        try:
            return Expr(parse(text).text)
        except ExpressionError:
            return bare
    return bare


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


def written(value: Value) -> str:
    """A value as the user would type it: what `parse_value` reads back."""
    if isinstance(value, Expr):
        return value.text
    if isinstance(value, tuple):
        inner = ", ".join(v if isinstance(v, str) else written(v) for v in value)
        return f"[{inner}]"
    return value if isinstance(value, str) else repr(value)
