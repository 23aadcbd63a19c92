"""The colour of a run's curves, in the table."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from nnstudio.ui.pages.runs.runs_model import RunsModel
from nnstudio.ui.theme import current as theme
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.runs_page.rows import RunRow


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
        line = cast(RunsModel, index.model()).rows[index.row()]
        if not isinstance(line, RunRow):
            return  # of a group it is the arrow alone
        page, row = self._page, line
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
