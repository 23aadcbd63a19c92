"""Nodes with conditions: what is known where one holds, and what is said of those that exclude."""

from __future__ import annotations

from pathlib import Path

import nnstudio
from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.source import generate
from nnstudio.project.commands.node import SetParam
from nnstudio.project.storage import file
from nnstudio.project.values import Project

CASES = Path(__file__).parents[1] / "cases" / "structure"


def test_branches_that_are_never_built_both() -> None:
    project = file.read(CASES / "advice_exclusive_branches.nns")
    report = analyse(project)
    assert not report.problems
    (b,) = (node for node in project.model.graph.nodes if node.name == "b")
    assert str(report.root.nodes[b.id].params["in_features"].text) == "8"
    assert "self.b = nn.Linear(8, 16) if not deep else nn.Identity()" in generate(project).plain


def test_a_conditional_that_repeats_itself_is_folded() -> None:
    project = file.read(CASES / "redundant_conditional.nns")
    assert not analyse(project).problems
    assert "Grow((start + g * n[0]) // 2 + g * i, g)" in generate(project).plain


def chosen_by_text(last: int | None = None) -> Project:
    """One of two layers by a text, and a third that stands there unless it is the first."""
    with nnstudio.draw("Net", which="a") as b:
        x = b.input("x", "N", 8)
        x = b.Linear(x, out_features=16, when="which == 'a'", name="a")
        x = b.Linear(x, out_features=32, when="which == 'b'", name="b")
        given = {} if last is None else {"in_features": last}
        x = b.Linear(x, out_features=4, when="which == 'c'", name="c", **given)
        b.output(b.ReLU(x))
    return b.project(unfinished=last is not None)


def test_texts_exclude_each_other() -> None:
    project = chosen_by_text()
    report = analyse(project)
    assert not report.problems
    sizes = [report.root.nodes[n.id].params["in_features"] for n in project.model.graph.nodes[1:4]]
    assert [size.text for size in sizes] == ["8", "8", "8"]
    plain = generate(project).plain
    assert "self.c = nn.Linear(8, 4) if which == 'c' else nn.Identity()" in plain


def test_what_cannot_fit_where_it_is_built_is_said_though_it_is_not_built_now() -> None:
    (error,) = analyse(chosen_by_text(last=16)).errors
    assert error.sentence.startswith("c: expects 16 input features, the input has 8")


def test_a_named_size_is_looked_into_and_followed_through_edits() -> None:
    with nnstudio.draw("Net", which="a") as b:
        x = b.input("x", "N", 8)
        x = b.Linear(x, out_features=16, when="which == 'a'", name="a")
        x = b.Linear(x, out_features=32, when="which == 'b'", name="b")
        x = b.Linear(x, out_features=4, when="which != 'a'", name="c")
        b.output(b.ReLU(x))
    before = b.project()
    report = analyse(before)
    _, _, middle, last, *_ = before.model.graph.nodes
    assert report.root.nodes[last.id].params["in_features"].text == "32 if which == 'b' else 8"
    after = SetParam("Net", middle.id, "out_features", 48).apply(before)
    for found in (analyse(after, report), analyse(after)):
        assert found.root.nodes[last.id].params["in_features"].text == "48 if which == 'b' else 8"
