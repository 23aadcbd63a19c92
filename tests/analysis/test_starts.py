"""A carried state that has no start: the sentence, and the zeros that the fix adds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

import nnstudio
from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.report import Fix, Problem
from nnstudio.graph.values import Expr, FrozenMap, Repeat
from nnstudio.project.values import BlockParameter, Project
from tests.analysis.broken_repeats import steps
from tests.compiler.looped_models import conv_lstm, scan
from tests.drawing import Drawing

P = BlockParameter


def without_zeros(project: Project) -> Project:
    graph = project.model.graph
    gone = {node.id for node in graph.of_type("Zeros")}
    nodes = tuple(node for node in graph.nodes if node.id not in gone)
    edges = tuple(e for e in graph.edges if not gone & {e.source.node, e.target.node})
    return project.with_graph(project.root, replace(graph, nodes=nodes, edges=edges))


def cell_of_torch(count: int | None = None) -> Project:
    """An LSTMCell, whose states may be open where it is called once."""
    d = Drawing("Model")
    x = d.input("x", "N", "T", 5, example=(2, 7, 5))
    again = Repeat(count, "shared", (("hx", "h"), ("cx", "c")), FrozenMap({"input": 1}))
    d.output(d.add("LSTMCell", name="cell", at={"input": x}, hidden_size=8, repeat=again))
    return d.project()


def widening() -> Project:
    """Each repetition is twice as wide; only the first is started."""
    b = Drawing("Step", P("width", "int"))
    x, h = b.input("x", "N", 3), b.input("h", "N", "width")
    b.output(b.add("Linear", b.add("Concat", x, h, dim=1), name="fc", out_features="=2 * width"))
    d = Drawing("Model", blocks=(b.block(),))
    x = d.input("x", "N", 3)
    again = Repeat(3, carry=(("h", "output"),))
    d.output(d.add("Step", name="steps", at={"x": x}, width="=4 * 2 ** i", repeat=again))
    return d.project()


def fix_of(problem: Problem) -> Fix:
    assert problem.fix is not None
    return problem.fix


@pytest.mark.parametrize(
    ("make", "title", "size"),
    [
        (conv_lstm, "Start h and c with zeros", ("N", "hidden", "H", "W")),
        (scan, "Start with zeros", ("N", "d")),
        (lambda: steps(start=False), "Start with zeros", ("N", 4)),
        (cell_of_torch, "Start hx and cx with zeros", ("N", 8)),
        (widening, "Start with zeros", ("N", 4)),
    ],
)
def test_the_fix_adds_the_zeros_that_the_states_need(
    make: Callable[[], Project], title: str, size: tuple[int | str, ...]
) -> None:
    project = without_zeros(make())
    problem = analyse(project).errors[0]
    assert fix_of(problem).title == title
    fixed = fix_of(problem).command.apply(project)
    assert analyse(fixed).ok
    (zeros,) = fixed.model.graph.of_type("Zeros")
    texts = [item.text if isinstance(item, Expr) else item for item in zeros.params["size"]]  # type: ignore[union-attr]
    assert tuple(texts) == size
    assert "new_zeros((batch, " in nnstudio.source(fixed)


def test_the_sentence_says_what_is_carried() -> None:
    first, second = analyse(without_zeros(conv_lstm())).errors
    assert first.sentence == (
        "cell: input 'h' is not connected: it gets 'h_next' of the repetition before, "
        "so the first one needs a start"
    )
    assert "'c_next'" in second.sentence
    assert fix_of(first) == fix_of(second)


def test_a_size_that_only_the_state_tells_is_asked_for() -> None:
    b = Drawing("Cell", P("hidden", "int"))
    x, h = b.input("x", "N", 4), b.input("h", "N", "hidden")
    b.output(b.add("Linear", b.add("Concat", x, h, dim=1), name="fc", out_features="=hidden"))
    d = Drawing("Model", blocks=(b.block(),))
    x = d.input("x", "N", "T", 4, example=(2, 5, 4))
    again = Repeat(None, "shared", (("h", "output"),), FrozenMap({"x": 1}))
    d.output(d.add("Cell", name="cell", at={"x": x}, repeat=again))
    project = d.project()
    (problem,) = analyse(project).errors
    assert problem.sentence.endswith("; to start with zeros, give a value for hidden")
    assert problem.fix is None
    node = next(n for n in project.model.graph.nodes if n.name == "cell")
    node = replace(node, params=FrozenMap({"hidden": 6}))
    project = project.with_graph("Model", project.model.graph.with_node(node))
    assert analyse(fix_of(analyse(project).errors[0]).command.apply(project)).ok


def test_an_input_that_waits_to_be_the_start_is_connected_instead() -> None:
    project = steps(start=False)
    graph = project.model.graph
    waiting = replace(graph.of_type("Input")[0], id="h0", name="h0")
    waiting = replace(waiting, params=FrozenMap({"shape": ("N", 4)}))
    graph = replace(graph, nodes=(*graph.nodes, waiting))
    project = project.with_graph("Model", graph)
    problem = next(p for p in analyse(project).errors)
    assert fix_of(problem).title == "Connect h0"


def test_zeros_of_another_kind_than_every_input_are_made_so() -> None:
    b = Drawing("Cell", P("hidden", "int", 6))
    token, h = b.input("token", "N", dtype="int"), b.input("h", "N", "hidden")
    word = b.add("Embedding", token, name="word", num_embeddings=9, embedding_dim="=hidden")
    b.output(b.add("Add", word, h))
    d = Drawing("Model", blocks=(b.block(),))
    x = d.input("x", "N", "T", dtype="int", example=(2, 5))
    again = Repeat(None, "shared", (("h", "output"),), FrozenMap({"token": 1}))
    d.output(d.add("Cell", name="cell", at={"token": x}, repeat=again))
    project = d.project()
    fixed = fix_of(analyse(project).errors[0]).command.apply(project)
    assert analyse(fixed).ok
    assert "h = x.new_zeros((batch, 6)).float()" in nnstudio.source(fixed)
