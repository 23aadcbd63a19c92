"""Conditions of nodes as parts that all hold, and the one that the members of a group share."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.graph.values import Expr, Graph, Node
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.expression import parse


def parts_of(condition: Expr | None) -> tuple[str, ...]:
    """The conditions that have to hold for one to hold: ``a and b`` has two."""
    if condition is None:
        return ()
    try:
        tree = parse(condition.text).tree
    except ExpressionError:
        return (condition.text,)
    if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And):
        return tuple(ast.unparse(value) for value in tree.values)
    return (condition.text,)


def all_of(parts: Iterable[str]) -> Expr | None:
    """The condition that all of some hold, each named once; None: there is none."""
    found = list(dict.fromkeys(parts))
    if len(found) < 2:
        return Expr(found[0]) if found else None
    try:
        trees = [parse(part).tree for part in found]
    except ExpressionError:
        return Expr(" and ".join(f"({part})" for part in found))
    return Expr(ast.unparse(ast.BoolOp(ast.And(), trees)))


def both(first: Expr | None, second: Expr | None) -> Expr | None:
    """The condition that both hold; None: there is none."""
    if first is None or second is None or first == second:
        return first if first is not None else second
    return all_of((*parts_of(first), *parts_of(second)))


def within(around: Expr | None, own: Expr | None, owner: Node | None) -> Expr | None:
    """The condition of a node with one `around` it, which is not said twice.

    owner: the node whose module it calls, None if it has its own; it has the condition of that.
    """
    told = owner is not None and {*parts_of(around)} <= {*parts_of(owner.when)}
    return own if told else both(around, own)


def conditional_members(graph: Graph, group: str) -> tuple[Node, ...]:
    """What lies in a group, directly or deep, and can have a condition of its own.

    Inputs and Outputs cannot, what calls a module has the condition of its owner, and what has no
    input but is no tensor of the block has nothing that could pass in its place.
    """
    found = []
    for node in graph.nodes:
        if node.type in (INPUT, OUTPUT) or group not in graph.ancestry(node.group):
            continue
        fed = node.type in (PARAMETER, BUFFER) or graph.incoming[node.id]
        owner = graph.by_id.get(node.shares) if node.shares else None
        if fed and (owner is None or group not in graph.ancestry(owner.group)):
            found.append(node)
    return tuple(found)


def shared_condition(nodes: Iterable[Node]) -> Expr | None:
    """The condition that all of some nodes have, perhaps besides their own; None: none."""
    conditions = [parts_of(node.when) for node in nodes]
    if not conditions:
        return None
    first, *others = conditions
    return all_of(part for part in first if all(part in parts for parts in others))
