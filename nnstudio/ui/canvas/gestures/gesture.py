"""What every gesture is: it begins with a press, is moved, and ends by release or Escape."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt

from nnstudio.ui.canvas.canvas import Canvas

DRAG_FROM = 4.0
NO_MODIFIER = Qt.KeyboardModifier.NoModifier


@dataclass(frozen=True, slots=True)
class Pointer:
    """The mouse: where it is in the scene and in the viewport, and the keys held with it."""

    scene: QPointF
    view: QPointF
    modifiers: Qt.KeyboardModifier = NO_MODIFIER

    @property
    def adds(self) -> bool:
        """True if Shift (or Ctrl) is held, which adds to the selection."""
        wanted = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
        return bool(self.modifiers & wanted)

    @property
    def alt(self) -> bool:
        """True if Alt is held."""
        return bool(self.modifiers & Qt.KeyboardModifier.AltModifier)


class Gesture:
    """One drag from press to release."""

    cursor: Qt.CursorShape | None = None

    def __init__(self, canvas: Canvas, press: Pointer) -> None:
        self.canvas = canvas
        self.scene = canvas.scene
        self.press = press
        self.dragged = False

    def is_drag(self, at: Pointer) -> bool:
        """Tell whether the mouse has gone so far that a drag is meant."""
        if not self.dragged:
            self.dragged = (at.view - self.press.view).manhattanLength() >= DRAG_FROM
        return self.dragged

    def move(self, at: Pointer) -> None:
        """Follow the mouse to another place."""

    def release(self, at: Pointer) -> None:
        """Do it: the button was let go."""

    def cancel(self) -> None:
        """Leave everything as it was: Escape was pressed."""
