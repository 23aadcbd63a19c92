"""The minimap: the whole graph in a corner and the part that is seen; click or drag goes there."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from nnstudio.ui.canvas.scene import CanvasScene
from nnstudio.ui.canvas.view import CanvasView

SIZE = QSize(184, 116)
LOWEST = 44
"""A row of nodes needs less height than `SIZE`, and should cover less of the canvas."""
_PAD = 8.0
_NEAREST = 0.12


class Minimap(QWidget):
    """Shown when the graph does not fit into the view."""

    def __init__(self, scene: CanvasScene, view: CanvasView, parent: QWidget) -> None:
        super().__init__(parent)
        self._scene = scene
        self._view = view
        self._picture: QPixmap | None = None
        self._content = QRectF()
        self._has_room = True
        self.setFixedSize(SIZE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Minimap")
        self.hide()

    def refresh(self) -> None:
        """Draw the graph as it is now."""
        self._picture = None
        self._content = self._scene.content_rect()
        self._fit_height()
        self.follow()

    def _fit_height(self) -> None:
        content = self._content.adjusted(-40, -40, 40, 40)
        scale = min((SIZE.width() - 2 * _PAD) / max(content.width(), 1.0), _NEAREST)
        # Room above and below for the frame of what is seen, which is higher than one row
        wanted = round(2 * content.height() * scale + 2 * _PAD)
        height = min(max(wanted, LOWEST), SIZE.height())
        if height != self.height():
            bottom = self.geometry().bottom()
            self.setFixedHeight(height)
            self.move(self.x(), bottom - height + 1)

    def follow(self) -> None:
        """Move the frame to what the view shows; hide the map where it does not help."""
        wanted = (
            self._has_room
            and len(self._scene.nodes) > 1
            and not self._visible_rect().contains(self._content)
        )
        if wanted != (not self.isHidden()):
            self.setVisible(wanted)
        if wanted:
            self.update()

    def give_room(self, has_room: bool) -> None:
        """Let the map be shown, or not where it would cover a small canvas."""
        if has_room != self._has_room:
            self._has_room = has_room
            self.follow()

    def _visible_rect(self) -> QRectF:
        port = QRectF(self._view.viewport().rect())
        inverse, _ = self._view.viewportTransform().inverted()
        return inverse.mapRect(port)

    def _scale(self) -> tuple[float, QPointF]:
        # The map shows the graph, not the place where the view may have gone astray.
        content = self._content.adjusted(-40, -40, 40, 40)
        wide, high = self.width() - 2 * _PAD, self.height() - 2 * _PAD
        scale = min(wide / max(content.width(), 1.0), high / max(content.height(), 1.0), _NEAREST)
        rest = QPointF(wide - content.width() * scale, high - content.height() * scale) / 2
        return scale, QPointF(_PAD, _PAD) + rest - content.topLeft() * scale

    def _draw_picture(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        scale, shift = self._scale()
        look = self._scene.look
        painter = QPainter(picture)
        painter.setPen(Qt.PenStyle.NoPen)
        for group in self._scene.groups.values():
            rect = group.rect
            painter.fillRect(
                QRectF(rect.topLeft() * scale + shift, rect.size() * scale), look.frame_far
            )
        for node in self._scene.nodes.values():
            rect = node.rect()
            place = QRectF(rect.topLeft() * scale + shift, rect.size() * scale)
            place.setWidth(max(place.width(), 1.5))
            place.setHeight(max(place.height(), 1.5))
            error = node.failed or node.card.severity == "error"
            colour = look.severity["error"] if error else look.category(node.card.category)
            painter.fillRect(place, colour)
        painter.end()
        return picture

    def _go(self, at: QPointF) -> None:
        scale, shift = self._scale()
        self._view.land()
        self._view.look_at((at - shift) / scale)

    # -- Qt ----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        look = self._scene.look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.frame_rim)
        painter.setBrush(look.theme.qcolor("panel", 0.94))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        if self._picture is None:
            self._picture = self._draw_picture()
        painter.drawPixmap(0, 0, self._picture)
        scale, shift = self._scale()
        seen = self._visible_rect()
        frame = QRectF(seen.topLeft() * scale + shift, seen.size() * scale)
        frame = frame.intersected(QRectF(self.rect()).adjusted(3, 3, -3, -3))
        painter.setPen(look.band_rim)
        painter.setBrush(look.band)
        painter.drawRoundedRect(frame, 2, 2)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
