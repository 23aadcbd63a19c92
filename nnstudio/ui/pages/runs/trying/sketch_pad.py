"""A field to draw on with the mouse, which can show a picture instead."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.ui.pages.data.pictures import pixmap_of
from nnstudio.ui.theme import current as theme

SIDE = 224
"""Pixels of the longer side of a drawing."""
BRUSH = 0.085
"""Width of a stroke, as a share of that."""
SOFT = ((1.6, 30), (1.5, 70), (1.4, 115), (1.3, 160), (1.2, 205), (1.1, 255))
"""Widths of the brush with how much of the ink each gives: the rim is soft."""


class SketchPad(QWidget):
    """Strokes with the left button, none with the right one. `drawn()` while one draws."""

    drawn = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strokes = QImage(SIDE, SIDE, QImage.Format.Format_Grayscale8)
        self._strokes.fill(0)
        self._picture = QImage()
        self._last: QPointF | None = None
        self._light, self._can_draw, self._used = True, True, False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 120)
        self.setAccessibleName("Field to draw on")
        theme.notifier.changed.connect(self._on_theme)

    def set_up(self, height: int, width: int, *, light: bool, can_draw: bool) -> None:
        """Begin anew, in the proportions of height and width. light: bright strokes on black."""
        scale = SIDE / max(height, width)
        size = QSize(max(8, round(width * scale)), max(8, round(height * scale)))
        self._strokes = QImage(size, QImage.Format.Format_Grayscale8)
        self._light, self._can_draw = light, can_draw
        self.setCursor(Qt.CursorShape.CrossCursor if can_draw else Qt.CursorShape.ArrowCursor)
        self.clear()

    def clear(self) -> None:
        """Take strokes and picture away."""
        self._strokes.fill(0)
        self._picture, self._used = QImage(), False
        self.update()

    def show_picture(self, image: QImage) -> None:
        """Show a picture in place of the drawing."""
        self.clear()
        self._picture = image
        self.update()

    @property
    def is_empty(self) -> bool:
        """True while there is neither stroke nor picture."""
        return not self._used and self._picture.isNull()

    def strokes(self) -> NDArray[np.float32]:
        """The drawing (height, width), from 0 for paper to 1."""
        image = self._strokes
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
        return np.asarray(rows[:, : image.width()] / 255, np.float32)

    def draw_line(self, begin: QPointF, end: QPointF, *, erase: bool = False) -> None:
        """Draw a stroke between two places of the drawing, in its pixels."""
        painter = QPainter(self._strokes)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not erase:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Lighten)
        for width, level in SOFT if not erase else ((1.6, 0),):
            pen = QPen(QColor(level, level, level), width * BRUSH * SIDE)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            # a line without length would not be drawn
            painter.drawLine(begin, end + QPointF(0.01, 0.01))
        painter.end()
        self._picture, self._used = QImage(), True
        self.update()
        self.drawn.emit()

    # -- Qt -----------------------------------------------------------------------------------

    def _area(self) -> QRectF:
        size = self._strokes.size().scaled(
            self.size() - QSize(2, 2), Qt.AspectRatioMode.KeepAspectRatio
        )
        return QRectF(1, 1, size.width(), size.height())

    def _at(self, event: QMouseEvent) -> QPointF:
        area = self._area()
        scale = self._strokes.width() / max(1.0, area.width())
        return (event.position() - area.topLeft()) * scale

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._can_draw and self._area().contains(event.position()):
            self._last = self._at(event)
            self._go_on(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is not None:
            self._go_on(event)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._last = None

    def _go_on(self, event: QMouseEvent) -> None:
        assert self._last is not None
        place = self._at(event)
        erase = bool(event.buttons() & Qt.MouseButton.RightButton)
        self.draw_line(self._last, place, erase=erase)
        self._last = place

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self._area()
        if self._picture.isNull():
            strokes = self._strokes
            if not self._light:
                strokes = strokes.copy()
                strokes.invertPixels()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(area, strokes)
        else:
            side = int(max(area.width(), area.height()))
            drawn = pixmap_of(self._picture, QSize(side, side), self.devicePixelRatioF())
            painter.fillRect(area, theme.qcolor("plot.background"))
            painter.drawPixmap(area.topLeft(), drawn)
        if self.is_empty and self._can_draw:
            painter.setPen(QColor("#9a9a9a" if self._light else "#6a6a6a"))
            painter.setFont(theme.text_font(13))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "Draw here")
        painter.setPen(theme.qcolor("line_strong"))
        painter.drawRect(area)

    def _on_theme(self, _theme: object) -> None:
        self.update()
