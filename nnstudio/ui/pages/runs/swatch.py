"""The colour of a run's curves, in the table."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from nnstudio.ui.theme import current as theme
from nnstudio.workspace.runs_page.controller import RunsPage


class Swatch(QStyledItemDelegate):
    """Filled in its colour: the run is in the overlay. A ring: it is selected. A faint ring: no."""

    def __init__(self, page: RunsPage, parent: QObject) -> None:
        super().__init__(parent)
        self._page = page

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        page, row = self._page, self._page.rows[index.row()]
        number = page.colour(row.id)
        series = theme.current().series
        colour = theme.qcolor("line_strong" if number is None else series[number % len(series)])
        place = QRectF(0, 0, 12, 12)
        place.moveCenter(QRectF(option.rect).center())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.5))
        painter.setBrush(colour if row.id in page.overlay else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place, 3, 3)
        painter.restore()
