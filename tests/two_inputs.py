"""A table beside pictures, and models with two Inputs for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from nnstudio.project.values import Project
from tests.drawing import Drawing


def table_beside_pictures(folder: Path, count: int = 60) -> Path:
    """plants.csv: a column of files in `photos`, two numbers and a class that needs both.

    A picture is bright or dark, the height is large or small: four classes.
    """
    random = np.random.default_rng(0)
    (folder / "photos").mkdir(parents=True)
    lines = ["photo,height,width,species"]
    for k in range(count):
        bright, tall = k % 2, k // 2 % 2
        pixels = random.integers(0, 60, (20, 16, 3)) + 180 * bright
        Image.fromarray(pixels.astype(np.uint8)).save(folder / "photos" / f"p{k}.png")
        height, width = (3.0 if tall else -3.0) + random.normal(), random.normal()
        lines.append(f"p{k}.png,{height:.3f},{width:.3f},{'abcd'[2 * bright + tall]}")
    table = folder / "plants.csv"
    table.write_text("\n".join(lines) + "\n")
    return table


def picture_and_numbers(picture: str = "photo", numbers: str = "x", classes: int = 4) -> Project:
    """A model with an Input for the picture and one for the two numbers."""
    drawing = Drawing("Both")
    seen = drawing.input(picture, "N", 3, 16, 16)
    measured = drawing.input(numbers, "N", 2)
    seen = drawing.add("AdaptiveAvgPool2d", seen, name="pool", output_size=1)
    seen = drawing.add("Flatten", seen, name="flatten")
    both = drawing.add("Concat", seen, measured, name="both", dim=1)
    both = drawing.add("Linear", both, name="hidden", out_features=16)
    both = drawing.add("ReLU", both, name="relu")
    drawing.output(drawing.add("Linear", both, name="head", out_features=classes))
    return drawing.project()
