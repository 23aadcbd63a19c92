"""A small project and the mouse, for the tests of the canvas. No tests here."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from nnstudio.graph.values import Edge, Graph, Group, Node, Port, Value
from nnstudio.graph.values import FrozenMap as Map
from nnstudio.project.values import Block, Project
from nnstudio.ui.canvas import Canvas

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def node(
    node_id: str, node_type: str, x: float, y: float, group: str | None = None, **params: Value
) -> Node:
    """A node named as its id."""
    return Node(node_id, node_type, node_id, Map(params), group=group, position=(x, y))


def edge(source: str, target: str, entry: str = "input", leaves: str = "output") -> Edge:
    """A wire from output to input."""
    return Edge(Port(source, leaves), Port(target, entry))


def small_project() -> Project:
    """image -> conv -> relu -> out, a lone Dropout, and a use of a block with one ReLU."""
    inner = Graph(
        (
            node("x", "Input", 0, 0, shape=("N", "features")),
            node("act", "ReLU", 240, 0),
            node("y", "Output", 480, 0),
        ),
        (edge("x", "act"), edge("act", "y")),
    )
    graph = Graph(
        (
            node("image", "Input", 0, 0, shape=("N", 3, 32, 32)),
            node("conv", "Conv2d", 280, 0, "features", out_channels=8, kernel_size=3),
            node("relu", "ReLU", 560, 0, "features"),
            node("out", "Output", 840, 0),
            node("drop", "Dropout", 280, 240),
            node("use", "Inner", 560, 240),
        ),
        (edge("image", "conv"), edge("conv", "relu"), edge("relu", "out")),
        (Group("features", "features", "Sequential"),),
    )
    return Project("Net", (Block("Inner", graph=inner), Block("Net", graph=graph)))


class Mouse:
    """Real mouse events at places of the scene."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.viewport = canvas.view.viewport()

    def press(self, at: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
        """Press the left button."""
        QTest.mousePress(self.viewport, LEFT, keys, self.canvas.view.view_at(at).toPoint())

    def move(self, at: QPointF) -> None:
        """Move with whatever is pressed."""
        QTest.mouseMove(self.viewport, self.canvas.view.view_at(at).toPoint())

    def release(self, at: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
        """Let the left button go."""
        QTest.mouseRelease(self.viewport, LEFT, keys, self.canvas.view.view_at(at).toPoint())

    def click(self, at: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
        """Press and let go."""
        self.press(at, keys)
        self.release(at, keys)

    def double_click(self, at: QPointF) -> None:
        """Double-click with the left button."""
        QTest.mouseDClick(self.viewport, LEFT, NONE, self.canvas.view.view_at(at).toPoint())

    def drag(self, start: QPointF, end: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
        """Drag from one place to another, with a stop on the way."""
        self.press(start, keys)
        self.move((start + end) / 2)
        self.move(end)
        self.release(end, keys)

    def port(self, node_id: str, name: str = "output") -> QPointF:
        """The middle of a port."""
        item = self.canvas.scene.nodes[node_id]
        side = "out" if name in dict(item.geometry.outputs) else "in"
        return item.anchor(side, name)

    def card(self, node_id: str) -> QPointF:
        """A place on a card, away from its ports."""
        return self.canvas.scene.nodes[node_id].rect().center()
