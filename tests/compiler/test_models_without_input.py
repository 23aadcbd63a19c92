"""Blocks whose values begin at constants: as the model, and as a learned start inside another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import nnstudio
from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.build import build, example_inputs
from nnstudio.compiler.source import generate
from nnstudio.drawing.script import DrawingError
from nnstudio.project.commands.node import SetParam
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.file import dumps, loads
from nnstudio.project.values import Project
from nnstudio.workspace.input_mapping import required_inputs
from nnstudio.workspace.inspect_model import inspect_model
from tests.compiler.referee import assert_equal, assert_shapes


def queries() -> Any:
    """A table of learned vectors that goes through a norm and a Linear."""
    with nnstudio.draw("Queries", count=4, width=8) as b:
        table = b.Parameter(shape=(1, b.count, b.width), initialiser="normal", name="table")
        b.output(b.Linear(b.LayerNorm(table), out_features=b.width))
    return b


def decoder() -> Project:
    """x (N, 5, 8), looked up by six learned queries -> (N, 6, 8)."""
    start = queries()
    with nnstudio.draw("Net") as b:
        x = b.Linear(b.input("x", "N", 5, 8), out_features=8)
        scores = b.MatMul(b.draw(start, count=6, name="start"), b.Transpose(x, dim0=1, dim1=2))
        b.output(b.MatMul(b.SoftmaxFunction(scores, dim=-1), x))
    return b.project()


def test_as_the_model_it_is_analysed_built_and_summarised() -> None:
    project: Project = queries().project()
    report = analyse(project)
    (said,) = report.problems
    assert said.severity == "advice"
    assert "it can be built, but no data can be given to it" in said.sentence
    source = generate(project, report)
    assert "    def forward(self) -> Tensor:" in source.text
    assert '    """() -> (1, count, width)"""' in source.text
    model = build(source, count=3)
    assert model().shape == (1, 3, 8)
    model = build(source)
    assert example_inputs(project.model, report.root) == {}
    assert_shapes(report.root, assert_equal(project, model, {}))
    assert loads(dumps(project)) == project
    summary = inspect_model(project).summary
    assert summary.parameters == report.root.parameters == 120
    assert summary.flops == report.root.flops == 2 * 4 * 8 * 8
    assert summary.text.index("Total params: 120") > summary.text.index("Linear (linear)")


@pytest.mark.parametrize(
    ("layer", "params"),
    [
        ("Parameter", {"shape": (2, 3)}),
        ("Buffer", {"shape": (2, 3), "initialiser": "ones"}),
        ("Zeros", {"size": (2, 3)}),
        ("Eye", {"n": 3}),
        ("Arange", {"end": 6}),
    ],
)
def test_all_that_begins_by_itself(layer: str, params: dict[str, Any]) -> None:
    with nnstudio.draw("Start") as b:
        made = b.draw(layer, name="made", params=params)
        b.output(b.Scale(made, factor=2.0) if layer != "Arange" else made)
    project = b.project()
    found = build(generate(project))()
    shape = analyse(project).root.outputs["output"].shape
    assert tuple(dim.value for dim in shape) == tuple(found.shape)


def test_inside_another_block_it_is_a_learned_start() -> None:
    project = decoder()
    report = analyse(project)
    assert not report.problems
    source = generate(project, report)
    assert "        start = self.start()\n" in source.text
    model = build(source)
    inputs = example_inputs(project.model, report.root, 3)
    assert_equal(project, model, inputs)
    model(inputs["x"]).sum().backward()
    assert all(p.grad is not None for p in model.start.parameters())  # type: ignore[union-attr]
    assert report.root.parameters == sum(p.numel() for p in model.parameters())


def test_training_it_is_refused_because_no_data_can_be_given() -> None:
    project: Project = queries().project()
    with pytest.raises(Refusal, match="Queries has no Input, so no data can be given to it"):
        required_inputs(project, analyse(project))


def test_what_is_counted_follows_the_model() -> None:
    """For one call where nothing is given to the model, else for a sample."""
    inside = SetParam("Net", "n3", "count", clear=True).apply(decoder())
    alone = replace(inside, root="Queries")
    within, by_itself = analyse(inside), analyse(alone)
    assert analyse(alone, within).root.flops == by_itself.root.flops == 512
    assert analyse(inside, by_itself).root.flops == within.root.flops
    assert analyse(alone, by_itself).root.flops == 512


def test_a_script_is_told_how_such_a_block_is_drawn() -> None:
    start = queries()
    with nnstudio.draw("Net") as b:
        b.output(b.input("x", "N", 5))
        with pytest.raises(DrawingError, match=r"without Inputs is drawn by name: b.draw\(queries"):
            start(count=3)
