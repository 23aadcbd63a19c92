"""Parameters that are lists of truths, of texts and of rows, for blocks repeated by them."""

from __future__ import annotations

from typing import Any

import pytest

from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.build import model_class
from nnstudio.compiler.source import generate
from nnstudio.project.checks import check_argument
from nnstudio.project.commands.make_block import type_of
from nnstudio.project.parameter_text import parse_value
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage import file
from nnstudio.project.values import BlockParameter, Project
from tests.compiler.test_rules import P, mlp, text_of
from tests.drawing import Drawing

ROWS = P("rows", "list[list[int]]", ((16, 2), (24, 1), (32, 3)))


def stage() -> Drawing:
    """A convolution, with an activation by its name, normalised if wanted."""
    block = Drawing(
        "Stage",
        P("c"),
        P("width"),
        P("dilation"),
        P("norm", "bool"),
        P("activation", "str", "relu"),
    )
    x = block.input("x", "N", "c", "h", "w")
    x = block.add(
        "Conv2d", x, name="conv", out_channels="=width", kernel_size=1, dilation="=dilation"
    )
    x = block.add("BatchNorm2d", x, name="bn", when="norm")
    y = block.add("ReLU", x, name="relu", when="activation == 'relu'")
    block.output(block.add("GELU", y, name="gelu", when="activation == 'gelu'"))
    return block


def project(rows: Any = ROWS) -> Project:
    d = mlp(
        rows,
        P("norms", "list[bool]", (True, False, True)),
        P("activations", "list[str]", ("relu", "gelu", "relu")),
        blocks=(stage().block(),),
    )
    x = d.input("x", "N", 3, 12, 12)
    x = d.add(
        "Stage",
        x,
        name="stages",
        repeat="len(rows)",
        width="=rows[i][0]",
        dilation="=rows[i][1]",
        norm="=norms[i]",
        activation="=activations[i]",
    )
    d.output(x)
    return d.project()


def test_a_table_of_rows_makes_the_stages() -> None:
    text = text_of(project())
    assert "rows: list[list[int]] = [[16, 2], [24, 1], [32, 3]]" in text
    assert "rows[i][0]," in text
    assert "activation=activations[i]" in text
    made = model_class(generate(project()))(
        rows=[[8, 1], [4, 2]], norms=[False, False], activations=["gelu", "relu"]
    )
    kinds = [type(module).__name__ for module in made.modules()]
    assert kinds.count("Stage") == 2
    assert "BatchNorm2d" not in kinds
    assert [tuple(p.shape[:2]) for p in made.parameters() if p.ndim == 4] == [(8, 3), (4, 8)]


def test_they_come_back_from_the_file() -> None:
    drawn = project()
    assert file.loads(file.dumps(drawn)) == drawn
    assert analyse(file.loads(file.dumps(drawn))).ok


@pytest.mark.parametrize(
    ("kind", "wrong", "expected"),
    [
        ("list[bool]", (1, 0), "a list of True and False"),
        ("list[str]", ("a", 2), "a list of texts"),
        ("list[list[int]]", (1, 2), "a list of lists of whole numbers"),
        ("list[list[int]]", ((1, 2.5),), "a list of lists of whole numbers"),
    ],
)
def test_other_values_are_refused(kind: Any, wrong: Any, expected: str) -> None:
    declared = BlockParameter("rows", kind)
    with pytest.raises(Refusal, match=f"rows expects {expected.replace('[', '.')}"):
        check_argument(declared, wrong)


def test_they_are_typed_and_recognised() -> None:
    typed = {
        "[[16, 2], [24, 1]]": "list[list[int]]",
        "True, False": "list[bool]",
        "['relu', 'gelu']": "list[str]",
    }
    assert {text: type_of(parse_value(text, kind)) for text, kind in typed.items()} == typed
