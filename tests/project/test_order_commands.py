"""Declaring several nodes together."""

from __future__ import annotations

import pytest

from nnstudio.project.commands.order import DeclareTogether
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from tests.drawing import Drawing


def chain() -> Project:
    drawing = Drawing("Model")
    x = drawing.input("x", "N", 4)
    for name in ("a", "b", "c"):
        x = drawing.add("ReLU", x, name=name)
    drawing.output(x)
    return drawing.project()


def order(project: Project) -> str:
    return " ".join(node.name for node in project.model.graph.nodes)


def test_nodes_stand_together_in_the_order_given() -> None:
    project = chain()  # ids count up: n0 is x, n4 is output
    assert order(DeclareTogether("Model", ("n3", "n1"), "n2").apply(project)) == "x c a b output"
    assert order(DeclareTogether("Model", ("n1", "n0")).apply(project)) == "b c output a x"
    assert DeclareTogether("Model", ("n1", "n2"), "n3").apply(project) == project


@pytest.mark.parametrize(
    ("nodes", "before"), [(("n1",), "n1"), (("n1", "n1"), "n2"), (("no",), None), (("n1",), "no")]
)
def test_what_makes_no_order_is_refused(nodes: tuple[str, ...], before: str | None) -> None:
    with pytest.raises(Refusal):
        DeclareTogether("Model", nodes, before).apply(chain())
