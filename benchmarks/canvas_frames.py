"""Milliseconds per frame of the canvas: 100, 1,000 and 5,000 nodes, at fit and at 1.0, panning.

    python benchmarks/canvas_frames.py [nodes ...]

A frame is a pan by a few pixels and the repaint it needs; `whole` repaints everything, as a zoom
does. Drawn by software into an offscreen window of 1600 x 1000, the slowest way there is.
"""

from __future__ import annotations

import os
import sys
from statistics import median, quantiles
from time import perf_counter

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from nnstudio.graph.values import Edge, FrozenMap, Graph, Group, Node, Port
from nnstudio.project.commands.graph import Move
from nnstudio.project.values import Block, Project
from nnstudio.ui.canvas import Canvas
from nnstudio.workspace.workspace import Workspace

FRAMES = 60
CYCLE = ("Conv2d", "BatchNorm2d", "ReLU", "Dropout")


def residual_grid(count: int) -> Project:
    """A long chain of convolutions with shortcuts, folded into rows, in groups of twelve."""
    columns = max(int((count * 0.45) ** 0.5), 4)
    nodes = [Node("n0", "Input", "image", FrozenMap({"shape": ("N", 16, 32, 32)}))]
    edges: list[Edge] = []
    groups: list[Group] = []
    last, shortcut = "n0", "n0"
    for k in range(1, count):
        node = f"n{k}"
        row, column = divmod(k, columns)
        place = (column * 288.0, row * 176.0)
        if k % 12 == 1:
            groups.append(Group(f"g{k}", f"stage{k}"))
        group = groups[-1].id
        if k % 6 == 5:
            nodes.append(Node(node, "Add", "", group=group, position=place))
            edges.append(Edge(Port(last, "output"), Port(node, "input.0")))
            edges.append(Edge(Port(shortcut, "output"), Port(node, "input.1")))
            shortcut = node
        else:
            kind = CYCLE[k % len(CYCLE)]
            given = {"out_channels": 16, "kernel_size": 3, "padding": 1}
            params = FrozenMap(given if kind == "Conv2d" else {})
            nodes.append(Node(node, kind, f"layer{k}", params, group=group, position=place))
            edges.append(Edge(Port(last, "output"), Port(node, "input")))
        last = node
    graph = Graph(tuple(nodes), tuple(edges), tuple(groups))
    return Project("Model", (Block("Model", graph=graph),))


def milliseconds(act: object) -> float:
    """How long an act and the events after it take."""
    start = perf_counter()
    act()  # type: ignore[operator]
    QApplication.processEvents()
    return (perf_counter() - start) * 1e3


def frames(canvas: Canvas) -> tuple[list[float], list[float]]:
    """The times of panned and of whole frames at the present zoom."""
    view = canvas.view
    panned: list[float] = []
    whole: list[float] = []
    for k in range(FRAMES):
        step = QPointF(5, 3) if (k // 15) % 2 else QPointF(-5, -3)
        panned.append(milliseconds(lambda step=step: view.pan(step)))
    for _ in range(FRAMES // 3):
        whole.append(milliseconds(view.viewport().repaint))
    return panned, whole


def told(name: str, times: list[float]) -> str:
    """Median and 95th percentile."""
    return f"{name} {median(times):6.1f} (p95 {quantiles(times, n=20)[-1]:6.1f})"


def main(counts: list[int]) -> None:
    """Print one line per size and zoom."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    for count in counts:
        workspace = Workspace(residual_grid(count))
        start = perf_counter()
        canvas = Canvas(workspace)
        made = (perf_counter() - start) * 1e3
        canvas.resize(1600, 1000)
        canvas.show()
        app.processEvents()
        move = Move("Model", (("n1", (8.0, 8.0)),))
        start = perf_counter()
        canvas._on_changed(workspace.project, move.apply(workspace.project))
        edited = (perf_counter() - start) * 1e3
        print(f"{count:6,} nodes  made {made:7.1f} ms  sync without a change {edited:6.1f} ms")
        for name, zoom in (("fit", None), ("1.0", 1.0)):
            canvas.fit()
            if zoom is not None:
                canvas.view.set_zoom(zoom)
            app.processEvents()
            panned, whole = frames(canvas)
            print(f"        at {name:4} {told('panning', panned)}   {told('whole', whole)}   ms")
        canvas.dispose()
        canvas.close()
        canvas.deleteLater()
        app.processEvents()


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [100, 1000, 5000])
