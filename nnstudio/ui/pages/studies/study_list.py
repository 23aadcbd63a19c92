"""The list of studies: what each is, its state, how far it is, the best so far."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from nnstudio.ui.files.recent import ago
from nnstudio.ui.pages.studies.texts import STATES, best_text, kind_text, progress_text
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.plain_tip import plain_tip
from nnstudio.workspace.studies_page.controller import StudiesPage
from nnstudio.workspace.studies_page.rows import StudyRow, StudyState

HEIGHT = 62
GAP = 14
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
ACTS = {
    Qt.Key.Key_F2: "studies.rename",
    Qt.Key.Key_Delete: "studies.delete",
    Qt.Key.Key_Backspace: "studies.delete",
}
"""What the keys do that lists have."""
_Index = QModelIndex | QPersistentModelIndex
_ROW = Qt.ItemDataRole.UserRole


class _Model(QAbstractListModel):
    """The studies as the page has them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: list[StudyRow] = []

    def show_rows(self, rows: list[StudyRow]) -> None:
        """Show these; the same ones in their order stay where they are."""
        same = [row.folder for row in rows] == [row.folder for row in self.rows]
        if not same:
            self.beginResetModel()
        self.rows = list(rows)
        if not same:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.title
            case Qt.ItemDataRole.AccessibleTextRole:
                told = (row.title, kind_text(row), row.state, progress_text(row), best_text(row))
                return ", ".join(filter(None, told))
            case Qt.ItemDataRole.ToolTipRole:
                lines = (STATES[row.state][2], row.sentence, str(row.folder))
                return plain_tip("\n".join(filter(None, lines)))
            case _ if role == _ROW:
                return row
        return None


class _Delegate(QStyledItemDelegate):
    """Two lines and, while it is not at its end, how far it is as a thin bar."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(120, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: StudyRow = index.data(_ROW)
        option = QStyleOptionViewItem(option)
        self.initStyleOption(option, index)
        option.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        icon, tone, _ = STATES[row.state]
        painter.save()
        area = option.rect.adjusted(12, 9, -12, -9)
        painter.drawPixmap(area.topLeft() + QPoint(0, 1), icons.pixmap(icon, tone, 16))
        line = QRect(area.left() + 24, area.top(), area.width() - 24, 18)
        title = theme.text_font(13, QFont.Weight.DemiBold)
        age = ago(row.created) if row.created else ""
        if not _have_room(row.title, title, age, line.width()):
            age = ""  # the name tells more
        self._pair(painter, line, row.title, age, title)
        under, font = line.translated(0, 21), theme.text_font(12)
        best = best_text(row, short=True)
        left = f"{kind_text(row)}  ·  {self._how_far(row)}"
        if not _have_room(left, font, best, line.width()):
            left = kind_text(row)
        self._pair(painter, under, left, best, font, muted=True)
        if row.share is not None and row.state is not StudyState.COMPLETED:
            self._bar(painter, QRect(line.left(), area.bottom() - 1, line.width(), 3), row)
        painter.restore()

    @staticmethod
    def _how_far(row: StudyRow) -> str:
        at_end = row.state is StudyState.COMPLETED and row.done == row.total
        return row.state.value if at_end or not progress_text(row) else progress_text(row)

    @staticmethod
    def _pair(
        painter: QPainter, line: QRect, left: str, right: str, font: QFont, *, muted: bool = False
    ) -> None:
        small = theme.figure_font(12)
        width = QFontMetrics(small).horizontalAdvance(right) + 2 if right else 0
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font)
        painter.setPen(theme.qcolor("muted" if muted else "text"))
        room = line.width() - width - 10
        shown = QFontMetrics(font).elidedText(left, Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | middle, shown)
        painter.setFont(small)
        painter.setPen(theme.qcolor("text" if muted else "muted"))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle, right)

    @staticmethod
    def _bar(painter: QPainter, place: QRect, row: StudyRow) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.qcolor("line"))
        painter.drawRoundedRect(place, 1.5, 1.5)
        tone = STATES[row.state][1]
        painter.setBrush(theme.qcolor("faint" if tone == "muted" else tone))
        place.setWidth(round(place.width() * (row.share or 0.0)))
        painter.drawRoundedRect(place, 1.5, 1.5)


def _have_room(left: str, font: QFont, right: str, width: int) -> bool:
    """True if two texts have room on a line."""
    needed = QFontMetrics(font).horizontalAdvance(left) + GAP
    return needed + QFontMetrics(theme.figure_font(12)).horizontalAdvance(right) <= width


class StudyList(QListView):
    """`menu_requested(place)` on the screen; `opened()` by Enter; `asked(id)` for an act."""

    menu_requested = Signal(QPoint)
    asked = Signal(str)
    opened = Signal()

    def __init__(self, page: StudiesPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page = page
        self.studies = _Model(self)
        self.setModel(self.studies)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName("Studies")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(
            lambda place: self.menu_requested.emit(self.viewport().mapToGlobal(place))
        )
        self.selectionModel().currentChanged.connect(self._on_current)
        self._is_showing = False

    def refresh(self) -> None:
        """Show the studies, and which one is selected, as they are now."""
        self._is_showing = True
        self.studies.show_rows(self.page.rows)
        place = self._place(None if self.page.is_planning else self.page.selected_folder)
        if place < 0:
            self.selectionModel().clear()
        elif place != self.currentIndex().row() or not self.selectedIndexes():
            self.setCurrentIndex(self.studies.index(place))
        self._is_showing = False

    def _place(self, folder: Path | None) -> int:
        folders = [row.folder for row in self.studies.rows]
        return folders.index(folder) if folder in folders else -1

    def _on_current(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid() and not self._is_showing:
            self.page.select(self.studies.rows[index.row()].folder)

    # -- Qt -----------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if plain and event.key() in (*ENTER, *ACTS):  # the canvas lends its keys to the window
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = ACTS.get(Qt.Key(event.key()))
        if event.key() in ENTER:
            self.opened.emit()
        elif act is not None and self.currentIndex().isValid():
            self.asked.emit(act)
        else:
            super().keyPressEvent(event)
