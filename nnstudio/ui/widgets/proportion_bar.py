"""Figures in a table with a bar behind them that shows their share of the whole."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from nnstudio.ui.theme import current as theme

SHARE = Qt.ItemDataRole.UserRole + 40
"""The share from 0 to 1 under which a cell keeps it."""


class ShareBar(QStyledItemDelegate):
    """Draws the bar below the figure, from the left: from the right it looks like selected text."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        share = index.data(SHARE)
        if isinstance(share, float) and share > 0:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.qcolor("accent", 0.18))
            area = QRectF(option.rect).adjusted(6, 3, -4, -3)
            width = max(2.0, area.width() * min(share, 1.0))
            painter.drawRoundedRect(QRectF(area.topLeft(), QSizeF(width, area.height())), 3, 3)
            painter.restore()
        super().paint(painter, option, index)
