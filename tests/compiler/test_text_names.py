"""Names are found in generated text without parsing it, and are those that Python finds."""

from __future__ import annotations

import ast

import pytest

from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.codegen.imports import names_read
from nnstudio.compiler.codegen.value_text import every_name, rename_names
from nnstudio.compiler.source import generate
from nnstudio.project.presets import load_target

TEXTS = (
    *("x", "self.conv1(x)", "x[:, -1, ...]", "1e-06 * x", "0x1F + a1", "x.y.z", "1.5.real"),
    *("f(x, dim=1)", "f(dim=dim, keep = keep == 2)", "a == b", "a<=b", "a if b else not c"),
    *("F.pad(x, (1, 2), mode='reflect')", 'g["x"](y)', "[i * n for i in range(n) if i]"),
    *("{a: b for a, b in c}", "x is not None and y in z", "größe + x", "lambda a=1: a", "(x := 1)"),
)


def parsed(text: str) -> list[str]:
    return sorted(n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name))


@pytest.mark.parametrize("text", TEXTS)
def test_every_name_is_what_python_finds(text: str) -> None:
    assert sorted(every_name(text)) == parsed(text)


@pytest.mark.parametrize("name", ["EfficientNet", "SimpleViT"])
def test_the_names_of_a_program_are_what_python_finds(name: str) -> None:
    project = load_target(name)
    text = generate(project, analyse(project)).plain
    known = {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}
    imported = {"torch", "nn", "F", "math", "Tensor", "make_divisible"}
    assert imported & names_read(text) == imported & known


def test_names_are_asked_for_in_the_order_in_which_they_stand() -> None:
    names = [f"size_{letter}" for letter in "hbfdgaec"]
    asked: list[str] = []
    rename_names(" + ".join(names), asked.append)
    assert asked == names
