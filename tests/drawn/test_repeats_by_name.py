"""Repetitions that go through parts, as a script draws them."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import nnstudio
from nnstudio.drawing.block import BlockDrawing
from nnstudio.drawing.script import DrawingError

MODES = {"carry": {"h": "state"}, "each": {"x": 1}}


def net(repeat: dict[str, Any]) -> BlockDrawing:
    with nnstudio.draw("Cell") as cell:
        x, h = cell.input("x", "N", 1), cell.input("h", "N", 1)
        cell.output(x + 2 * h, "state")
        cell.output(3 * x, "seen")
    with nnstudio.draw("Net") as b:
        x, h = b.input("x", "N", 3, 1), b.input("h", "N", 1)
        cells = cell(x, h, name="cells", repeat=repeat)
        b.output(cells["state"], "last")
        b.output(cells["seen"], "all")
    return b


@pytest.mark.parametrize(
    ("more", "last", "seen"),
    [
        ({"collect": {"seen": "sum"}}, 11.0, [18.0]),
        ({"collect": {"seen": ("stack", 1)}, "reverse": True}, 17.0, [3.0, 6.0, 9.0]),
    ],
)
def test_a_state_is_carried_through_the_parts(
    more: dict[str, Any], last: float, seen: list[float]
) -> None:
    model = nnstudio.build(net({"count": 3, **MODES, **more}).project())
    given = model(torch.tensor([[[1.0], [2.0], [3.0]]]), torch.zeros(1, 1))
    assert given["last"].item() == last
    assert given["all"].flatten().tolist() == seen


@pytest.mark.parametrize(
    ("repeat", "sentence"),
    [
        ({"each": 5}, "each expects dimensions"),
        ({"each": {"x": "a"}}, "each: x expects a dimension or None, received 'a'"),
        ({"carry": {"h": 3}}, "carry expects outputs by the names of inputs"),
        ({"collect": {"seen": "piles"}}, "collect: seen expects one of stack, concat, sum, list"),
        ({"reverse": 1}, "reverse expects True or False, received 1"),
        ({"count": 1.5}, "repeat expects a whole number or a formula, received 1.5"),
        ({"times": 2}, "repeat has no 'times'"),
    ],
)
def test_modes_that_are_none_are_refused(repeat: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DrawingError, match=sentence):
        net(repeat)
