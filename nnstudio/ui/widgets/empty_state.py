"""What a panel shows while it has nothing to show: one picture, one line, one act."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons


class IconLabel(QLabel):
    """An icon that follows the theme."""

    def __init__(
        self, name: str, colour: str | None = None, size: int = 16, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._colour, self._size = name, colour, size
        self.setFixedSize(size, size)
        theme.notifier.changed.connect(self._tint)
        self._tint()

    def show_icon(self, name: str, colour: str | None = None) -> None:
        """Show another icon in the same place."""
        self._name, self._colour = name, colour
        self._tint()

    def _tint(self, _theme: object = None) -> None:
        self.setPixmap(icons.pixmap(self._name, self._colour, self._size))


class EmptyState(QWidget):
    """Icon, title, a sentence and, where there is one act that fills the panel, its button."""

    requested = Signal()

    def __init__(
        self,
        icon: str,
        title: str,
        sentence: str,
        button: str = "",
        *,
        colour: str = "muted",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        centre = Qt.AlignmentFlag.AlignHCenter
        self._icon = IconLabel(icon, colour, 28)
        self._title = QLabel(title, alignment=Qt.AlignmentFlag.AlignCenter)
        self._title.setFont(theme.text_font(13, QFont.Weight.DemiBold))
        self._sentence = QLabel(sentence, alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._sentence.setProperty("role", "muted")
        self._sentence.setMaximumWidth(420)
        self._sentence.setMinimumWidth(140)
        self.button = QPushButton(button, self)  # shown without a parent it would be a window
        self.button.setVisible(bool(button))
        self.button.clicked.connect(self.requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(6)
        column.addStretch(1)
        column.addWidget(self._icon, 0, centre)
        column.addWidget(self._title, 0, centre)
        row = QHBoxLayout()  # alignment would cut a label that wraps
        row.addStretch(1)
        row.addWidget(self._sentence, 100)
        row.addStretch(1)
        column.addLayout(row)
        column.addSpacing(6)
        column.addWidget(self.button, 0, centre)
        column.addStretch(1)

    def show_text(
        self, title: str, sentence: str, icon: str | None = None, colour: str = "muted"
    ) -> None:
        """Say something else."""
        self._title.setText(title)
        self._sentence.setText(sentence)
        if icon is not None:
            self._icon.show_icon(icon, colour)
