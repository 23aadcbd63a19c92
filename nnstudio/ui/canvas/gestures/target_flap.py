"""The card whose alternative what is dragged would become: it is dropped onto the flap."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from nnstudio.ui.canvas.scene import CanvasScene


class TargetFlap:
    """At most one flap of a scene, lit while it is the target."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self.node: str | None = None

    def follow(self, at: QPointF, leaving_out: str = "") -> None:
        """Take the flap at a place of the scene as the target, or none."""
        found = None
        for node, item in self._scene.nodes.items():
            rect = item.geometry.drop_rect(item.card)
            if rect is not None and rect.contains(at - item.pos()) and node != leaving_out:
                found = node
        self.set_node(found)

    def set_node(self, node: str | None) -> None:
        """Take the flap of a node as the target, or none."""
        if node != self.node:
            for card, lit in ((self.node, False), (node, True)):
                if card is not None and card in self._scene.nodes:
                    self._scene.nodes[card].light_flap(lit)
            self.node = node
