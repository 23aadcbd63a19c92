"""A small project and a window for the tests of the shell."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QEvent

from nnstudio.graph.values import Edge, Expr, FrozenMap, Graph, Node, Port
from nnstudio.project.commands.node import SetParam
from nnstudio.project.values import Block, BlockParameter, Project, Variant
from nnstudio.ui.files.questions import Answer
from nnstudio.ui.pages.studies.leaving import StudyAnswer
from nnstudio.ui.training.leaving import RunAnswer
from nnstudio.ui.window.main_window import MainWindow
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


def closed(window: MainWindow) -> None:
    """Close a window without saving, and delete it now: outside Qt's loop it would stay."""
    window.documents.ask_unsaved = lambda: Answer.DISCARD
    window.leaving.ask_quit = lambda: RunAnswer.STOP
    window.leaving.ask_queue = lambda: RunAnswer.KEEP
    window.leaving_studies.ask_quit = lambda _names: StudyAnswer.PAUSE
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def edit(window: MainWindow, size: int = 5) -> None:
    """Do something that can be undone and saved."""
    window.workspace.do(SetParam("Small", "conv", "kernel_size", size))


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
