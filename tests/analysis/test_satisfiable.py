"""Advice about two nodes is given only if both can be there at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.satisfiable import can_hold, can_hold_twice
from nnstudio.graph.values import Expr
from nnstudio.project.storage import file
from nnstudio.project.values import Block, BlockParameter, Local, Requirement
from tests.drawing import Drawing

CASES = Path(__file__).parents[1] / "cases" / "structure"
PARAMETERS = (
    BlockParameter("deep", "bool", True),
    BlockParameter("wide", "bool", False),
    BlockParameter("depth", "int", 2),
    BlockParameter("width", "int", 64),
    BlockParameter("rate", "float", 0.1),
    BlockParameter("kind", "str", "plain"),
    BlockParameter("dims", "list[int]", (8, 16)),
)
BLOCK = Block(
    "Model",
    PARAMETERS,
    locals=(Local("half", Expr("width // 2")),),
    requirements=(Requirement(Expr("not (deep and wide)"), "deep or wide"),),
)


def test_the_case() -> None:
    assert analyse(file.read(CASES / "advice_exclusive_branches.nns")).problems == ()


@pytest.mark.parametrize(
    "conditions",
    [
        ("deep", "not deep"),
        ("deep", "wide"),  # by the requirement
        ("depth > 2", "depth < 2"),
        ("depth == 1", "depth == 3"),
        ("depth > 100", "depth < 50"),
        ("kind == 'plain'", "kind == 'gated'"),
        ("kind in ['a', 'b']", "kind == 'c'"),
        ("rate > 0.5", "rate < 0.25"),
        ("half > 100", "width < 150"),
        ("len(dims) > 3", "not dims"),
        ("deep and depth > 3", "depth <= 3"),
        ("width == depth", "width != depth"),
        ("False", "deep"),
        ("deep", "not deep", "depth"),
        ("dims[5] > 0", "not dims"),
    ],
)
def test_what_excludes_each_other(conditions: tuple[str, ...]) -> None:
    assert not can_hold(BLOCK, [Expr(text) for text in conditions])


@pytest.mark.parametrize(
    "conditions",
    [
        (),
        ("deep",),
        ("deep", "deep"),
        ("deep", "depth > 7"),
        ("depth > 2", "depth < 40"),
        ("width == depth", "depth > 1"),
        ("kind == 'gated'", "kind != 'plain'"),
        ("rate > 0.25", "rate < 0.5 + 1"),
        ("half > 100", "width < 500"),
        ("len(dims) > 2", "dims[0] > 3"),
        ("length > 5", "length < 7"),
        ("width % 8 == 0", "width > 64"),
    ],
)
def test_what_goes_together(conditions: tuple[str, ...]) -> None:
    assert can_hold(BLOCK, [None, *(Expr(text) for text in conditions)])


@pytest.mark.parametrize(
    ("condition", "count", "twice"),
    [
        ("i == 0", 3, False),
        ("i > 0", 3, True),
        ("i > 0", 2, False),
        ("i == depth", Expr("width"), False),
        ("i % 2 == 0", 4, True),
        ("deep", 2, True),
    ],
)
def test_repetitions(condition: str, count: int | Expr, twice: bool) -> None:
    assert can_hold_twice(BLOCK, Expr(condition), count) is twice


# -- the advice ----------------------------------------------------------------------------------


def said(drawing: Drawing) -> list[str]:
    return [problem.sentence for problem in analyse(drawing.project()).problems]


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("deep", "not deep", False),
        ("deep", "deep", True),
        ("deep", None, True),
        (None, "not deep", True),
        (None, None, True),
    ],
)
def test_linear_layers_that_follow_each_other(
    first: str | None, second: str | None, told: bool
) -> None:
    drawing = Drawing("Model", *PARAMETERS)
    x = drawing.input("x", "N", 8)
    x = drawing.add("Linear", x, name="a", out_features=8, when=first)
    x = drawing.add("Dropout", x, name="drop", p=0.1)
    x = drawing.add("Linear", x, name="b", out_features=8, when=second)
    drawing.output(x)
    assert any("one linear map" in sentence for sentence in said(drawing)) is told


def test_a_linear_layer_that_is_there_in_one_repetition() -> None:
    drawing = Drawing("Model", *PARAMETERS)
    x = drawing.input("x", "N", 8)
    x = drawing.add("Linear", x, name="a", out_features=8, repeat=3, when="i == 0")
    drawing.output(x)
    assert said(drawing) == []


@pytest.mark.parametrize(("other", "told"), [("not deep", False), ("deep", True)])
def test_dropout_before_a_norm(other: str, told: bool) -> None:
    drawing = Drawing("Model", *PARAMETERS)
    x = drawing.input("x", "N", 8)
    x = drawing.add("Dropout", x, name="drop", p=0.1, when="deep")
    drawing.output(drawing.add("BatchNorm1d", x, name="norm", when=other))
    assert any("shifts the variance" in sentence for sentence in said(drawing)) is told


def test_a_bias_before_a_norm_that_is_never_there_with_it() -> None:
    drawing = Drawing("Model", *PARAMETERS)
    x = drawing.input("x", "N", 8)
    x = drawing.add("Linear", x, name="fc", out_features=8, when="deep")
    drawing.output(drawing.add("BatchNorm1d", x, name="norm", when="not deep"))
    assert said(drawing) == []
