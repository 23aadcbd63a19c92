"""What the keywords of a drawing take besides formulas, and what is said of the rest."""

from __future__ import annotations

from typing import Any

import pytest

import nnstudio
from nnstudio.catalog.layer import REQUIRED
from nnstudio.drawing.script import DrawingError


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
