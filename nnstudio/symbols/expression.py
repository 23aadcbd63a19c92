"""The expression language of block parameters: parsed once, checked, never executed as Python.

An expression is text such as ``2 * hidden`` or ``dims[i - 1] if i else 64``. It is read with
Python's own parser and every node of the tree must be on a short list; evaluation walks the
tree. No attribute, no call but the listed functions, no name but those given. What an
expression means for shapes (exact dimensions) is in `symbolic`.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nnstudio.errors import UserError

MAX_TEXT = 400
MAX_LENGTH = 4096
MAX_STEPS = 20_000
MAX_MAGNITUDE = 10**15


class ExpressionError(UserError):
    """An expression that is not in the language, or has no value; the message is one sentence."""


def make_divisible(value: float, divisor: int = 8) -> int:
    """Round `value` to the nearest multiple of `divisor`, never below 90 % of it.

    Source: the channel rounding of MobileNet and EfficientNet (Sandler et al. 2018).
    """
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def _bounded_range(*arguments: int) -> list[int]:
    result = range(*arguments)
    if len(result) > MAX_LENGTH:
        raise ExpressionError(f"range has {len(result)} values, at most {MAX_LENGTH} are allowed")
    return list(result)


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

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, items: item in items,
    ast.NotIn: lambda item, items: item not in items,
}


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression: its text in one canonical spelling, its tree and its free names."""

    text: str
    tree: ast.expr
    names: frozenset[str]

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """The value with each name replaced. Raises `ExpressionError` with one sentence."""
        return _Evaluation(values).run(self.tree, self.text)


@lru_cache(maxsize=8192)
def parse(text: str) -> Expression:
    """Check `text` and return it parsed. Raises `ExpressionError` naming what is not allowed."""
    if len(text) > MAX_TEXT:
        raise ExpressionError(f"the expression has {len(text)} characters, at most {MAX_TEXT}")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"'{text}' is not a valid expression") from None
    names = _check(tree, text)
    return Expression(ast.unparse(tree), tree, frozenset(names))


def _check(tree: ast.expr, text: str) -> set[str]:
    bound: set[str] = set()
    free: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ListComp):
            if len(node.generators) != 1 or node.generators[0].is_async:
                raise ExpressionError(f"'{text}' may use only one 'for'")
            target = node.generators[0].target
            if not isinstance(target, ast.Name) or target.id in FUNCTIONS:
                raise ExpressionError(f"'{text}' must name one variable after 'for'")
            bound.add(target.id)
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            if not isinstance(node.value, bool | int | float | str | None):
                raise ExpressionError(f"'{node.value!r}' is not allowed in '{text}'")
        elif isinstance(node, ast.Name):
            if id(node) not in called and node.id not in bound:
                free.add(node.id)
        elif isinstance(node, ast.Call):
            if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
                raise ExpressionError(
                    f"'{ast.unparse(node.func)}' cannot be called in '{text}'; "
                    f"allowed are {', '.join(sorted(FUNCTIONS))}"
                )
            if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
                raise ExpressionError(f"'{text}' may call functions with plain arguments only")
        elif isinstance(node, ast.BinOp):
            if type(node.op) not in _BINARY:
                raise ExpressionError(f"an operator in '{text}' is not allowed")
        elif isinstance(node, ast.Compare):
            if any(type(op) not in _COMPARE for op in node.ops):
                raise ExpressionError(f"a comparison in '{text}' is not allowed")
        elif isinstance(node, ast.UnaryOp):
            if type(node.op) not in _UNARY:
                raise ExpressionError(f"an operator in '{text}' is not allowed")
        elif not isinstance(node, _STRUCTURE):
            what = type(node).__name__.lower()
            raise ExpressionError(f"'{text}' is not allowed in an expression ({what})")
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


class _Evaluation:
    """One walk over a checked tree, with a budget of steps."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)
        self.steps = 0

    def run(self, tree: ast.expr, text: str) -> Any:
        try:
            return self.value(tree)
        except ExpressionError:
            raise
        except ZeroDivisionError:
            raise ExpressionError(f"'{text}' divides by zero") from None
        except IndexError:
            raise ExpressionError(f"'{text}' takes an element beyond the end of a list") from None
        except (TypeError, ValueError, OverflowError, RecursionError, AttributeError) as error:
            raise ExpressionError(f"'{text}' has no value: {error}") from None

    def value(self, node: ast.expr) -> Any:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise ExpressionError(f"the expression needs more than {MAX_STEPS:,} steps")
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                if name not in self.values:
                    known = ", ".join(sorted(self.values)) or "none"
                    raise ExpressionError(f"'{name}' is not known here; known names: {known}")
                return self.values[name]
            case ast.BinOp(left=left, op=op, right=right):
                return _arithmetic(op, self.value(left), self.value(right))
            case ast.UnaryOp(op=op, operand=operand):
                return _UNARY[type(op)](self.value(operand))
            case ast.BoolOp(op=op, values=values):
                result: Any = None
                for item in values:
                    result = self.value(item)
                    if bool(result) is isinstance(op, ast.Or):
                        return result
                return result
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                first = self.value(left)
                for compare, item in zip(ops, comparators, strict=True):
                    second = self.value(item)
                    if not _COMPARE[type(compare)](first, second):
                        return False
                    first = second
                return True
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.value(body) if self.value(test) else self.value(orelse)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return [self.value(item) for item in items]
            case ast.Subscript(value=items, slice=index):
                return self.value(items)[self.index(index)]
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return FUNCTIONS[name](*[self.value(argument) for argument in arguments])
            case ast.ListComp(elt=element, generators=[generator]):
                return self.comprehension(element, generator)
        raise ExpressionError(f"{type(node).__name__} is not allowed in an expression")

    def index(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Slice):
            bounds = (node.lower, node.upper, node.step)
            return slice(*[None if b is None else self.value(b) for b in bounds])
        return self.value(node)

    def comprehension(self, element: ast.expr, generator: ast.comprehension) -> list[Any]:
        assert isinstance(generator.target, ast.Name)
        name = generator.target.id
        items = self.value(generator.iter)
        before = self.values.get(name, self)
        result = []
        for item in items:
            self.values[name] = item
            if all(self.value(condition) for condition in generator.ifs):
                result.append(self.value(element))
        if before is self:
            self.values.pop(name, None)
        else:
            self.values[name] = before
        return result


def _arithmetic(op: ast.operator, left: Any, right: Any) -> Any:
    """One operation on bounded numbers; lists may only be added."""
    lists = isinstance(left, list) and isinstance(right, list)
    if lists and isinstance(op, ast.Add):
        if len(left) + len(right) > MAX_LENGTH:
            raise ExpressionError(f"a list has more than {MAX_LENGTH} elements")
        return left + right
    for side in (left, right):
        if not isinstance(side, int | float):
            raise ExpressionError(f"arithmetic needs numbers, not {side!r}")
    if isinstance(op, ast.Pow) and (abs(right) > 64 or abs(left) > 10**6):
        raise ExpressionError(f"{left} ** {right} is too large")
    result = _BINARY[type(op)](left, right)
    if isinstance(result, complex):
        raise ExpressionError(f"{left} ** {right} is not a real number")
    if abs(result) > MAX_MAGNITUDE:
        raise ExpressionError(f"a value of {result:.3g} is too large")
    return result


def is_literal(value: object) -> bool:
    """True for the values that may stand in a project file: numbers, text, lists of them."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return all(is_literal(item) for item in value)
    return value is None or isinstance(value, bool | int | float | str)
