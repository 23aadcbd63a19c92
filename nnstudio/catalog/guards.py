"""A layer of another package with its rule, cost and texts guarded: failures become sentences.

Each is called in isolation. One that did not end once is not asked again.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from nnstudio.catalog.code import CodeError, FunctionCode, ModuleCode
from nnstudio.catalog.isolation import ASKING, ForeignError, UnansweredError, call
from nnstudio.catalog.layer import Cost, Layer, Rule
from nnstudio.catalog.memory import Declared, Memory
from nnstudio.catalog.use import ShapeError, Use
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.tensor import Tensor
from nnstudio.symbols.work import CancelledError, OutOfStepsError

T = TypeVar("T")

PASSING = (ShapeError, ExpressionError, OutOfStepsError, CancelledError)
"""What a rule may raise: its own sentences, and the ends of the analysis around it."""


class _Guard:
    """One function of a layer; after it has not ended once it is not called again."""

    def __init__(self) -> None:
        self.stuck = ""

    def __call__(
        self, function: Callable[[], T], passing: tuple[type[Exception], ...] = PASSING
    ) -> T:
        if self.stuck:
            raise UnansweredError(self.stuck)
        try:
            return call(function, ASKING, passing)
        except UnansweredError as error:
            self.stuck = str(error)
            raise


def guard_layer(layer: Layer) -> Layer:
    """The layer with a rule, a cost and texts whose failures are sentences.

    Without a rule both are found by running it, so what is not declared stays undeclared.
    """
    code: ModuleCode | FunctionCode
    if isinstance(layer.code, ModuleCode):
        writes, construct = layer.code.call, layer.code.construct
        code = replace(
            layer.code,
            call=_text(layer.type, writes, "f({})") if writes else None,
            construct=_text(layer.type, construct) if construct else None,
        )
    else:
        count = layer.code.count
        code = replace(
            layer.code,
            write=_text(layer.type, layer.code.write),
            count=_count(count, len(layer.outputs)) if count else None,
        )
    layer = replace(layer, memory=_memory(layer.memory))
    rule, cost = layer.rule, layer.cost
    if rule is None:
        return replace(layer, cost=None if cost is None else _costs(cost), code=code)
    return replace(layer, rule=_shapes(layer, rule), cost=_costs(cost), code=code)


def _shapes(layer: Layer, rule: Rule) -> Rule:
    guard, count = _Guard(), len(layer.outputs)

    def shapes(use: Use) -> tuple[Tensor, ...]:
        try:
            return guard(lambda: tensors(rule(use)))
        except ForeignError as error:
            raise ShapeError(f"the shape rule of {layer.type} failed: {error}") from error

    def tensors(found: Any) -> tuple[Tensor, ...]:
        outputs = found if isinstance(found, tuple) else (found,)
        if len(outputs) != count or not all(isinstance(item, Tensor) for item in outputs):
            kinds = ", ".join(kind_of(item) for item in outputs[: count + 1])
            raise ShapeError(
                f"the shape rule of {layer.type} must give {count} tensors, received {kinds}"
            )
        return outputs

    return shapes


def _memory(declared: Declared | None) -> Declared | None:
    if declared is None or isinstance(declared, Memory):
        return declared
    guard = _Guard()

    def memory(use: Use) -> Memory:
        try:
            found: Any = guard(lambda: declared(use))
        except (ForeignError, ShapeError, ExpressionError):
            found = None
        return found if isinstance(found, Memory) else Memory(passes=True)

    return memory


def _costs(cost: Cost | None) -> Cost:
    guard = _Guard()

    def costs(use: Use, outputs: tuple[Tensor, ...]) -> tuple[int | None, int | None]:
        if cost is None:
            return None, None
        try:
            parameters, operations = guard(lambda: pair(cost(use, outputs)))
        except (ForeignError, ShapeError, ExpressionError):
            return None, None  # a cost is only told, so it may as well be unknown
        return parameters, operations

    def pair(found: Any) -> tuple[int | None, int | None]:
        parameters, operations = found
        for number in (parameters, operations):
            if not isinstance(number, int | None):
                raise TypeError(f"expected whole numbers, received {kind_of(number)}")
        return parameters, operations

    return costs


def _count(count: Callable[[Mapping[str, Any]], int], most: int) -> Callable[..., int]:
    guard = _Guard()

    def counted(values: Mapping[str, Any]) -> int:
        try:
            return max(1, min(most, guard(lambda: int(count(values)))))
        except (ForeignError, ShapeError, ExpressionError):
            return most

    return counted


def _text(layer_type: str, write: Callable[[Any], str], form: str = "{}") -> Callable[[Any], str]:
    guard = _Guard()

    def checked(written: Any) -> str:
        try:
            return guard(lambda: parsed(write(written)), ())
        except ForeignError as error:
            raise CodeError(f"the code of {layer_type} cannot be written: {error}") from error

    def parsed(text: str) -> str:
        ast.parse(form.format(text), mode="eval")
        return text

    return checked


def kind_of(value: object) -> str:
    """What came where something else was expected."""
    return "None" if value is None else f"a value of type {type(value).__name__}"
