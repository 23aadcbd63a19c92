"""The view: zoom, pan, dots and level of detail. It edits nothing and hands the mouse on."""

from __future__ import annotations

import math

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    QVariantAnimation,
    Signal,
)
from PySide6.QtGui import (
    QNativeGestureEvent,
    QPainter,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QStyle, QWidget

from nnstudio.ui.canvas.items import style as metrics
from nnstudio.ui.canvas.scene import CanvasScene

ZOOM_LEAST, ZOOM_MOST = 0.02, 4.0
ZOOM_STEP = 1.25
FIT_MARGIN = 48.0
FLIGHT = 140
DOTS_FROM = 0.6
_FAR = 4_000_000.0


class CanvasView(QGraphicsView):
    """A window onto the scene. `scale_changed`, `moved`, `resized`: it shows something else."""

    scale_changed = Signal(float)
    moved = Signal()
    resized = Signal()

    def __init__(self, scene: CanvasScene, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self.canvas_scene = scene
        self.resizing = False
        self.pointer: QPointF | None = None
        """The mouse in the viewport, as the input handler last saw it; None while it is away."""
        self._flight: QVariantAnimation | None = None
        self._dots: tuple[tuple[float | int | str, ...], QPixmap] | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHints(
            QPainter.RenderHint.Antialiasing
            | QPainter.RenderHint.TextAntialiasing
            | QPainter.RenderHint.SmoothPixmapTransform
        )
        self.setOptimizationFlags(
            QGraphicsView.OptimizationFlag.DontSavePainterState
            | QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing
        )
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSceneRect(-_FAR, -_FAR, 2 * _FAR, 2 * _FAR)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setAccessibleName("Canvas")

    # -- where it looks ----------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """Pixels per unit of the scene."""
        return self.transform().m11()

    def set_zoom(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom so that what lies at a place of the viewport (its middle if None) stays there."""
        zoom = min(max(zoom, ZOOM_LEAST), ZOOM_MOST)
        if math.isclose(zoom, self.zoom):
            return
        place = at if at is not None else QRectF(self.viewport().rect()).center()
        kept = self.scene_at(place)
        self.setTransform(QTransform.fromScale(zoom, zoom))
        self._bring(kept, place)
        self.canvas_scene.set_scale(zoom)
        self.scale_changed.emit(zoom)
        self.moved.emit()

    def scene_at(self, place: QPointF) -> QPointF:
        """Map a place of the viewport to the scene's place under it."""
        inverse, _ = self.viewportTransform().inverted()
        return inverse.map(place)

    def view_at(self, place: QPointF) -> QPointF:
        """Map a place of the scene to the viewport's."""
        return self.viewportTransform().map(place)

    @property
    def pointer_inside(self) -> QPointF | None:
        """The mouse in the viewport; None while it is elsewhere, as it may be in a drag."""
        rect = QRectF(self.viewport().rect())
        return self.pointer if self.pointer is not None and rect.contains(self.pointer) else None

    def _bring(self, scene_place: QPointF, view_place: QPointF) -> None:
        off = self.view_at(scene_place) - view_place
        self.pan(-off)

    def pan(self, by: QPointF) -> None:
        """Move the picture by pixels."""
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(round(across.value() - by.x()))
        down.setValue(round(down.value() - by.y()))

    @property
    def middle(self) -> QPointF:
        """The scene's place in the middle."""
        return self.scene_at(QRectF(self.viewport().rect()).center())

    def look_at(self, middle: QPointF, zoom: float | None = None) -> None:
        """Put a place of the scene into the middle, at once."""
        if zoom is not None:
            self.set_zoom(zoom)
        self._bring(middle, QRectF(self.viewport().rect()).center())

    def fly(self, middle: QPointF, zoom: float | None = None) -> None:
        """Go to a place in a short movement; at once where the system asks for less motion."""
        self.land()
        start, first = self.middle, self.zoom
        last = min(max(zoom or first, ZOOM_LEAST), ZOOM_MOST)
        hint = QStyle.StyleHint.SH_Widget_Animation_Duration
        if not self.isVisible() or self.style().styleHint(hint, None, self) <= 0:
            self.look_at(middle, last)
            return
        flight = QVariantAnimation(self)
        flight.setDuration(FLIGHT)
        flight.setEasingCurve(QEasingCurve.Type.OutCubic)
        flight.setStartValue(0.0)
        flight.setEndValue(1.0)

        def step(share: object) -> None:
            t = float(share)  # type: ignore[arg-type]
            self.look_at(start + (middle - start) * t, first * (last / first) ** t)

        flight.valueChanged.connect(step)
        self._flight = flight
        flight.start(QVariantAnimation.DeletionPolicy.KeepWhenStopped)

    def land(self) -> None:
        """End a flight where it is."""
        if self._flight is not None:
            self._flight.stop()
            self._flight.deleteLater()
            self._flight = None

    def zoom_to_fit(self, rect: QRectF, most: float = 1.0) -> float:
        """Find the zoom at which `rect` fits into the viewport with some room around."""
        size = self.viewport().size()
        wide = max(size.width() - 2 * FIT_MARGIN, 40.0) / max(rect.width(), 1.0)
        high = max(size.height() - 2 * FIT_MARGIN, 40.0) / max(rect.height(), 1.0)
        return max(min(wide, high, most), ZOOM_LEAST)

    def show_rect(self, rect: QRectF) -> None:
        """Move just so far that `rect` is seen."""
        port = QRectF(self.viewport().rect()).adjusted(24, 24, -24, -24)
        seen = self.viewportTransform().mapRect(rect)
        dx = min(0.0, port.right() - seen.right()) or max(0.0, port.left() - seen.left())
        dy = min(0.0, port.bottom() - seen.bottom()) or max(0.0, port.top() - seen.top())
        if dx or dy:
            self.pan(QPointF(dx, dy))

    def bring_into_sight(self, rect: QRectF) -> None:
        """Move only if `rect` is not seen: just so far, or to its middle if it is too large."""
        seen = self.viewportTransform().mapRect(rect)
        port = QRectF(self.viewport().rect())
        if port.contains(seen):
            return
        if seen.width() <= port.width() - 48 and seen.height() <= port.height() - 48:
            self.show_rect(rect)
        elif not port.intersects(seen):
            self.look_at(rect.center())

    def _backdrop(self, step: float) -> QPixmap:
        # Drawn once per zoom and size; a frame then only copies it to where the dots are.
        look = self.canvas_scene.look
        ratio = self.devicePixelRatioF()
        size = self.viewport().size() + QSize(int(step) + 2, int(step) + 2)
        key = (step, size.width(), size.height(), ratio, look.theme.name)
        if self._dots is None or self._dots[0] != key:
            picture = QPixmap(size * ratio)
            picture.setDevicePixelRatio(ratio)
            picture.fill(look.canvas)
            painter = QPainter(picture)
            painter.setPen(look.dots)
            across = range(int(size.width() / step) + 1)
            down = range(int(size.height() / step) + 1)
            points = [QPointF(x * step + 1, y * step + 1) for y in down for x in across]
            painter.drawPoints(QPolygonF(points))
            painter.end()
            self._dots = (key, picture)
        return self._dots[1]

    # -- Qt ----------------------------------------------------------------------------------

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        look = self.canvas_scene.look
        zoom = self.zoom
        if zoom < DOTS_FROM:
            painter.fillRect(rect, look.canvas)
            return
        # Whole pixels, or the dots would stand unevenly
        step = float(round(metrics.DOTS * zoom))
        corner = self.view_at(QPointF(0, 0))
        painter.save()
        painter.setTransform(self.viewportTransform().inverted()[0], True)
        place = QPointF(round(corner.x() % step - step), round(corner.y() % step - step))
        painter.drawPixmap(place, self._backdrop(step))
        painter.restore()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.moved.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        # Panels below open and close: what stands in the middle of the height stays there.
        middle = self.scene_at(QPointF(0, event.oldSize().height() / 2))
        self.resizing = True
        super().resizeEvent(event)
        if event.oldSize().isValid():
            self._bring(middle, QPointF(0, event.size().height() / 2))
        self.resized.emit()
        self.moved.emit()
        self.resizing = False

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.land()
        fingers = not event.pixelDelta().isNull() and event.phase() != Qt.ScrollPhase.NoScrollPhase
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if fingers and not control:
            self.pan(QPointF(event.pixelDelta()))
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            turned = event.angleDelta()
            self.pan(QPointF(turned.y() or turned.x(), 0) / 2)
        else:
            delta = event.angleDelta().y()
            self.set_zoom(self.zoom * 1.0016**delta, event.position())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            kind = event.gestureType()
            if kind == Qt.NativeGestureType.ZoomNativeGesture:
                self.set_zoom(self.zoom * (1.0 + event.value()), event.position())
                return True
            if kind == Qt.NativeGestureType.SmartZoomNativeGesture:
                self.set_zoom(1.0 if self.zoom < 0.9 else 0.5, event.position())
                return True
        return super().viewportEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        # Tab enters blocks and opens the search; Shift+Tab leads out of the canvas.
        return False if forward else super().focusNextPrevChild(forward)
