"""The name or the note of a run, edited in a small window over the page."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.title import PROGRAM

WIDTH = 420


class _Note(QPlainTextEdit):
    """Tab goes on to the buttons."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and control:
            window = self.window()
            if isinstance(window, QDialog):
                window.accept()
        else:
            super().keyPressEvent(event)


class TextDialog(QDialog):
    """Asks for one line, or for several (Ctrl+Return takes them)."""

    def __init__(
        self, parent: QWidget | None, title: str, text: str, button: str, *, lines: bool
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(PROGRAM)
        asked = QLabel(title, wordWrap=True)
        asked.setFont(theme.text_font(15, QFont.Weight.DemiBold))
        self.line, self.note = QLineEdit(text), _Note(text)
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(112)
        self.note.setPlaceholderText("What was tried, and what came of it")
        self._lines = lines
        field: QWidget = self.note if lines else self.line
        field.setFixedWidth(WIDTH)
        field.setAccessibleName(title)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        take = buttons.addButton(button, QDialogButtonBox.ButtonRole.AcceptRole)
        take.setProperty("role", "primary")
        take.setDefault(not lines)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(asked)
        column.addWidget(field)
        column.addWidget(buttons)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        field.setFocus()
        self.line.selectAll()

    @property
    def text(self) -> str:
        """What is written now."""
        return self.note.toPlainText() if self._lines else self.line.text()


def ask_text(
    parent: QWidget | None, title: str, text: str, button: str, *, lines: bool = False
) -> str | None:
    """Ask for a text; None if it was called off."""
    dialog = TextDialog(parent, title, text, button, lines=lines)
    taken = dialog.exec()
    found = dialog.text if taken else None
    dialog.deleteLater()
    return found
