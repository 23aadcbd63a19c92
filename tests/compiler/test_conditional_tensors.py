"""Tensors of a block that are there only under a condition: text, numbers, shapes, refusals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

import nnstudio
from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.build import build, example_inputs
from nnstudio.compiler.source import generate
from nnstudio.drawing.block import BlockDrawing
from nnstudio.graph.values import FrozenMap
from nnstudio.project.values import Project
from tests.compiler.referee import assert_equal, assert_formulas, assert_shapes


def layer_scale(b: BlockDrawing) -> None:
    x = b.input("x", "N", 4, 8)
    gamma = b.Parameter(shape=[8], initialiser="normal", std=1.0, when="on", name="gamma")
    b.output(b.Add(x, b.Multiply(b.Linear(x, out_features=8), gamma)))


def affine(b: BlockDrawing) -> None:
    """Two tensors of one condition: their operations stand under one question."""
    x = b.input("x", "N", 4, 8)
    x = b.Multiply(x, b.Parameter(shape=[8], initialiser="normal", when="on", name="scale"))
    x = b.Add(x, b.Parameter(shape=[8], initialiser="normal", when="on", name="shift"))
    b.output(b.ReLU(x))


def class_token(b: BlockDrawing) -> None:
    """The shape depends on the condition, which is known when the class is made."""
    x = b.input("x", "N", 4, 8)
    token = b.Parameter(shape=[1, 1, 8], initialiser="normal", when="on", name="token")
    x = b.Concat(b.Expand(token, sizes=["N", 1, 8]), x, dim=1)
    b.output(b.Linear(x, out_features=2))


def mask(b: BlockDrawing) -> None:
    """A buffer by a formula of several lines."""
    x = b.input("x", "N", 4, 8)
    steps = b.Arange(end=8, dtype="float")
    table = b.Buffer(b.Add(b.Sin(steps), b.Cos(steps)), when="not on", name="table")
    b.output(b.Linear(b.Add(x, table), out_features=2))


TEXTS: dict[Callable[[BlockDrawing], None], str] = {
    layer_scale: """
        linear = self.linear(x)
        if self.gamma is not None:
            linear = linear * self.gamma
        return x + linear
""",
    affine: """
        if self.scale is not None:
            x = x * self.scale + self.shift
        return self.relu(x)
""",
    class_token: """
        if self.token is not None:
            x = torch.cat([self.token.expand(batch, 1, 8), x], dim=1)
        return self.linear(x)
""",
    mask: """
        if self.table is not None:
            x = x + self.table
        return self.linear(x)
""",
}


def drawn(draw: Callable[[BlockDrawing], None]) -> Project:
    with nnstudio.draw("Net", on=True) as b:
        draw(b)
    return b.project(unfinished=True)


@pytest.mark.parametrize("draw", TEXTS)
def test_text_and_numbers_with_the_tensor_and_without(draw: Callable[[BlockDrawing], None]) -> None:
    project = drawn(draw)
    source = generate(project)
    assert TEXTS[draw] in f"{source.text}\n"
    for on in (True, False):
        used = replace(project, values=FrozenMap({"on": on}))
        report = analyse(used)
        assert report.ok, report.errors
        module = build(source, on=on)
        use = assert_equal(used, module, example_inputs(used.model, report.root))
        assert_shapes(report.root, use)
        assert_formulas(report.root)
        assert report.root.parameters == sum(p.numel() for p in module.parameters())


def test_a_shape_that_depends_on_it_has_one_formula() -> None:
    report = analyse(drawn(class_token)).root
    assert report.outputs["output"].shape[1].text == "5 if on else 4"


def test_what_is_not_there_is_not_in_the_state_dict() -> None:
    source = generate(drawn(mask))
    assert set(build(source, on=True).state_dict()) == {"linear.weight", "linear.bias"}
    without = build(source, on=False)
    assert torch.equal(without.get_buffer("table"), without.state_dict()["table"])


def alone(b: BlockDrawing) -> None:
    b.input("x", "N", 8)
    b.output(b.Parameter(shape=[8], when="on", name="bias"))


def of_two_conditions(b: BlockDrawing) -> None:
    b.output(b.input("x", "N", 8))
    first = b.Parameter(shape=[8], when="on", name="first")
    b.Add(first, b.Parameter(shape=[8], when="not on", name="second"))


@pytest.mark.parametrize(
    ("draw", "sentence"),
    [
        (alone, "output: needs its input 'input', but 'bias' is there only if on"),
        (
            of_two_conditions,
            "Add: may have nothing to work on: 'first' is there only if on and 'second' is there "
            "only if not on",
        ),
    ],
)
def test_refused_where_nothing_may_be_left(
    draw: Callable[[BlockDrawing], None], sentence: str
) -> None:
    project = drawn(draw)
    (error,) = analyse(project).errors
    assert error.sentence == sentence
    assert error.fix is not None
    assert error.fix.title.startswith("Build ")
    left = analyse(error.fix.command.apply(project)).errors
    assert sentence not in [other.sentence for other in left]
