"""The expression language of block parameters: parsed once, checked, never executed as Python.

An expression is text such as ``2 * hidden`` or ``dims[i - 1] if i else 64``. It is read with
Python's own parser and every node of the tree must be on a short list; evaluation walks the
tree. No attribute, no call but the listed functions, no name but those given. What an
expression means for shapes (exact dimensions) is in `symbolic`.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nnstudio.symbols.bounds import (
    MAX_DEPTH,
    MAX_FORMULA,
    MAX_LENGTH,
    MAX_MAGNITUDE,
    MAX_TEXT,
    ExpressionError,
    brief,
    quoted,
)
from nnstudio.symbols.evaluation import BINARY, COMPARE, UNARY, Steps, evaluate
from nnstudio.symbols.work import spend


def make_divisible(value: float, divisor: int = 8) -> int:
    """Round `value` to the nearest multiple of `divisor`, never below 90 % of it.

    Source: the channel rounding of MobileNet and EfficientNet (Sandler et al. 2018).
    """
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def _bounded_range(*arguments: int) -> range:
    result = range(*arguments)
    if len(result) > MAX_LENGTH:
        raise ExpressionError(f"range has {len(result)} values, at most {MAX_LENGTH} are allowed")
    return result


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "round": round,
    "int": int,
    "float": float,
    "len": len,
    "sum": sum,
    "range": _bounded_range,
    "ceil": math.ceil,
    "floor": math.floor,
    "sqrt": math.sqrt,
    "log": math.log,
    "prod": math.prod,
    "make_divisible": make_divisible,
}


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression: its text in one canonical spelling, its tree and its free names."""

    text: str
    tree: ast.expr
    names: frozenset[str]

    def evaluate(self, values: Mapping[str, Any], steps: Steps | None = None) -> Any:
        """The value with each name replaced; raises `ExpressionError` with one sentence.

        `steps` are those of a calculation of which this is a part.
        """
        return evaluate(self.tree, self.text, values, FUNCTIONS, steps or Steps())


def parse(text: str) -> Expression:
    """Check `text` and return it parsed; raises `ExpressionError` naming what is not allowed."""
    # spaces do not count: the canonical spelling has more of them
    length = len("".join(text.split())) if len(text) > MAX_TEXT else 0
    if length > MAX_TEXT:
        raise ExpressionError(f"the expression has {length:,} characters, at most {MAX_TEXT}")
    return parse_formula(text)


@lru_cache(maxsize=8192)
def parse_formula(text: str) -> Expression:
    """The same for a text that the program made of expressions, which may be longer."""
    if len(text) > MAX_FORMULA:
        raise ExpressionError(f"a formula has {len(text):,} characters, at most {MAX_FORMULA:,}")
    spend(len(text) // 4)
    try:
        tree = _tree(text.strip())
        depth = depth_of(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"{quoted(text)} is not a valid expression") from None
    if depth > MAX_DEPTH:
        raise ExpressionError(f"{quoted(text)} is nested {depth} deep, at most {MAX_DEPTH}")
    names = _check(tree, quoted(text))
    return Expression(ast.unparse(tree), tree, frozenset(names))


def _tree(text: str) -> ast.expr:
    if not _WARNED_OF.search(text):
        return ast.parse(text, mode="eval").body
    with warnings.catch_warnings():  # Python would rather have a space there
        warnings.simplefilter("ignore")
        return ast.parse(text, mode="eval").body


_WARNED_OF = re.compile(r"\\|[0-9a-fA-F.](?:and|else|for|if|in|is|not|or)")


def depth_of(tree: ast.expr) -> int:
    """How many expressions lie inside one another, counted without recursion."""
    deepest = 0
    level: list[ast.AST] = [tree]
    while level:
        deepest += 1
        level = [
            child
            for node in level
            for child in ast.iter_child_nodes(node)
            if isinstance(child, ast.expr | ast.comprehension)
        ]
    return deepest


def _check(tree: ast.expr, text: str) -> set[str]:
    bound: set[str] = set()
    free: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ListComp):
            if len(node.generators) != 1 or node.generators[0].is_async:
                raise ExpressionError(f"{text} may use only one 'for'")
            target = node.generators[0].target
            if not isinstance(target, ast.Name) or target.id in FUNCTIONS:
                raise ExpressionError(f"{text} must name one variable after 'for'")
            bound.add(target.id)
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            if not isinstance(node.value, bool | int | float | str | None):
                raise ExpressionError(f"'{node.value!r:.60}' is not allowed in {text}")
            if isinstance(node.value, int) and node.value > MAX_MAGNITUDE:
                raise ExpressionError(f"a value of {brief(node.value)} is too large")
            if isinstance(node.value, float) and not math.isfinite(node.value):
                raise ExpressionError(f"a number in {text} is too large")
        elif isinstance(node, ast.Name):
            if id(node) not in called and node.id not in bound:
                free.add(node.id)
        elif isinstance(node, ast.Call):
            if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
                raise ExpressionError(
                    f"{quoted(ast.unparse(node.func))} cannot be called in {text}; "
                    f"allowed are {', '.join(sorted(FUNCTIONS))}"
                )
            if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
                raise ExpressionError(f"{text} may call functions with plain arguments only")
        elif isinstance(node, ast.BinOp):
            if type(node.op) not in BINARY:
                raise ExpressionError(f"an operator in {text} is not allowed")
        elif isinstance(node, ast.Compare):
            if any(type(op) not in COMPARE for op in node.ops):
                raise ExpressionError(f"a comparison in {text} is not allowed")
        elif isinstance(node, ast.UnaryOp):
            if type(node.op) not in UNARY:
                raise ExpressionError(f"an operator in {text} is not allowed")
        elif not isinstance(node, _STRUCTURE):
            what = type(node).__name__.lower()
            raise ExpressionError(f"{text} is not allowed in an expression ({what})")
    return free


_STRUCTURE = (
    ast.BoolOp,
    ast.IfExp,
    ast.List,
    ast.Tuple,
    ast.Subscript,
    ast.Slice,
    ast.ListComp,
    ast.comprehension,
    ast.expr_context,
    ast.operator,
    ast.unaryop,
    ast.cmpop,
    ast.boolop,
)


def is_literal(value: object) -> bool:
    """True for the values that may stand in a project file: numbers, text, lists of them."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return all(is_literal(item) for item in value)
    return value is None or isinstance(value, bool | int | float | str)
