"""The head of a generated text: its imports, also those that layers of other packages need."""

from __future__ import annotations

import ast
import inspect
import symtable
from collections.abc import Iterable, Sequence

from nnstudio.analysis.binding import free_names
from nnstudio.catalog import registry
from nnstudio.catalog.code import IMPORTED, imported_names
from nnstudio.catalog.layers.io import INPUT
from nnstudio.compiler.codegen.weight_init import normalising_imports
from nnstudio.compiler.errors import CompileError
from nnstudio.project.values import Block, Project
from nnstudio.symbols.expression import make_divisible

OWN = {
    "torch": "import torch",
    "F": "import torch.nn.functional as F",
    "Tensor": "from torch import Tensor",
}
NORMALISED = "normalised weights"
"""What stands for a layer where weights ask for an import."""


def imported_by(project: Project, block: Block) -> dict[str, str]:
    """The names that the layers of a block import, each with its layer."""
    found: dict[str, str] = {}
    for statement, layer in _statements(project, block):
        found.update(dict.fromkeys(imported_names(statement), layer))
    return found


def import_lines(project: Project, blocks: Sequence[Block]) -> list[str]:
    """The statements that the layers and normalised weights of `blocks` ask for, each once.

    Raises `CompileError` where a name means something else in the text already.
    """
    lines: dict[str, None] = {}
    meanings: dict[str, tuple[str, str]] = {}
    for block in blocks:
        own = {*block.names, *free_names(block)}
        own |= {node.name for node in block.graph.of_type(INPUT)}
        for name, layer in imported_by(project, block).items():
            if name in own or name in project.by_name:
                what = f"a name of {block.name}" if name in own else "a block"
                raise CompileError(
                    f"{block.name}: {_needed_by(layer)} '{name}', which is {what} already; "
                    "rename that"
                )
        for statement, layer in _statements(project, block):
            for part in _single(statement):
                for name in imported_names(part):
                    other, user = meanings.setdefault(name, (part, layer))
                    plain = all(p.startswith("import ") and " as " not in p for p in (other, part))
                    if other != part and not plain:
                        raise CompileError(
                            f"'{name}' is two things: the layer {user} says '{other}', "
                            f"{layer} says '{part}'"
                        )
                lines[part] = None
    return list(lines)


def sorted_imports(statements: Iterable[str]) -> list[str]:
    """Import statements in the usual order, those from one module joined."""
    plain: list[str] = []
    members: dict[str, set[str]] = {}
    for statement in statements:
        for part in _single(statement):
            if part.startswith("import "):
                plain.append(part)
            else:
                module, _, names = part.removeprefix("from ").partition(" import ")
                members.setdefault(module, set()).update(names.split(", "))
    lines = sorted(dict.fromkeys(plain))
    for module in sorted(members):
        lines.append(f"from {module} import {', '.join(sorted(members[module]))}")
    return lines


def head(text: str, others: Sequence[str]) -> list[str]:
    """The imports that `text` needs besides `others`, and `make_divisible` where it is used."""
    used = names_read(text)
    lines: list[str] = []
    if "math" in used:
        lines += ["import math", ""]
    imports = [*others, "from torch import nn"]
    for name, statement in OWN.items():
        if name in used:
            imports.append(statement)
    lines += sorted_imports(imports)
    if "make_divisible" in used:
        lines += ["", "", *inspect.getsource(make_divisible).rstrip().splitlines()]
    return lines


def names_read(text: str) -> set[str]:
    """The names that a program reads, in whatever scope. Raises `SyntaxError` if it is none.

    Python's own table of symbols tells them, faster than a tree that is walked.
    """
    found: set[str] = set()
    tables = [symtable.symtable(text, "<source>", "exec")]
    while tables:
        table = tables.pop()
        found.update(symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced())
        tables += table.get_children()
    return found


def _needed_by(layer: str) -> str:
    return f"{layer} need" if layer == NORMALISED else f"the layer {layer} imports"


def _statements(project: Project, block: Block) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for kind in dict.fromkeys(node.type for node in block.graph.nodes):
        layer = None if kind in project.by_name else registry.find(kind)
        for statement in layer.code.imports if layer is not None else ():
            if statement not in IMPORTED:
                found.setdefault(statement, kind)
    for statement in normalising_imports(project, block):
        found.setdefault(statement, NORMALISED)
    return list(found.items())


def _single(statement: str) -> list[str]:
    """One statement a name, as `ast` writes it."""
    node = ast.parse(statement).body[0]
    if isinstance(node, ast.Import):
        return [ast.unparse(ast.Import([alias])) for alias in node.names]
    assert isinstance(node, ast.ImportFrom)
    return [ast.unparse(ast.ImportFrom(node.module, [alias], 0)) for alias in node.names]
