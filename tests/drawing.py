"""Draw a block in a few lines, for tests, which also draw what no script may."""

from __future__ import annotations

from nnstudio.drawing.formulas import stored as value
from nnstudio.drawing.sketch import Drawn
from nnstudio.drawing.sketch import Sketch as Drawing
from nnstudio.project.values import Project

__all__ = ["Drawing", "Drawn", "two_convolutions", "value"]


def two_convolutions(channels: int, size: int) -> Project:
    """Two convolutions of 8 channels on square pictures, each with ReLU, and a Linear."""
    model = Drawing("Model")
    x = model.input("image", "N", channels, size, size)
    for k in (1, 2):
        x = model.add("Conv2d", x, name=f"conv{k}", out_channels=8, kernel_size=3, padding=1)
        x = model.add("ReLU", x, name=f"relu{k}")
    x = model.add("Flatten", x, name="flatten")
    model.output(model.add("Linear", x, name="fc", out_features=10))
    return model.project()
