"""Models that are too large as a whole: said with the number and the place, by counting."""

from __future__ import annotations

import json
from typing import Any

import pytest

import nnstudio
from nnstudio.analysis.analyse import STEPS, analyse
from nnstudio.analysis.report import Problem
from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.source import generate
from nnstudio.project.storage.file import loads
from nnstudio.project.values import Project
from nnstudio.symbols.work import CancelledError
from tests.robustness import large


def project(data: dict[str, Any]) -> Project:
    return loads(json.dumps(data))


def the_problem(data: dict[str, Any]) -> Problem:
    """The one problem of a file, which can be opened but neither written as code nor built."""
    opened = project(data)
    (problem,) = analyse(opened).problems
    assert problem.severity == "error"
    for refusing in (nnstudio.source, nnstudio.build):
        with pytest.raises(CompileError) as caught:
            refusing(opened)
        assert str(caught.value) == problem.sentence
    return problem


LAYERS = "layers, at most 100,000 can be built"
DEEP = "lie inside one another, at most 32 can be built"
CASES: dict[str, tuple[dict[str, Any], str, tuple[str, str | None]]] = {
    "doubling": (
        large.doubling(30),
        f"m0: B30 would have 1,073,741,824 {LAYERS}",
        ("B17", "n0"),
    ),
    "repeated": (
        large.repeated(3, 4096),
        f"m0: B3 would have 68,719,476,736 {LAYERS}",
        ("B2", "n0"),
    ),
    "in a Sequential": (
        large.repeated(3, 4096, "Sequential"),
        f"m0: B3 would have 68,719,476,736 {LAYERS}",
        ("B2", "n0"),
    ),
    "one module called": (
        large.repeated(3, 4096, "shared"),
        "m0: one forward of B3 would make 68,719,476,736 calls, at most 1,000,000",
        ("B2", "n0"),
    ),
    "levels": (large.nested(200), f"B200: 201 blocks {DEEP}", ("B200", None)),
    "doubling levels": (large.doubling(200), f"B200: 201 blocks {DEEP}", ("B200", None)),
    "groups": (large.groups(3000), f"Net: 3,000 groups {DEEP}", ("Net", None)),
    "frames": (large.groups(3000, "frame"), f"Net: 3,000 groups {DEEP}", ("Net", None)),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_too_large(case: str) -> None:
    data, sentence, place = CASES[case]
    problem = the_problem(data)
    assert problem.sentence == sentence
    assert (problem.block, problem.node) == place


def test_repetitions_that_have_to_be_looked_at_one_by_one_come_to_an_end() -> None:
    (problem,) = analyse(project(large.every_repetition_another(2, 4096))).problems
    assert problem.sentence.startswith(
        f"Net: takes more than {STEPS:,} steps to analyse; it needs fewer nodes or repetitions "
        "(given up at Net > B2 > B1 > "
    )
    assert (problem.severity, problem.block) == ("error", "Net")


def test_what_is_just_not_too_large_can_be_written() -> None:
    for data in (large.nested(31), large.groups(32), large.repeated(1, 4096), large.doubling(8)):
        opened = project(data)
        assert analyse(opened).errors == ()
        assert generate(opened).root == opened.root


def test_blocks_that_are_not_used_are_looked_at_within_one_allowance() -> None:
    data = large.every_repetition_another(2, 4096)
    data["blocks"].append(large.chain("Other", [large.linear()]))
    data["root"] = "Other"
    report = analyse(project(data))
    assert report.ok
    (said,) = [p for p in report.problems if "steps to analyse" in p.sentence]
    assert said.severity == "warning"
    assert set(report.blocks) == {block["name"] for block in data["blocks"]}


def test_many_heavy_expressions_together_are_too_much() -> None:
    heavy = {"out_features": {"expr": "8 + 0 * sum([1 for k in range(4000)])"}}
    nodes = [large.linear(params=heavy) for _ in range(400)]
    report = analyse(project(large.file("Net", large.chain("Net", nodes))))
    assert f"takes more than {STEPS:,} steps" in report.errors[0].sentence
    assert report.errors[0].node is not None


@pytest.mark.parametrize("make", [large.layers, large.residual, large.fan])
def test_thousands_of_nodes_are_analysed_and_written(make: Any) -> None:
    opened = project(make(3001))
    report = analyse(opened)
    assert report.errors == ()
    assert generate(opened, report).text.count("self.m3000") == 2


def test_thousands_of_loose_nodes_are_said_one_by_one() -> None:
    report = analyse(project(large.loose(3000)))
    assert len(report.errors) == 3000
    assert len(report.problems) == 6000


def test_an_analysis_is_cancelled() -> None:
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(CancelledError):
        analyse(project(large.layers(3000)), cancelled=cancelled)
    assert len(asked) == 3
