"""The bar with which a text is searched: what, which of how many, on and back."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons


class FindBar(QWidget):
    """What is looked for, where one is, and on to the next. `moved(step)`: -1, 0 or 1."""

    moved = Signal(int)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = QLineEdit(placeholderText="Find in the code")
        self.field.setMaximumWidth(280)
        self.field.returnPressed.connect(lambda: self.moved.emit(1))
        self.field.textChanged.connect(lambda _text: self.moved.emit(0))
        self.count = QLabel()
        self.count.setProperty("role", "muted")
        self.count.setFont(theme.figure_font(12))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 4)
        row.setSpacing(4)
        row.addWidget(self.field, 1)
        row.addSpacing(4)
        row.addWidget(self.count)
        row.addStretch(1)
        for icon, tip, act in (
            ("chevron-up", "Previous (Shift+F3)", lambda: self.moved.emit(-1)),
            ("chevron-down", "Next (Enter, F3)", lambda: self.moved.emit(1)),
            ("close", "Close (Esc)", self.closed.emit),
        ):
            button = QToolButton(toolTip=tip)
            button.setProperty("role", "quiet")
            button.setAccessibleName(tip)
            button.setIconSize(icons.size(14))
            icons.attach(button, icon, "muted", 14)
            button.clicked.connect(act)
            row.addWidget(button)

    def show_count(self, at: int, of: int) -> None:
        """Show `at` of `of`, from 1 on; 0 of 0 where nothing was found."""
        wanted = bool(self.field.text())
        self.count.setText("" if not wanted else f"{at:,} of {of:,}" if of else "Not found")
        self.field.setProperty("invalid", wanted and not of)
        self.field.style().polish(self.field)
