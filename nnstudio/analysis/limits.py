"""Is the value of an expression one that the layer's parameter can have?

What is written as a plain value was checked when it was entered; what an expression gives is known
only here.
"""

from __future__ import annotations

from nnstudio.catalog.layer import Param
from nnstudio.catalog.use import Resolved, ShapeError
from nnstudio.graph.values import Expr, Value
from nnstudio.project.checks import canonical, check_param, expressions_in
from nnstudio.project.refusal import Refusal
from nnstudio.symbols.symbolic import Term


def check_limits(declared: Param, written: Value, resolved: Resolved) -> None:
    """Raise `ShapeError` if the known value of an expression is of no use to the parameter.

    Sizes of shapes are left to the shape rules.
    """
    if declared.kind == "shape" or not isinstance(written, Expr | tuple):
        return
    if not any(True for _ in expressions_in(written)):
        return
    parts = resolved if isinstance(resolved, tuple) else (resolved,)
    if any(part.value is None and not _is_none(part) for part in parts):
        return
    values = canonical([part.value for part in parts])
    try:
        check_param(declared, values if isinstance(resolved, tuple) else values[0])
    except Refusal as refusal:
        origin = f" from '{written.text}'" if isinstance(written, Expr) else ""
        raise ShapeError(f"{refusal}{origin}", param=declared.name) from None


def _is_none(quantity: object) -> bool:
    return isinstance(quantity, Term) and quantity.is_none
