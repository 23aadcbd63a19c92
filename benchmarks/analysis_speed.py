"""How long the analysis of a large model takes: from scratch, after an edit, and up to the module.

Run with ``python benchmarks/analysis_speed.py``. Goals at 1,000 layers: 50 ms from scratch, 5 ms
after an edit near the output, 1 s from the project to the built module.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.build import build_empty
from nnstudio.compiler.source import generate
from nnstudio.project.commands.node import SetParam
from nnstudio.project.values import BlockParameter, Project
from tests.drawing import Drawing, Drawn

LAYERS = 1000


def chain() -> Drawing:
    """Convolution, norm and activation in turn, `LAYERS` in all."""
    drawing = Drawing("Chain", BlockParameter("hidden", "int", 16))
    x = drawing.input("x", "N", 16, 32, 32)
    for k in range(0, LAYERS, 3):
        x = drawing.add(
            "Conv2d",
            x,
            name=f"conv{k}",
            out_channels="=hidden",
            kernel_size=3,
            padding=1,
            bias=False,
        )
        x = drawing.add("BatchNorm2d", x, name=f"norm{k}")
        x = drawing.add("ReLU", x, name=f"relu{k}")
    drawing.output(x)
    return drawing


def nested(drawing: Drawing) -> Project:
    """The chain as a block that another block uses once."""
    outer = Drawing("Outer", blocks=(drawing.block(),))
    x = outer.input("x", "N", 16, 32, 32)
    outer.output(outer.add("Chain", x, name="chain"))
    return outer.project()


def median(action: Callable[[], object], times: int = 9) -> float:
    """The middle of several runs, in milliseconds; garbage of other things is not counted."""
    taken: list[float] = []
    for _ in range(times):
        gc.collect()
        start = perf_counter()
        action()
        taken.append((perf_counter() - start) * 1000)
    return sorted(taken)[times // 2]


def edited(project: Project, last: Drawn) -> Project:
    """The project after an edit of the layer three before the output."""
    return SetParam("Chain", last.id, "bias", True).apply(project)


def main() -> None:
    drawing = chain()
    project = drawing.project()
    conv = Drawn([n.id for n in drawing.nodes if n.type == "Conv2d"][-1], "output")
    report = analyse(project)
    after = edited(project, conv)
    inside = nested(drawing)
    inside_report, inside_after = analyse(inside), edited(inside, conv)
    rows = [
        ("from scratch", median(lambda: analyse(project))),
        ("after an edit near the output", median(lambda: analyse(edited(project, conv), report))),
        (
            "after an edit inside a nested block",
            median(lambda: analyse(edited(inside, conv), inside_report)),
        ),
        ("source", median(lambda: generate(after, analyse(after, report)), 3)),
        ("source of nested blocks", median(lambda: generate(inside_after), 3)),
    ]
    source = generate(after)
    rows.append(("module", median(lambda: build_empty(source), 3)))
    for name, milliseconds in rows:
        print(f"{name:<40}{milliseconds:>10.1f} ms")


if __name__ == "__main__":
    main()
