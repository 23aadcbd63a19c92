"""Statements of `forward` before they are lines, and how a reader would join short ones."""

from __future__ import annotations

import ast
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache

MAX_JOINED = 60
MAX_DEPTH = 2


@dataclass(frozen=True)
class Statement:
    """``target = value``, perhaps under a header (a loop or a condition).

    `pure` is True for operations that may be written inside the next statement; `named` for those
    whose result was given a name, which stays to be read; `returned` for the one that becomes the
    ``return``.
    """

    target: str
    value: str
    nodes: tuple[str, ...]
    header: str = ""
    pure: bool = False
    add: bool = False
    named: bool = False
    returned: bool = False


@lru_cache(maxsize=8192)
def _loads(text: str) -> tuple[str, ...]:
    return tuple(n.id for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, ast.Name))


@lru_cache(maxsize=8192)
def _calls(text: str) -> int:
    """The depth of nested calls."""

    def depth(node: ast.AST) -> int:
        inner = max((depth(child) for child in ast.iter_child_nodes(node)), default=0)
        return inner + isinstance(node, ast.Call)

    return depth(ast.parse(text, mode="eval"))


class _Join(ast.NodeTransformer):
    def __init__(self, name: str, value: ast.expr) -> None:
        self.name = name
        self.value = value

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self.value if node.id == self.name else node


def _substitute(before: Statement, after: Statement) -> str:
    """The value of `after` with that of `before` in the place of its name."""
    tree = ast.parse(after.value, mode="eval").body
    value = ast.parse(before.value, mode="eval").body
    return ast.unparse(_Join(before.target, value).visit(tree))


def join_statements(statements: list[Statement], returned: list[str]) -> list[Statement]:
    """Write an operation into the statement after it, where that stays short and plain.

    `returned` are the texts read at the end.
    ``x = x + y; x = self.norm(x)`` becomes ``x = self.norm(x + y)``.
    """
    result: list[Statement] = []
    later = _Later([*statements, *(Statement("", text, ()) for text in returned)])
    for index, statement in enumerate(statements):
        if index == len(statements) - 1 and returned == [statement.target]:
            statement = replace(statement, returned=True)
        while result and _joins(result[-1], statement, later, index):
            before = result.pop()
            text = _substitute(before, statement)
            statement = replace(
                statement,
                value=text,
                nodes=before.nodes + statement.nodes,
                pure=statement.pure
                and (before.pure or (statement.add and _calls(before.value) == 1)),
                add=False,
            )
        result.append(statement)
    return result


def _joins(before: Statement, after: Statement, later: _Later, index: int) -> bool:
    if before.header or after.header or not before.target.isidentifier():
        return False
    if before.named and (after.returned or after.target != before.target):
        return False
    uses = _loads(after.value)
    if uses.count(before.target) != 1:
        return False
    if after.target != before.target and later.reads(before.target, index):
        return False
    if after.value == before.target:
        return False
    length = len(after.value) + len(before.value) - len(before.target)
    if length > MAX_JOINED:
        return False
    if before.pure or after.add:
        return _calls(_substitute(before, after)) <= MAX_DEPTH
    # a call whose result only goes on under another name: ``query = self.q(x).unflatten(...)``
    different = after.pure and after.target not in ("", before.target)
    return different and _calls(before.value) == 1 and _receiver(after.value) == before.target


@lru_cache(maxsize=8192)
def _receiver(text: str) -> str:
    """The name at the beginning of a chain of methods: ``x`` of ``x.flatten(2).mean(1)``."""
    node: ast.AST = ast.parse(text, mode="eval").body
    links = 0
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node, links = node.func.value, links + 1
    return node.id if links and isinstance(node, ast.Name) else ""


class _Later:
    """Where names are read and written, to see what becomes of one behind a statement."""

    def __init__(self, statements: list[Statement]) -> None:
        self.places: dict[str, list[int]] = {}
        self.kinds: dict[str, list[bool]] = {}
        for index, statement in enumerate(statements):
            targets = statement.target.split(", ")
            read = {*_loads(statement.value), *statement.header.replace(":", " ").split()}
            if statement.header:
                read.update(targets)
            for name in dict.fromkeys([*read, *targets]):
                self.places.setdefault(name, []).append(index)
                self.kinds.setdefault(name, []).append(name in read)

    def reads(self, name: str, index: int) -> bool:
        """True if the name is read behind a statement before it is written again."""
        at = bisect_right(self.places.get(name, []), index)
        kinds = self.kinds.get(name, [])
        return at < len(kinds) and kinds[at]
