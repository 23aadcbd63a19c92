"""Logical lines of generated source, and the plain text that they make, line by line.

Plain is the text before it is formatted: one statement a line, however long. It is the program
already; `compiler/formatting.py` puts it into the form that people read.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field

Owners = tuple[tuple[str, str], ...]
"""The (block, node id)s that a line of text belongs to."""


@dataclass(frozen=True)
class Line:
    """One statement or header: its text, its depth, the nodes it stands for.

    The text of a container has each of its elements on a line of its own, behind that on which the
    container begins; `children` are the nodes of the elements.
    """

    text: str
    indent: int
    nodes: tuple[str, ...] = ()
    children: tuple[tuple[str, ...], ...] = ()
    kind: str = "statement"

    @property
    def is_always(self) -> bool:
        """True for a statement of a method that stands under no header."""
        return self.indent == 2 and not self.text.endswith(":")


@dataclass
class Text:
    """Plain text and, for each line (from 1), the nodes that it belongs to."""

    parts: list[str] = field(default_factory=list)
    lines: dict[int, Owners] = field(default_factory=dict)

    def blank(self, count: int = 1) -> None:
        """Add empty lines."""
        self.parts += [""] * count

    def add(self, block: str, line: Line) -> None:
        """Add one logical line."""
        if line.kind == "docstring":
            self.parts += docstring(line.text, line.indent)
            return
        first, *elements = line.text.split("\n")
        self._put(block, first, line.indent, line.nodes)
        for text, nodes in zip(elements, line.children, strict=True):
            self._put(block, text, line.indent + 1, nodes)

    def _put(self, block: str, text: str, indent: int, nodes: tuple[str, ...]) -> None:
        self.parts.append("    " * indent + text)
        if nodes:
            self.lines[len(self.parts)] = tuple((block, node) for node in nodes)

    @property
    def text(self) -> str:
        """The whole source, with a newline at its end."""
        return "\n".join(self.parts) + "\n"


def docstring(text: str, indent: int) -> list[str]:
    """The lines of a docstring that says `text`, in the form that a formatter leaves alone.

    Whatever the text says, it stays inside the quotes.
    """
    lines = [line.rstrip() for line in inspect.cleandoc(text).split("\n")]
    content = "\n".join(lines).strip("\n")
    margin = "    " * indent
    if not content:
        return [f'{margin}""" """']
    if "\n" not in content:
        if content.endswith('"'):  # it must not become part of the closing quotes
            return [f'{margin}"""{_escaped(content[:-1])}\\""""']
        return [f'{margin}"""{_escaped(content)}"""']
    first, *others = _escaped(content).split("\n")
    return [
        f'{margin}"""{first}',
        *(margin + line if line else "" for line in others),
        f'{margin}"""',
    ]


def _escaped(content: str) -> str:
    escaped = content.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if escaped.startswith('"'):
        escaped = "\\" + escaped
    return "".join(
        c if c == "\n" or c.isprintable() else c.encode("unicode_escape").decode("ascii")
        for c in escaped
    )
