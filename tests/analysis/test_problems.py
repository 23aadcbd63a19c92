"""What stops a model, said in one sentence at the right node; the fixes that are offered work."""

from __future__ import annotations

import pytest

from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.source import generate
from nnstudio.graph.values import Edge, Graph, Node, Port
from nnstudio.project.commands import SetParam
from nnstudio.project.values import Block, BlockParameter, Project
from tests.drawing import Drawing


def sentences(project: Project) -> list[str]:
    """The errors, and the compiler's agreement that they stop it."""
    report = analyse(project)
    assert not report.ok
    with pytest.raises(CompileError) as stopped:
        generate(project, report)
    assert stopped.value.problems == report.errors
    return [problem.sentence for problem in report.errors]


def test_a_wrong_size_names_both_and_mends_itself() -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 128, 8, 6)
    flat = drawing.add("Flatten", x, name="flatten")
    drawing.output(drawing.add("Linear", flat, name="fc", in_features=4608, out_features=5))
    project = drawing.project()
    assert sentences(project) == ["fc: expects 4608 input features, the input has 6144"]
    (problem,) = analyse(project).errors
    assert problem.fix is not None
    assert analyse(problem.fix.command.apply(project)).ok


def test_an_empty_graph() -> None:
    assert "empty" in sentences(Project())[0]


def test_an_open_input_and_no_output() -> None:
    drawing = Drawing("Net")
    drawing.input("x", "N", 4)
    drawing.output(drawing.add("ReLU", name="act"))
    assert sentences(drawing.project()) == ["act: input 'input' is not connected"]
    lonely = Drawing("Net")
    lonely.input("x", "N", 4)
    assert "no Output" in sentences(lonely.project())[0]


def test_a_cycle_is_named() -> None:
    nodes = (Node("a", "ReLU", "first"), Node("b", "ReLU", "second"), Node("c", "Output", "y"))
    wires = (("a", "b"), ("b", "a"), ("b", "c"))
    edges = tuple(Edge(Port(s, "output"), Port(t, "input")) for s, t in wires)
    project = Project("Net", (Block("Net", graph=Graph(nodes, edges)),))
    assert "first > second > first" in sentences(project)[0]


def test_an_output_that_is_gone() -> None:
    drawing = Drawing("Net")
    parts = drawing.add("Chunk", drawing.input("x", "N", 12), chunks=3, dim=-1)
    drawing.output(drawing.add("Add", parts["part0"], parts["part2"]))
    project = drawing.project()
    assert analyse(project).ok
    fewer = SetParam("Net", parts.id, "chunks", 2).apply(project)
    assert sentences(fewer) == ["Add: input 'input.1' is fed by 'part2', which Chunk does not have"]


def test_an_error_inside_a_block_is_told_once_and_where() -> None:
    inner = Drawing("Half", BlockParameter("width"))
    x = inner.input("x", "N", "width")
    inner.output(inner.add("Linear", x, name="fc", in_features=8, out_features="=width"))
    outer = Drawing("Net", blocks=(inner.block(),))
    outer.output(outer.add("Half", outer.input("x", "N", 4), name="half"))
    project = outer.project()
    (problem,) = analyse(project).errors
    assert problem.block == "Half"
    assert problem.sentence == "fc: expects 8 input features, the input has 4"


def test_a_size_known_only_in_forward_becomes_a_parameter() -> None:
    inner = Drawing("Head")
    x = inner.input("x", "N", 4, "h", "w")
    flat = inner.add("Flatten", x, name="flatten")
    inner.output(inner.add("Linear", flat, name="fc", out_features=2))
    outer = Drawing("Net", blocks=(inner.block(),))
    outer.output(outer.add("Head", outer.input("x", "N", 4, 3, 5), name="head"))
    project = outer.project()
    while not analyse(project).ok:
        problem = analyse(project).errors[0]
        assert "known only when data comes" in problem.sentence
        assert problem.fix is not None
        project = problem.fix.command.apply(project)
    assert "nn.Linear(4 * h * w, 2)" in generate(project).text
    assert "Head(3, 5)" in generate(project).text
