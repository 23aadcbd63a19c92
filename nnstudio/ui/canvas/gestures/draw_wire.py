"""Draw a wire: from an output, backwards from an input, or taken off a connected input.

Ports that cannot be connected dim, the nearest that can pulls, and a refusal says why.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF

from nnstudio.graph.order import downstream, upstream
from nnstudio.graph.values import Edge, Port
from nnstudio.project.commands.graph import refuse_connection
from nnstudio.project.ports import Side
from nnstudio.project.refusal import Refusal
from nnstudio.ui.canvas.canvas import Canvas
from nnstudio.ui.canvas.gestures.gesture import Gesture, Pointer
from nnstudio.ui.canvas.items.node_item import Fits
from nnstudio.ui.canvas.items.style import SNAP_REACH
from nnstudio.ui.canvas.items.wire_item import LooseWire

_OVER_PORT = 14.0


class DrawWire(Gesture):
    """A wire from `fixed` (an output if `side` is `out`); `taken` is the edge that it was."""

    def __init__(
        self, canvas: Canvas, press: Pointer, fixed: Port, side: Side, taken: Edge | None = None
    ) -> None:
        super().__init__(canvas, press)
        self.fixed = fixed
        self.side: Side = side
        self.other: Side = "in" if side == "out" else "out"
        self.taken = taken
        self._loose: LooseWire | None = None
        self._fits: dict[str, Fits] = {}
        self._target: Port | None = None
        self._refusal = ""

    def move(self, at: Pointer) -> None:
        if not self.is_drag(at):
            return
        if self._loose is None:
            self._begin()
        assert self._loose is not None
        self._target = self._nearest(at.scene)
        self._refusal = "" if self._target else self._reason(at.scene)
        self._show_offers()
        self._say(at)
        fixed = self.scene.nodes[self.fixed.node].anchor(self.side, self.fixed.name)
        held = at.scene
        if self._target is not None:
            held = self.scene.nodes[self._target.node].anchor(self.other, self._target.name)
        start, end = (fixed, held) if self.side == "out" else (held, fixed)
        self._loose.lay(start, end, held, bool(self._refusal))

    def release(self, at: Pointer) -> None:
        target, refusal = self._target, self._refusal
        self._clear()
        if not self.dragged:
            self.canvas.select(frozenset({self.press_node()}))
            return
        if target is not None:
            self.canvas.editing.connect(self._edge(target), self.taken)
        elif refusal:
            self.canvas.refuse(refusal)
        elif self.taken is not None:
            self.canvas.editing.disconnect(frozenset({self.taken}))
        else:
            self.canvas.open_search(at.scene, self.fixed, self.side)

    def cancel(self) -> None:
        self._clear()

    def press_node(self) -> str:
        """Return the node on whose port the press was."""
        return self.taken.target.node if self.taken else self.fixed.node

    def _begin(self) -> None:
        self._loose = LooseWire(self.scene.look)
        self.scene.addItem(self._loose)
        if self.taken is not None and self.taken in self.scene.wires:
            self.scene.wires[self.taken].setVisible(False)
        graph = self.canvas.graph
        walk = upstream if self.side == "out" else downstream
        barred = walk(graph, [self.fixed.node])
        for node_id, item in self.scene.nodes.items():
            ports = item.card.inputs if self.other == "in" else item.card.outputs
            names = () if node_id in barred else (face.name for face in ports)
            self._fits[node_id] = frozenset((self.other, name) for name in names)
        if self.taken is not None:
            self._fits[self.taken.target.node] |= {("in", self.taken.target.name)}

    def _edge(self, target: Port) -> Edge:
        return Edge(self.fixed, target) if self.side == "out" else Edge(target, self.fixed)

    def _nearest(self, at: QPointF) -> Port | None:
        best: tuple[float, Port] | None = None
        for node_id, fits in self._fits.items():
            item = self.scene.nodes[node_id]
            if not fits or not item.rect().adjusted(-60, -60, 60, 60).contains(at):
                continue
            for side, name in fits:
                far = (item.anchor(side, name) - at).manhattanLength()
                if far < SNAP_REACH and (best is None or far < best[0]):
                    best = far, Port(node_id, name)
        return best[1] if best else self._first_free(at)

    def _first_free(self, at: QPointF) -> Port | None:
        # On the card itself the first port that is still free is meant.
        for node_id, fits in self._fits.items():
            item = self.scene.nodes[node_id]
            if not fits or not item.rect().contains(at):
                continue
            faces = item.card.inputs if self.other == "in" else item.card.outputs
            fitting = [face for face in faces if (self.other, face.name) in fits]
            free = [face for face in fitting if not face.connected]
            return Port(node_id, (free or fitting)[0].name)
        return None

    def _reason(self, at: QPointF) -> str:
        for node_id, item in self.scene.nodes.items():
            if not item.rect().adjusted(-_OVER_PORT, 0, _OVER_PORT, 0).contains(at):
                continue
            faces = item.card.inputs if self.other == "in" else item.card.outputs
            if (
                node_id == self.fixed.node
                and not self.taken
                and item.rect().contains(self.press.scene)
            ):
                return ""
            if not faces:
                missing = "inputs" if self.other == "in" else "outputs"
                return f"{item.card.title} has no {missing}"
            try:
                graph = self.canvas.graph
                refuse_connection(
                    self.canvas.project, graph, self._edge(Port(node_id, faces[0].name))
                )
            except Refusal as refusal:
                return str(refusal)
        return ""

    def _show_offers(self) -> None:
        for node_id, item in self.scene.nodes.items():
            hot = None
            if self._target is not None and self._target.node == node_id:
                hot = (self.other, self._target.name)
            if node_id == self.fixed.node:
                item.offer(self._fits[node_id] | {(self.side, self.fixed.name)}, hot)
            else:
                item.offer(self._fits[node_id], hot)

    def _say(self, at: Pointer) -> None:
        if self._refusal:
            self.canvas.bubble.say(self._refusal, at.view)
        else:
            self.canvas.bubble.hide()

    def _clear(self) -> None:
        self.canvas.bubble.hide()
        for item in self.scene.nodes.values():
            item.offer(None)
        if self.taken is not None and self.taken in self.scene.wires:
            self.scene.wires[self.taken].setVisible(True)
        if self._loose is not None:
            self.scene.removeItem(self._loose)
            self._loose = None
