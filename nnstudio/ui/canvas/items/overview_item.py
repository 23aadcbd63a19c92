"""The whole graph from far away, in one item: blocks of colour and straight wires.

A thousand items cost more to visit than to draw, so zoomed out they are hidden and this one is
shown instead. What it draws is kept in lists that only change when the graph does.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnstudio.ui.canvas.items.group_item import GroupItem
from nnstudio.ui.canvas.items.node_item import NodeItem
from nnstudio.ui.canvas.items.style import Style
from nnstudio.ui.canvas.items.wire_item import WireItem


class FarItem(QGraphicsItem):
    """Everything as boxes; `solid` fills them with the category's colour."""

    def __init__(self, look: Style) -> None:
        super().__init__()
        self.look = look
        self.solid = True
        self._bounds = QRectF()
        self._frames: list[QRectF] = []
        self._wires: list[QLineF] = []
        self._problems: list[QLineF] = []
        self._boxes: list[QRectF] = []
        self._by_colour: list[tuple[QColor, list[QRectF], list[QRectF]]] = []
        self._selected: list[QRectF] = []
        self._badges: list[tuple[QColor, QRectF]] = []
        self.hide()

    def gather(
        self,
        nodes: Iterable[NodeItem],
        wires: Iterable[WireItem],
        groups: Iterable[GroupItem],
        bounds: QRectF,
        look: Style,
    ) -> None:
        """Take over the present places of everything."""
        self.prepareGeometryChange()
        self.look = look
        self._bounds = bounds
        self._frames = [g.rect for g in groups]
        self._wires, self._problems = [], []
        for wire in wires:
            (self._problems if wire.wire.problem else self._wires).append(QLineF(*wire.ends))
        coloured: dict[str, tuple[list[QRectF], list[QRectF]]] = {}
        self._boxes, self._selected, self._badges = [], [], []
        for node in nodes:
            rect = node.rect()
            self._boxes.append(rect)
            rects, bars = coloured.setdefault(node.card.category, ([], []))
            rects.append(rect)
            bars.append(QRectF(rect.left(), rect.top(), 10.0, rect.height()))
            if node.selected:
                self._selected.append(rect.adjusted(-4, -4, 4, 4))
            severity = "error" if node.failed else node.card.severity
            if severity in ("error", "warning"):
                badge = QRectF(rect.right() - 28, rect.top() - 14, 42, 42)
                self._badges.append((look.severity[severity], badge))
        self._by_colour = [(look.category(name), *pair) for name, pair in coloured.items()]
        self.update()

    # -- Qt ----------------------------------------------------------------------------------

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        look = self.look
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.frame_far)
        if self._frames:
            painter.drawRects(self._frames)
        if self._wires:
            painter.setPen(look.wire_far)
            painter.drawLines(self._wires)
        if self._problems:
            painter.setPen(look.severity["error"])
            painter.drawLines(self._problems)
        painter.setPen(Qt.PenStyle.NoPen)
        if not self.solid and self._boxes:
            painter.setBrush(look.card)
            painter.drawRects(self._boxes)
        for colour, rects, bars in self._by_colour:
            painter.setBrush(colour)
            painter.drawRects(rects if self.solid else bars)
        if self._selected:
            painter.setPen(look.band_rim)
            painter.setBrush(look.band)
            painter.drawRects(self._selected)
            painter.setPen(Qt.PenStyle.NoPen)
        for colour, rect in self._badges:
            painter.setBrush(colour)
            painter.drawEllipse(rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
