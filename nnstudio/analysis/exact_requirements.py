"""Requirements of the form ``a % b == 0``: what they make exact in the formulas of their block."""

from __future__ import annotations

import ast

from nnstudio.analysis.binding import free_names
from nnstudio.project.values import Block
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.exact_products import NO_FACTS, Facts
from nnstudio.symbols.expression import parse


def facts_of(block: Block) -> Facts:
    """(``a // b``, ``b``) -> ``a`` for each, and the same for a local that is ``a // b``.

    Requirements that speak of sizes which only the data tells are left out: the class cannot check
    them.
    """
    if not block.requirements:
        return NO_FACTS
    free = frozenset(free_names(block))
    found: dict[tuple[str, str], str] = {}
    quotients = {item.name: _text(item.value.text) for item in block.locals}
    for requirement in block.requirements:
        try:
            condition = parse(requirement.condition.text)
        except ExpressionError:
            continue
        match condition.tree:
            case ast.Compare(
                left=ast.BinOp(left=left, op=ast.Mod(), right=right),
                ops=[ast.Eq()],
                comparators=[ast.Constant(value=0)],
            ) if not condition.names & free and _is_factor(right):
                whole, part = ast.unparse(left), ast.unparse(right)
                quotient = ast.unparse(ast.BinOp(left, ast.FloorDiv(), right))
                found[f"({whole}) // ({part})", part] = whole
                found[quotient, part] = whole
                for name, text in quotients.items():
                    if text == quotient:
                        found[name, part] = whole
    return found


def _is_factor(divisor: ast.expr) -> bool:
    """True for what is one factor of a product: a name, or a power as ``2 ** depth``."""
    match divisor:
        case ast.Name():
            return True
        case ast.BinOp(left=ast.Name() | ast.Constant(), op=ast.Pow(), right=ast.Name()):
            return True
    return False


def _text(source: str) -> str:
    try:
        return parse(source).text
    except ExpressionError:
        return ""
