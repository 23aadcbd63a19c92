"""A small picture of a model: a bar for each node in the colour of its category, and the wires.

The height of a bar grows with the size of what the node puts out, so that a model that narrows
from picture to classes looks like it.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.analysis.report import BlockReport, NodeReport
from nnstudio.project.values import Project
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme.icons import category_key

MARGIN = 16.0
BAR = (5.0, 14.0)
"""Narrowest and widest bar, in pixels."""
LOW, HIGH = 10.0, 62.0
"""Height of the lowest and the highest bar, in pixels."""
SPAN = (4.0, 18.0)
"""Powers of two between which heights lie: 16 values to a quarter of a million."""


class Thumbnail(QWidget):
    """The root block's graph, fitted in; an empty field until there is a project."""

    def __init__(self, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._bars: dict[str, tuple[QPointF, float, str]] = {}
        self._wires: list[tuple[str, str]] = []
        theme.notifier.changed.connect(self._on_theme)

    def show_project(self, project: Project, report: BlockReport) -> None:
        """Draw the model of a project; places are those of its canvas."""
        graph = project.model.graph
        self._bars = {}
        for node in graph.placed:
            key = "block" if node.type in project.by_name else category_key(node.type)
            height = _height(report.nodes.get(node.id))
            self._bars[node.id] = (QPointF(*node.position), height, key)
        self._wires = [(e.source.node, e.target.node) for e in graph.edges]
        self.update()

    def _on_theme(self, _theme: object) -> None:
        self.update()

    def _spread_bars(self) -> dict[str, tuple[QRectF, str]]:
        """Place the bars in pixels: over the width, branches above and below the middle."""
        xs = sorted({round(place.x()) for place, _, _ in self._bars.values()})
        ys = [place.y() for place, _, _ in self._bars.values()]
        room = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        across = max(xs[-1] - xs[0], 1.0)
        down = max(ys) - min(ys)
        middle = sum(ys) / len(ys) if down < 40 else (max(ys) + min(ys)) / 2
        gap = room.width() / max(len(xs), 1)
        width = min(max(gap * 0.55, BAR[0]), BAR[1])
        spread = room.width() - width
        if len(xs) < 8:  # a few bars stand together rather than far apart
            spread = min(spread, 34.0 * max(len(xs) - 1, 1))
        left = room.center().x() - spread / 2
        shrink = 1.0 if down < 40 else min(0.45, room.height() / (down + 150.0))
        placed: dict[str, tuple[QRectF, str]] = {}
        for name, (place, height, key) in self._bars.items():
            x = left + spread * (place.x() - xs[0]) / across
            y = room.center().y() + (place.y() - middle) * (0.0 if down < 40 else shrink)
            high = height if down < 40 else max(height * 0.5, 8.0)
            placed[name] = (QRectF(x - width / 2, y - high / 2, width, high), key)
        return placed

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), 7, 7)
        painter.fillPath(outline, theme.qcolor("canvas"))
        if not self._bars:
            return
        placed = self._spread_bars()
        painter.setPen(QPen(theme.qcolor("wire"), 1.2, Qt.PenStyle.SolidLine))
        for source, target in self._wires:
            start = QPointF(placed[source][0].right(), placed[source][0].center().y())
            end = QPointF(placed[target][0].left(), placed[target][0].center().y())
            path = QPainterPath(start)
            bend = max(abs(end.x() - start.x()) / 2, 4.0)
            path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
            painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        for box, key in placed.values():
            painter.setBrush(theme.qcolor(f"category.{key}"))
            painter.drawRoundedRect(box, 2.5, 2.5)


def _height(report: NodeReport | None) -> float:
    tensor = next(iter(report.outputs.values()), None) if report else None
    if tensor is None and report is not None:
        tensor = next(iter(report.inputs.values()), None)
    elements = tensor.elements(1) if tensor is not None else None
    power = math.log2(elements) if elements else (SPAN[0] + SPAN[1]) / 2
    share = (power - SPAN[0]) / (SPAN[1] - SPAN[0])
    return LOW + (HIGH - LOW) * min(max(share, 0.0), 1.0)
