"""Logical lines of generated source, and their layout into text with a map back to the nodes."""

from __future__ import annotations

from dataclasses import dataclass, field

from nnstudio.compiler.layout import docstring, layout_statement

WIDTH = 88


@dataclass(frozen=True)
class Line:
    """One logical line: its text, its depth, the nodes it stands for.

    `children` are the nodes of the elements of a container, which get the lines of their own
    where the container is laid out one element a line.
    """

    text: str
    indent: int
    nodes: tuple[str, ...] = ()
    children: tuple[tuple[str, ...], ...] = ()
    kind: str = "statement"


@dataclass
class Text:
    """Generated source and, for each line (from 1), the (block, node id)s that it belongs to."""

    parts: list[str] = field(default_factory=list)
    lines: dict[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def blank(self, count: int = 1) -> None:
        """Add empty lines."""
        self.parts += [""] * count

    def add(self, block: str, line: Line) -> None:
        """Lay out one logical line."""
        if line.kind == "docstring":
            self.parts += docstring(line.text, line.indent, WIDTH)
            return
        laid = layout_statement(line.text, line.indent, WIDTH)
        start = len(self.parts) + 1
        owners = [line.nodes] * len(laid)
        if len(laid) > 1 and line.children:
            owners = _elements(laid, line)
        # lines of one statement share what they belong to
        known: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}
        for offset, nodes in enumerate(owners):
            if nodes:
                if nodes not in known:
                    known[nodes] = tuple((block, node) for node in nodes)
                self.lines[start + offset] = known[nodes]
        self.parts += laid

    @property
    def text(self) -> str:
        """The whole source, with a newline at its end."""
        return "\n".join(self.parts) + "\n"


def _elements(laid: list[str], line: Line) -> list[tuple[str, ...]]:
    """Give each element of an exploded container its own lines."""
    depths = [len(text) - len(text.lstrip()) for text in laid]
    inner = [
        d
        for d, text in zip(depths, laid, strict=True)
        if text.strip()[0] not in ")]}" and d > depths[0]
    ]
    for depth in sorted(set(inner)):
        starts = [k for k, d in enumerate(depths) if d == depth and laid[k].strip()[0] not in ")]}"]
        if len(starts) == len(line.children):
            owners = [line.nodes] * len(laid)
            for element, start in enumerate(starts):
                end = starts[element + 1] if element + 1 < len(starts) else len(laid)
                for k in range(start, end):
                    if depths[k] >= depth:
                        owners[k] = line.children[element]
            return owners
    return [line.nodes] * len(laid)
