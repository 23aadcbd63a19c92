"""A project with all that an outline shows, for its tests. No tests here."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.project.values import Project
from tests.drawing import Drawing


def orderly_project() -> Project:
    """Net: two Inputs, a Sequential `net` (fc1, act, fc2), a use of Inner, own tensors, an Add."""
    inner = Drawing("Inner")
    x = inner.input("x", "N", 6)
    inner.output(inner.add("Linear", x, name="map", out_features=6))
    d = Drawing("Net", blocks=(inner.block(),))
    x = d.input("x", "N", 4)
    y = d.input("y", "N", 6)
    table = d.add("Buffer", name="table", shape=(1, 6))
    net = d.group("net", "Sequential")
    x = d.add("Linear", x, name="fc1", group=net, out_features=8)
    x = d.add("ReLU", x, name="act", group=net)
    x = d.add("Linear", x, name="fc2", group=net, out_features=6)
    x = d.add("Inner", x, name="inner", repeat=3)
    scale = d.add("Parameter", name="scale", shape=(1, 6))
    x = d.add("Add", x, y, scale, table)
    d.output(d.add("Linear", x, name="head", out_features=2), "logits")
    project = d.project()
    graph = project.model.graph
    nodes = tuple(replace(n, position=(220.0 * k, 0.0)) for k, n in enumerate(graph.nodes))
    return project.with_graph("Net", replace(graph, nodes=nodes))


def id_of(project: Project, name: str) -> str:
    """The id of the node of the model with a name."""
    return next(node.id for node in project.model.graph.nodes if node.name == name)
