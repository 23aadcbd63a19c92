"""What is said of broken projects, and that what is offered as a fix mends them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.report import Problem
from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.source import generate
from nnstudio.project.presets import preset_names
from nnstudio.project.values import Project
from tests.analysis.broken_projects import BROKEN
from tests.compiled import analysed

SENTENCES = Path(__file__).with_name("sentences.txt")


def said(name: str) -> list[str]:
    problems = analyse(BROKEN[name]()).problems
    return [f"{p.severity}: {p.sentence}{f' [{p.fix.title}]' if p.fix else ''}" for p in problems]


def expected() -> dict[str, list[str]]:
    """The kept sentences: a line with the name of the project, then one for each problem."""
    found: dict[str, list[str]] = {}
    for line in SENTENCES.read_text("utf-8").splitlines():
        if line.startswith(" "):
            found[list(found)[-1]].append(line.strip())
        elif line:
            found[line] = []
    return found


@pytest.mark.parametrize("name", BROKEN)
def test_sentences(name: str) -> None:
    assert said(name) == expected()[name]


def test_every_broken_project_has_its_sentences() -> None:
    assert list(expected()) == list(BROKEN)


@pytest.mark.parametrize("name", BROKEN)
def test_sentences_read_well(name: str) -> None:
    for problem in analyse(BROKEN[name]()).problems:
        assert not problem.sentence.endswith(".")
        assert "!" not in problem.sentence.replace("!=", "")
        assert "Dim(" not in problem.sentence
        assert "__0" not in problem.sentence
        assert len(problem.sentence) < 200


def errors(project: Project) -> list[Problem]:
    return [p for p in analyse(project).problems if p.severity == "error"]


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_not_compiled(name: str) -> None:
    project = BROKEN[name]()
    if errors(project):
        with pytest.raises(CompileError):
            generate(project)
    else:
        assert generate(project).text


FIXES = [
    (name, k) for name in BROKEN for k, p in enumerate(analyse(BROKEN[name]()).problems) if p.fix
]


@pytest.mark.parametrize(("name", "index"), FIXES)
def test_fixes_mend(name: str, index: int) -> None:
    project = BROKEN[name]()
    problem = analyse(project).problems[index]
    assert problem.fix is not None
    mended = problem.fix.command.apply(project)
    sentences = [p.sentence for p in analyse(mended).problems]
    assert problem.sentence not in sentences
    others = [p.sentence for p in errors(project) if p is not problem]
    assert [p.sentence for p in errors(mended) if p.sentence not in others] == []
    if not errors(mended):
        generate(mended)


@pytest.mark.parametrize("name", preset_names())
def test_fixes_of_presets_mend(name: str) -> None:
    project, report = analysed(name)
    for problem in report.problems:
        if problem.fix is not None:
            after = analyse(problem.fix.command.apply(project))
            assert problem.sentence not in [p.sentence for p in after.problems]
            assert after.ok


def test_a_problem_says_where() -> None:
    (problem,) = analyse(BROKEN["wrong_features"]()).problems
    assert (problem.block, problem.node, problem.node_name) == ("Model", "n1", "fc")
    assert problem.param == "in_features"
