"""The condition of a group: all members get it, and what they have besides stays."""

from __future__ import annotations

import pytest

from nnstudio.graph.values import Expr
from nnstudio.project.commands.members_when import SetMembersWhen
from nnstudio.project.conditions import all_of, both, parts_of
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import BlockParameter, Project
from tests.drawing import Drawing


def grouped() -> Project:
    """In a frame: a Parameter, a product with it, a Linear in a container, one that calls it."""
    d = Drawing("Net", BlockParameter("on", "bool", True), BlockParameter("n", "int", 2))
    outer = d.group("outer")
    inner = d.group("inner", "Sequential", outer)
    d.group("empty")
    x = d.input("x", "N", 4)
    scale = d.add("Parameter", name="scale", group=outer, shape=(4,))
    y = d.add("Multiply", x, scale, group=outer)
    fc = d.add("Linear", y, name="fc", group=inner, out_features=4, when="n > 1")
    again = d.add("Linear", fc, shares=fc, group=outer)
    d.add("Arange", name="steps", group=outer, end=4)
    d.output(again)
    return d.project()


def conditions(project: Project) -> list[str]:
    """Those of the nodes but Input and Output, in order."""
    nodes = project.model.graph.nodes[1:-1]
    return [node.when.text if node.when is not None else "" for node in nodes]


def test_all_members_get_it_and_keep_their_own() -> None:
    project = SetMembersWhen("Net", "g0", Expr("on")).apply(grouped())
    assert conditions(project) == ["on", "on", "on and n > 1", "", ""]
    project = SetMembersWhen("Net", "g0", Expr("n > 0 or on")).apply(project)
    other = "n > 0 or on"
    assert conditions(project) == [other, other, f"({other}) and n > 1", "", ""]
    project = SetMembersWhen("Net", "g0", None).apply(project)
    assert conditions(project) == conditions(grouped())


def test_what_all_have_is_the_condition_of_the_group() -> None:
    project = SetMembersWhen("Net", "g1", None).apply(grouped())
    assert conditions(project) == [""] * 5


@pytest.mark.parametrize(
    ("group", "condition", "sentence"),
    [
        ("g9", "on", "There is no such group here"),
        ("g2", "on", "Nothing in empty can have a condition"),
        ("g0", "off", "when: 'off' is not known here; known names: n, on"),
        ("g0", "on and", "when: 'on and' is not a valid expression"),
    ],
)
def test_refused(group: str, condition: str, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        SetMembersWhen("Net", group, Expr(condition)).apply(grouped())
    assert str(refused.value) == sentence


def test_parts_and_whole() -> None:
    assert parts_of(Expr("(a or b) and c and (d and e)")) == ("a or b", "c", "d and e")
    assert both(Expr("a or b"), Expr("c")) == Expr("(a or b) and c")
    assert both(Expr("a and b"), Expr("b")) == Expr("a and b")
    assert all_of(()) is None
