"""Groups whose members share a condition: the text of a container, numbers, drawing by script."""

from __future__ import annotations

from dataclasses import replace

import pytest

import nnstudio
from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.build import build, example_inputs
from nnstudio.compiler.source import generate
from nnstudio.graph.values import FrozenMap
from nnstudio.project.values import Project
from tests.compiler.referee import assert_equal, assert_formulas, assert_shapes

DOWNSAMPLE = """
        self.downsample = (
            nn.Sequential(
                nn.Conv2d(cin, cout, kernel_size=1, stride=stride), nn.BatchNorm2d(cout)
            )
            if stride != 1 or cin != cout
            else nn.Identity()
        )
"""


def residual() -> Project:
    """A projection in a container, and a frame with a tensor, both under a condition."""
    with nnstudio.draw("Net", cin=4, cout=6, stride=2) as b:
        x = b.input("x", "N", b.cin, 8, 8)
        y = b.Conv2d(x, out_channels=b.cout, stride=b.stride, kernel_size=3, padding=1)
        with b.group("downsample", "Sequential", when="stride != 1 or cin != cout"):
            x = b.Conv2d(x, out_channels=b.cout, stride=b.stride, kernel_size=1)
            x = b.BatchNorm2d(x)
        with b.group("scaling", when="cout > 5"):
            scale = b.Parameter(shape=[b.cout, 1, 1], initialiser="ones", name="scale")
            x = b.Dropout(b.Multiply(x, scale), p=0.1, when="stride == 2")
        b.output(x + y)
    return b.project()


def test_the_conditions_of_what_is_drawn_in_groups() -> None:
    found = [node.when.text for node in residual().model.graph.nodes if node.when is not None]
    projection = ["stride != 1 or cin != cout"] * 2
    assert found == [*projection, "cout > 5", "cout > 5", "cout > 5 and stride == 2"]


@pytest.mark.parametrize("values", [{}, {"stride": 1, "cout": 4}, {"stride": 1}])
def test_a_container_is_there_as_a_whole_or_not_at_all(values: dict[str, int]) -> None:
    project = residual()
    source = generate(project)
    assert DOWNSAMPLE in source.text
    used = replace(project, values=FrozenMap(values))
    report = analyse(used)
    assert report.ok, report.errors
    module = build(source, **values)
    use = assert_equal(used, module, example_inputs(used.model, report.root))
    assert_shapes(report.root, use)
    assert_formulas(report.root)
    whole = {name for name in module.state_dict() if name.startswith("downsample")}
    assert ("downsample.0.weight" in whole) is (values.get("cout") != 4)


def test_members_of_several_conditions_close_up() -> None:
    with nnstudio.draw("Net", on=True, off=False) as b:
        x = b.input("x", "N", 4)
        with b.group("part", "Sequential"):
            x = b.Linear(x, out_features=4, when="on")
            x = b.Linear(b.ReLU(x, when="on"), out_features=4, when="off")
        b.output(x)
    plain = generate(b.project()).plain.split()
    ways = "*([nn.Linear(4, 4), nn.ReLU()] if on else []), *([nn.Linear(4, 4)] if off else [])"
    assert ways in " ".join(plain)
