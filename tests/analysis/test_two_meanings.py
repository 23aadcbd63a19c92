"""One name for a size of an Input and for something else: said, mended, and never said wrongly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.report import Problem
from nnstudio.graph.values import FrozenMap
from nnstudio.project.storage import file
from nnstudio.project.values import Block, BlockParameter, Project, Variant
from tests.drawing import Drawing

CASES = Path(__file__).parents[1] / "cases" / "structure"


def told(project: Project) -> list[Problem]:
    return [p for p in analyse(project).problems if "is the parameter" in p.sentence]


def mended(project: Project) -> Project:
    (problem,) = told(project)
    assert problem.fix is not None
    return problem.fix.command.apply(project)


def test_the_case() -> None:
    project = file.read(CASES / "picture_width_is_channel_width.nns")
    (problem,) = told(project)
    assert problem.severity == "warning"
    assert problem.sentence == (
        "image: its size 'width' (dimension 3) is the parameter 'width' of Model, which conv takes "
        "for its out_channels: one name for two things, both 64, and the example has 32; rename "
        "one of them"
    )
    assert problem.fix is not None
    assert problem.fix.title == "Call the size image_width"
    after = mended(project)
    assert told(after) == []
    assert analyse(after).root.outputs["output"].label == "N × 64 × 32 × 32"


def picture(
    name: str, conv: dict[str, Any], example: tuple[int, ...] | None = None, **about: Any
) -> Project:
    drawing = Drawing("Model", BlockParameter(name, "int", 16))
    given = {} if example is None else {"example": example}
    x = drawing.input("image", "N", 3, "height", "width", **given)
    drawing.output(drawing.add("Conv2d", x, name="conv", **{"kernel_size": 1, **conv}, **about))
    return drawing.project()


@pytest.mark.parametrize("name", ["height", "width"])
@pytest.mark.parametrize("text", ["={}", "=2 * {}", "={} // 2"])
@pytest.mark.parametrize("example", [None, (1, 3, 16, 16), (1, 3, 32, 32)])
def test_channels_and_a_side_of_the_picture(
    name: str, text: str, example: tuple[int, ...] | None
) -> None:
    project = picture(name, {"out_channels": text.format(name)}, example)
    (problem,) = told(project)
    assert f"'{name}'" in problem.sentence
    assert "conv takes for its out_channels" in problem.sentence
    contradicted = example is not None and example[2] == 32
    assert ("the example has 32" in problem.sentence) is contradicted
    assert told(mended(project)) == []


def test_repetitions_and_a_side_of_the_picture() -> None:
    project = picture("height", {"out_channels": 3}, repeat="height")
    (problem,) = told(project)
    assert "counts the repetitions of conv" in problem.sentence


def test_inside_of_a_block() -> None:
    """The parameter is bound by the picture, so the picture decides the channels."""
    part = Drawing("Part", BlockParameter("width", "int"))
    x = part.input("x", "N", 3, "height", "width")
    part.output(part.add("Conv2d", x, name="conv", out_channels="=width", kernel_size=1))
    drawing = Drawing("Model", blocks=(part.block(),))
    x = drawing.input("image", "N", 3, 8, 8)
    drawing.output(drawing.add("Part", x, name="part"))
    (problem,) = told(drawing.project())
    assert (problem.block, problem.node_name) == ("Part", "x")
    assert told(mended(drawing.project())) == []


def blocks_of_channels() -> Block:
    part = Drawing("Part", BlockParameter("channels", "int"))
    x = part.input("x", "N", 3, "height", "width")
    part.output(part.add("Conv2d", x, name="conv", out_channels="=channels", kernel_size=1))
    return part.block()


def test_channels_that_a_block_is_given() -> None:
    drawing = Drawing("Model", BlockParameter("width", "int", 16), blocks=(blocks_of_channels(),))
    x = drawing.input("image", "N", 3, "height", "width")
    drawing.output(drawing.add("Part", x, name="part", channels="=width"))
    (problem,) = told(drawing.project())
    assert "which part takes for its channels" in problem.sentence


# -- an example that says something else ---------------------------------------------------------


def sequence(default: int, example: int, **values: int) -> Project:
    drawing = Drawing("Model", BlockParameter("length", "int", default))
    x = drawing.input("x", "N", "length", 8, example=(1, example, 8))
    table = drawing.add("Parameter", name="positions", shape=(1, "length", 8))
    drawing.output(drawing.add("Add", x, table, name="sum"))
    return drawing.project(values=FrozenMap(values))


def test_an_example_that_contradicts_the_parameter() -> None:
    project = sequence(10, 12)
    (problem,) = told(project)
    assert problem.sentence == (
        "x: its size 'length' (dimension 1) is the parameter 'length' of Model, which is 10, and "
        "the example has 12; rename one of them, or change the example"
    )
    assert problem.fix is not None
    assert problem.fix.title == "Set the example to 10"
    assert told(mended(project)) == []


def test_an_example_of_the_default_is_no_contradiction() -> None:
    """Values are changed all the time, an example is of no use then but of no harm either."""
    assert told(sequence(10, 10, length=20)) == []
    assert told(sequence(10, 20, length=20)) == []
    project = replace(
        sequence(10, 30), variants=(Variant("long", values=FrozenMap({"length": 30})),)
    )
    assert told(project) == []


def test_the_batch_is_no_parameter() -> None:
    drawing = Drawing("Model", BlockParameter("N", "int", 6))
    x = drawing.input("x", "N", 8)
    drawing.output(drawing.add("Linear", x, name="layers", out_features=8, repeat="N"))
    (problem,) = told(drawing.project())
    assert "so the batch would have one size only" in problem.sentence


def test_a_shape_that_an_expression_makes_can_not_be_renamed() -> None:
    drawing = Drawing("Model", BlockParameter("flag", "bool", True))
    drawing.output(drawing.add("Input", name="x", shape="=flag"))
    for problem in analyse(drawing.project()).problems:
        assert problem.fix is None or not problem.fix.title.startswith("Call the size")


# -- what is meant -------------------------------------------------------------------------------


def test_channels_that_are_channels() -> None:
    drawing = Drawing("Model", BlockParameter("channels", "int", 3))
    x = drawing.input("image", "N", "channels", 8, 8)
    x = drawing.add("Conv2d", x, name="down", out_channels=16, kernel_size=3)
    drawing.output(
        drawing.add("ConvTranspose2d", x, name="up", out_channels="=channels", kernel_size=3)
    )
    assert told(drawing.project()) == []


def test_a_picture_of_one_size() -> None:
    drawing = Drawing("Model", BlockParameter("size", "int", 8))
    x = drawing.input("image", "N", 3, "size", "size", example=(1, 3, 8, 8))
    x = drawing.add("Flatten", drawing.add("Conv2d", x, name="c", out_channels=4, kernel_size=1))
    drawing.output(drawing.add("Linear", x, name="fc", out_features="=3 * size ** 2"))
    assert told(drawing.project()) == []


def test_tokens_that_are_mixed() -> None:
    """A layer over the positions takes as many as there are."""
    drawing = Drawing("Model", BlockParameter("length", "int", 8))
    x = drawing.input("x", "N", 4, "length")
    x = drawing.add("Linear", x, name="mix", out_features="=length")
    pairs = drawing.add("Transpose", x, name="turn", dim0=1, dim1=2)
    drawing.output(drawing.add("MatMul", pairs, x, name="pairs"))
    assert told(drawing.project()) == []
