"""Parameter values as written in the project, resolved in the scope of a block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nnstudio.catalog.layer import AUTO, REQUIRED, Layer, Param
from nnstudio.catalog.use import Resolved
from nnstudio.graph.values import Expr, Value
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.expression import parse
from nnstudio.symbols.symbolic import Scope, Term, literal, resolve


def resolve_value(value: Value, scope: Scope, *, names: bool = False) -> Resolved:
    """`value` in `scope`; with `names`, text inside a list is an expression (shape patterns)."""
    if isinstance(value, Expr):
        return resolve(parse(value.text), scope)
    if isinstance(value, tuple):
        if any(
            isinstance(item, Expr | tuple) or (names and isinstance(item, str)) for item in value
        ):
            parts = [resolve_value(_item(item, names), scope) for item in value]
            return tuple(part for part in parts if not isinstance(part, tuple))
        return Term([*value], repr(value), True)
    return literal(value)


def _item(item: Any, names: bool) -> Value:
    return Expr(item) if names and isinstance(item, str) else item


@dataclass(frozen=True)
class Declared:
    """The parameters of a layer: defaults as quantities, those by name, those that are required."""

    layer: Layer
    defaults: Mapping[str, Resolved]
    by_name: Mapping[str, Param]
    required: tuple[Param, ...]


_DECLARED: dict[int, Declared] = {}


def declared_params(layer: Layer) -> Declared:
    """Parameters that a layer declares, read once; AUTO and REQUIRED have no default."""
    known = _DECLARED.get(id(layer))
    if known is None:
        required = tuple(param for param in layer.params if param.default is REQUIRED)
        by_name = {param.name: param for param in layer.params}
        known = _DECLARED[id(layer)] = Declared(layer, _defaults(layer), by_name, required)
    return known


def _defaults(layer: Layer) -> Mapping[str, Resolved]:
    return {
        param.name: resolve_value(
            tuple(param.default) if isinstance(param.default, list) else param.default, {}
        )
        for param in layer.params
        if param.default is not AUTO and param.default is not REQUIRED
    }


def plain(value: Value) -> Any:
    """A literal of the file as the expression language has it: lists for tuples."""
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def formula_text(value: Resolved) -> str:
    """Write a resolved value as its formula: `hidden`, `2, 2`."""
    return ", ".join(q.text for q in value) if isinstance(value, tuple) else value.text


def distinct_text(value: Resolved, other: Resolved) -> str:
    """Write the number, or the formula where the numbers do not tell the two apart."""
    if isinstance(value, Dim) and isinstance(other, Dim) and value.differs(other):
        return value.label
    return formula_text(value)
