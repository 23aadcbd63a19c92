"""The `__init__` of a block's class: parameters, locals, requirements, modules in order."""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from nnstudio.analysis.binding import pattern_of
from nnstudio.analysis.containers import Container, Entry, Structure
from nnstudio.analysis.report import BlockReport
from nnstudio.catalog import registry
from nnstudio.catalog.code import ModuleCode, Written
from nnstudio.catalog.layer import REQUIRED
from nnstudio.catalog.layers.io import BUFFER, INPUT, PARAMETER
from nnstudio.compiler.codegen.buffer_formulas import Formulas
from nnstudio.compiler.codegen.guards import Check, with_guards
from nnstudio.compiler.codegen.imports import imported_by
from nnstudio.compiler.codegen.lines import Line
from nnstudio.compiler.codegen.named_sizes import NamedSizes
from nnstudio.compiler.codegen.negation import negation
from nnstudio.compiler.codegen.value_text import (
    block_arguments,
    default_text,
    in_python,
    layer_params,
    names_in,
)
from nnstudio.compiler.codegen.weight_init import normalised, weight_lines
from nnstudio.compiler.errors import CompileError
from nnstudio.graph.values import FrozenMap, Node, Value
from nnstudio.project.parameter_text import python_text
from nnstudio.project.values import Block, Project
from nnstudio.symbols.expression import parse
from nnstudio.symbols.folding import fold_text

ANNOTATIONS = {
    "int": "int",
    "float": "float",
    "bool": "bool",
    "str": "str",
    "list[int]": "list[int]",
    "list[float]": "list[float]",
    "list[bool]": "list[bool]",
    "list[str]": "list[str]",
    "list[list[int]]": "list[list[int]]",
}
MADE = {
    "Sequential": "nn.Sequential({})",
    "ModuleList": "nn.ModuleList([{}])",
    "ModuleDict": "nn.ModuleDict({{{}}})",
}


class Constructor:
    """Writes `__init__` of one block."""

    def __init__(
        self,
        project: Project,
        block: Block,
        report: BlockReport,
        structure: Structure,
        values: FrozenMap[Value],
        kept: dict[str, str],
        sizes: tuple[str, ...] = (),
    ) -> None:
        self.project = project
        self.block = block
        self.report = report
        self.structure = structure
        self.values = values
        self.kept = kept
        self.sizes = sizes
        self.taken = {*block.names, *imported_by(project, block), *project.by_name, *report.derived}
        self.formulas = Formulas(block, report, self.taken)

    def lines(self) -> list[Line]:
        """The logical lines of `__init__`, signature first."""
        body: list[Line] = []
        for item in self.block.locals:
            body.append(Line(f"{item.name} = {in_python(parse(item.value.text).text)}", 2))
        attributes: list[Line] = []
        members: list[Entry] = []
        for entry in self.structure.entries:
            if isinstance(entry, Node) and entry.type == PARAMETER:
                attributes.append(self.parameter(entry))
            elif isinstance(entry, Node) and entry.type == BUFFER:
                attributes += self.buffer(entry)
            elif self.block.kind != "Module":
                members.append(entry)
            elif isinstance(entry, Container):
                attributes.append(self.container(entry))
            else:
                text = f"self.{entry.name} = {self.module(entry)}"
                attributes.append(Line(text, 2, self.ids(entry)))
        children = self.elements(members)
        written = [*body, *attributes]
        elements = [text for text, _ in children]
        words = _words([line.text for line in written] + elements)
        sizes = NamedSizes(self.report, [*words, *self.kept])
        texts = [line.text for line in written if line.is_always] + elements + sizes.texts()
        requirements = self.requirements()
        body = with_guards(self.block, self.report, body, requirements, texts, self.sizes)
        body += sizes.lines()
        brackets = "([{}])" if self.block.kind == "ModuleList" else "({})"
        text = f"super().__init__{brackets.format(_listed([text for text, _ in children]))}"
        body.append(Line(text, 2, (), tuple(nodes for _, nodes in children)))
        for name, attribute in self.kept.items():
            body.append(Line(f"self.{attribute} = {name}", 2))
        attributes += weight_lines(self.block, self.structure, self.taken)
        return [Line(self.signature([*body, *attributes]), 1), *body, *attributes]

    @property
    def is_plain(self) -> bool:
        """True if torch's own `__init__` would do: no parameters, nothing to declare."""
        return not self.structure.entries and not self.block.parameters

    def signature(self, lines: Sequence[Line]) -> str:
        """Arguments of the class; for the model without the sizes that only its Inputs speak of."""
        wanted = self.block.parameters
        if self.block.name == self.project.root:
            used = _words(line.text for line in lines)
            wanted = tuple(p for p in wanted if p.name in used or not self.is_size_of_input(p.name))
        required = [p for p in wanted if p.default is REQUIRED and p.name not in self.values]
        rest = [p for p in wanted if p not in required]
        parts = ["self"] + [f"{p.name}: {ANNOTATIONS[p.type]}" for p in required]
        for p in rest:
            value = self.values.get(p.name, p.default)  # type: ignore[arg-type]
            annotation = ANNOTATIONS[p.type] + (" | None" if value is None else "")
            parts.append(f"{p.name}: {annotation} = {default_text(value, p.type)}")
        return f"def __init__({', '.join(parts)}) -> None:"

    def is_size_of_input(self, name: str) -> bool:
        """True if the shape pattern of an Input is the name itself in some dimension."""
        return any(name in pattern_of(node) for node in self.block.graph.of_type(INPUT))

    def requirements(self) -> list[Check]:
        checks: list[Check] = []
        for requirement in self.block.requirements:
            condition = negation(parse(requirement.condition.text).tree)
            refusal = Line(f"raise ValueError({requirement.sentence!r})", 3)
            checks.append((Line(f"if {in_python(condition)}:", 2), refusal))
        return checks

    # -- tensors of the block itself ------------------------------------------------------------

    def shape(self, node: Node) -> str:
        value = node.params.get("shape", ())
        items = value if isinstance(value, tuple) else (value,)
        return ", ".join(
            in_python(parse(item).text if isinstance(item, str) else python_text(item))
            for item in items
        )

    def parameter(self, node: Node) -> Line:
        shape = self.shape(node) or "()"
        std = python_text(node.params.get("std", 0.02))
        normal = f"nn.init.normal_(torch.empty({shape}), std={std})"
        made = {
            "zeros": f"torch.zeros({shape})",
            "ones": f"torch.ones({shape})",
            "normal": f"torch.randn({shape})" if std in ("1", "1.0") else normal,
            "truncated_normal": f"nn.init.trunc_normal_(torch.empty({shape}), std={std})",
            "uniform": f"nn.init.uniform_(torch.empty({shape}), -{std}, {std})",
        }[str(node.params.get("initialiser", "zeros"))]
        value = self.or_none(node, f"nn.Parameter({made})")
        return Line(f"self.{node.name} = {value}", 2, (node.id,))

    def buffer(self, node: Node) -> list[Line]:
        persistent = "" if node.params.get("persistent", True) else ", persistent=False"
        lines: list[Line] = []
        nodes: tuple[str, ...] = (node.id,)
        if "formula" in self.block.graph.incoming[node.id]:
            lines, value = self.formulas.statements(node)
            if node.when is not None and len(lines) == 1:
                (line,) = lines
                lines, value, nodes = [], line.text.partition(" = ")[2], (*line.nodes, node.id)
        else:
            value = f"torch.{node.params.get('initialiser', 'zeros')}({self.shape(node)})"
        registered = f"self.register_buffer({node.name!r}, {{}}{persistent})"
        if node.when is not None and lines:
            made = [*lines, Line(registered.format(value), 2, (node.id,))]
            return [
                Line(f"if {self.condition(node)}:", 2, (node.id,)),
                *(replace(line, indent=3) for line in made),
                Line("else:", 2, (node.id,)),
                Line(registered.format("None"), 3, (node.id,)),
            ]
        return [*lines, Line(registered.format(self.or_none(node, value)), 2, nodes)]

    def or_none(self, node: Node, made: str) -> str:
        """A tensor that is None where its condition does not hold."""
        if node.when is None:
            return made
        return fold_text(f"{made} if {self.condition(node)} else None")

    # -- modules --------------------------------------------------------------------------------

    def container(self, entry: Container) -> Line:
        nodes = self.ids(entry)
        together = self.together(entry)
        elements = self.inside(entry)
        if together:
            elements = [(self.plain(node), (node.id,)) for node in together]
        made = MADE[entry.group.kind].format(_listed([text for text, _ in elements]))
        if together:
            made = f"{made} if {self.condition(together[0])} else nn.Identity()"
        children = tuple(nodes for _, nodes in elements)
        return Line(f"self.{entry.group.name} = {made}", 2, nodes, children)

    def together(self, container: Container) -> list[Node]:
        """The members of a Sequential that is there as a whole or not at all; else none."""
        nodes = [child for child in container.children if isinstance(child, Node)]
        whole = container.group.kind == "Sequential" and len(nodes) == len(container.children)
        called = bool(nodes) and self.structure.chains.get(nodes[0].id)
        if not whole or not called or called.container is not container:
            return []
        conditions = {node.when for node in nodes}
        once = all(node.repeat is None and node.instead is None for node in nodes)
        return nodes if once and len(conditions) == 1 and None not in conditions else []

    def inside(self, container: Container) -> list[tuple[str, tuple[str, ...]]]:
        """What a container is made of, each element with its nodes."""
        if container.group.kind != "ModuleDict":
            return self.elements(container.children)
        found: list[tuple[str, tuple[str, ...]]] = []
        for child in container.children:
            name = child.name if isinstance(child, Node) else child.group.name
            found.append((f"{name!r}: {self.child(child, leaves_out=False)}", self.ids(child)))
        return found

    def elements(self, children: Sequence[Entry]) -> list[tuple[str, tuple[str, ...]]]:
        """The elements of a container, each with its nodes; neighbours of one condition are one."""
        found: list[tuple[str, tuple[str, ...]]] = []
        for run in _runs(children):
            if len(run) == 1:
                text = self.child(run[0], leaves_out=True)
            else:
                nodes = [node for node in run if isinstance(node, Node)]
                made = ", ".join(self.plain(node) for node in nodes)
                text = f"*([{made}] if {self.condition(nodes[0])} else [])"
            found.append((text, tuple(n for child in run for n in self.ids(child))))
        return found

    def ids(self, entry: Entry) -> tuple[str, ...]:
        """The nodes of an entry, each with those that stand in its place."""
        nodes = entry.nodes() if isinstance(entry, Container) else [entry]
        graph = self.block.graph
        return tuple(n.id for node in nodes for n in (node, *graph.alternatives(node)))

    def child(self, entry: Entry, *, leaves_out: bool) -> str:
        """An element of a container; if it may be left out, a condition closes the indexes up."""
        if isinstance(entry, Container):
            inner = ", ".join(text for text, _ in self.inside(entry))
            return MADE[entry.group.kind].format(inner)
        if entry.repeat is not None and entry.repeat.kind == "inline":
            return f"*[{self.repetition(entry)}]"
        if _is_left_out(entry) and leaves_out:
            return f"*([{self.plain(entry)}] if {self.condition(entry)} else [])"
        return self.module(entry)

    def module(self, node: Node) -> str:
        """The expression that makes a node's module, with repeat and condition."""
        if node.repeat is None or node.repeat.kind == "shared":
            return self.conditional(node)
        if node.repeat.kind == "Sequential":
            return f"nn.Sequential(*[{self.repetition(node)}])"
        if node.repeat.kind == "ModuleList":
            return f"nn.ModuleList([{self.repetition(node)}])"
        raise CompileError(
            f"'{node.name}' is repeated inline, so it must lie in a Sequential or ModuleList group"
        )

    def repetition(self, node: Node) -> str:
        assert node.repeat is not None
        element = self.conditional(node)
        variable = "i" if "i" in names_in(element) else "_"
        count = in_python(python_text(node.repeat.count))
        if node.repeat.count is None:
            times = self.report.nodes[node.id].repetitions
            assert times is not None
            count = in_python(times.text)
        return f"{element} for {variable} in range({count})"

    def conditional(self, node: Node) -> str:
        if node.when is None:
            return self.plain(node)
        other = "nn.Identity()"
        if node.instead is not None:
            other = self.conditional(self.block.graph.by_id[node.instead])
        # what holds wherever the node is built need not be asked again inside
        return fold_text(f"{self.plain(node)} if {self.condition(node)} else {other}")

    def condition(self, node: Node) -> str:
        assert node.when is not None
        condition = parse(node.when.text)
        text = in_python(condition.text)
        return f"({text})" if isinstance(condition.tree, ast.IfExp) else text

    def plain(self, node: Node) -> str:
        """``nn.Conv2d(...)`` or ``ResNetBlock2D(...)``."""
        report = self.report.nodes[node.id]
        used = self.project.by_name.get(node.type)
        if used is not None:
            return in_python(f"{used.name}({block_arguments(used, node, report)})")
        layer = registry.find(node.type)
        assert layer is not None
        assert isinstance(layer.code, ModuleCode)
        params = layer_params(layer, node, report)
        texts = Written({}, params.texts, params.given)
        return normalised(node, in_python(layer.code.constructor(layer.type, texts)))


def _words(texts: Iterable[str]) -> set[str]:
    return set(re.findall(r"\w+", " ".join(texts)))


def _listed(elements: Sequence[str]) -> str:
    """The elements of a container, each on a line of its own."""
    return ",".join(f"\n{text}" for text in elements)


def _is_left_out(entry: Entry) -> bool:
    """True if a condition leaves it out of its container, so that nothing is in its place."""
    return (
        isinstance(entry, Node)
        and entry.when is not None
        and entry.instead is None
        and entry.repeat is None
    )


def _runs(children: Sequence[Entry]) -> list[list[Entry]]:
    """Neighbours that are left out together, by one condition."""

    def condition(entry: Entry) -> Hashable:
        if isinstance(entry, Node) and _is_left_out(entry):
            return entry.when
        return id(entry)

    return [list(run) for _, run in groupby(children, key=condition)]
