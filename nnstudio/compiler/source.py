"""`generate`: a project as the text of a PyTorch module. This text is the program.

Compiling, summarising, training and exporting all start from here; nothing else builds a model.
Same project, same text. What is shown and exported is the same program, formatted.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from nnstudio.analysis.binding import free_names, pattern_of, pattern_text
from nnstudio.analysis.containers import structure
from nnstudio.analysis.report import BlockReport, Report
from nnstudio.analysis.size_stems import role_of
from nnstudio.catalog.code import CodeError
from nnstudio.catalog.layers.io import INPUT
from nnstudio.compiler.codegen.constructor import Constructor
from nnstudio.compiler.codegen.forward import Forward
from nnstudio.compiler.codegen.imports import head, import_lines, imported_by
from nnstudio.compiler.codegen.lines import Line, Owners, Text
from nnstudio.compiler.codegen.sizes import sizes_of_model
from nnstudio.compiler.codegen.weight_init import init_weights
from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.formatting import Formatted, format_text
from nnstudio.compiler.inference import full_report
from nnstudio.graph.values import EMPTY, FrozenMap, Value
from nnstudio.project.values import Block, Project
from nnstudio.symbols.tensor import Tensor

WIDTH = 80
LONG = 32


@dataclass(frozen=True)
class Source:
    """A program, plain as it is executed and formatted as people read it.

    `root` is the class of the model in it, `plain_lines` are the (block, node id)s of the lines of
    `plain`. The formatted `text` and its `lines` are made on first need, by another process; they
    raise `FormattingError`. `parameters` is the number of them, None if it is not known.
    """

    plain: str
    root: str
    plain_lines: Mapping[int, Owners]
    parameters: int | None = None

    @property
    def text(self) -> str:
        """The text that is shown and exported."""
        return self._formatted.text

    @cached_property
    def lines(self) -> Mapping[int, Owners]:
        """The (block, node id)s of the lines of `text`."""
        found: dict[int, Owners] = {}
        for line, origins in self._formatted.origins.items():
            owners = dict.fromkeys(
                o for origin in origins for o in self.plain_lines.get(origin, ())
            )
            if owners:
                found[line] = tuple(owners)
        return found

    @cached_property
    def _formatted(self) -> Formatted:
        return format_text(self.plain)

    def as_shown(self) -> Source:
        """The same program to be executed in the form that is shown.

        A traceback then speaks of the lines that people see.
        """
        return Source(self.text, self.root, self.lines, self.parameters)

    def lines_of(self, block: str, node: str) -> list[int]:
        """The lines that a node is responsible for."""
        return [line for line, owners in self.lines.items() if (block, node) in owners]


def generate(project: Project, report: Report | None = None) -> Source:
    """The source of `project`. Raises `CompileError` with the problems that stand in the way."""
    report = report or full_report(project)
    if report.errors:
        first = report.errors[0]
        more = len(report.errors) - 1
        tail = f" (and {more} more problem{'s' if more > 1 else ''})" if more else ""
        raise CompileError(f"{first.sentence}{tail}", report.errors)
    classes = Text()
    for block in _in_order(project):
        is_root = block.name == project.root
        values = project.values if is_root else EMPTY
        try:
            sizes = sizes_of_model(project, report) if is_root else ()
            _write_class(classes, project, block, report.blocks[block.name], values, sizes)
        except CodeError as error:
            raise CompileError(f"{block.name}: {error}") from error
        except (SyntaxError, RecursionError, MemoryError) as error:
            raise CompileError(f"{block.name} would be written as no Python: {error}") from error
    top = _head(classes, import_lines(project, _in_order(project)))
    shift = len(top)
    lines = {line + shift: owners for line, owners in classes.lines.items()}
    text = "\n".join([*top, classes.text])
    return Source(text, project.root, lines, report.root.parameters)


def _head(classes: Text, imports: list[str]) -> list[str]:
    """The imports. Raises `CompileError` that names the node whose line cannot be parsed."""
    try:
        return head(classes.text, imports)
    except SyntaxError as error:
        owners = classes.lines.get(error.lineno or 0, ())
        where = ".".join(owners[0]) if owners else f"line {error.lineno}"
        text = (error.text or "").strip()
        raise CompileError(f"{where} would be written as '{text}', which is no Python") from error


def _in_order(project: Project) -> list[Block]:
    """Blocks in use, each after those it uses, the root last."""
    done: dict[str, Block] = {}
    stack: list[tuple[Block, bool]] = [(project.model, False)]
    while stack:
        block, ready = stack.pop()
        if block.name in done:
            continue
        if ready:
            done[block.name] = block
            continue
        stack.append((block, True))
        used = [project.by_name[n.type] for n in block.graph.nodes if n.type in project.by_name]
        stack += [(b, False) for b in reversed(used) if b.name not in done]
    return list(done.values())


def _write_class(
    text: Text,
    project: Project,
    block: Block,
    report: BlockReport,
    values: FrozenMap[Value],
    sizes: tuple[str, ...],
) -> None:
    layout = structure(project, block)
    text.blank(2)
    text.add(block.name, Line(f"class {block.name}(nn.{block.kind}):", 0))
    text.add(block.name, Line(_about(block, report), 1, kind="docstring"))
    forward = Forward(project, block, report, layout)
    # a Sequential has a forward of its own, which analysis has found to be the drawn one
    body = [] if block.kind == "Sequential" else forward.lines()
    constructor = Constructor(project, block, report, layout, values, forward.kept, sizes)
    if not constructor.is_plain:
        text.blank()
        for line in constructor.lines():
            text.add(block.name, line)
        rules = []
        if block.initialisers:
            others = any(imported_by(project, each) for each in (block, *report.nested))
            rules = init_weights(project, block, report.nested, others=others)
        text.blank(1 if rules else 0)
        for line in rules:
            text.add(block.name, line)
    if block.kind == "Sequential":
        return
    text.blank()
    for line in body:
        text.add(block.name, line)


def _about(block: Block, report: BlockReport) -> str:
    """The docstring: the note, and the shapes of inputs and outputs."""
    inputs = block.graph.of_type(INPUT)
    patterns = [pattern_text(pattern_of(node)) for node in inputs]
    if len(inputs) > 1:
        patterns = [
            f"{node.name}: {pattern}" for node, pattern in zip(inputs, patterns, strict=True)
        ]
    named = frozenset(report.derived) | {n for found in report.nodes.values() for n in found.named}
    outputs = [_formula(tensor, block, named) for tensor in report.outputs.values()]
    if len(outputs) > 1:
        outputs = [f"{name}: {shape}" for name, shape in zip(report.outputs, outputs, strict=True)]
    shapes = f"{', '.join(patterns) or '()'} -> {', '.join(outputs)}"
    if len(shapes) > WIDTH:
        shapes = "\n".join([*patterns, *(f"-> {output}" for output in outputs)])
    note = "\n".join(textwrap.fill(line, WIDTH) for line in block.note.strip().splitlines())
    return f"{note}\n\n{shapes}" if note else shapes


def _formula(tensor: Tensor, block: Block, named: frozenset[str]) -> str:
    """``(N, channels, h_out)``: the shape of an output, long formulas by the name they rest on.

    `named` are sizes that have a name inside of the class alone; they are called by their role.
    """
    free = frozenset(free_names(block))
    sizes: list[str] = []
    for k, dim in enumerate(tensor.shape):
        if dim.names & named:
            sizes.append(f"{role_of(tensor.rank, k)}_out")
            continue
        rests_on = sorted(dim.names & free) if len(dim.text) > LONG else []
        sizes.append(f"{rests_on[0]}_out" if len(rests_on) == 1 else dim.text)
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
