"""The opposite of a requirement, as one writes it: what the class refuses."""

from __future__ import annotations

import ast

_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def negation(tree: ast.expr) -> str:
    """``n % 2 == 0`` gives ``n % 2 != 0``.

    That no element is wrong, ``len([row for row in rows if len(row) != 3]) == 0``, gives that any
    is: ``any(len(row) != 3 for row in rows)``.
    """
    if isinstance(tree, ast.Compare) and len(tree.ops) == 1 and type(tree.ops[0]) in _OPPOSITE:
        wrong = _elements(tree)
        if wrong is not None:
            return wrong
        opposite = _OPPOSITE[type(tree.ops[0])]()
        return ast.unparse(ast.Compare(tree.left, [opposite], tree.comparators))
    return ast.unparse(ast.UnaryOp(ast.Not(), tree))


def _elements(tree: ast.Compare) -> str | None:
    """``any(...)`` where a list of those for which something holds has to be empty."""
    match tree:
        case ast.Compare(
            left=ast.Call(
                func=ast.Name(id="len"),
                args=[ast.ListComp(generators=[ast.comprehension(ifs=[_, *_]) as part])],
            ),
            ops=[ast.Eq()],
            comparators=[ast.Constant(value=0)],
        ):
            holds = part.ifs[0] if len(part.ifs) == 1 else ast.BoolOp(ast.And(), part.ifs)
            target, over = ast.unparse(part.target), ast.unparse(part.iter)
            return f"any({ast.unparse(holds)} for {target} in {over})"
    return None
