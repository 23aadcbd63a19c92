"""The wire into which what is dragged would be put."""

from __future__ import annotations

from nnstudio.graph.values import Edge
from nnstudio.ui.canvas.scene import CanvasScene


class TargetWire:
    """At most one wire of a scene, lit while it is the target."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self.edge: Edge | None = None

    def set_edge(self, edge: Edge | None) -> None:
        """Take another wire as the target, or none."""
        if edge != self.edge:
            for wire, lit in ((self.edge, False), (edge, True)):
                if wire is not None and wire in self._scene.wires:
                    self._scene.wires[wire].light(lit)
            self.edge = edge
