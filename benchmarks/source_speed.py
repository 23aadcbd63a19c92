"""How long it takes to write the source of large models, which has to grow with their size alone.

Run with ``python benchmarks/source_speed.py [NODES ...]``. Goal: 20,000 nodes in 5 s, analysis
included, and twice the nodes in twice the time, whatever the model looks like. The formatting of
the text that people read, by ruff, is measured by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.source import generate
from nnstudio.graph.values import GroupKind
from nnstudio.project.values import Project
from tests.drawing import Drawing, Drawn

NODES = (5_000, 20_000)


def chain(nodes: int, kind: GroupKind = "frame", tap: int = 0) -> Project:
    """Linear layers and activations in turn, in a group; every `tap`-th value is added at the end.

    A container with a tap is called child by child.
    """
    drawing = Drawing("Chain")
    group = drawing.group("net", kind)
    x = drawing.input("x", "N", 16)
    taps: list[Drawn] = []
    for k in range(nodes // 2):
        x = drawing.add("Linear", x, name=f"fc{k}", group=group, out_features=16)
        x = drawing.add("ReLU", x, name=f"act{k}", group=group)
        if tap and k % tap == 0:
            taps.append(x)
    drawing.output(drawing.add("Add", x, *taps) if taps else x)
    return drawing.project()


def residual(nodes: int) -> Project:
    """Two layers and a sum, over and over."""
    drawing = Drawing("Residual")
    x = drawing.input("x", "N", 16)
    for k in range(nodes // 3):
        y = drawing.add("Linear", x, name=f"fc{k}", out_features=16)
        x = drawing.add("Add", x, drawing.add("ReLU", y, name=f"act{k}"))
    drawing.output(x)
    return drawing.project()


def operations(nodes: int) -> Project:
    """Operations alone, of which the text joins as many as stay short."""
    drawing = Drawing("Operations")
    x = drawing.input("x", "N", 16)
    for _ in range(nodes // 3):
        y = drawing.add("TanhFunction", drawing.add("Scale", x, factor=0.5))
        x = drawing.add("Multiply", x, y)
    drawing.output(x)
    return drawing.project()


MODELS: dict[str, Callable[[int], Project]] = {
    "chain": chain,
    "chain in a Sequential": lambda nodes: chain(nodes, "Sequential"),
    "ModuleList, child by child": lambda nodes: chain(nodes, "ModuleList", 2_000),
    "residual": residual,
    "operations": operations,
}


def main() -> None:
    print(f"{'processor seconds':<30}{'nodes':>8}{'analysis':>10}{'source':>10}{'format':>10}")
    for name, draw in MODELS.items():
        for nodes in [int(text) for text in sys.argv[1:]] or NODES:
            project = draw(nodes)
            start = process_time()
            report = analyse(project)
            analysed = process_time()
            source = generate(project, report)
            written = process_time()
            assert source.text
            formatted = process_time()
            parts = (analysed - start, written - analysed, formatted - written)
            print(f"{name:<30}{nodes:>8,}{parts[0]:>10.2f}{parts[1]:>10.2f}{parts[2]:>10.2f}")


if __name__ == "__main__":
    main()
