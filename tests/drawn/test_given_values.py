"""What the keywords of a drawing take besides formulas, and what is said of the rest."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import nnstudio
from nnstudio.catalog.layer import REQUIRED
from nnstudio.drawing.script import DrawingError
from nnstudio.errors import UserError
from nnstudio.project.data.source import BuiltIn
from nnstudio.project.presets import with_values
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project


@pytest.mark.parametrize(
    ("given", "type", "default"),
    [
        (list[bool], "list[bool]", REQUIRED),
        (list[str], "list[str]", REQUIRED),
        (list[list[int]], "list[list[int]]", REQUIRED),
        ([True, False], "list[bool]", (True, False)),
        (["a", "b"], "list[str]", ("a", "b")),
        ([[8, 4], [2]], "list[list[int]]", ((8, 4), (2,))),
        ([1, 2.5], "list[float]", (1, 2.5)),
        ((list[str], ["a"]), "list[str]", ("a",)),
        (True, "bool", True),
    ],
)
def test_a_parameter_of_every_type(given: Any, type: str, default: Any) -> None:
    (found,) = nnstudio.draw("Net", w=given)._definition.block.parameters
    assert (found.type, found.default) == (type, default)


@pytest.mark.parametrize("given", [["a", 1], list, None, nnstudio])
def test_what_is_neither_type_nor_default_is_refused(given: Any) -> None:
    with pytest.raises(DrawingError, match=r"w expects a type .* or a default of one of them"):
        nnstudio.draw("Net", w=given)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("acts", "gelu,relu", ("gelu", "relu")),
        ("acts", "['a,b', \"c\"]", ("a,b", "c")),
        ("acts", "gelu-fast", ("gelu-fast",)),
        ("flags", "true, False", (True, False)),
        ("flags", "no", (False,)),
        ("word", "", ""),
    ],
)
def test_lists_are_typed_without_quotes(name: str, text: str, value: object) -> None:
    assert with_values(every_list(), {name: text}).values[name] == value


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("sizes", "", "sizes expects a list of whole numbers, received nothing"),
        ("flags", "true,x", "flags expects a list of True and False"),
        ("acts", "[a for a in range(3)]", "acts expects a list of texts"),
    ],
)
def test_a_text_that_is_no_value_is_refused(name: str, text: str, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        with_values(every_list(), {name: text})


def every_list() -> Project:
    with nnstudio.draw("Net", acts=["a"], flags=[True], sizes=[1], word="x") as b:
        b.output(b.ReLU(b.input("x", "N", 3)))
    return b.project()


@pytest.mark.parametrize(
    "call",
    [
        nnstudio.analyse,
        nnstudio.source,
        nnstudio.train,
        nnstudio.cross_validate,
        nnstudio.tune,
        nnstudio.nested_cross_validate,
        nnstudio.block_of,
    ],
)
def test_a_text_in_place_of_a_project_is_refused(call: Any) -> None:
    with pytest.raises(UserError, match=r"load it first, nnstudio.load\('SimpleDenseNet'\)"):
        call("SimpleDenseNet")


@pytest.mark.parametrize(
    ("function", "given", "sentence"),
    [
        ("tune", {"folds": "x"}, "folds: expected a whole number, received 'x'"),
        ("tune", {"objective": 3}, "objective: expected the name of a figure"),
        ("tune", {"search": 5}, "search: expected ranges by name"),
        ("cross_validate", {"folds": 2.5}, "folds: expected a whole number, received 2.5"),
        ("cross_validate", {"judge": "first"}, "judge: expected one of last, best"),
    ],
)
def test_arguments_of_another_type_are_refused(
    function: str, given: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence):
        getattr(nnstudio, function)(nnstudio.load("SimpleDenseNet"), **given)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [({}, "At least one project"), ("ab", "A list of projects"), ([None], "a project is expected")],
)
def test_what_cannot_be_compared_is_refused(given: Any, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        nnstudio.compare(given)


def test_a_number_is_divided_by_a_tensor() -> None:
    with nnstudio.draw("Net") as b:
        b.output(2 / b.input("x", "N", 2))
    given = torch.tensor([[1.0, 4.0]])
    assert nnstudio.build(b.project())(given).tolist() == [[2.0, 0.5]]


def test_formulas_are_no_numbers_yet() -> None:
    b = nnstudio.draw("Net", w=3)
    with pytest.raises(DrawingError, match="'w' is a formula"):
        range(b.w)
    with pytest.raises(DrawingError, match="repeat expects a whole number or a formula"):
        b.ReLU(b.input("x", "N"), repeat=float("inf"))
    with pytest.raises(DrawingError, match="expected to be a text, received 5"):
        nnstudio.draw(5)  # type: ignore[arg-type]


def test_a_project_takes_settings_by_name() -> None:
    with nnstudio.draw("Net", w=[3]) as b:
        b.output(b.ReLU(b.input("x", "N", 3)))
    project = b.project(training={"epochs": 3}, values={"w": [4]}, data="digits")
    assert project.training.epochs == 3
    assert project.values["w"] == (4,)
    assert project.data.source == BuiltIn(path="digits")
    for given, sentence in (
        ({"training": 5}, "training expects settings by name"),
        ({"training": {"epochs": "x"}}, "Epochs must be a whole number"),
        ({"data": 5}, "[Dd]ata"),
        ({"colour": 5}, "a project has no 'colour'"),
    ):
        with pytest.raises(DrawingError, match=sentence):
            b.project(**given)
