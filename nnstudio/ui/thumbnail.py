"""A small picture of a project's graph: boxes in the colours of their categories, and wires."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.project.values import Project
from nnstudio.ui import theme
from nnstudio.ui.inspector.header import category_key

CARD = (168.0, 72.0)
MARGIN = 14.0
LARGEST = 0.34
"""Pixels per unit of the canvas at most, so that a model of three layers is not all boxes."""


class Thumbnail(QWidget):
    """The root block's graph, fitted in; an empty field until there is a project."""

    def __init__(self, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._boxes: list[tuple[QRectF, str]] = []
        self._wires: list[tuple[QPointF, QPointF]] = []
        self._bounds = QRectF()
        theme.notifier.changed.connect(self._on_theme)

    def show_project(self, project: Project) -> None:
        """Draw the model of a project."""
        graph = project.model.graph
        blocks = project.by_name
        self._boxes = []
        places: dict[str, QRectF] = {}
        for node in graph.nodes:
            place = QRectF(*node.position, *CARD)
            places[node.id] = place
            key = "block" if node.type in blocks else category_key(node.type)
            self._boxes.append((place, key))
        self._wires = [
            (_side(places[e.source.node], out=True), _side(places[e.target.node], out=False))
            for e in graph.edges
            if e.source.node in places and e.target.node in places
        ]
        self._bounds = QRectF()
        for place in places.values():
            self._bounds = self._bounds.united(place)
        self.update()

    def _on_theme(self, _theme: object) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), 7, 7)
        painter.fillPath(outline, theme.qcolor("canvas"))
        if self._bounds.isEmpty():
            return
        room = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        bounds = self._bounds
        scale = min(room.width() / bounds.width(), room.height() / bounds.height(), LARGEST)
        painter.translate(room.center())
        painter.scale(scale, scale)
        painter.translate(-bounds.center())
        painter.setPen(QPen(theme.qcolor("wire"), 1.1 / scale, Qt.PenStyle.SolidLine))
        for start, end in self._wires:
            path = QPainterPath(start)
            bend = max(abs(end.x() - start.x()) / 2, 20.0)
            path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
            painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        least = 4.0 / scale
        for place, key in self._boxes:
            painter.setBrush(theme.qcolor(f"category.{key}"))
            high = max(place.height() * 0.7, least)
            box = QRectF(place.left(), place.center().y() - high / 2, place.width(), high)
            painter.drawRoundedRect(box, 2.5 / scale, 2.5 / scale)


def _side(place: QRectF, *, out: bool) -> QPointF:
    return QPointF(place.right() if out else place.left(), place.center().y())
