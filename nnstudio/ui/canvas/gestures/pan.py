"""Pan: the picture follows the mouse."""

from __future__ import annotations

from PySide6.QtCore import Qt

from nnstudio.ui.canvas.gestures.gesture import Gesture, Pointer


class Pan(Gesture):
    """Middle drag, or left drag with Space held."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def move(self, at: Pointer) -> None:
        if self.is_drag(at):
            self.canvas.view.pan(at.view - self.press.view)
            self.press = at
