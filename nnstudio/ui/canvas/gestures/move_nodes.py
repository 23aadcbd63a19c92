"""Move nodes: on the grid, with guides to their neighbours, and into a wire where they fit."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF

from nnstudio.graph.values import Edge
from nnstudio.ui.canvas.canvas import Canvas
from nnstudio.ui.canvas.gestures.gesture import Gesture, Pointer
from nnstudio.ui.canvas.gestures.target_flap import TargetFlap
from nnstudio.ui.canvas.gestures.target_wire import TargetWire
from nnstudio.ui.canvas.hit_testing import nearest_wire
from nnstudio.ui.canvas.items.overlay_items import Guides
from nnstudio.ui.canvas.items.style import PORT_Y, snap

_MAGNET = 5.0
_NEIGHBOURS = 900.0


class MoveNodes(Gesture):
    """Drag of the selected nodes by one of them; with Alt, copies go and the nodes stay.

    `then` is selected if the mouse does not move: one node of several that were selected.
    """

    def __init__(
        self, canvas: Canvas, press: Pointer, lead: str, then: frozenset[str] | None = None
    ) -> None:
        super().__init__(canvas, press)
        self.lead = lead
        self.then = then
        self.start = {n: self.scene.nodes[n].pos() for n in canvas.selection()}
        self._guides: Guides | None = None
        self._target = TargetWire(self.scene)
        self._flap = TargetFlap(self.scene)
        self._may_stand = len(self.start) == 1 and canvas.editing.can_stand_instead(lead)

    def move(self, at: Pointer) -> None:
        if not self.is_drag(at):
            return
        if self._guides is None:
            self._guides = Guides(self.scene.look)
            self.scene.addItem(self._guides)
        by = self._align(self._on_grid(at.scene - self.press.scene))
        self.scene.place({n: place + by for n, place in self.start.items()})
        self._guides.draw(self._guide_lines())
        if self._may_stand:
            self._flap.follow(at.scene, self.lead)
        self._target.set_edge(None if self._flap.node is not None else self._wire_under())

    def release(self, at: Pointer) -> None:
        wire, flap = self._target.edge, self._flap.node
        self._clear()
        if not self.dragged:
            if self.then is not None:
                self.canvas.select(self.then)
            return
        places = {n: self.scene.nodes[n].pos() for n in self.start}
        done = False
        if at.alt:
            self.scene.settle()
            done = self.canvas.editing.duplicate(places[self.lead] - self.start[self.lead])
        elif flap is not None:
            done = self.canvas.editing.stand_instead(flap, self.lead)
        elif wire is not None:
            done = self.canvas.editing.put_into(self.lead, wire, places[self.lead])
        elif any(places[n] != self.start[n] for n in places):
            done = self.canvas.editing.move(places)
        if not done:
            self.scene.settle()

    def cancel(self) -> None:
        self._clear()
        self.scene.settle()

    def _on_grid(self, by: QPointF) -> QPointF:
        start = self.start[self.lead]
        return QPointF(snap(start.x() + by.x()), snap(start.y() + by.y())) - start

    def _others(self) -> list[QRectF]:
        lead = self.start[self.lead]
        return [
            item.rect()
            for n, item in self.scene.nodes.items()
            if n not in self.start and (item.pos() - lead).manhattanLength() < 4 * _NEIGHBOURS
        ]

    def _align(self, by: QPointF) -> QPointF:
        # Neighbours off the grid (from a file) still pull.
        place = self.start[self.lead] + by
        for rect in self._others():
            if abs(rect.left() - place.x()) < _NEIGHBOURS and abs(rect.top() - place.y()) < _MAGNET:
                by.setY(rect.top() - self.start[self.lead].y())
                break
        return by

    def _guide_lines(self) -> list[QLineF]:
        own = self.scene.nodes[self.lead].rect()
        level = [
            r
            for r in self._others()
            if abs(r.top() - own.top()) < 0.5 and abs(r.left() - own.left()) < _NEIGHBOURS
        ]
        plumb = [
            r
            for r in self._others()
            if abs(r.left() - own.left()) < 0.5 and abs(r.top() - own.top()) < _NEIGHBOURS
        ]
        lines: list[QLineF] = []
        if level:
            y = own.top() + PORT_Y
            left, right = min(r.left() for r in level), max(r.right() for r in level)
            lines.append(QLineF(min(left, own.left()) - 24, y, max(right, own.right()) + 24, y))
        if plumb:
            x = own.left()
            top, bottom = min(r.top() for r in plumb), max(r.bottom() for r in plumb)
            lines.append(QLineF(x, min(top, own.top()) - 24, x, max(bottom, own.bottom()) + 24))
        return lines

    def _wire_under(self) -> Edge | None:
        if len(self.start) != 1 or not self.canvas.editing.can_be_put(self.lead):
            return None
        rect = self.scene.nodes[self.lead].rect()
        middle = QPointF(rect.center().x(), rect.top() + PORT_Y)
        return nearest_wire(self.scene.wires, middle, 26.0, leaving_out=self.lead)

    def _clear(self) -> None:
        self._target.set_edge(None)
        self._flap.set_node(None)
        if self._guides is not None:
            self.scene.removeItem(self._guides)
            self._guides = None
