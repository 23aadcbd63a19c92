"""A table of figures that can be sorted and copied; a cell with a share has a bar behind it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.proportion_bar import SHARE, ShareBar

SORT_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 41
ROW: Final = 24
"""Height of a row, in pixels."""

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Column:
    """What one column says of a row.

    `text` is what is read, `value` what is sorted by, `share` (0 to 1) the bar behind the figure,
    `icon` the name of an icon before it.
    """

    title: str
    text: Callable[[Any], str]
    value: Callable[[Any], float | str | None]
    share: Callable[[Any], float | None] | None = None
    icon: Callable[[Any], str | None] | None = None
    tip: str = ""
    left: bool = False
    """True for words, which stand at the left."""

    @property
    def side(self) -> int:
        """Where its texts stand."""
        side = Qt.AlignmentFlag.AlignLeft if self.left else Qt.AlignmentFlag.AlignRight
        return int(side | Qt.AlignmentFlag.AlignVCenter)


class _Model(QAbstractTableModel):
    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self.rows: list[Any] = []

    def append(self, row: Any) -> None:
        at = len(self.rows)
        self.beginInsertRows(QModelIndex(), at, at)
        self.rows.append(row)
        self.endInsertRows()

    def replace(self, rows: Sequence[Any]) -> None:
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def refresh(self) -> None:
        if self.rows:
            last = self.index(len(self.rows) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column, row = self.columns[index.column()], self.rows[index.row()]
        value: Any = None
        if role == Qt.ItemDataRole.DisplayRole:
            value = column.text(row)
        elif role == SORT_ROLE:
            value = column.value(row)
        elif role == SHARE and column.share is not None:
            value = column.share(row)
        elif role == Qt.ItemDataRole.DecorationRole and column.icon is not None:
            name = column.icon(row)
            value = icons.pixmap(name, "good", 14) if name else None
        elif role == Qt.ItemDataRole.TextAlignmentRole:
            value = column.side
        elif role == Qt.ItemDataRole.FontRole:
            value = theme.text_font() if column.left else theme.mono_font(12)
        return value

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self.columns[section].title
            if role == Qt.ItemDataRole.ToolTipRole:
                return self.columns[section].tip or None
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return self.columns[section].side
        return None


class _Sorted(QSortFilterProxyModel):
    """Sorts by value; rows without one stand at the end, ascending or descending."""

    def lessThan(self, left: _Index, right: _Index) -> bool:
        a, b = left.data(SORT_ROLE), right.data(SORT_ROLE)
        if a is None or b is None:
            ascending = self.sortOrder() == Qt.SortOrder.AscendingOrder
            return (b is None and a is not None) if ascending else (a is None and b is not None)
        return bool(a < b)


class BarTable(QTableView):
    """Rows of any kind, told by columns. Ctrl+C copies the selected rows, or all, as text."""

    def __init__(self, columns: Sequence[Column], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Model(columns)
        self._sorted = _Sorted(self)
        self._sorted.setSourceModel(self._model)
        self.setModel(self._sorted)
        self.setItemDelegate(ShareBar(self))
        self.setSortingEnabled(True)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setIconSize(icons.size(14))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(ROW)
        self.verticalHeader().setDefaultSectionSize(ROW)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(56)

    def add_row(self, row: Any) -> None:
        """Add a row."""
        self._model.append(row)

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show other rows."""
        self._model.replace(rows)

    def refresh(self) -> None:
        """Write the texts again: the columns may say something else of the same rows."""
        self._model.refresh()

    def rows(self) -> list[Any]:
        """Return the rows in the order they came."""
        return list(self._model.rows)

    def row_at(self, index: _Index) -> Any:
        """The row of a cell, wherever it stands now."""
        return self._model.rows[self._sorted.mapToSource(index).row()]

    def visible_texts(self) -> list[list[str]]:
        """Return the texts in the order that is seen."""
        return [self._texts(row) for row in range(self._sorted.rowCount())]

    def to_csv(self, dialect: str = "excel") -> str:
        """Write titles and the rows that are selected, or all, in the order that is seen."""
        picked = sorted({index.row() for index in self.selectionModel().selectedRows()})
        stream = io.StringIO()
        writer = csv.writer(stream, dialect=dialect, lineterminator="\n")
        writer.writerow(self._model.columns[column].title for column in self._shown_columns())
        for row in picked or range(self._sorted.rowCount()):
            writer.writerow(self._texts(row))
        return stream.getvalue()

    def _texts(self, row: int) -> list[str]:
        columns = self._shown_columns()
        return [str(self._sorted.index(row, column).data()) for column in columns]

    def _shown_columns(self) -> list[int]:
        return [k for k in range(self._sorted.columnCount()) if not self.isColumnHidden(k)]

    # -- Qt -----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.to_csv("excel-tab"))
        else:
            super().keyPressEvent(event)
