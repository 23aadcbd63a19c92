"""The layer of a package that docs/blocks.md shows can be drawn, built and exported as it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch

from nnstudio.catalog import registry
from nnstudio.compiler.build import build
from nnstudio.compiler.inference import full_report
from nnstudio.compiler.source import generate
from tests.drawing import Drawing
from tests.packages import package

PAGE = Path(__file__).parents[2] / "docs" / "blocks.md"


def test_a_layer_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(# my_layers.py.*?)```", PAGE.read_text(), re.DOTALL)
    written: dict[str, Any] = {"__name__": "my_layers"}
    exec(code, written)
    package(monkeypatch, "my_layers", Snake=written["Snake"])(LAYERS=written["LAYERS"])
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 3, 16)
    drawing.output(drawing.add("Snake", x, name="snake", frequency=2.0))
    project = drawing.project()
    report = full_report(project)
    assert report.ok
    assert not registry.plugin_problems()
    source = generate(project, report)
    assert "from my_layers import Snake\n" in source.text
    assert "self.snake = Snake(frequency=2.0)\n" in source.text
    given = torch.randn(2, 3, 16)
    assert torch.equal(build(source)(given), given + (2 * given).sin() ** 2 / 2)
    monkeypatch.undo()
    registry.forget()
