"""Every preset against the recursive reader of the graph; every use of a block against its text."""

from __future__ import annotations

import pytest
import torch

from nnstudio.compiler.build import build, example_inputs
from nnstudio.project.presets import preset_names
from tests.compiled import compiled
from tests.compiler.referee import assert_equal, assert_formulas, assert_shapes
from tests.compiler.test_random_projects import assert_one_text

SMALLER = {name: f"{name}/digits" for name in ("GoogLeNet", "Swin", "VGG")}
"""The variant that stands for a preset whose first one takes long."""


@pytest.mark.parametrize("name", preset_names())
def test_preset_computes_what_it_draws(name: str) -> None:
    project, report, source = compiled(SMALLER.get(name, name))
    torch.manual_seed(0)
    use = assert_equal(project, build(source), example_inputs(project.model, report.root))
    assert_shapes(report.root, use)
    assert_formulas(report.root)
    assert_one_text(project, report, source)
