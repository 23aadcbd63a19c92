"""What lies over the graph for the time of a gesture: box and guides."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnstudio.ui.canvas.items.style import Style

_FRONT = 100.0


class Band(QGraphicsItem):
    """The box that selects."""

    def __init__(self, look: Style) -> None:
        super().__init__()
        self.look = look
        self._rect = QRectF()
        self.setZValue(_FRONT)

    def span(self, rect: QRectF) -> None:
        """Take up `rect`."""
        self.prepareGeometryChange()
        self._rect = rect.normalized()
        self.update()

    # -- Qt ----------------------------------------------------------------------------------

    def boundingRect(self) -> QRectF:
        return self._rect.adjusted(-2, -2, 2, 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setPen(self.look.band_rim)
        painter.setBrush(self.look.band)
        painter.drawRect(self._rect)


class Guides(QGraphicsItem):
    """The lines that show with what a moved card is aligned."""

    def __init__(self, look: Style) -> None:
        super().__init__()
        self.look = look
        self._lines: list[QLineF] = []
        self._bounds = QRectF()
        self.setZValue(_FRONT)

    def draw(self, lines: list[QLineF]) -> None:
        """Show these lines only."""
        if lines != self._lines:
            self.prepareGeometryChange()
            self._lines = lines
            bounds = QRectF()
            for line in lines:
                bounds = bounds.united(
                    QRectF(line.p1(), line.p2()).normalized().adjusted(-1, -1, 1, 1)
                )
            self._bounds = bounds
            self.update()

    # -- Qt ----------------------------------------------------------------------------------

    def boundingRect(self) -> QRectF:
        return self._bounds.adjusted(-2, -2, 2, 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setPen(self.look.guide)
        if self._lines:
            painter.drawLines(self._lines)
