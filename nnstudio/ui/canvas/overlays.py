"""Small widgets over the view: the bubble that refuses, the hint of an empty canvas."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from nnstudio.ui.canvas.items.style import advance, current
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons

HINT = "Double-click to add a layer, or drag one from the palette."
HINT_MORE = "Drag a wire into the open to see what fits."
_STAY = 3500


class Bubble(QLabel):
    """One sentence near the mouse."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._around = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setObjectName("canvasBubble")
        self.setMargin(8)
        self.setWordWrap(True)
        self._away = QTimer(self)
        self._away.setSingleShot(True)
        self._away.timeout.connect(self.hide)
        self.hide()

    def say(self, sentence: str, at: QPointF, stay: bool = True) -> None:
        """Show a sentence beside a place of the parent; without `stay` it goes by itself."""
        look = current().theme.colours
        self.setStyleSheet(
            f"#canvasBubble {{ background: {look.error_soft}; color: {look.text};"
            f" border: 1px solid {look.error}; border-radius: 6px; }}"
        )
        self.setFont(theme.text_font(theme.SMALL_SIZE + 1))
        self.setText(sentence)
        wide = advance(self.font(), sentence) + 28
        self.setFixedWidth(int(min(wide, 320)))
        self.setFixedHeight(self.heightForWidth(self.width()))
        parent = self._around.rect()
        x = min(int(at.x()) + 18, parent.right() - self.width() - 8)
        y = min(int(at.y()) + 18, parent.bottom() - self.height() - 8)
        self.move(max(x, 8), max(y, 8))
        self.raise_()
        self.show()
        if stay:
            self._away.stop()
        else:
            self._away.start(_STAY)


class EmptyHint(QWidget):
    """What an empty canvas says."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._around = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(f"{HINT} {HINT_MORE}")
        self.resize(460, 132)

    def centre(self) -> None:
        """Stand in the middle of the parent."""
        around = self._around.rect()
        self.move(around.center() - self.rect().center())

    # -- Qt ----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        look = current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.width() / 2
        painter.setPen(look.dashed)
        painter.drawRoundedRect(QRectF(middle - 28, 2, 56, 48), 8, 8)
        painter.drawPixmap(QPointF(middle - 10, 16), icons.pixmap("add", "muted", 20))
        for k, (text, ink, size) in enumerate(
            ((HINT, look.text, theme.TEXT_SIZE), (HINT_MORE, look.muted, theme.TEXT_SIZE))
        ):
            painter.setFont(theme.text_font(size))
            painter.setPen(ink)
            row = QRectF(0, 68 + 24 * k, self.width(), 22)
            painter.drawText(row, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
