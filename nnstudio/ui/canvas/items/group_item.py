"""One group as a titled frame behind its members."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QStaticText
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnstudio.picture.cards import Frame
from nnstudio.ui.canvas.items import style as metrics
from nnstudio.ui.canvas.items.style import Style, advance, elide

_FAR_BEHIND = -100.0


class GroupItem(QGraphicsItem):
    """A frame in the scene."""

    def __init__(self, frame: Frame, look: Style) -> None:
        super().__init__()
        self.frame = frame
        self.look = look
        self.hovered = False
        self.selected = False
        self.detailed = True
        self.rect = QRectF()
        self._title = QStaticText()
        self._kind = QStaticText()
        self._kind_width = 0.0
        self.show_frame(frame, look)

    def show_frame(self, frame: Frame, look: Style | None = None) -> None:
        """Show another state of the group."""
        self.frame = frame
        self.look = look or self.look
        self.setZValue(_FAR_BEHIND + frame.depth)
        self._settle_texts()
        self.update()

    def surround(self, rect: QRectF) -> None:
        """Stand around `rect`, the place of the members."""
        pad = metrics.FRAME_PAD
        wanted = rect.adjusted(-pad, -pad - metrics.FRAME_TITLE + 4, pad, pad)
        if wanted != self.rect:
            self.prepareGeometryChange()
            self.rect = wanted
            self._settle_texts()
            self.update()

    def title_rect(self) -> QRectF:
        """Return the strip that moves the members when it is dragged, in the scene."""
        return QRectF(self.rect.left(), self.rect.top(), self.rect.width(), metrics.FRAME_TITLE)

    def mark(self, *, hovered: bool, selected: bool) -> None:
        """Change how it stands out."""
        if (hovered, selected) != (self.hovered, self.selected):
            self.hovered, self.selected = hovered, selected
            self.update()

    def _settle_texts(self) -> None:
        kind = "" if self.frame.kind == "frame" else self.frame.kind
        self._kind_width = advance(self.look.mono_font, kind)
        room = self.rect.width() - 3 * metrics.PAD - self._kind_width
        if room < 48:
            kind, room = "", self.rect.width() - 2 * metrics.PAD
        self._kind = QStaticText(kind)
        self._title = QStaticText(elide(self.look.small_bold, self.frame.name, max(room, 24.0)))
        for text in (self._kind, self._title):
            text.setTextFormat(Qt.TextFormat.PlainText)

    # -- Qt ----------------------------------------------------------------------------------

    def boundingRect(self) -> QRectF:
        return self.rect.adjusted(-2, -2, 2, 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        look, rect = self.look, self.rect
        rim = look.frame_loose if self.frame.kind == "frame" else look.frame_rim
        if self.hovered:
            rim = look.frame_hover
        painter.setPen(look.band_rim if self.selected else rim)
        painter.setBrush(look.frame)
        painter.drawRoundedRect(rect, metrics.RADIUS + 2, metrics.RADIUS + 2)
        if not self.detailed:
            return
        left, top = rect.left() + metrics.PAD, rect.top()
        painter.setFont(look.small_bold)
        painter.setPen(look.text if self.hovered else look.muted)
        height = self._title.size().height()
        middle = top + metrics.FRAME_TITLE / 2 + 1
        painter.drawStaticText(QPointF(left, middle - height / 2), self._title)
        if self._kind.text():
            painter.setFont(look.mono_font)
            painter.setPen(look.muted)
            x = rect.right() - metrics.PAD - self._kind_width
            height = self._kind.size().height()
            painter.drawStaticText(QPointF(x, middle - height / 2), self._kind)
