"""Box select: the nodes that a box touches, and by a click in the open none."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from nnstudio.ui.canvas.gestures.gesture import Gesture, Pointer
from nnstudio.ui.canvas.hit_testing import within
from nnstudio.ui.canvas.items.overlay_items import Band


class BoxSelect(Gesture):
    """A drag that begins in the open; Shift adds to what is selected."""

    _band: Band | None = None

    def move(self, at: Pointer) -> None:
        if not self.is_drag(at):
            return
        if self._band is None:
            self._band = Band(self.scene.look)
            self.scene.addItem(self._band)
            self._before = self.canvas.selection() if self.press.adds else frozenset()
        rect = QRectF(self.press.scene, at.scene).normalized()
        self._band.span(rect)
        self.canvas.select(self._before | within(self.scene.nodes, rect))

    def release(self, at: Pointer) -> None:
        self._clear()
        if not self.dragged and not at.adds:
            self.canvas.select(frozenset())

    def cancel(self) -> None:
        if self._band is not None:
            self.canvas.select(self._before)
        self._clear()

    def _clear(self) -> None:
        if self._band is not None:
            self.scene.removeItem(self._band)
            self._band = None
