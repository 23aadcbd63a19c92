"""The value of an expression, by a walk over its checked tree with a budget of steps.

Every operation is charged by the size of its operands before it is done, and no value is larger
than `MAX_MAGNITUDE` or longer than `MAX_LENGTH`: so neither time nor memory rests on what the
text asks for.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from nnstudio.symbols.bounds import (
    MAX_DIGITS,
    MAX_LENGTH,
    MAX_MAGNITUDE,
    ExpressionError,
    brief,
    quoted,
    some,
)
from nnstudio.symbols.work import MAX_STEPS, spend

WALKED = 200
"""Elements that C code walks through in one step."""
MADE = 10
"""Elements of a new list for one step: they take memory, too."""

Functions = Mapping[str, Callable[..., Any]]

BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
}
COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, items: item in items,
    ast.NotIn: lambda item, items: item not in items,
}


class Steps:
    """What one expression may take; what it took counts for the whole calculation, too."""

    def __init__(self) -> None:
        self.left = MAX_STEPS

    def take(self, steps: int) -> None:
        """Take some; raises `ExpressionError` where there are no more."""
        self.left -= steps
        if self.left < 0:
            raise ExpressionError(f"the expression needs more than {MAX_STEPS:,} steps")


def evaluate(
    tree: ast.expr, text: str, values: Mapping[str, Any], functions: Functions, steps: Steps
) -> Any:
    """The value of a checked tree; raises `ExpressionError` with one sentence."""
    before = steps.left
    try:
        evaluation = _Evaluation(values, functions, steps)
        return evaluation.kept(evaluation.value(tree))
    except ExpressionError:
        raise
    except ZeroDivisionError:
        raise ExpressionError(f"{quoted(text)} divides by zero") from None
    except IndexError:
        sentence = f"{quoted(text)} takes an element beyond the end of a list"
        raise ExpressionError(sentence) from None
    except OverflowError:
        raise ExpressionError(f"a value in {quoted(text)} is too large") from None
    except RecursionError:
        raise ExpressionError(f"{quoted(text)} is nested too deep") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise ExpressionError(f"{quoted(text)} has no value: {error}") from None
    finally:
        spend(before - steps.left)


class _Evaluation:
    """One walk. A `range` stays one until it is part of a list or of the answer."""

    def __init__(self, values: Mapping[str, Any], functions: Functions, steps: Steps) -> None:
        self.values = dict(values)
        self.functions = functions
        self.take = steps.take

    def value(self, node: ast.expr) -> Any:
        self.take(1)
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                if name not in self.values:
                    known = some(sorted(self.values))
                    raise ExpressionError(f"'{name}' is not known here; known names: {known}")
                return self.values[name]
            case ast.BinOp(left=left, op=op, right=right):
                return self.arithmetic(op, self.value(left), self.value(right))
            case ast.UnaryOp(op=op, operand=operand):
                return UNARY[type(op)](self.value(operand))
            case ast.BoolOp(op=op, values=values):
                result: Any = None
                for item in values:
                    result = self.value(item)
                    if bool(result) is isinstance(op, ast.Or):
                        return result
                return result
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self.comparison(self.value(left), ops, comparators)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.value(body) if self.value(test) else self.value(orelse)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return [self.value(item) for item in items]
            case ast.Subscript(value=items, slice=index):
                return self.element(self.value(items), index)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self.call(name, [self.value(argument) for argument in arguments])
            case ast.ListComp(elt=element, generators=[generator]):
                return self.comprehension(element, generator)
        raise ExpressionError(f"{type(node).__name__} is not allowed in an expression")

    # -- operations -----------------------------------------------------------------------------

    def arithmetic(self, op: ast.operator, left: Any, right: Any) -> Any:
        """One operation on bounded numbers; lists may only be added."""
        sequences = isinstance(left, list | range) and isinstance(right, list | range)
        if sequences and isinstance(op, ast.Add):
            if len(left) + len(right) > MAX_LENGTH:
                raise ExpressionError(f"a list has more than {MAX_LENGTH} elements")
            return [*self.listed(left), *self.listed(right)]
        for side in (left, right):
            if not isinstance(side, int | float):
                raise ExpressionError(f"arithmetic needs numbers, not {brief(side)}")
        if isinstance(op, ast.Pow) and (abs(right) > 64 or abs(left) > 10**6):
            raise ExpressionError(f"{brief(left)} ** {brief(right)} is too large")
        result = BINARY[type(op)](left, right)
        if isinstance(result, complex):
            raise ExpressionError(f"{brief(left)} ** {brief(right)} is not a real number")
        if abs(result) > MAX_MAGNITUDE:
            raise ExpressionError(f"a value of {brief(result)} is too large")
        return result

    def comparison(self, first: Any, ops: list[ast.cmpop], comparators: list[ast.expr]) -> bool:
        for compare, item in zip(ops, comparators, strict=True):
            second = self.value(item)
            whole = isinstance(compare, ast.In | ast.NotIn) and isinstance(second, range)
            if not whole:
                first, second = self.plain(first), self.plain(second)
            if not COMPARE[type(compare)](first, second):
                return False
            first = second
        return True

    def element(self, items: Any, index: ast.expr) -> Any:
        if not isinstance(index, ast.Slice):
            return items[self.value(index)]
        bounds = (index.lower, index.upper, index.step)
        part = items[slice(*[None if b is None else self.value(b) for b in bounds])]
        if isinstance(part, list):
            self.take(len(part) // MADE)
        return part

    def call(self, name: str, arguments: list[Any]) -> Any:
        """One function of the language, refused before it could take long."""
        if name in ("min", "max", "sum", "prod") and len(arguments) > 1:
            arguments = [self.plain(argument) for argument in arguments]
        for argument in arguments:
            # comparing takes longer than adding up
            for _ in range(4 if name in ("min", "max") else 1):
                self.walk(argument)
        if name in ("sum", "prod") and any(_holds_lists(argument) for argument in arguments):
            raise ExpressionError(f"{name} needs numbers, not lists of them")
        if name == "prod" and arguments and isinstance(arguments[0], list | range):
            # the product of n numbers has n times their digits before it is refused
            self.take(len(arguments[0]) ** 2 // (10 * WALKED))
        if name == "round" and len(arguments) > 1 and not _is_up_to(arguments[1], MAX_DIGITS):
            raise ExpressionError(f"round keeps up to {MAX_DIGITS} places, not {arguments[1]}")
        if name in ("int", "float") and arguments and isinstance(arguments[0], str):
            count = len(arguments[0])
            if count > MAX_DIGITS:
                raise ExpressionError(f"a number of {count:,} characters is too long")
        result = self.functions[name](*arguments)
        if isinstance(result, int) and abs(result) > MAX_MAGNITUDE:
            raise ExpressionError(f"a value of {brief(result)} is too large")
        if isinstance(result, float) and not math.isfinite(result):
            raise ExpressionError(f"{name} gives {result}, which is no number to go on with")
        return result

    def comprehension(self, element: ast.expr, generator: ast.comprehension) -> list[Any]:
        assert isinstance(generator.target, ast.Name)
        name = generator.target.id
        items = self.value(generator.iter)
        before = self.values.get(name, self)
        result = []
        for item in items:
            self.take(1)
            self.values[name] = item
            if all(self.value(condition) for condition in generator.ifs):
                result.append(self.value(element))
        if before is self:
            self.values.pop(name, None)
        else:
            self.values[name] = before
        return result

    # -- sizes ----------------------------------------------------------------------------------

    def walk(self, value: Any) -> None:
        """Charge for one walk through a value, as long as it is deep."""
        if isinstance(value, str | range):
            self.take(len(value) // WALKED)
        elif isinstance(value, list | tuple):
            self.take(1 + len(value) // WALKED)
            if _holds_lists(value):
                for item in value:
                    self.walk(item)

    def listed(self, value: Any) -> list[Any]:
        self.take(len(value) // MADE)
        return value if isinstance(value, list) else list(value)

    def plain(self, value: Any) -> Any:
        """A value that can be compared, charged for that."""
        self.walk(value)
        return self.listed(value) if isinstance(value, range) else value

    def kept(self, value: Any) -> Any:
        """The answer, with lists for ranges; in all of it no more elements than a list may have."""
        if not isinstance(value, list | range):
            return value
        return self.counted(value, [MAX_LENGTH])

    def counted(self, value: Any, left: list[int]) -> Any:
        if not isinstance(value, list | range):
            return value
        left[0] -= len(value)
        if left[0] < 0:
            raise ExpressionError(f"a list has more than {MAX_LENGTH} elements")
        if isinstance(value, range):
            return list(value)
        return [self.counted(item, left) for item in value] if _holds_lists(value) else value


def _holds_lists(value: Any) -> bool:
    if not isinstance(value, list | tuple):
        return False
    return not {list, tuple, range}.isdisjoint(map(type, value))


def _is_up_to(value: Any, limit: int) -> bool:
    return not isinstance(value, int) or abs(value) <= limit
