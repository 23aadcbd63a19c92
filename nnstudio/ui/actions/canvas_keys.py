"""Keys of the canvas that work all over the window, but not where text is edited.

Plain letters stay with the canvas; what is held with Ctrl or Alt, and the function keys, need not
wait until one has clicked on it. Where the canvas or the outline has the focus, their own actions
have the keys, so that none is there twice.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QKeySequenceEdit,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from nnstudio.ui.actions.actions import Actions

_HELD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_OF_LISTS = ("edit.copy", "edit.cut", "edit.paste", "edit.select_all")
"""Acts whose keys mean the rows themselves in a list or table."""
_TEXT = (QLineEdit, QAbstractSpinBox, QKeySequenceEdit)


class CanvasKeys(QObject):
    """Follows the focus in a window and lends it the keys of the canvas.

    `own` are the widgets (the canvas, the outline) that have actions of their own for them.
    """

    def __init__(self, actions: Actions, own: tuple[QWidget, ...], window: QWidget) -> None:
        super().__init__(window)
        self._actions = actions
        self._own = own
        self._window = window
        self._shortcuts: dict[str, list[QShortcut]] = {}
        self._rebuild()
        actions.keys_changed.connect(self._rebuild)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus)

    def _rebuild(self) -> None:
        for shortcuts in self._shortcuts.values():
            for shortcut in shortcuts:
                shortcut.setEnabled(False)
                shortcut.deleteLater()
        self._shortcuts = {
            spec.id: [
                self._shortcut(spec.id, key) for key in self._actions.keys(spec.id) if _far(key)
            ]
            for spec in self._actions.specs.values()
            if spec.where == "canvas"
        }
        self._on_focus(None, QApplication.focusWidget())

    def _shortcut(self, id: str, key: str) -> QShortcut:
        shortcut = QShortcut(QKeySequence(key), self._window)
        shortcut.activated.connect(lambda: self._actions.run(id))
        return shortcut

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        for id, shortcuts in self._shortcuts.items():
            lent = now is not None and self._is_lent(id, now)
            for shortcut in shortcuts:
                shortcut.setEnabled(lent)

    def _is_lent(self, id: str, focus: QWidget) -> bool:
        if focus.window() is not self._window or _edits_text(focus):
            return False
        if any(widget is focus or widget.isAncestorOf(focus) for widget in self._own):
            return False
        return not (isinstance(focus, QAbstractItemView) and id in _OF_LISTS)


def _far(key: str) -> bool:
    """True for a key that is no plain letter, digit, Return or the like."""
    pressed = QKeySequence(key)[0]  # type: ignore[index]  # not in the stubs
    function = Qt.Key.Key_F1 <= pressed.key() <= Qt.Key.Key_F35
    return function or bool(pressed.keyboardModifiers() & _HELD)


def _edits_text(widget: QWidget) -> bool:
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    return isinstance(widget, (*_TEXT, QPlainTextEdit, QTextEdit))
