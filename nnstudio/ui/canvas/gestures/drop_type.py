"""Drop a type: a layer or block dragged from the palette, shown as a ghost until it lands.

What is dragged is the name of a type, or that of a file of the user's own blocks.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF

from nnstudio.graph.values import Graph
from nnstudio.picture.cards import card
from nnstudio.project.commands.new_node import fresh_node
from nnstudio.ui.canvas.canvas import Canvas
from nnstudio.ui.canvas.gestures.gesture import Gesture, Pointer
from nnstudio.ui.canvas.gestures.target_flap import TargetFlap
from nnstudio.ui.canvas.gestures.target_wire import TargetWire
from nnstudio.ui.canvas.hit_testing import nearest_wire
from nnstudio.ui.canvas.items.node_item import NodeItem
from nnstudio.ui.canvas.items.style import PORT_Y, snap
from nnstudio.workspace.candidates import ports_of

MIME_TYPE = "application/x-nnstudio-type"


class DropType(Gesture):
    """A type over the canvas; onto a wire it is inserted there."""

    def __init__(self, canvas: Canvas, press: Pointer, node_type: str) -> None:
        super().__init__(canvas, press)
        self.type = node_type
        added = canvas.editing.addition(node_type)
        place = (0.0, 0.0)
        node = fresh_node(added.project, canvas.block, added.type, place, values=added.values)
        shown = card(added.project, Graph((node,)), node)
        self._ghost = NodeItem(shown, self.scene.look)
        self._ghost.setOpacity(0.65)
        self._ghost.setZValue(100)
        self.scene.addItem(self._ghost)
        ports = ports_of(added.project, added.type)
        self._insertable = bool(ports.inputs and ports.outputs)
        self._target = TargetWire(self.scene)
        self._flap = TargetFlap(self.scene)
        self.move(press)

    def move(self, at: Pointer) -> None:
        self._ghost.setPos(self._place(at.scene))
        reach = max(20.0, 10.0 / self.canvas.view.zoom)
        self._flap.follow(at.scene)
        free = self._insertable and self._flap.node is None
        found = nearest_wire(self.scene.wires, at.scene, reach) if free else None
        self._target.set_edge(found)

    def release(self, at: Pointer) -> None:
        wire, place = self._target.edge, self._place(at.scene)
        flap = self._flap.node
        self.cancel()
        if flap is not None:
            self.canvas.editing.add_alternative(flap, self.type)
            return
        self.canvas.editing.add(self.type, place, wire=wire)

    def cancel(self) -> None:
        self._target.set_edge(None)
        self._flap.set_node(None)
        if self._ghost.scene() is self.scene:
            self.scene.removeItem(self._ghost)

    def _place(self, at: QPointF) -> QPointF:
        width = self._ghost.geometry.width
        return QPointF(snap(at.x() - width / 2), snap(at.y() - PORT_Y))
