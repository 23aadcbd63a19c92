"""Random repeats: what is built has the sizes that were told, whatever the values are."""

from __future__ import annotations

import ast
from typing import Any

from hypothesis import HealthCheck, assume, given

from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.source import generate
from nnstudio.project.values import Project
from tests.compiler.random_repeats import REPEAT_VALUES, repeats
from tests.compiler.referee import assert_formulas
from tests.compiler.test_random_projects import assert_model, assert_other_values
from tests.profiles import examples


@examples(40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(repeats(), REPEAT_VALUES)
def test_random_repeats_are_what_is_told_of_them(project: Project, values: dict[str, Any]) -> None:
    report = analyse(project)
    assume(report.ok)
    source = generate(project, report)
    ast.parse(source.plain)
    assert_formulas(report.root)
    assert_model(project, report, source)
    assert_other_values(project, source, values)
