"""The field over a card or a frame's title in which it gets another name, or a condition."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from nnstudio.ui.theme import current as theme


class RenameEditor(QLineEdit):
    """Return renames and closes, Escape closes; a refused name leaves it open."""

    closed = Signal()

    def __init__(
        self, parent: QWidget, place: QRect, name: str, rename: Callable[[str], bool]
    ) -> None:
        super().__init__(name, parent)
        self._rename = rename
        self._name = name
        self._done = False
        self._may_be_empty = False
        self.setObjectName("canvasRename")
        self.setAccessibleName("New name")
        self.setFont(theme.mono_font(theme.TEXT_SIZE))
        self.setGeometry(place)
        self.selectAll()
        self.returnPressed.connect(self._accept)
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask(self, what: str, placeholder: str) -> None:
        """Ask for something else than a name; it may be empty."""
        self.setAccessibleName(what)
        self.setPlaceholderText(placeholder)
        self._may_be_empty = True

    def _accept(self) -> None:
        name = self.text().strip()
        if name == self._name or self._rename(name):
            self.close_editor()
        else:
            self.selectAll()

    def close_editor(self) -> None:
        """Go away without renaming."""
        if not self._done:
            self._done = True
            self.hide()
            self.closed.emit()
            self.deleteLater()

    # -- Qt ----------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_editor()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self._done and event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            name = self.text().strip()
            if (name or self._may_be_empty) and name != self._name:
                self._rename(name)
            self.close_editor()
