"""No module of nnstudio reaches itself by what it imports, not even for its type hints.

Nor does a room: the modules and packages that stand side by side in a package.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import nnstudio

ROOT = Path(nnstudio.__file__).parent


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_name(path): path for path in sorted(ROOT.rglob("*.py"))}


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """All that a module does, however deep; no expression, where no import can stand."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        for inside in ("body", "orelse", "handlers", "finalbody", "cases"):
            found = getattr(node, inside, ())
            stack += found if isinstance(found, list) else ()


def _imported(module: str, tree: ast.AST) -> Iterator[str]:
    """What a module names in imports: at its top, in functions and under TYPE_CHECKING.

    The packages around what is named run too, but only to reach it: they are left out.
    """
    package = module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            around = package.rsplit(".", node.level - 1)[0] if node.level else ""
            source = ".".join(part for part in (around, node.module) if part)
            for alias in node.names:
                inner = f"{source}.{alias.name}"
                if inner in MODULES:
                    yield inner
                elif source in MODULES:
                    yield source


@cache
def import_graph() -> dict[str, set[str]]:
    """Module -> the modules of nnstudio that it imports."""
    return {
        module: set(_imported(module, ast.parse(path.read_text("utf-8")))) - {module}
        for module, path in MODULES.items()
    }


def room_graph(package: str) -> dict[str, set[str]]:
    """Room of a package -> the rooms of the same package that it imports."""

    def room(module: str) -> str:
        return ".".join(module.split(".")[: package.count(".") + 2])

    within = f"{package}."
    rooms: dict[str, set[str]] = {}
    for module, others in import_graph().items():
        if module.startswith(within):
            reached = {room(other) for other in others if other.startswith(within)}
            rooms.setdefault(room(module), set()).update(reached - {room(module)})
    return rooms


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The groups of modules that reach each other (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in sorted(graph[module]):
            if other not in index:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            at = stack.index(module)
            group, stack[at:] = sorted(stack[at:]), []
            if len(group) > 1:
                found.append(group)

    for module in graph:
        if module not in index:
            visit(module)
    return found


def test_every_kind_of_import_is_seen() -> None:
    """The graph has imports at the top, in functions and for type hints."""
    graph = import_graph()
    assert "nnstudio.graph.values" in graph["nnstudio.project.values"]
    assert "nnstudio.graph" in room_graph("nnstudio")["nnstudio.project"]
    assert len(graph) == len(MODULES) > 200
    source = """
from typing import TYPE_CHECKING
import nnstudio.graph.values
from nnstudio.graph import order
if TYPE_CHECKING:
    from nnstudio.project.values import Project
def late():
    from .ports import Side
"""
    assert set(_imported("nnstudio.project.history", ast.parse(source))) == {
        "nnstudio.graph.values",
        "nnstudio.graph.order",
        "nnstudio.project.values",
        "nnstudio.project.ports",
    }


def test_circles_are_found() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a", "e"}, "e": set()}
    assert circles(graph) == [["a", "b", "c"]]


def test_no_module_reaches_itself() -> None:
    assert circles(import_graph()) == []


PACKAGES = [module for module, path in MODULES.items() if path.name == "__init__.py"]


@pytest.mark.parametrize("package", PACKAGES)
def test_no_room_reaches_itself(package: str) -> None:
    assert circles(room_graph(package)) == []
