"""How the names of a block are bound at one use: unification of its Input patterns.

Two passes in declaration order, open optional Inputs skipped: first bare names (a parameter that
is not given takes the caller's size; a free name takes it at first sight), then numbers,
expressions, given parameters and requirements are checked.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

from nnstudio.analysis.values import plain, resolve_value
from nnstudio.catalog.layer import REQUIRED
from nnstudio.catalog.layers.io import INPUT
from nnstudio.catalog.use import ParamFix, Resolved, ShapeError, Steps, nearest_divisor
from nnstudio.graph.values import Expr, Node
from nnstudio.project.values import Block
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.dimension import BATCH_NAMES, Dim
from nnstudio.symbols.expression import parse
from nnstudio.symbols.symbolic import (
    Quantity,
    Scope,
    Term,
    as_size,
    literal,
    named_quantity,
    resolve,
    substitute,
    truth,
)
from nnstudio.symbols.tensor import DType, Tensor

Pattern = tuple[int | str, ...]


def pattern_of(node: Node) -> Pattern:
    """The shape pattern of an Input node: numbers and expression texts."""
    shape = node.params.get("shape", ())
    items = shape if isinstance(shape, tuple) else (shape,)
    return tuple(
        item if isinstance(item, int) else item.text if isinstance(item, Expr) else str(item)
        for item in items
    )


def dtype_of(node: Node) -> DType:
    """The kind of values that an Input takes; the check of a project leaves no other word."""
    return cast(DType, node.params.get("dtype", "float"))


def pattern_text(pattern: Pattern) -> str:
    """``(N, 1, 16, 12)``."""
    return f"({', '.join(str(item) for item in pattern)}{',' if len(pattern) == 1 else ''})"


@lru_cache(maxsize=4096)
def _bare(item: str) -> bool:
    return item.isidentifier()


def free_names(block: Block) -> tuple[str, ...]:
    """The names in the Input patterns that are neither parameters nor locals, in order."""
    known = block.names
    key = "free names", known
    noted: tuple[str, ...] | None = block.graph.noted.get(key)
    if noted is not None:
        return noted
    found: dict[str, None] = {}
    for node in block.graph.of_type(INPUT):
        for item in pattern_of(node):
            if isinstance(item, str) and _bare(item) and item not in known:
                found[item] = None
    noted = block.graph.noted[key] = tuple(found)
    return noted


@dataclass(frozen=True)
class Binding:
    """`values` are the numbers inside the block, `outside` its names in the caller's terms."""

    values: Mapping[str, object]
    outside: Mapping[str, Quantity]
    inputs: Mapping[str, Tensor]
    scope: Scope
    derived: Mapping[str, Dim] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()


def bind(block: Block, given: Mapping[str, Resolved], tensors: Mapping[str, Tensor]) -> Binding:
    """Bind a use of `block`. Raises `ShapeError` with one sentence.

    `given` are the arguments at the use, `tensors` the connected inputs, both in the caller's
    terms.
    """
    outside: dict[str, Quantity] = {}
    derived: dict[str, Dim] = {}
    parameters = {p.name: p for p in block.parameters}
    inputs = block.graph.of_type(INPUT)
    for name, value in given.items():
        outside[name] = _single(value)
    for node in inputs:
        tensor = tensors.get(node.name)
        if tensor is None:
            continue
        pattern = pattern_of(node)
        if len(pattern) != tensor.rank:
            raise ShapeError(
                f"input '{node.name}' expects {len(pattern)} dimensions {pattern_text(pattern)}, "
                f"received {tensor.rank} ({tensor.label})",
                fix=Steps.through(node.name, tensor, len(pattern)),
            )
        for item, dim in zip(pattern, tensor.shape, strict=True):
            if isinstance(item, str) and _bare(item) and item not in outside:
                outside[item] = dim
                if item in parameters:
                    derived[item] = dim
    for parameter in block.parameters:
        if parameter.name not in outside and parameter.default is not REQUIRED:
            default = parameter.default
            outside[parameter.name] = literal(plain(default))  # type: ignore[arg-type]
    missing = [p.name for p in block.parameters if p.name not in outside]
    if missing:
        raise ShapeError(f"needs a value for {missing[0]}", param=missing[0])
    return complete(block, outside, tensors, derived)


def _single(value: Resolved) -> Quantity:
    if not isinstance(value, tuple):
        return value
    text = f"[{', '.join(part.text for part in value)}]"
    values = [part.value for part in value]
    return Term(None if None in values else values, text, all(p.is_constant for p in value))


def complete(
    block: Block,
    outside: dict[str, Quantity],
    tensors: Mapping[str, Tensor],
    derived: Mapping[str, Dim],
) -> Binding:
    """The second pass: locals, then every pattern item against the tensor that came."""
    values: dict[str, object] = {name: quantity.value for name, quantity in outside.items()}
    free = [name for name in free_names(block) if name in outside]
    scope: dict[str, Quantity] = {
        p.name: named_quantity(p.name, _inner(values.get(p.name))) for p in block.parameters
    }
    for name in free_names(block):
        number = values.get(name)
        scope[name] = Dim.atom(name, number if isinstance(number, int) else None)
    for local in block.locals:
        quantity = resolve(parse(local.value.text), scope)
        scope[local.name] = named_quantity(local.name, _inner(quantity.value))
        outside[local.name] = resolve(parse(local.value.text), {**outside})
    inner: dict[str, Tensor] = {}
    absent: set[str] = set()
    for node in block.graph.of_type(INPUT):
        pattern = pattern_of(node)
        tensor = tensors.get(node.name)
        dtype = dtype_of(node)
        if tensor is None:
            absent.add(node.name)
            shape = _pattern_sizes(node, scope)
        else:
            for position, (item, dim) in enumerate(zip(pattern, tensor.shape, strict=True)):
                _check(node, position, item, dim, scope, outside)
            shape = tuple(_inside(i, d, scope) for i, d in zip(pattern, tensor.shape, strict=True))
            if tensor.dtype != dtype and "float" in (dtype, tensor.dtype):
                raise ShapeError(
                    f"input '{node.name}' expects {dtype} values, received {tensor.dtype}"
                )
        inner[node.name] = Tensor(shape, dtype)
    for sentence, fix in broken_requirements(block, scope):
        raise ShapeError(sentence, fix=fix)
    kept = {name: outside[name] for name in outside if name in scope or name in free}
    return Binding(values, kept, inner, scope, derived, frozenset(absent))


def broken_requirements(block: Block, scope: Scope) -> Iterator[tuple[str, ParamFix | None]]:
    """A sentence for each requirement that does not hold, or has no value; perhaps a fix."""
    for requirement in block.requirements:
        text = requirement.condition.text
        try:
            holds = truth(resolve(parse(text), scope))
        except ExpressionError as error:
            yield f"the requirement '{requirement.sentence}': {error}", None
        else:
            if holds is False:
                yield f"{requirement.sentence} ({text})", _divisor(block, parse(text).tree, scope)


def _divisor(block: Block, condition: ast.expr, scope: Scope) -> ParamFix | None:
    """For ``hidden % heads == 0``: the nearest number of heads that divides."""
    match condition:
        case ast.Compare(
            left=ast.BinOp(left=ast.Name(id=whole), op=ast.Mod(), right=ast.Name(id=part)),
            ops=[ast.Eq()],
            comparators=[ast.Constant(value=0)],
        ):
            number, wanted = scope[whole].value, scope[part].value
            if not isinstance(number, int) or not isinstance(wanted, int):
                return None
            if block.parameter(part) is not None:
                fits = nearest_divisor(number, wanted)
                return ParamFix(part, fits, f"Set {part} to {fits}")
    return None


def _inner(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _inside(item: int | str, dim: Dim | None, scope: Scope) -> Dim:
    """A pattern item as a dimension in the block's own terms, with the caller's number."""
    if isinstance(item, int):
        return Dim(item)
    formula = as_size(resolve(item, scope))
    if (
        formula.value is None
        and dim is not None
        and dim.value is not None
        and not formula.is_constant
    ):
        return Dim(dim.value, formula.terms)
    return formula


def _pattern_sizes(node: Node, scope: Scope) -> tuple[Dim, ...]:
    """The sizes of an Input by its pattern alone; none of them is negative."""
    shape = tuple(_inside(item, None, scope) for item in pattern_of(node))
    for position, (item, size) in enumerate(zip(pattern_of(node), shape, strict=True)):
        if size.value is not None and size.value < 0:
            raise ShapeError(
                f"input '{node.name}' expects sizes from 1 on, received {size.value} ({item}) "
                f"in dimension {position}"
            )
    return shape


def _check(
    node: Node, position: int, item: int | str, dim: Dim, scope: Scope, outside: Scope
) -> None:
    expected = Dim(item) if isinstance(item, int) else as_size(resolve(item, scope))
    bound = outside.get(item) if isinstance(item, str) else None
    if expected.clashes(dim) or (isinstance(bound, Dim) and bound.clashes(dim)):
        known = isinstance(item, int) or expected.is_constant or expected.label == item
        name = "" if known else f" ({item})"
        raise ShapeError(
            f"input '{node.name}' expects {expected.label}{name} in dimension {position}, "
            f"received {dim.label}"
        )


def outward(tensor: Tensor, outside: Scope, untold: str) -> Tensor:
    """An output of the block in the caller's terms, numbers kept.

    `outside` are the names of the block in these terms. A size that rests on another name, or that
    grows too long, becomes a name of its own, which begins with `untold`.
    """
    shape = []
    for k, dim in enumerate(tensor.shape):
        formula = Dim.atom(f"{untold}{k}", dim.value)
        if dim.names <= outside.keys():
            with suppress(ExpressionError):
                formula = substitute(dim, outside)
        if not formula.is_constant and formula.value != dim.value:
            formula = Dim(dim.value if dim.value is not None else formula.value, formula.terms)
        shape.append(formula)
    return Tensor(tuple(shape), tensor.dtype)


def with_derived(outside: Scope, derived: Mapping[str, Dim], tensors: Iterable[Tensor]) -> Scope:
    """`outside` with the formulas that the block has names for, as far as `tensors` need them."""
    wanted = {name for tensor in tensors for dim in tensor.shape for name in dim.names}
    for name in reversed([*derived] if wanted & derived.keys() else []):
        if name in wanted:
            wanted |= derived[name].names
    found = dict(outside)
    for name, formula in derived.items():
        if name in wanted and formula.names <= found.keys():
            with suppress(ExpressionError):
                found[name] = substitute(formula, found)
    return found


def root_binding(block: Block, values: Mapping[str, object]) -> Binding:
    """The root block with `values` for its parameters (else their defaults), examples for names."""
    outside: dict[str, Quantity] = {}
    for parameter in block.parameters:
        value = values.get(parameter.name, parameter.default)
        if value is not REQUIRED:
            outside[parameter.name] = _single(resolve_value(value, {}))  # type: ignore[arg-type]
    scope: dict[str, Quantity] = {
        p.name: named_quantity(p.name, _inner(outside[p.name].value if p.name in outside else None))
        for p in block.parameters
    }
    examples: dict[str, int] = {}
    for node in block.graph.of_type(INPUT):
        example = node.params.get("example")
        if isinstance(example, tuple) and len(example) == len(pattern_of(node)):
            for item, size in zip(pattern_of(node), example, strict=True):
                if isinstance(item, str) and _bare(item) and item not in BATCH_NAMES:
                    examples.setdefault(item, size)
    for name in free_names(block):
        scope[name] = Dim.atom(name, examples.get(name))
        outside[name] = scope[name]
    for local in block.locals:
        quantity = resolve(parse(local.value.text), scope)
        scope[local.name] = named_quantity(local.name, _inner(quantity.value))
        outside[local.name] = quantity
    tensors: dict[str, Tensor] = {}
    for node in block.graph.of_type(INPUT):
        shape = _pattern_sizes(node, scope)
        tensors[node.name] = Tensor(shape, dtype_of(node))
    numbers = {name: quantity.value for name, quantity in outside.items()}
    return Binding(numbers, outside, tensors, scope)
