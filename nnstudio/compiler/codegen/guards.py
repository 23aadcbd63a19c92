"""Checks that a class makes of its own arguments, where torch would fail late or without a word.

The analysis refuses a repetition that is needed and a list that is too short while one draws. The
exported class is called by people who do not see that, so it says the same at its beginning.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from nnstudio.analysis.report import BlockReport
from nnstudio.catalog import registry
from nnstudio.compiler.codegen.lines import Line
from nnstudio.compiler.codegen.value_text import in_python
from nnstudio.graph.values import Expr, Node
from nnstudio.project.values import Block
from nnstudio.symbols.expression import parse

Check = tuple[Line, ...]

_LENGTH = re.compile(r"len\((\w+)\)")


def with_guards(
    block: Block,
    report: BlockReport,
    local_lines: list[Line],
    requirements: list[Check],
    texts: Iterable[str],
    sizes: Sequence[str] = (),
) -> list[Line]:
    """Put the checks of a block around its locals: before them, unless they rest on them.

    Its own `requirements` come first, but for those `sizes` of which they say nothing: one may be
    what they divide by. `texts` are all statements and elements of its constructor.
    """
    lists = {p.name for p in block.parameters if p.type.startswith("list")}
    said = " ".join(check[0].text for check in requirements)
    unsaid = [name for name in sizes if f"{name} < 1" not in said]
    found = [*_sizes(unsaid, block.names), *requirements]
    if lists:
        needs = _Needs(lists)
        for text in texts:
            needs.visit(ast.parse(_statement(text)))
        found += _lengths({n: m for n, m in needs.lengths.items() if f"len({n})" not in said})
        found += _least(block, lists)
    found += _repetitions(block, report)
    first: dict[str, Check] = {}
    for check in found:
        first.setdefault(check[0].text, check)
    known = {item.name for item in block.locals}
    late = [check for check in first.values() if known & _names(check[0].text)]
    early = [check for check in first.values() if check not in late]
    return [*(line for check in early for line in check), *local_lines] + [
        line for check in late for line in check
    ]


def _statement(text: str) -> str:
    """Write a text so that it can be parsed: an element of a list may be starred."""
    return text if "=" in text.partition("(")[0] else f"[{text}]"


def _names(condition: str) -> set[str]:
    tree = ast.parse(f"{condition} pass")
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _check(condition: str, sentence: str, nodes: tuple[str, ...] = ()) -> Check:
    return Line(f"if {condition}:", 2, nodes), Line(f'raise ValueError(f"{sentence}")', 3, nodes)


def _sizes(names: Sequence[str], taken: Collection[str]) -> Iterator[Check]:
    """All sizes of the model in one loop, so that each is named once; a single one without."""
    if len(names) == 1:
        (only,) = names
        yield _check(f"{only} < 1", f"{only} must be at least 1, received {{{only}}}")
    elif names:
        name, size = (word if word not in taken else f"{word}_" for word in ("name", "size"))
        items = ", ".join(f'"{each}": {each}' for each in names)
        yield (
            Line(f"for {name}, {size} in {{{items}}}.items():", 2),
            Line(f"if {size} < 1:", 3),
            Line(
                f'raise ValueError(f"{{{name}}} must be at least 1, received {{{size}}}")',
                4,
            ),
        )


def _repetitions(block: Block, report: BlockReport) -> Iterator[Check]:
    """Repetitions of which there must be one; those of a list together, if it has no others."""
    counted: dict[str, list[Node]] = {}
    for node in block.graph.nodes:
        count = _count(node, report)
        if count is not None:
            tree = parse(count).tree
            listed = tree.value if isinstance(tree, ast.Subscript) else None
            name = listed.id if isinstance(listed, ast.Name) else node.id
            counted.setdefault(name, []).append(node)
    for name, nodes in counted.items():
        needed = [n for n in nodes if n.id in report.nodes and report.nodes[n.id].needs_repetition]
        if len(needed) > 1 and needed == nodes:
            yield _check(
                f"any(n < 1 for n in {name})",
                f"{name} expects at least 1 repetition each, received {{{name}}}",
                tuple(node.id for node in nodes),
            )
        else:
            yield from (_repetition(block, node, report) for node in needed)


def _count(node: Node, report: BlockReport) -> str | None:
    """How often a node is built, as an expression over names; None where it is a number."""
    if node.repeat is None or isinstance(node.repeat.count, int):
        return None
    if node.repeat.count is not None:
        return node.repeat.count.text
    found = report.nodes[node.id].repetitions if node.id in report.nodes else None
    known = found is not None and not found.is_constant and node.repeat.kind == "ModuleList"
    return found.text if found is not None and known else None


def _repetition(block: Block, node: Node, report: BlockReport) -> Check:
    count = in_python(parse(_count(node, report) or "").text)
    assert node.repeat is not None
    at = (node.id,)
    why = "changes the shape"
    if node.repeat.has_modes:
        why = f"{'collects' if node.repeat.collect else 'gives'} what its repetitions give"
    if block.parameter(count) is not None:  # that is what a caller knows
        return _check(f"{count} < 1", f"{count} must be at least 1, received {{{count}}}", at)
    listed = _LENGTH.fullmatch(count)
    if listed is not None and block.parameter(listed[1]) is not None:
        said = f"{listed[1]} needs at least 1 element, received {{{count}}}"
        return _check(f"{count} < 1", said, at)
    sentence = f"{node.name} {why}, so it needs at least 1 repetition, "
    return _check(f"{count} < 1", f"{sentence}received {{{count}}}", at)


def _lengths(lengths: Mapping[str, Mapping[str, int]]) -> Iterator[Check]:
    for name, counts in lengths.items():
        for count, more in counts.items():
            least = f"{count} + {more}" if count and more else count or str(more)
            said = f"{{{least}}}" if count else least
            elements = "element" if least == "1" else "elements"
            yield _check(
                f"len({name}) < {least}",
                f"{name} needs at least {said} {elements}, received {{len({name})}}",
            )


def _least(block: Block, lists: set[str]) -> Iterator[Check]:
    """Elements that are sizes of layers; torch makes empty weights of a 0."""
    sizes: dict[str, None] = {}
    for node in block.graph.nodes:
        layer = registry.find(node.type)
        for param in layer.params if layer is not None else ():
            value = node.params.get(param.name)
            if isinstance(value, Expr) and param.kind == "int" and (param.minimum or 0) >= 1:
                tree = parse(value.text).tree
                if isinstance(tree, ast.Subscript) and isinstance(tree.value, ast.Name):
                    sizes[tree.value.id] = None
    for name in sizes:
        if name in lists:
            yield _check(
                f"any(n < 1 for n in {name})",
                f"{name} expects sizes of at least 1, received {{{name}}}",
            )


class _Needs(ast.NodeVisitor):
    """How many elements the lists must have: `lengths[list][count]` is what is needed beyond."""

    def __init__(self, lists: set[str]) -> None:
        self.lists = lists
        self.ranges: dict[str, str] = {}
        self.lengths: dict[str, dict[str, int]] = {}

    def visit_ListComp(self, node: ast.ListComp) -> None:
        before = dict(self.ranges)
        for part in node.generators:
            match part:
                case ast.comprehension(
                    target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=[stop])
                ):
                    self.ranges[name] = ast.unparse(stop)
        self.generic_visit(node)
        self.ranges = before

    def visit_IfExp(self, node: ast.IfExp) -> None:
        """What stands on a condition may never be asked for."""
        self.visit(node.test)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id in self.lists:
            need = self._need(node.slice)
            if need is not None and need[0] != f"len({node.value.id})":
                counts = self.lengths.setdefault(node.value.id, {})
                counts[need[0]] = max(counts.get(need[0], 0), need[1])

    def _need(self, place: ast.expr) -> tuple[str, int] | None:
        """What a list needs for an element at `place`: a count, and how many more."""
        match place:
            case ast.Constant(value=int(at)):
                return "", at + 1
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(back))):
                return "", back
            case ast.Name(id=name) if name in self.ranges:
                return self._last(self.ranges[name], 0)
            case ast.BinOp(
                left=ast.Name(id=name), op=ast.Add(), right=ast.Constant(value=int(more))
            ) if name in self.ranges:
                return self._last(self.ranges[name], more)
        return None

    @staticmethod
    def _last(count: str, more: int) -> tuple[str, int]:
        return ("", int(count) + more) if count.isdigit() else (count, more)
