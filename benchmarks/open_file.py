"""How long writing and opening a project file takes: ``python -m benchmarks.open_file [nodes]``."""

from __future__ import annotations

import sys
import time

from nnstudio.graph.values import Edge, Expr, FrozenMap, Graph, Node, Port
from nnstudio.project.storage.file import dumps, loads
from nnstudio.project.values import Block, BlockParameter, Project


def chain(count: int) -> Project:
    """A root block of `count` convolutions in a row."""
    nodes = [Node("in", "Input", "x", FrozenMap({"shape": ("N", 3, 32, 32)}))]
    edges = []
    for k in range(count):
        params = FrozenMap({"out_channels": Expr("2 * hidden"), "kernel_size": 3, "padding": 1})
        nodes.append(Node(f"n{k}", "Conv2d", f"conv{k}", params, position=(k * 200.0, 0.0)))
        edges.append(Edge(Port(nodes[-2].id, "output"), Port(f"n{k}", "input")))
    parameters = (BlockParameter("hidden", default=16),)
    return Project(blocks=(Block("Model", parameters, graph=Graph(tuple(nodes), tuple(edges))),))


def main() -> None:
    """Print the times of the first and of a repeated opening."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    project = chain(count)
    text = dumps(project)
    for name, act in (("write", lambda: dumps(project)), ("open", lambda: loads(text))):
        times = []
        for _ in range(5):
            start = time.perf_counter()
            act()
            times.append(1000 * (time.perf_counter() - start))
        print(f"{name} {count:,} nodes: first {times[0]:.1f} ms, best {min(times):.1f} ms")
    print(f"{len(text):,} characters; round trip equal: {dumps(loads(text)) == text}")


if __name__ == "__main__":
    main()
