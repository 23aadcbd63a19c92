"""A program put together from pieces: the functions that it needs, and no others.

The pieces lie in `resources/prediction/` as Python files. What one of them uses of another, or of
the text that is written for a run, it imports from `glue` or from the other's name; these imports
are left out, since everything stands in one file in the end.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from nnstudio.assets import asset

ROOMS = ("common", "texts", "pictures", "sounds", "tables", "arrays", "steps", "answers")
"""The files of pieces in the order in which they stand in a program."""
_FIRST_ROOMS = ("common", "texts")
"""Those whose functions stand before what is written for a run; the others stand after it."""
_GLUE = "glue"
_FIRST = "from __future__ import annotations"


@dataclass(frozen=True)
class _Piece:
    """A definition: its text with what is said of it, and the names that it uses.

    is_value: of something that is made when the program starts, or a class; not a function.
    """

    text: str
    uses: frozenset[str]
    is_value: bool


def program(docstring: str, glue: str, start: str) -> str:
    """The text of a program.

    docstring: of the module. glue: definitions that are written for it, with their own imports;
    they may use all pieces, and pieces may use them. start: the function that is run.
    """
    first, rest, outside = _library()
    written, imports = _parts(glue)
    pieces = {**first, **written, **rest}  # the order in which they are read
    needed = _closure({start}, pieces) | set(written)
    chosen = {name: piece for name, piece in pieces.items() if name in needed}
    functions = {name for name, piece in chosen.items() if not piece.is_value}
    values = {name: piece for name, piece in chosen.items() if piece.is_value}
    late = {name for name, piece in values.items() if piece.uses & functions}
    used = frozenset[str]().union(*(piece.uses for piece in chosen.values())) | {"sys"}
    lines = {**outside, **imports}
    body = [
        f'"""{docstring}"""',
        _FIRST,
        _imports({lines[name] for name in used if name in lines}),
        *(piece.text for name, piece in values.items() if name not in late),
        *(chosen[name].text for name in chosen if name in functions),
        *(piece.text for name, piece in values.items() if name in late),
        f'if __name__ == "__main__":\n    sys.exit({start}())',
    ]
    return "\n\n".join(body) + "\n"


@cache
def _library() -> tuple[dict[str, _Piece], dict[str, _Piece], dict[str, str]]:
    """What every program begins with, all other pieces, and the lines of imports by name."""
    first: dict[str, _Piece] = {}
    rest: dict[str, _Piece] = {}
    imports: dict[str, str] = {}
    for room in ROOMS:
        found, lines = _parts(asset("prediction", f"{room}.py").read_text("utf-8"))
        (first if room in _FIRST_ROOMS else rest).update(found)
        imports |= lines
    return first, rest, imports


def _parts(text: str) -> tuple[dict[str, _Piece], dict[str, str]]:
    """The definitions of a text by name, and the lines of its imports by the names they give."""
    lines = text.splitlines()
    found: dict[str, _Piece] = {}
    imports: dict[str, str] = {}
    last = ""
    for node in ast.parse(text).body:
        assert node.end_lineno is not None
        said = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        match node:
            case ast.Import(names=names):
                imports |= {n.asname or n.name: _import(n) for n in names}
            case ast.ImportFrom(module=module, names=names):
                if module not in (*ROOMS, _GLUE, "__future__"):
                    imports |= {n.asname or n.name: f"from {module} {_import(n)}" for n in names}
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found[name] = _Piece(said, _names(node), isinstance(node, ast.ClassDef))
            case ast.Assign(targets=[ast.Name(id=last)]) | ast.AnnAssign(target=ast.Name(id=last)):
                found[last] = _Piece(said, _names(node), True)
            case ast.AugAssign(target=ast.Name(id=name)):
                found[name] = _joined(found[name], said, _names(node))
                last = name
            case ast.Expr(value=ast.Constant(value=str())) if last:
                found[last] = _joined(found[last], said, frozenset())
    return found, imports


def _import(name: ast.alias) -> str:
    return f"import {name.name}" + (f" as {name.asname}" if name.asname else "")


def _joined(piece: _Piece, text: str, uses: frozenset[str]) -> _Piece:
    return _Piece(f"{piece.text}\n{text}", piece.uses | uses, piece.is_value)


def _names(node: ast.AST) -> frozenset[str]:
    return frozenset(one.id for one in ast.walk(node) if isinstance(one, ast.Name))


def _closure(start: set[str], pieces: Mapping[str, _Piece]) -> set[str]:
    """Those and all that they use, directly or not."""
    found: set[str] = set()
    left = set(start)
    while left:
        name = left.pop()
        if name in pieces and name not in found:
            found.add(name)
            left |= pieces[name].uses
    return found


def _imports(lines: set[str]) -> str:
    """Lines of imports in the usual order and groups; names of one module in one line."""
    plain = {line for line in lines if not line.startswith("from ")}
    members: dict[str, list[str]] = {}
    for line in lines - plain:
        module, _, name = line.removeprefix("from ").partition(" import ")
        members.setdefault(module, []).append(name)
    joined = {f"from {module} import {', '.join(sorted(ns))}" for module, ns in members.items()}
    groups: dict[int, list[str]] = {}
    for line in sorted(plain | joined, key=lambda line: (line.startswith("from "), line.lower())):
        top = line.split()[1].partition(".")[0]
        group = 0 if top in sys.stdlib_module_names else 2 if top == "model" else 1
        groups.setdefault(group, []).append(line)
    return "\n\n".join("\n".join(groups[k]) for k in sorted(groups))
