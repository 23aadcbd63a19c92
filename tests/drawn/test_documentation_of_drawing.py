"""The three models of docs/drawing.md are drawn as they stand there, and compute."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch

import nnstudio
from nnstudio.project.values import Project

PAGE = Path(__file__).parents[2] / "docs" / "drawing.md"
SCRIPTS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
SIZES: list[tuple[dict[str, Any], torch.Tensor, tuple[int, ...]]] = [
    ({"width": 4}, torch.zeros(2, 3, 32, 32), (2, 10)),
    ({"depths": (1, 2, 1, 1), "width": 4}, torch.zeros(2, 3, 64, 64), (2, 1000)),
    ({"depth": 2, "length": 5}, torch.zeros(2, 5, dtype=torch.long), (2, 5, 1000)),
]


@pytest.mark.parametrize("number", range(3))
def test_a_script_of_the_page_draws_a_model(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(SCRIPTS[number], "script.py", "exec"), names)
    project: Project = names["project"]
    values, given, size = SIZES[number]
    module = nnstudio.build(project, **values).eval()
    found = module(given)
    assert tuple(found.shape) == size
    places = {node.position for block in project.blocks for node in block.graph.nodes}
    assert len(places) > len(project.model.graph.nodes) // 2
    if number == 2:
        assert module.head.weight is module.word.weight
