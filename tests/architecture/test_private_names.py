"""Tests of the window speak through what a user or a caller has."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1] / "ui"
OF_OTHERS = {"os._exit"}


def _private(tree: ast.AST) -> Iterator[str]:
    """What a test takes from inside another object or module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            if _is_private(node.attr) and not own:
                yield ast.unparse(node)
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if _is_private(alias.name))


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def test_private_names_are_seen() -> None:
    source = "from a import _b\nself._own = a._c(d.e._f.g).__class__"
    assert sorted(_private(ast.parse(source))) == ["_b", "a._c", "d.e._f"]


def test_tests_of_the_window_use_public_names() -> None:
    taken = {
        f"{path.name}: {name}"
        for path in sorted(TESTS.rglob("*.py"))
        for name in _private(ast.parse(path.read_text("utf-8")))
        if name not in OF_OTHERS
    }
    assert taken == set()
