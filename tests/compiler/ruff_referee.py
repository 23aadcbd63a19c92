"""ruff as the referee of the layouter: what `ruff format` says of laid out statements.

ruff is called once per batch: every statement goes, at its indentation, into one text.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Sequence
from importlib import metadata

import pytest

from nnstudio.compiler.layout import layout_statement

RUFF = tuple(int(part) for part in metadata.version("ruff").split(".")[:2])
# ruff 0.15 changed the style (bodies of lambdas); the layouter follows the newer one
needs_ruff = pytest.mark.skipif(RUFF < (0, 15), reason="needs the 2026 style of ruff format")

Statement = tuple[str, int]  # text, indentation


def is_header(text: str) -> bool:
    return text.endswith(":")


def source_of(statements: Iterable[tuple[str, int, Sequence[str]]]) -> str:
    """One module in which every statement stands, marked by its number, at its indentation."""
    lines: list[str] = []
    for number, (text, indent, laid_out) in enumerate(statements):
        margin = "    " * indent
        lines.append(f"MARK_{number}")
        lines += ["    " * level + "if True:" for level in range(indent)]
        if text.startswith("el"):
            lines += [f"{margin}if True:", f"{margin}    pass"]
        lines += laid_out
        if is_header(text):
            lines.append(f"{margin}    pass")
        elif text.startswith("@"):
            lines += [f"{margin}def f():", f"{margin}    pass"]
    return "\n".join(lines) + "\n"


def chunks(source: str) -> list[list[str]]:
    """The lines after each mark, blank lines left out (they are not the layouter's)."""
    found: list[list[str]] = []
    for line in source.splitlines():
        if line.startswith("MARK_"):
            found.append([])
        elif line.strip():
            found[-1].append(line)
    return found


def ruff_format(source: str) -> str:
    command = [
        sys.executable,
        "-m",
        "ruff",
        "format",
        "--isolated",
        "--target-version",
        "py311",
        "-",
    ]
    done = subprocess.run(command, input=source, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tree(text: str) -> str:
    """The syntax tree of a statement or header, wherever it stands."""
    text = textwrap.dedent(text)
    if text.startswith("el"):
        text = f"if True:\n    pass\n{text}"
    if is_header(text):
        text += " pass"
    elif text.startswith("@"):
        text += "\ndef f(): pass"
    return ast.dump(ast.parse(text))


def check(statements: Sequence[Statement]) -> None:
    laid_out = [(text, indent, layout_statement(text, indent)) for text, indent in statements]
    for text, indent, lines in laid_out:
        joined = "\n".join(lines)
        assert tree(joined) == tree(text)
        assert layout_statement(joined, indent) == lines
    source = source_of(laid_out)
    for ours, ruffs in zip(chunks(source), chunks(ruff_format(source)), strict=True):
        assert "\n".join(ours) == "\n".join(ruffs)
