"""Whether conditions can hold at once: what is said of two nodes must be able to be true.

The conditions are tried with values of the block's parameters: those that they speak of, their
neighbours and some more. What is found holds; what is not found may be overlooked, and then nothing
is said.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from typing import Any

from nnstudio.analysis.values import plain
from nnstudio.catalog.layer import REQUIRED
from nnstudio.graph.values import Expr
from nnstudio.project.values import Block
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.expression import Expression, parse
from nnstudio.symbols.symbolic import REPETITION

# that many values of all names together are tried
TRIALS = 4096
# what a number is where no condition says more
NUMBERS = (0, 1, 2, 3, 8, 64)
# repetitions that are tried where nobody knows how many there are
REPETITIONS = 8
# lists are tried up to this length
LONGEST = 8


def can_hold(block: Block, conditions: Iterable[Expr | None]) -> bool:
    """True if some values of the parameters are found with which all conditions hold."""
    parsed = _parsed(conditions)
    if parsed is None:
        return False
    return not parsed or any(
        all(_holds(condition, values) for condition in parsed) for values in _trials(block, parsed)
    )


def can_hold_twice(block: Block, condition: Expr, count: int | Expr | None) -> bool:
    """True if a condition can hold in two repetitions of one node."""
    parsed = _parsed([condition])
    if parsed is None:
        return False
    most = count if isinstance(count, int) else REPETITIONS
    return any(
        sum(_holds(parsed[0], {**values, REPETITION: k}) for k in range(most)) > 1
        for values in _trials(block, parsed)
    )


def _parsed(conditions: Iterable[Expr | None]) -> list[Expression] | None:
    try:
        return [parse(text) for text in dict.fromkeys(c.text for c in conditions if c is not None)]
    except ExpressionError:
        return None


def _holds(condition: Expression, values: Mapping[str, Any]) -> bool:
    try:
        return bool(condition.evaluate(values))
    except ExpressionError:
        return False


def _trials(block: Block, conditions: list[Expression]) -> Iterator[dict[str, Any]]:
    """Values of all names, such that the block's requirements hold that speak of them."""
    named = frozenset().union(*(condition.names for condition in conditions))
    texts = {item.name: item.value.text for item in block.locals}
    while True:
        more = named | frozenset().union(*(_names(texts[n]) for n in named if n in texts))
        if more == named:
            break
        named = more
    wanted = [parse(r.condition.text) for r in block.requirements if _names(r.condition.text)]
    wanted = [condition for condition in wanted if condition.names <= named]
    constants = {
        node.value
        for condition in (*conditions, *wanted)
        for node in ast.walk(condition.tree)
        if isinstance(node, ast.Constant)
    }
    free = sorted(named - texts.keys())
    choices = [_values(block, name, constants) for name in free]
    for chosen in islice(product(*choices), TRIALS):
        values: dict[str, Any] = dict(zip(free, chosen, strict=True))
        for item in block.locals:
            if item.name in named:
                try:
                    values[item.name] = parse(item.value.text).evaluate(values)
                except ExpressionError:
                    break
        if all(_holds(condition, values) for condition in wanted):
            yield values


def _names(text: str) -> frozenset[str]:
    try:
        return parse(text).names
    except ExpressionError:
        return frozenset()


def _items(kind: str, near: list[Any], constants: set[Any]) -> list[Any]:
    """What an element of a list may be worth."""
    match kind:
        case "list[bool]":
            return [True, False]
        case "list[str]":
            return [c for c in constants if isinstance(c, str)] + ["", "-"]
        case "list[float]":
            return [*near, *NUMBERS]
    numbers = [*map(int, near), *NUMBERS]
    return [[n] * 4 for n in numbers] if kind == "list[list[int]]" else numbers


def _values(block: Block, name: str, constants: set[Any]) -> list[Any]:
    """What a name may be worth, by the type of the parameter; a size is a whole number."""
    parameter = block.parameter(name)
    kind = parameter.type if parameter is not None else "int"
    found: list[Any] = []
    if parameter is not None and parameter.default is not REQUIRED:
        found.append(plain(parameter.default))  # type: ignore[arg-type]
    numbers = sorted({c for c in constants if isinstance(c, int | float)})
    near = [number + step for number in numbers for step in (0, 1, -1)]
    near += [2 * number for number in numbers]
    if kind == "bool":
        found += [True, False]
    elif kind == "str":
        found += [c for c in constants if isinstance(c, str)] + ["", "-"]
    elif kind.startswith("list"):
        most = max((n for n in numbers if isinstance(n, int) and n < LONGEST), default=2)
        items = _items(kind, near, constants)
        found += [[]] + [[item] * length for length in range(1, most + 2) for item in items]
    else:
        found += [*(near if kind == "float" else map(int, near)), *NUMBERS]
        products = [a * b for a in numbers for b in numbers if a < b]
        found += products if kind == "float" else map(int, products)
    return list({repr(value): value for value in found}.values())
