"""A view whose many lines and points are painted in slices, so that no refresh holds the window."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import ClassVar, TypeAlias
from weakref import WeakSet

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QHideEvent,
    QPaintEngine,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from nnstudio.ui.theme import current as theme

Stroke: TypeAlias = Callable[[QPainter], None]
"""Something that is painted at once; it should take less than about 2 ms."""
SLICE = 0.006
"""Seconds that are painted before the window's events have their turn."""
AT_ONCE = 0.06
"""Seconds that are painted at once when a view is shown: it was asked for, and would be empty."""


class LayeredView(QWidget):
    """Layers lie over each other in the order of `LAYERS`; `strokes` says what is in each.

    A layer that is painted anew is shown when it is whole; until then the one before stays.
    """

    LAYERS: tuple[str, ...] = ("marks",)
    _painting: ClassVar[WeakSet[LayeredView]] = WeakSet()
    """Those that are painted now: they share the time of a slice."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole: dict[str, QPixmap] = {}
        self._making: dict[str, tuple[QPixmap, Iterator[Stroke]]] = {}
        self._slices = QTimer(self, interval=0)
        self._slices.timeout.connect(self._paint_slice)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.notifier.changed.connect(self._on_theme)

    # -- for the views --------------------------------------------------------------------------

    def strokes(self, layer: str) -> Iterator[Stroke]:
        """What is in a layer."""
        raise NotImplementedError

    def paint_over(self, painter: QPainter) -> None:
        """Paint what changes with the mouse: little, at every painting."""

    def lay_out(self) -> None:
        """Find where everything is, in a widget of the present size."""

    # -- what is painted ------------------------------------------------------------------------

    def redraw(self, *layers: str) -> None:
        """Paint these layers anew, by default all."""
        if not self.isVisible() or self.width() < 2 or self.height() < 2:
            self.forget()
            return
        for layer in layers or self.LAYERS:
            ratio = self.devicePixelRatioF()
            made = QPixmap(self.size() * ratio)
            made.setDevicePixelRatio(ratio)
            made.fill(Qt.GlobalColor.transparent)
            self._making[layer] = (made, self.strokes(layer))
        self._start()

    def forget(self) -> None:
        """Paint nothing."""
        self._whole.clear()
        self._making.clear()
        self._stop()

    def add(self, layer: str, strokes: Iterator[Stroke]) -> None:
        """Paint more into a layer that is whole."""
        if layer in self._whole and layer not in self._making:
            self._making[layer] = (QPixmap(self._whole[layer]), strokes)
            self._start()
        else:
            self.redraw(layer)

    @property
    def is_painting(self) -> bool:
        """True until all layers are whole."""
        return bool(self._making)

    def finish(self) -> None:
        """Paint all layers to their end now."""
        while self._making:
            self._paint_slice(1.0)

    def _start(self) -> None:
        self._painting.add(self)
        self._slices.start()

    def _stop(self) -> None:
        self._painting.discard(self)
        self._slices.stop()

    def _paint_slice(self, seconds: float = SLICE) -> None:
        end = time.perf_counter() + seconds / max(1, len(self._painting))
        for layer in [one for one in self.LAYERS if one in self._making]:
            made, strokes = self._making.pop(layer)  # a mistake in a stroke ends its layer
            if not self._paint_some(made, strokes, end):
                self._making[layer] = (made, strokes)
                return
            self._whole[layer] = made
            self.update()
        self._stop()

    @staticmethod
    def _paint_some(made: QPixmap, strokes: Iterator[Stroke], end: float) -> bool:
        """Paint until that time; True if it is whole."""
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        try:
            for stroke in strokes:
                stroke(painter)
                if time.perf_counter() >= end:
                    return False
        finally:
            painter.end()
        return True

    def _paint_all(self, painter: QPainter) -> None:
        for layer in self.LAYERS:
            if layer in self._whole:
                painter.save()
                for stroke in self.strokes(layer):
                    stroke(painter)
                painter.restore()

    def _on_theme(self, _theme: object) -> None:
        self.redraw()
        self.update()

    # -- Qt -------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(480, 280)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 120)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.qcolor("panel"))
        if painter.paintEngine().type() is QPaintEngine.Type.SVG:
            self._paint_all(painter)  # as lines and words, not as a picture
        else:
            for layer in self.LAYERS:
                if layer in self._whole:
                    made = self._whole[layer]
                    painter.drawPixmap(QRectF(self.rect()), made, QRectF(made.rect()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        try:
            self.paint_over(painter)
        finally:
            painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lay_out()
        self.redraw()
        self._paint_slice()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.lay_out()
        self.redraw()
        self._paint_slice(AT_ONCE)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.forget()  # layers are as large as the view
