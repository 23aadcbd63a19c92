"""Statements that happen only if something is there: one ``if`` over all that belong together."""

from __future__ import annotations

from collections.abc import Sequence

from nnstudio.compiler.codegen.lines import Line
from nnstudio.compiler.codegen.statements import Statement, are_together, names_of
from nnstudio.compiler.codegen.value_text import every_name

MOST_PASSED = 64
"""Statements that are looked at behind an operation to find the one that reads it."""


def gathered(statements: Sequence[Statement], returned: Sequence[str]) -> list[Statement]:
    """Put the statements of a branch one behind another, as far as that changes nothing.

    An operation moves down to the one that reads it. A start that nothing reads is left out.
    `returned` are the texts read at the end.
    """
    result = [*statements]
    for index in range(len(result) - 1, 0, -1):
        if result[index].branch:
            while (place := _place(result, index)) is not None:
                result.insert(index - 1, result.pop(place))
    return [
        statement
        for index, statement in enumerate(result)
        if not statement.start or _is_needed(statement, result[index + 1 :], returned)
    ]


def body_lines(statements: Sequence[Statement]) -> list[Line]:
    """The lines of a body; neighbours under one condition stand under one ``if``."""
    body: list[Line] = []
    before = Statement("", "", ())
    for statement in statements:
        text = statement.value
        if statement.target:
            text = f"{statement.target} = {statement.value}"
        if statement.header and not statement.goes_on and not _is_one(before, statement):
            body.append(Line(statement.header, 2, statement.nodes))
        before = statement
        body.append(Line(text, 3 if statement.header else 2, statement.nodes))
    return body


def _is_one(before: Statement, after: Statement) -> bool:
    """True if two neighbours stand under one ``if``."""
    if not before.header.startswith("if ") or not after.header.startswith("if "):
        return False
    return before.header == after.header or (bool(after.branch) and before.branch == after.branch)


def _reads(statement: Statement) -> set[str]:
    return {*every_name(statement.value), *names_of(statement.header)}


def _place(statements: list[Statement], index: int) -> int | None:
    """The place of an operation of the same branch that may move down to the one at `index`."""
    after = statements[index]
    wanted = set(every_name(after.value))
    read: set[str] = set()
    written: set[str] = set()
    for place in range(index - 1, max(-1, index - 1 - MOST_PASSED), -1):
        before = statements[place]
        targets = names_of(before.target)
        own = bool(before.branch) and are_together(before, after)
        if own and before.movable and targets & wanted and place < index - 1:
            free = targets.isdisjoint(read | written) and written.isdisjoint(_reads(before))
            return place if free else None
        if not before.start:
            wanted -= targets
        read |= _reads(before)
        written |= targets
    return None


def _is_needed(start: Statement, after: Sequence[Statement], returned: Sequence[str]) -> bool:
    """True if something reads a start itself, and not what its branch makes of it."""
    name, made, before = start.target, False, start
    for statement in after:
        own = statement.branch == start.start
        header = frozenset() if _is_one(before, statement) else names_of(statement.header)
        if name in header or (name in every_name(statement.value) and not (own and made)):
            return True
        if name in names_of(statement.target):
            if not own:
                return bool(statement.header)
            made = True
        before = statement
    return any(name in every_name(text) for text in returned)
