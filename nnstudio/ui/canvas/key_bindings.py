"""Which key means what on the canvas: the table of acts, and the arrows that walk and nudge.

The table of acts (`ui.action_table`) is the one source of keys. The canvas listens itself only so
that it can be used without a window, and because some keys also mean a drag or a gesture's end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from nnstudio.ui.action_table import TABLE

_K = Qt.Key
_NONE = Qt.KeyboardModifier.NoModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_ALT = Qt.KeyboardModifier.AltModifier
_HELD = _SHIFT | _ALT | Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier

KeysOf = Callable[[str], tuple[str, ...]]
"""The keys of an act of the table by its id, as `QKeySequence` reads them."""

# act of the table -> act of `canvas.act`
ACTS: Final = {
    "graph.add": "search",
    "graph.enter": "enter_or_search",
    "graph.leave": "escape",
    "edit.properties": "properties",
    "edit.rename": "rename",
    "edit.delete": "delete",
    "edit.delete_heal": "delete_heal",
    "edit.select_chain": "select_chain",
    "view.fit": "fit",
    "view.fit_selection": "fit_selection",
}

# Kept from the window's shortcuts, because here they mean more: enter or search, leave or let go.
OWN: Final = ("graph.enter", "graph.leave")

# (key, modifiers) -> act of `canvas.act`, its argument after a colon
_ARROWS: Final = {
    (key, held): f"{act}:{way}"
    for way, key in (
        ("left", _K.Key_Left),
        ("right", _K.Key_Right),
        ("up", _K.Key_Up),
        ("down", _K.Key_Down),
    )
    for held, act in ((_NONE, "walk"), (_SHIFT, "walk_adding"), (_ALT, "nudge"))
}

_DEFAULTS: Final = {spec.id: spec.keys for spec in TABLE}


def default_keys(id: str) -> tuple[str, ...]:
    """Return the keys of the table."""
    return _DEFAULTS[id]


class Keys:
    """Looks events up; `keys_of` tells the keys of now, the table's until a window says more."""

    def __init__(self, keys_of: KeysOf = default_keys) -> None:
        self.keys_of = keys_of

    def act_of(self, event: QKeyEvent) -> str | None:
        """Find the act of a key, None if it has none here."""
        held = event.modifiers() & _HELD
        arrow = _ARROWS.get((Qt.Key(event.key()), held))
        if arrow is not None:
            return arrow
        return next((act for id, act in ACTS.items() if self._means(id, event)), None)

    def is_own(self, event: QKeyEvent) -> bool:
        """Tell whether the canvas must have the key before the window's shortcuts."""
        if event.key() == _K.Key_Space or event.key() == _K.Key_Escape:
            return not event.modifiers() & _HELD
        return any(self._means(id, event) for id in OWN)

    def space_searches(self) -> bool:
        """Tell whether a short press of Space opens the search; held, it always pans."""
        return QKeySequence(_K.Key_Space) in map(QKeySequence, self.keys_of("graph.add"))

    def _means(self, id: str, event: QKeyEvent) -> bool:
        key = _K.Key_Return if event.key() == _K.Key_Enter else event.key()
        pressed = QKeySequence(key | (event.modifiers() & _HELD).value)
        return pressed in map(QKeySequence, self.keys_of(id))
