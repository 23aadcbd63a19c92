"""Statements of `forward` before they are lines, and how a reader would join short ones."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache

from nnstudio.compiler.codegen.value_text import every_name

MAX_JOINED = 60
MAX_CHAIN = 70
"""Characters of a call with methods behind it, which reads from left to right."""
MAX_DEPTH = 2
MAX_MOVED = 8
"""Statements that an operation may be moved past: farther away it is read better where it is."""

_NAMES = re.compile(r"(?<![\w.])[A-Za-z_]\w*")


@dataclass(frozen=True)
class Statement:
    """``target = value``, perhaps under a header (a loop or a condition).

    `pure` is True for operations that may be written inside the next statement, `movable` for those
    that may also be written inside a later one; `named` for those whose result was given a name,
    which stays to be read; `returned` for the one that becomes the ``return``, `goes_on` for those
    that stand under the header of the statement before. Statements of one `branch` happen together
    or not at all; `start` names the branch after a value that stands where that is not taken.
    """

    target: str
    value: str
    nodes: tuple[str, ...]
    header: str = ""
    pure: bool = False
    add: bool = False
    named: bool = False
    returned: bool = False
    movable: bool = False
    goes_on: bool = False
    branch: str = ""
    start: str = ""


@lru_cache(maxsize=8192)
def _calls(text: str) -> int:
    """The depth of nested calls."""
    if "(" not in text:
        return 0

    def depth(node: ast.AST) -> int:
        inner = max((depth(child) for child in ast.iter_child_nodes(node)), default=0)
        return inner + isinstance(node, ast.Call)

    return depth(ast.parse(text, mode="eval"))


@lru_cache(maxsize=8192)
def names_of(text: str) -> frozenset[str]:
    """The names in a target or a header: ``x, (h, c)``, ``for block in self.blocks:``."""
    return frozenset(_NAMES.findall(text))


class _Join(ast.NodeTransformer):
    def __init__(self, name: str, value: ast.expr) -> None:
        self.name = name
        self.value = value

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self.value if node.id == self.name else node


@lru_cache(maxsize=8192)
def _substitute(name: str, value: str, text: str) -> str:
    """`text` with `value` in the place of a name."""
    tree = ast.parse(text, mode="eval").body
    return ast.unparse(_Join(name, ast.parse(value, mode="eval").body).visit(tree))


def join_statements(statements: list[Statement], returned: list[str]) -> list[Statement]:
    """Write an operation into the statement after it, where that stays short and plain.

    `returned` are the texts read at the end.
    ``x = x + y; x = self.norm(x)`` becomes ``x = self.norm(x + y)``.
    An operation that may be moved is also written into a later statement, if it is the only reader
    and none between writes what the operation reads.
    """
    result: list[Statement] = []
    later = _Later([*statements, *(Statement("", text, ()) for text in returned)])
    for index, statement in enumerate(statements):
        if index == len(statements) - 1 and returned == [statement.target]:
            statement = replace(statement, returned=True)
        while result and _joins(result[-1], statement, later, index):
            statement = _joined(result.pop(), statement)
        while (place := _moved(result, statement, later, index)) is not None:
            statement = _joined(result.pop(place), statement)
        result.append(statement)
    return result


def _joined(before: Statement, after: Statement) -> Statement:
    return replace(
        after,
        value=_substitute(before.target, before.value, after.value),
        nodes=before.nodes + after.nodes,
        pure=after.pure and (before.pure or (after.add and _calls(before.value) == 1)),
        movable=after.movable and before.movable,
        add=False,
        header=before.header,
    )


def _moved(result: list[Statement], after: Statement, later: _Later, index: int) -> int | None:
    """The place of an operation that `after` alone reads and that may be moved into it."""
    if (after.header and not after.branch) or not result:
        return None
    wanted = set(every_name(after.value))
    written: set[str] = set()
    for place in range(len(result) - 1, max(-1, len(result) - 1 - MAX_MOVED), -1):
        before = result[place]
        read = {*every_name(before.value), *names_of(before.header)}
        free = before.target in wanted and before.movable and written.isdisjoint(read)
        if free and _joins(before, after, later, index):
            return place
        targets = names_of(before.target)
        wanted -= targets | read
        written |= targets
    return None


def are_together(a: Statement, b: Statement) -> bool:
    """True if both happen always, or under the same condition."""
    return a.branch == b.branch and (bool(a.branch) or not (a.header or b.header))


def _joins(before: Statement, after: Statement, later: _Later, index: int) -> bool:
    if not are_together(before, after) or not before.target.isidentifier():
        return False
    again = before.target in names_of(after.target)
    if before.named and (after.returned or not again):
        return False
    uses = every_name(after.value)
    if uses.count(before.target) != 1:
        return False
    if not again and later.reads(before.target, index):
        return False
    length = len(after.value) + len(before.value) - len(before.target)
    if after.value == before.target:  # h = c = x.new_zeros(...): one tensor, as it was drawn
        return before.pure and " = " in after.target and length <= MAX_JOINED
    if before.pure or after.add:
        # the heads of attention: q.unflatten(2, (heads, dim)).transpose(1, 2)
        heads = (
            after.value.startswith(f"{before.target}.transpose(") and ".unflatten(" in before.value
        )
        if length > (MAX_CHAIN if heads else MAX_JOINED):
            return False
        return _calls(_substitute(before.target, before.value, after.value)) <= MAX_DEPTH
    # a call whose result only goes on under another name: ``query = self.q(x).unflatten(...)``
    if not after.pure or after.target in ("", before.target):
        return False
    if length > MAX_CHAIN or _calls(before.value) != 1:
        return False
    if _argument(after.value) == before.target:  # h = F.relu(self.fc(x))
        return length <= MAX_JOINED and _calls(after.value) == 1
    return _receiver(after.value) == before.target


@lru_cache(maxsize=8192)
def _receiver(text: str) -> str:
    """The name at the beginning of a chain of methods: ``x`` of ``x.flatten(2).mean(1)``."""
    node: ast.AST = ast.parse(text, mode="eval").body
    links = 0
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node, links = node.func.value, links + 1
    return node.id if links and isinstance(node, ast.Name) else ""


@lru_cache(maxsize=8192)
def _argument(text: str) -> str:
    """The name that a function gets first: ``x`` of ``F.relu(x)``."""
    node = ast.parse(text, mode="eval").body
    called = isinstance(node, ast.Call) and re.match(r"(F|torch)\.", text) is not None
    if not called or not isinstance(node, ast.Call) or not node.args:
        return ""
    return node.args[0].id if isinstance(node.args[0], ast.Name) else ""


class _Later:
    """Where names are read and written, to see what becomes of one behind a statement."""

    def __init__(self, statements: list[Statement]) -> None:
        self.places: dict[str, list[int]] = {}
        self.kinds: dict[str, list[bool]] = {}
        for index, statement in enumerate(statements):
            targets = names_of(statement.target)
            read = {*every_name(statement.value), *names_of(statement.header)}
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
