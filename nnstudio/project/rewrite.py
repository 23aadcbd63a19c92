"""Names in the values of a block's nodes: which occur, and how others take their place.

Expressions are rewritten through their checked syntax trees; what has no names left becomes a
plain value.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from nnstudio.catalog import registry
from nnstudio.graph.values import Expr, FrozenMap, Graph, Node, Value
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Block, Local, Project, Requirement
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.expression import parse
from nnstudio.symbols.symbolic import REPETITION

Replacements = Mapping[str, Value]


def _is_pattern(project: Project, node: Node, param: str) -> bool:
    """True for parameters whose texts are names: ``("N", "hidden", 8)``."""
    layer = None if node.type in project.by_name else registry.find(node.type)
    spec = layer.param(param) if layer is not None else None
    return spec is not None and spec.kind == "shape"


def names_in(value: object, pattern: bool = False) -> Iterator[str]:
    """The free names in a value; with `pattern`, its texts are names too."""
    if isinstance(value, Expr):
        yield from parse(value.text).names
    elif isinstance(value, tuple):
        for item in value:
            yield from names_in(item, pattern)
    elif pattern and isinstance(value, str):
        yield value


def names_of_node(project: Project, node: Node) -> set[str]:
    """The names of the block that a node uses: in parameters, repeat and condition."""
    found: set[str] = set()
    for param, value in node.params.items():
        found |= set(names_in(value, _is_pattern(project, node, param)))
    if node.when is not None:
        found |= set(names_in(node.when))
    found.discard(REPETITION)  # an alternative is repeated as the node it stands for
    if node.repeat is not None:
        found |= set(names_in(node.repeat.count))
    return found


def users_of(project: Project, block: Block, name: str) -> list[str]:
    """Users of a name of `block`: nodes, locals and requirements, as the user sees them."""
    users = [n.name or n.type for n in block.graph.nodes if name in names_of_node(project, n)]
    users += [f"local {known.name}" for known in block.locals if name in names_in(known.value)]
    users += [
        f"requirement '{r.condition.text}'"
        for r in block.requirements
        if name in names_in(r.condition)
    ]
    return users


def refuse_used(project: Project, block: Block, name: str) -> None:
    users = users_of(project, block, name)
    if users:
        listed = ", ".join(users[:3]) + (" and others" if len(users) > 3 else "")
        raise Refusal(f"'{name}' is used by {listed} and cannot be removed")


def substitute_names(text: str, by: Replacements) -> Value:
    """The expression `text` with names replaced; a plain value where no name is left."""
    expression = parse(text)
    if not expression.names & by.keys():
        return Expr(text)
    trees = {name: _tree(value) for name, value in by.items() if name in expression.names}
    tree = ast.parse(expression.text, mode="eval").body
    tree = _Substitution(trees).visit(_with_fresh_variables(tree, trees))
    try:
        result = parse(ast.unparse(tree))
        return Expr(result.text) if result.names else _plain(result.evaluate({}))
    except ExpressionError as error:
        raise Refusal(str(error)) from None


def _plain(value: Any) -> Value:
    return tuple(_plain(item) for item in value) if isinstance(value, list) else value


def _tree(value: Value) -> ast.expr:
    text = value.text if isinstance(value, Expr) else repr(_as_list(value))
    return ast.parse(text, mode="eval").body


def _as_list(value: Any) -> Any:
    if isinstance(value, Expr):
        return _Verbatim(value.text)
    return [_as_list(item) for item in value] if isinstance(value, tuple) else value


class _Verbatim:
    """An expression inside a list, written as it is."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


class _Substitution(ast.NodeTransformer):
    def __init__(self, trees: Mapping[str, ast.expr]) -> None:
        self.trees = trees

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.trees.get(node.id, node) if isinstance(node.ctx, ast.Load) else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        return ast.Call(node.func, [self.visit(argument) for argument in node.args], [])


def _with_fresh_variables(tree: ast.expr, trees: Mapping[str, ast.expr]) -> ast.expr:
    """Rename the variables of comprehensions that would catch a name of the replacements."""
    used = set(trees)
    for new in trees.values():
        used |= {n.id for n in ast.walk(new) if isinstance(n, ast.Name)}
    own = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    variables = {
        n.target.id
        for n in ast.walk(tree)
        if isinstance(n, ast.comprehension) and isinstance(n.target, ast.Name)
    }
    fresh = {}
    for name in variables & used:
        number = 2
        while f"{name}{number}" in used | own:
            number += 1
        fresh[name] = f"{name}{number}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in fresh:
            node.id = fresh[node.id]
    return tree


def replace_names(value: Value, by: Replacements, pattern: bool = False) -> Value:
    """A value with names replaced, in expressions and (with `pattern`) bare."""
    if isinstance(value, Expr):
        return substitute_names(value.text, by)
    if isinstance(value, tuple):
        return tuple(replace_names(item, by, pattern) for item in value)
    if pattern and isinstance(value, str) and value in by:
        new = by[value]
        return new.text if isinstance(new, Expr) and new.text.isidentifier() else new
    return value


def rewritten(project: Project, node: Node, by: Replacements) -> Node:
    """A node with names of its block replaced. Raises `Refusal` where a value cannot be."""
    inside = {k: v for k, v in by.items() if k != REPETITION} if node.repeat else by
    params = {
        param: replace_names(value, inside, _is_pattern(project, node, param))
        for param, value in node.params.items()
    }
    when = None if node.when is None else _condition(replace_names(node.when, inside))
    if when is None and node.instead is not None:
        when = Expr("True")  # else its alternative would be left without a place
    repeat = node.repeat
    if repeat is not None and isinstance(repeat.count, Expr):
        count = replace_names(repeat.count, by)
        if isinstance(count, bool) or not isinstance(count, int | Expr):
            raise Refusal(f"{node.name or node.type}: repeat expects a whole number, got {count!r}")
        repeat = replace(repeat, count=count)
    return replace(node, params=FrozenMap(params), when=when, repeat=repeat)


def _condition(value: Value) -> Expr | None:
    if isinstance(value, Expr):
        return value
    return None if value else Expr("False")


def with_name_replaced(project: Project, block: Block, old: str, new: str) -> Block:
    """`block` with every use of a name written as another name."""
    by: Replacements = {old: Expr(new)}

    def expression(text: Expr) -> Expr:
        result = substitute_names(text.text, by)
        assert isinstance(result, Expr)
        return result

    nodes = tuple(
        rewritten(project, n, by) if old in names_of_node(project, n) else n
        for n in block.graph.nodes
    )
    return replace(
        block,
        graph=Graph(nodes, block.graph.edges, block.graph.groups),
        locals=tuple(Local(known.name, expression(known.value)) for known in block.locals),
        requirements=tuple(
            Requirement(expression(r.condition), r.sentence) for r in block.requirements
        ),
    )
