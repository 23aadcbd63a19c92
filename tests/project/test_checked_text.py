"""What is saved can be loaded, and what cannot be loaded is neither saved nor compiled."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import nnstudio
from nnstudio.errors import UserError
from nnstudio.graph.values import Edge, Expr, FrozenMap, Graph, Node, Port
from nnstudio.project.presets import load_target, preset_names
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import checked_text, loads
from nnstudio.project.values import Block, BlockParameter, Project


def chain(**changes: Any) -> Project:
    """x -> Linear -> y; `changes` of the Linear node."""
    nodes = (
        Node("a", "Input", "x", FrozenMap({"shape": ("N", 8)})),
        replace(Node("b", "Linear", "fc", FrozenMap({"out_features": 8})), **changes),
        Node("c", "Output", "y"),
    )
    ends = (("a", "b"), ("b", "c"))
    edges = tuple(Edge(Port(s, "output"), Port(t, "input")) for s, t in ends)
    return Project("Model", (Block("Model", graph=Graph(nodes, edges)),))


HOSTILE = {
    "a number as a name": chain(name="0"),
    "a name with a quote": chain(name="a'b"),
    "a name with a line break": chain(name="a\nb = 1"),
    "a keyword": chain(name="class"),
    "a class of that name": Project("int", (replace(chain().model, name="int"),)),
    "no number": chain(params=FrozenMap({"out_features": math.nan})),
    "an object": chain(params=FrozenMap({"out_features": object()})),
    "an expression that is none": chain(params=FrozenMap({"out_features": Expr("8 if")})),
    "a parameter called like a module": replace(
        chain(),
        blocks=(replace(chain().model, parameters=(BlockParameter("nn", "int", 1),)),),
    ),
    "an edge from nowhere": chain().with_graph(
        "Model",
        replace(
            chain().model.graph,
            edges=(
                *chain().model.graph.edges[:1],
                Edge(Port("b", "second"), Port("c", "input")),
            ),
        ),
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("act", [nnstudio.source, nnstudio.build])
def test_what_no_file_can_hold_is_not_compiled(what: str, act: Callable[[Project], object]) -> None:
    with pytest.raises(UserError) as refused:
        act(HOSTILE[what])
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("what", HOSTILE)
def test_what_no_file_can_hold_is_not_saved(what: str, tmp_path: Path) -> None:
    path = tmp_path / "kept.nns"
    nnstudio.save(chain(), path)
    before = path.read_bytes()
    with pytest.raises(FileError):
        nnstudio.save(HOSTILE[what], path)
    assert path.read_bytes() == before


def test_the_place_is_named() -> None:
    with pytest.raises(FileError, match="'0' is not a name"):
        checked_text(HOSTILE["a number as a name"])


def test_every_preset_is_what_its_text_says() -> None:
    for name in preset_names():
        project = load_target(name)
        assert loads(checked_text(project)) == project
