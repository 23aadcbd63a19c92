"""One formula for repetition 0 and the rest: with the index, or a choice by it."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from nnstudio.analysis.recurrences import Table, read_size
from nnstudio.catalog.use import Resolved
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.symbolic import REPETITION, Quantity, choice, substitute


def of_both(
    first: Resolved,
    rest: Resolved | None,
    entry: Mapping[str, Quantity],
    tables: Sequence[Table] = (),
) -> Resolved:
    """One form for a derived value if repetition 0 and the rest agree, else a conditional.

    `entry` says what the sizes that change are on entering a later repetition.
    """
    if isinstance(first, tuple) and isinstance(rest, tuple) and len(first) == len(rest):
        parts = [of_both(a, b, entry, tables) for a, b in zip(first, rest, strict=True)]
        return tuple(part for part in parts if not isinstance(part, tuple))
    if not isinstance(first, Dim) or not isinstance(rest, Dim):
        return first
    later = substitute(rest, entry)
    if later.equals(first):
        return first
    if REPETITION in later.names and _begins_with(later, first, tables):
        return Dim(first.value, later.terms)
    return choice(f"{REPETITION} == 0", first, later, first.value)


def _begins_with(later: Dim, first: Dim, tables: Sequence[Table]) -> bool:
    """True if the formula of the later repetitions holds for repetition 0 too."""
    try:
        found = substitute(Dim(None, later.terms), {REPETITION: Dim(0)})
        starts = {table.name: table.start for table in tables if table.name in found.names}
        if starts:
            tree = _Starts(starts).visit(ast.parse(found.text, mode="eval").body)
            found = read_size(ast.unparse(tree))
    except ExpressionError:  # ``2 ** (i - 1)`` is no whole number there
        return False
    known = first if first.is_constant else Dim(None, first.terms)
    return found.equals(known)


class _Starts(ast.NodeTransformer):
    """``stage_channels[0]`` is what the table begins with."""

    def __init__(self, starts: Mapping[str, Dim]) -> None:
        self.starts = starts

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=0)) if (
                name in self.starts
            ):
                return ast.parse(self.starts[name].text, mode="eval").body
        return self.generic_visit(node)
