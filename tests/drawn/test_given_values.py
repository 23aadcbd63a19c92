"""What the keywords of a drawing take besides formulas, and what is said of the rest."""

from __future__ import annotations

from typing import Any

import pytest

import nnstudio
from nnstudio.catalog.layer import REQUIRED
from nnstudio.drawing.script import DrawingError
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
