"""Which numbers of the model are sizes of layers, directly or handed on: a 0 makes empty layers.

The analysis refuses it at the layer. The class that people construct says it at once, so only the
root block checks, for all blocks inside.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nnstudio.analysis.report import BlockReport, NodeReport, Report
from nnstudio.catalog import registry
from nnstudio.catalog.layer import AUTO
from nnstudio.compiler.codegen.value_text import derived_text, names_in
from nnstudio.graph.values import Expr, Node
from nnstudio.project.parameter_text import python_text
from nnstudio.project.values import Block, Project


def sizes_of_model(project: Project, report: Report) -> tuple[str, ...]:
    """Whole numbers among the root's parameters that must be at least 1, in their order."""
    return _Sizes(project, report).of(project.model)


class _Sizes:
    def __init__(self, project: Project, report: Report) -> None:
        self.project = project
        self.report = report
        self.found: dict[str, tuple[str, ...]] = {}

    def of(self, block: Block) -> tuple[str, ...]:
        """The parameters of a block that reach a size wherever the block is built."""
        if block.name not in self.found:
            report = self.report.blocks[block.name]
            reached = set(self._reached(block, report))
            self.found[block.name] = tuple(
                p.name
                for p in block.parameters
                if p.type == "int" and p.default is not None and p.name in reached
            )
        return self.found[block.name]

    def _reached(self, block: Block, report: BlockReport) -> Iterator[str]:
        locals_ = {item.name: item.value.text for item in block.locals}
        for node in block.graph.placed:
            if node.when is not None or node.id not in report.nodes:
                continue  # where it is left out, the number may be anything
            counted = frozenset[str]()
            if node.repeat is not None and isinstance(node.repeat.count, Expr):
                counted = names_in(node.repeat.count.text)
            for text in self._sizes(node, report.nodes[node.id]):
                yield from _factors(text, locals_) - counted

    def _sizes(self, node: Node, report: NodeReport) -> Iterator[str]:
        """The texts of all that a node takes as sizes."""
        used = self.project.by_name.get(node.type)
        if used is not None:
            for name in self.of(used):
                if name in node.params:
                    yield python_text(node.params[name])
                elif name in report.auto:
                    yield derived_text(report.params[name])
            return
        layer = registry.find(node.type)
        for param in layer.params if layer is not None else ():
            if (param.minimum or 0) < 1 or param.kind not in ("int", "size", "ints"):
                continue
            if param.name in node.params:
                yield python_text(node.params[param.name])
            elif param.default is AUTO and param.name in report.params:
                yield derived_text(report.params[param.name])


def _factors(text: str, locals_: dict[str, str]) -> frozenset[str]:
    """The names of which each must be at least 1 for the product that they make."""
    if not names_in(text):
        return frozenset()
    return frozenset(_names(ast.parse(text, mode="eval").body, locals_))


def _names(tree: ast.expr, locals_: dict[str, str]) -> Iterator[str]:
    match tree:
        case ast.Name(id=name) if name in locals_:
            yield from _factors(locals_[name], locals_)
        case ast.Name(id=name):
            yield name
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _names(part, locals_)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            for part in (left, right):
                if isinstance(part, ast.Constant):
                    continue
                yield from _names(part, locals_)
