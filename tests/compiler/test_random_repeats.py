"""Random repeats: what is built has the sizes that were told, whatever the values are."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, assume, given

from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.source import generate
from nnstudio.graph.values import FrozenMap
from nnstudio.project.values import Project
from tests.compiler.random_repeats import REPEAT_VALUES, modes, repeats
from tests.compiler.referee import assert_formulas
from tests.compiler.test_random_projects import assert_model, without_defaults
from tests.profiles import examples

WASTEFUL = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def check(project: Project, values: dict[str, Any]) -> None:
    """Torch and the referee judge the text; other values give the same text."""
    report = analyse(project)
    assume(report.ok)
    source = generate(project, report)
    assert_formulas(report.root)
    assert_model(project, report, source)
    other = replace(project, values=FrozenMap(values))
    report = analyse(other)
    if report.ok:
        plain = generate(other, report).plain
        assert without_defaults(plain) == without_defaults(source.plain)
        assert_formulas(report.root)
        model = plain[plain.index("class Model") :]
        arguments = model[model.index("def __init__") : model.index("-> None")]
        taken = set(re.findall(r"(\w+): [^=]*=", arguments))
        given = {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}
        assert_model(other, report, source, **{k: v for k, v in given.items() if k in taken})


@examples(36, suppress_health_check=WASTEFUL)
@given(repeats(), REPEAT_VALUES)
def test_random_repeats_are_what_is_told_of_them(project: Project, values: dict[str, Any]) -> None:
    check(project, values)


@examples(40, suppress_health_check=WASTEFUL)
@given(modes(), REPEAT_VALUES)
def test_random_modes_are_what_is_told_of_them(project: Project, values: dict[str, Any]) -> None:
    check(project, values)
