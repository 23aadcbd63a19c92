"""The small model of many tests, as a project and as a workspace; without Qt."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.graph.values import Edge, Expr, FrozenMap, Graph, Node, Port
from nnstudio.project.values import Block, BlockParameter, Project, Variant
from nnstudio.workspace.workspace import Workspace


def small_project() -> Project:
    """Input 1 x 8 x 8 -> Conv2d -> Flatten -> Linear -> Output, with a parameter `hidden`."""
    nodes = (
        Node("in", "Input", "x", FrozenMap({"shape": ("N", 1, 8, 8)}), position=(0.0, 0.0)),
        Node(
            "conv",
            "Conv2d",
            "conv",
            FrozenMap({"out_channels": Expr("hidden"), "kernel_size": 3}),
            position=(240.0, 0.0),
        ),
        Node("flat", "Flatten", "flatten", position=(480.0, 0.0)),
        Node("fc", "Linear", "fc", FrozenMap({"out_features": 10}), position=(720.0, 0.0)),
        Node("out", "Output", "logits", position=(960.0, 0.0)),
    )
    ends = (("in", "conv"), ("conv", "flat"), ("flat", "fc"), ("fc", "out"))
    edges = tuple(Edge(Port(a, "output"), Port(b, "input")) for a, b in ends)
    model = Block("Small", (BlockParameter("hidden", "int", 4),), graph=Graph(nodes, edges))
    variants = (Variant("wide", FrozenMap({"hidden": 16})),)
    return Project("Small", (model,), variants=variants)


def small_workspace() -> Workspace:
    """A workspace on the small project."""
    return Workspace(small_project())


def with_two_convolutions() -> Workspace:
    """The small project with a second Conv2d that nothing feeds yet."""
    project = small_project()
    graph = project.model.graph
    other = Node(
        "conv2",
        "Conv2d",
        "conv2",
        FrozenMap({"out_channels": 8, "kernel_size": 5}),
        position=(240.0, 200.0),
    )
    edges = (*graph.edges, Edge(Port("in", "output"), Port("conv2", "input")))
    return Workspace(
        project.with_graph("Small", replace(graph, nodes=(*graph.nodes, other), edges=edges))
    )
