"""Sizes with a name of their own in ``__init__``: long formulas, and lists made step by step."""

from __future__ import annotations

from collections.abc import Iterable

from nnstudio.analysis.recurrences import Table
from nnstudio.analysis.report import BlockReport
from nnstudio.compiler.codegen.lines import Line
from nnstudio.compiler.codegen.value_text import in_python, names_in
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.symbolic import REPETITION


class NamedSizes:
    """Those of a block that a text of its class names, and what they rest on."""

    def __init__(self, report: BlockReport, used: Iterable[str]) -> None:
        derived = report.derived
        wanted = set(used) & derived.keys()
        for name in reversed([*derived] if wanted else []):  # each stands after what it rests on
            if name in wanted:
                wanted |= derived[name].names
        self.sizes = {name: size for name, size in derived.items() if name in wanted}
        self.nodes = {
            name: (node,)
            for node, found in report.nodes.items()
            for name in (*found.named, *(table.name for table in found.tables))
            if name in wanted
        }

    def texts(self) -> list[str]:
        """What is evaluated for them, each as one expression."""
        return [_expression(size) for size in self.sizes.values()]

    def lines(self) -> list[Line]:
        """The statements that make them."""
        found: list[Line] = []
        for name, size in self.sizes.items():
            nodes = self.nodes.get(name, ())
            if isinstance(size, Dim):
                found.append(Line(f"{name} = {in_python(size.text)}", 2, nodes))
                continue
            step = in_python(size.step.text)
            variable = REPETITION if REPETITION in names_in(step) else "_"
            found += [
                Line(f"{name} = [{in_python(size.start.text)}]", 2, nodes),
                Line(f"for {variable} in range({in_python(size.count.text)}):", 2, nodes),
                Line(f"{name}.append({step})", 3, nodes),
            ]
        return found


def _expression(size: Dim | Table) -> str:
    if isinstance(size, Dim):
        return size.text
    return f"[{size.step.text} for {REPETITION} in range({size.count.text})]"
