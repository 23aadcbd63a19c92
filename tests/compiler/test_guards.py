"""An exported class refuses at once what the analysis would refuse, with the same sense."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from torch import nn

from nnstudio.compiler.build import model_class
from nnstudio.compiler.source import generate
from nnstudio.graph.values import Edge, Expr, FrozenMap, Graph, Node, Port, Repeat
from nnstudio.project.presets import load_target
from nnstudio.project.values import Block, BlockParameter, Local, Project


def chain(parameters: tuple[BlockParameter, ...], *middle: Node, local: str = "") -> Project:
    nodes = (
        Node("x", "Input", "x", FrozenMap({"shape": ("N", 3, 16, 16)})),
        *middle,
        Node("y", "Output", "y"),
    )
    ids = [node.id for node in nodes]
    edges = tuple(Edge(Port(a, "output"), Port(b, "input")) for a, b in itertools.pairwise(ids))
    locals_ = (Local("times", Expr(local)),) if local else ()
    return Project("Net", (Block("Net", parameters, locals_, graph=Graph(nodes, edges)),))


def conv(id: str, channels: object, count: object = None) -> Node:
    repeat = None if count is None else Repeat(count, "Sequential")  # type: ignore[arg-type]
    params = FrozenMap({"out_channels": channels, "kernel_size": 3, "padding": 1})
    return Node(id, "Conv2d", id, params, repeat=repeat)  # type: ignore[arg-type]


def made(project: Project, **arguments: Any) -> nn.Module:
    return model_class(generate(project))(**arguments)


DEPTH = BlockParameter("depth", "int", 3)
WIDTHS = BlockParameter("widths", "list[int]", (4, 8, 16))
GROWING = chain((DEPTH,), conv("convs", Expr("8 * 2 ** i"), Expr("depth")))
LISTED = chain((WIDTHS,), conv("convs", Expr("widths[i]"), Expr("len(widths)")))
FIXED = chain((WIDTHS,), conv("a", Expr("widths[0]")), conv("b", Expr("widths[-3]")))
BOTH = chain((DEPTH, WIDTHS), conv("convs", Expr("widths[i]"), Expr("depth")))
LOCAL = chain((DEPTH,), conv("convs", Expr("8 * 2 ** i"), Expr("times")), local="depth - 1")


@pytest.mark.parametrize(
    ("project", "arguments", "sentence"),
    [
        (GROWING, {"depth": 0}, "convs changes the shape, so it needs at least 1 repetition"),
        (LOCAL, {"depth": 1}, "convs changes the shape, so it needs at least 1 repetition"),
        (LISTED, {"widths": []}, "convs changes the shape|at least 1"),
        (LISTED, {"widths": [8, 0]}, r"widths expects sizes of at least 1, received \[8, 0\]"),
        (FIXED, {"widths": [8]}, "widths needs at least 3 elements, received 1"),
        (BOTH, {"depth": 4}, "widths needs at least 4 elements, received 3"),
        (BOTH, {"widths": [8, 8]}, "widths needs at least 3 elements, received 2"),
    ],
)
def test_refused_with_a_sentence(
    project: Project, arguments: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        made(project, **arguments)


@pytest.mark.parametrize(
    ("project", "arguments"),
    [
        (GROWING, {"depth": 1}),
        (LOCAL, {"depth": 2}),
        (LISTED, {"widths": [1]}),
        (FIXED, {"widths": [5, 6, 7, 8]}),
        (BOTH, {"depth": 2, "widths": [2, 3]}),
    ],
)
def test_what_the_analysis_takes_is_taken(project: Project, arguments: dict[str, Any]) -> None:
    assert isinstance(made(project, **arguments), nn.Module)


def test_a_repetition_that_keeps_its_shape_needs_no_check() -> None:
    assert "raise ValueError" not in generate(load_target("CNN2DResNet")).plain


def test_repetitions_of_one_list_are_checked_together() -> None:
    text = generate(load_target("SimpleEfficientNet")).plain
    assert text.count("at least 1 repetition") == 1
