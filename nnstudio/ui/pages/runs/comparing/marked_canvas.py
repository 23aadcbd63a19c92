"""A locked drawing on which each node that differs has a ring, a mark and a word."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnstudio.analysis.model_changes import Kind, NodeChange, Path
from nnstudio.ui.pages.runs.locked_canvas import LockedCanvas
from nnstudio.ui.theme import current as theme
from nnstudio.workspace.workspace import Workspace

MARKS: Mapping[Kind, tuple[str, str, str]] = {
    "added": ("+", "added", "good"),
    "removed": ("−", "removed", "error"),
    "changed": ("≠", "changed", "warning"),
    "sizes": ("~", "other sizes", "muted"),
}
"""The sign, the word and the colour of each kind of change."""
_LEAST_SCALE, _MARGIN = 0.2, 96.0
_FRONT = 50.0


class ChangeMark(QGraphicsItem):
    """A ring around a card, and above it the sign with the word; as large at any zoom."""

    def __init__(self, change: NodeChange, card: QRectF) -> None:
        super().__init__()
        self.change = change
        self._card = card
        self.setZValue(_FRONT)

    def boundingRect(self) -> QRectF:
        return self._card.adjusted(-_MARGIN, -_MARGIN, 4 * _MARGIN, 8)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        sign, word, tone = MARKS[self.change.kind]
        colour = theme.qcolor(tone)
        pen = QPen(colour, 2.5)
        pen.setCosmetic(True)
        if self.change.kind == "sizes":
            pen.setStyle(Qt.PenStyle.DashLine)
            pen.setWidthF(1.5)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(self._card.adjusted(-4, -4, 4, 4), 10, 10)
        self._paint_word(painter, f"{sign} {word}", colour)

    def _paint_word(self, painter: QPainter, text: str, colour: QColor) -> None:
        scale = max(painter.worldTransform().m11(), _LEAST_SCALE)
        ratio = painter.device().devicePixelRatioF() if painter.device() is not None else 1.0
        painter.save()
        painter.translate(self._card.topLeft() + QPointF(-4, -6))
        painter.scale(ratio / scale, ratio / scale)
        font = theme.text_font(11)
        painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(text) + 12
        pill = QRectF(0, -17, width, 17)
        painter.setPen(QPen(colour, 1))
        painter.setBrush(theme.qcolor("panel"))
        painter.drawRoundedRect(pill, 8, 8)
        painter.setPen(theme.qcolor("text"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()


class MarkedCanvas(LockedCanvas):
    """One of the two models; what differs of it is told by `show_marks`."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._marks: Mapping[Path, NodeChange] = {}
        self.marks: list[ChangeMark] = []
        self.path_changed.connect(lambda _path: self._mark())

    def show_marks(self, marks: Mapping[Path, NodeChange]) -> None:
        """Mark these nodes, by their places in the model."""
        self._marks = marks
        self._mark()

    def _mark(self) -> None:
        for mark in self.marks:
            self.scene.removeItem(mark)
        self.marks = []
        for id, item in self.scene.nodes.items():
            change = self._marks.get((*self.path, id))
            if change is not None:
                self.marks.append(ChangeMark(change, item.rect()))
                self.scene.addItem(self.marks[-1])

    def fly_along(self, place: Path) -> None:
        """Enter the block of a node and bring the node into the middle."""
        self.show_path(place[:-1])
        self.fly_to(place[-1])
