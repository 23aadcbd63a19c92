"""Every preset against the recursive reader of the graph; every use of a block against its text."""

from __future__ import annotations

import pytest
import torch

from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.build import build, example_inputs
from nnstudio.compiler.source import generate
from nnstudio.project.presets import load_target, preset_names
from tests.compiler.referee import assert_equal, assert_formulas, assert_shapes
from tests.compiler.test_random_projects import assert_one_text

SMALLER = {"GoogLeNet": "GoogLeNet/digits", "VGG": "VGG/digits"}
"""The variant that stands for a preset whose first one takes long."""


@pytest.mark.parametrize("name", preset_names())
def test_preset_computes_what_it_draws(name: str) -> None:
    project = load_target(SMALLER.get(name, name))
    report = analyse(project)
    source = generate(project, report)
    torch.manual_seed(0)
    use = assert_equal(project, build(source), example_inputs(project.model, report.root))
    assert_shapes(report.root, use)
    assert_formulas(report.root)
    assert_one_text(project, report, source)
