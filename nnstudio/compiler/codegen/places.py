"""The call of a node in whose place another may stand: one call for all, else a choice.

Modules that are called alike are one attribute and one call. Operations are chosen between in one
expression, ``F.relu(x) if smooth else F.gelu(x)``. What is called otherwise, or gives its results
in another form, is chosen between by ``if`` and ``else``.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Protocol

from nnstudio.analysis.alternative_wiring import alternatives_of
from nnstudio.analysis.containers import is_module
from nnstudio.analysis.report import BlockReport, NodeReport
from nnstudio.compiler.codegen.local_values import Results, pattern
from nnstudio.compiler.codegen.statements import Statement
from nnstudio.compiler.codegen.steps import Unit
from nnstudio.compiler.errors import CompileError
from nnstudio.graph.values import Node
from nnstudio.project.values import Block, Project
from nnstudio.symbols.expression import parse


class Calls(Protocol):
    """Writes calls of single nodes."""

    def plain_call(
        self,
        node: Node,
        report: NodeReport,
        texts: dict[str, str],
        access: str,
        wired: frozenset[str],
    ) -> tuple[str, str]: ...

    def wired(self, node: Node) -> frozenset[str]: ...

    def in_forward(self, text: str) -> str: ...


@dataclass(frozen=True)
class Case:
    """One of the nodes: its call and the pattern of what it gives.

    `outputs` are its outputs, each with that of the node in whose place it stands.
    """

    node: Node
    call: str
    result: str
    outputs: dict[str, str]

    def left(self, names: dict[str, str]) -> str:
        """The left side of its statement, by the names of the results of the place."""
        own = {theirs: names.get(mine, "_") for theirs, mine in self.outputs.items()}
        if not self.result:
            return next(iter(own.values()))
        return pattern(self.result, list(self.outputs), own)


class Places:
    """Writes what happens in the places of one block in which several nodes may stand."""

    def __init__(
        self, project: Project, block: Block, report: BlockReport, results: Results, calls: Calls
    ) -> None:
        self.project = project
        self.graph = block.graph
        self.report = report
        self.results = results
        self.calls = calls

    def one_call(
        self, unit: Unit, node: Node, texts: dict[str, str], access: str
    ) -> tuple[str, str]:
        """One expression for all nodes of a place. Raises `CompileError` where there is none."""
        cases = self.cases(node, texts, access)
        text = self.expression(node, cases, texts)
        if text is None:
            name = unit.node.name or unit.node.type
            raise CompileError(f"'{name}' has an alternative that is called in another way")
        return text, cases[0].result

    def statements(
        self, unit: Unit, node: Node, texts: dict[str, str], access: str
    ) -> list[Statement]:
        """The statements of a place that is not repeated."""
        cases = self.cases(node, texts, access)
        text = self.expression(node, cases, texts)
        nodes = (*unit.nodes, *(n.id for n in self.graph.alternatives(node)))
        if text is not None:
            target = self.results.targets(unit, cases[0].result)
            return [Statement(target, text, nodes)]
        passing = next(iter(texts.values()), "")
        names = self.results.chosen_names(unit)
        found: list[Statement] = []
        for k, case in enumerate(cases):
            condition = self.condition(case.node)
            header = f"{'elif' if k else 'if'} {condition}:" if condition else "else:"
            found.append(Statement(case.left(names), case.call, nodes, header))
        first = next(iter(names.values()))
        if cases[-1].node.when is not None and first not in ("_", passing):
            found.append(Statement(first, passing, nodes, "else:"))
        return found

    def cases(self, node: Node, texts: dict[str, str], access: str) -> list[Case]:
        """The nodes of a place in the order in which they are asked."""
        report = self.report.nodes[node.id]
        wired = self.calls.wired(node)
        own = {name: name for name in self.results.outputs(node)}
        call, result = self.calls.plain_call(node, report, texts, access, wired)
        found = [Case(node, call, result, own)]
        others = alternatives_of(self.project, self.graph, node)
        for other, said in zip(others, report.others, strict=True):
            given = {other.inputs[port]: text for port, text in texts.items()}
            mine = {theirs: name for name, theirs in other.outputs.items()}
            read = frozenset(theirs for theirs, name in mine.items() if name in wired)
            call, result = self.calls.plain_call(other.node, said, given, access, read)
            outputs = {name: mine.get(name, "") for name in self.results.outputs(other.node)}
            found.append(Case(other.node, call, result, outputs))
        return found

    def condition(self, node: Node) -> str:
        """The condition of a node as text; empty for one that is always there."""
        if node.when is None:
            return ""
        condition = parse(node.when.text)
        text = self.calls.in_forward(condition.text)
        return f"({text})" if isinstance(condition.tree, ast.IfExp) else text

    def expression(self, node: Node, cases: list[Case], texts: dict[str, str]) -> str | None:
        """One expression of which the first case tells the pattern, None if there is none."""
        if not is_module(self.project, node):
            if any(case.result for case in cases):
                return None
            text = next(iter(texts.values()), "")
            for case in reversed(cases):
                condition = self.condition(case.node)
                text = f"{case.call} if {condition} else {text}" if condition else case.call
            return text
        read = self.calls.wired(node)
        names = {name: name for name in read}
        alike = len({(case.call, case.left(names)) for case in cases}) == 1
        # where nothing is built there is an Identity, which is called with one tensor and gives one
        plain = cases[-1].node.when is None or (len(texts) == 1 and not cases[0].result)
        return cases[0].call if alike and plain else None
