"""The plain keys of the canvas in one table; keys with Ctrl belong to the window's actions."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_K = Qt.Key
_NONE = Qt.KeyboardModifier.NoModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_ALT = Qt.KeyboardModifier.AltModifier

# (key, modifiers) -> act of `canvas.act`, its argument after a colon
KEYS: Final = {
    (_K.Key_Left, _NONE): "walk:left",
    (_K.Key_Right, _NONE): "walk:right",
    (_K.Key_Up, _NONE): "walk:up",
    (_K.Key_Down, _NONE): "walk:down",
    (_K.Key_Left, _SHIFT): "walk_adding:left",
    (_K.Key_Right, _SHIFT): "walk_adding:right",
    (_K.Key_Up, _SHIFT): "walk_adding:up",
    (_K.Key_Down, _SHIFT): "walk_adding:down",
    (_K.Key_Left, _ALT): "nudge:left",
    (_K.Key_Right, _ALT): "nudge:right",
    (_K.Key_Up, _ALT): "nudge:up",
    (_K.Key_Down, _ALT): "nudge:down",
    (_K.Key_Delete, _NONE): "delete",
    (_K.Key_Backspace, _NONE): "delete",
    (_K.Key_Tab, _NONE): "enter_or_search",
    (_K.Key_A, _SHIFT): "search",
    (_K.Key_Escape, _NONE): "escape",
    (_K.Key_Return, _NONE): "properties",
    (_K.Key_Enter, _NONE): "properties",
    (_K.Key_F2, _NONE): "rename",
    (_K.Key_F, _NONE): "fit",
    (_K.Key_Home, _NONE): "fit",
    (_K.Key_Period, _NONE): "fit_selection",
    (_K.Key_L, _NONE): "select_chain",
}

# Kept from the window's shortcuts, because here they also mean a drag, a gesture's end, a level.
OWN: Final = frozenset({_K.Key_Space, _K.Key_Escape, _K.Key_Tab})

_HELD = _SHIFT | _ALT | Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier


def act_of(event: QKeyEvent) -> str | None:
    """The act of a key, None if it has none here."""
    return KEYS.get((Qt.Key(event.key()), event.modifiers() & _HELD))
