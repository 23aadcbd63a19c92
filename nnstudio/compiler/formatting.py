"""Generated text as `ruff format` leaves it, and which of its lines come from which before.

Here: the call of ruff, and the way from the lines of one text to those of the other. Not here:
what the text says, and whose its lines are.
"""

from __future__ import annotations

import ast
import gc
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest

from nnstudio.compiler.errors import FormattingError

OPTIONS = ["format", "--isolated", "--no-cache", "--line-length=88", "--target-version=py311", "-"]
SECONDS = 60
"""A text of 1,000 layers takes ruff a few hundredths; whatever takes that long has hung."""


@dataclass(frozen=True)
class Formatted:
    """A text in its final form, and for each of its lines (from 1) those that it was before."""

    text: str
    origins: Mapping[int, tuple[int, ...]]


def format_text(text: str) -> Formatted:
    """Format a module; raises `FormattingError` where ruff is missing or does not answer."""
    with _without_collecting():
        before = ast.parse(text)
        after = _run_ruff(_without_needless_parentheses(text, before))
        return Formatted(after, _origins(before, ast.parse(after)))


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Nothing of large trees is garbage, and looking for some takes most of their time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _run_ruff(text: str) -> str:
    try:
        from ruff import find_ruff_bin

        command = [find_ruff_bin(), *OPTIONS]
    except (ImportError, FileNotFoundError) as error:
        raise FormattingError(
            "The text is formatted by ruff, which is not installed: pip install 'ruff>=0.15,<0.18'"
        ) from error
    try:
        done = subprocess.run(
            command,
            input=text.encode(),
            capture_output=True,
            check=False,
            timeout=SECONDS,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FormattingError(f"The text cannot be formatted by {command[0]}: {error}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise FormattingError(f"The text cannot be formatted, ruff says: {said}")
    return done.stdout.decode()


def _without_needless_parentheses(text: str, tree: ast.Module) -> str:
    """``x ** -0.5`` where `ast.unparse` has written ``x ** (-0.5)``, which ruff keeps."""
    if "** (" not in text:
        return text
    lines = [bytearray(line.encode()) for line in text.split("\n")]
    for node in ast.walk(tree):
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Pow):
            continue
        power = node.right
        if not isinstance(power, ast.UnaryOp) or isinstance(power.op, ast.Not):
            continue
        assert power.end_lineno is not None
        assert power.end_col_offset is not None
        ends = ((power.lineno, power.col_offset - 1), (power.end_lineno, power.end_col_offset))
        if [lines[row - 1][column : column + 1] for row, column in ends] == [b"(", b")"]:
            for row, column in ends:  # blanks keep the columns of the others; ruff takes them out
                lines[row - 1][column] = ord(" ")
    return "\n".join(line.decode() for line in lines)


def _origins(before: ast.Module, after: ast.Module) -> dict[int, tuple[int, ...]]:
    """For each line of the tree `after` the lines of `before` at which its nodes begin.

    A line at which no node begins (a closing bracket) belongs to the innermost node that it ends
    or continues. Both trees are one program: that their nodes are of the same kinds is checked.
    """
    inside: dict[int, int] = {}
    begun: dict[int, dict[int, None]] = {}
    for old, new in zip_longest(ast.walk(before), ast.walk(after)):
        if type(old) is not type(new):
            raise FormattingError("The text cannot be formatted, ruff makes another program of it")
        line, first = getattr(old, "lineno", None), getattr(new, "lineno", None)
        if line is None or first is None:
            continue
        for each in range(first, getattr(new, "end_lineno", first) + 1):
            inside[each] = line  # nodes further in come later
        begun.setdefault(first, {})[line] = None
    return {line: tuple(begun.get(line, (origin,))) for line, origin in inside.items()}
