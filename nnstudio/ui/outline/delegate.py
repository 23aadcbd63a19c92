"""How a row of the outline is drawn, and the field in which it gets another name."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetricsF, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from nnstudio.ui.outline.model import ROW
from nnstudio.ui.outline.rows import Row
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.theme.icons import SEVERITIES, category_key

HEIGHT: Final = 26
ICON: Final = 16
GAP: Final = 6.0
EDGE: Final = 10.0
_LEAST: Final = 44.0
"""Room that a name keeps: what does not fit beside it is left out, the least important first."""
_MARK: Final = 14

_Index = QModelIndex | QPersistentModelIndex


class RowDelegate(QStyledItemDelegate):
    """Icon, index, name, type; at the right repetition, condition, problem and parameters."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mono = theme.mono_font(12)
        self._text = theme.text_font(12, QFont.Weight.DemiBold)
        self._small = theme.text_font(theme.SMALL_SIZE)
        self._heading = theme.text_font(theme.SMALL_SIZE, QFont.Weight.DemiBold)
        self._figures = theme.mono_font(theme.SMALL_SIZE)
        self._edited: QPersistentModelIndex | None = None

    # -- drawing ------------------------------------------------------------------------------

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: Row = index.data(ROW)
        ground = QStyleOptionViewItem(option)
        self.initStyleOption(ground, index)
        ground.text, ground.icon = "", QIcon()
        style = ground.widget.style() if ground.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, ground, painter, ground.widget)
        area = QRectF(option.rect)
        painter.save()
        if row.kind == "heading":
            self._write(painter, area.adjusted(0, 4, -EDGE, 0), row.text, self._heading, "muted")
        else:
            self._paint_row(painter, area, row)
        painter.restore()

    def _paint_row(self, painter: QPainter, area: QRectF, row: Row) -> None:
        left = area.left() + 2
        middle = area.center().y()
        painter.setOpacity(1.0 if row.active else 0.6)
        painter.drawPixmap(QPointF(left, middle - ICON / 2), _icon(row))
        left += ICON + GAP
        if row.index:
            left += self._write(painter, _from(area, left), row.index, self._figures, "muted") + GAP
        right = self._paint_marks(painter, area, row, left + _LEAST)
        font = QFont(self._text if row.kind == "frame" else self._mono)
        font.setStrikeOut(not row.active)
        ink = "text" if row.is_group or (row.named and row.kind != "function") else "muted"
        room = QRectF(left, area.top(), right - left, area.height())
        left += self._write(painter, room, row.text, font, ink) + GAP + 2
        if right - left > _LEAST / 2:
            room.setLeft(left)
            self._write(painter, room, row.type, self._small, "muted")

    def _paint_marks(self, painter: QPainter, area: QRectF, row: Row, least: float) -> float:
        """Draw from the right edge what fits until `least`; where the room for the name ends."""
        right, middle = area.right() - EDGE, area.center().y()
        if row.severity is not None:
            icon, colour = SEVERITIES[row.severity]
            right -= _MARK
            painter.drawPixmap(
                QPointF(right, middle - _MARK / 2), icons.pixmap(icon, colour, _MARK)
            )
            right -= GAP
        count = f"{row.count:,}" if row.count else ""
        for text in (count, row.repeat, "if" if row.when and row.when != "False" else ""):
            width = QFontMetricsF(self._figures).horizontalAdvance(text)
            if not text or right - width < least:
                continue
            room = QRectF(right - width, area.top(), width + 1, area.height())
            if text is not count:
                chip = QRectF(room.left() - 4, middle - 8, width + 8, 16)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.qcolor("pressed"))
                painter.drawRoundedRect(chip, 4, 4)
            self._write(painter, room, text, self._figures, "muted")
            right = room.left() - GAP - (0 if text is count else 4)
        for name, wanted in (("bypass", row.when == "False"), ("link", bool(row.shares))):
            if wanted and right - _MARK >= least:
                right -= _MARK
                mark = icons.pixmap(name, "muted", _MARK)
                painter.drawPixmap(QPointF(right, middle - _MARK / 2), mark)
                right -= GAP
        return right

    @staticmethod
    def _write(painter: QPainter, room: QRectF, text: str, font: QFont, ink: str) -> float:
        """Write as much as there is room for; how wide it became."""
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.setFont(font)
        painter.setPen(theme.qcolor(ink))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        return metrics.horizontalAdvance(shown)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(0, HEIGHT)

    # -- renaming -----------------------------------------------------------------------------

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: _Index
    ) -> QLineEdit:
        editor = QLineEdit(parent)
        editor.setFont(self._mono)
        editor.setAccessibleName("New name")
        editor.setProperty("role", "in-place")
        self._edited = QPersistentModelIndex(index)
        return editor

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        row: Row = index.data(ROW)
        assert isinstance(editor, QLineEdit)
        editor.setText(row.text if row.named or row.is_group else "")
        editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        assert isinstance(editor, QLineEdit)
        name = editor.text().strip()
        if name:
            model.setData(index, name)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: _Index
    ) -> None:
        left = option.rect.left() + ICON + round(GAP) - 4
        editor.setGeometry(QRect(left, option.rect.top(), option.rect.right() - left, HEIGHT))

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            asked = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if asked and isinstance(editor, QLineEdit):
                if self._is_refused(editor):  # stays open, so that nothing typed is lost
                    editor.selectAll()
                else:
                    self.closeEditor.emit(editor, QStyledItemDelegate.EndEditHint.NoHint)
                return True
        return super().eventFilter(editor, event)

    def _is_refused(self, editor: QLineEdit) -> bool:
        index, name = self._edited, editor.text().strip()
        return bool(name) and index is not None and not index.model().setData(index, name)


def _from(area: QRectF, left: float) -> QRectF:
    return QRectF(left, area.top(), area.right() - left, area.height())


def _icon(row: Row) -> QPixmap:
    if row.is_group:
        return icons.pixmap("group" if row.kind == "frame" else "layers", "muted", ICON)
    if row.uses:
        return icons.category("block", ICON)
    return icons.category(category_key(row.layer), ICON)
