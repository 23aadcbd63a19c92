"""What a panel shows while it has nothing to show: one picture, one line, one act."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons

ICON = 28
SHARE = 100
"""How many times the stretch at each side of it the sentence takes."""
SPACING = 6
SIDE = 24
ROOMY, TIGHT = 16, 4
"""Pixels above and below: where there is room for everything, and where there is not."""


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
    """Icon, title, a sentence and, where there is one act that fills the panel, its button.

    Where it is low the icon gives way, then the sentence, which the title has on hover: nothing is
    cut.
    """

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
        self._icon = IconLabel(icon, colour, ICON)
        self._title = QLabel(title, alignment=Qt.AlignmentFlag.AlignCenter)
        self._title.setTextFormat(Qt.TextFormat.PlainText)  # names may look like markup
        self._title.setFont(theme.text_font(13, QFont.Weight.DemiBold))
        self._sentence = QLabel(sentence, alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setProperty("role", "muted")
        self._sentence.setMaximumWidth(420)
        self._sentence.setMinimumWidth(140)
        self.button = QPushButton(button, self)  # shown without a parent it would be a window
        self.button.setVisible(bool(button))
        self.button.clicked.connect(self.requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(SIDE, ROOMY, SIDE, ROOMY)
        column.setSpacing(SPACING)
        column.addStretch(1)
        column.addWidget(self._icon, 0, centre)
        column.addWidget(self._title, 0, centre)
        row = QHBoxLayout()  # alignment would cut a label that wraps
        row.addStretch(1)
        row.addWidget(self._sentence, SHARE)
        row.addStretch(1)
        column.addLayout(row)
        column.addSpacing(SPACING)
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
        self._fit()

    @property
    def shown_texts(self) -> tuple[str, ...]:
        """Title and sentence, as far as there is room for them."""
        labels = (self._title, self._sentence)
        return tuple(label.text() for label in labels if not label.isHidden())

    @property
    def has_icon(self) -> bool:
        """True if there is room for the icon."""
        return not self._icon.isHidden()

    def _fit(self) -> None:
        height = self.height()
        with_icon = height >= self._height(icon=True, margin=ROOMY)
        with_sentence = with_icon or height >= self._height(icon=False, margin=TIGHT)
        self._icon.setVisible(with_icon)
        self._sentence.setVisible(with_sentence)
        self._title.setToolTip("" if with_sentence else self._sentence.text())
        margin = ROOMY if with_icon else TIGHT
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(SIDE, margin, SIDE, margin)

    def _height(self, *, icon: bool, margin: int, sentence: bool = True) -> int:
        heights = [self._title.sizeHint().height()]
        if icon:
            heights.append(ICON)
        if sentence:
            room = (self.width() - 2 * SIDE) * SHARE // (SHARE + 2)
            width = max(min(room, self._sentence.maximumWidth()), self._sentence.minimumWidth())
            heights.append(self._sentence.heightForWidth(width))
        if not self.button.isHidden():
            heights.append(self.button.sizeHint().height() + SPACING)
        return sum(heights) + (len(heights) - 1) * SPACING + 2 * margin

    # -- Qt -----------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        least = self._height(icon=False, margin=TIGHT, sentence=False)
        return QSize(super().minimumSizeHint().width(), least)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
