"""Small runs in folders, trained in a moment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import nnstudio
from nnstudio.project.values import Project
from nnstudio.workspace.finished_run import FinishedRun
from tests.drawing import Drawing


def table(path: Path) -> Path:
    """Three classes of two numbers, some of them missing, one sample without a class."""
    random = np.random.default_rng(0)
    lines = ["size,weight,kind"]
    for k in range(90):
        size, weight = random.normal(k % 3, 0.4), random.normal(5 * (k % 3), 2)
        cells = [
            "" if k % 17 == 3 else f"{size:.3f}",
            f"{weight:.3f}",
            "" if k == 40 else "abc"[k % 3],
        ]
        lines.append(",".join(cells))
    path.write_text("\n".join(lines) + "\n")
    return path


def kinds() -> Project:
    """A model for the table."""
    drawing = Drawing("Kinds")
    x = drawing.add("Linear", drawing.input("x", "N", 2), name="hidden", out_features=8)
    x = drawing.add("BatchNorm1d", x, name="norm")
    drawing.output(drawing.add("Linear", x, name="head", out_features=3))
    return drawing.project()


def train_kinds(folder: Path | None, data: Path, **settings: Any) -> FinishedRun:
    """Two epochs on one thread; samples with gaps are left out, a fifth is for the test."""
    few = {"epochs": 2, "device": "cpu", "threads": 1, "missing": "drop", "test": 0.2}
    return nnstudio.train(kinds(), folder=folder, data=str(data), **{**few, **settings})
