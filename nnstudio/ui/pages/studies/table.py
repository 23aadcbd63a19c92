"""A table of trials or runs: sorted by any column, texts made for what is seen alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QGuiApplication, QIcon, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons

ROW = 28
_Index = QModelIndex | QPersistentModelIndex
T = TypeVar("T")


def nothing(_row: Any) -> Any:
    """What most columns have no icon, tip or colour for."""
    return None


@dataclass(frozen=True)
class Column(Generic[T]):
    """A column. key: by what it is sorted, None to stand last. icon: name and colour. is_strong:
    written in bold. down_first: the first click puts the highest first.
    """

    id: str
    title: str
    width: int
    text: Callable[[T], str]
    key: Callable[[T], Any]
    is_number: bool = True
    down_first: bool = False
    icon: Callable[[T], tuple[str, str] | None] = nothing
    tip: Callable[[T], str | None] = nothing
    colour: Callable[[T], str | None] = nothing
    is_strong: Callable[[T], bool] = nothing
    help: str = ""


class TableModel(QAbstractTableModel, Generic[T]):
    """The rows in the chosen order; those that have nothing to be sorted by stand last."""

    def __init__(self, id_of: Callable[[T], Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._id_of = id_of
        self.columns: tuple[Column[T], ...] = ()
        self.rows: list[T] = []
        self.sorted_by, self.ascending = "", True
        self._all: Sequence[T] = ()

    def show_rows(self, rows: Sequence[T], columns: tuple[Column[T], ...] | None = None) -> None:
        """Show these rows; with other columns from their own order on."""
        self._all = rows
        if columns is not None:
            self.sorted_by, self.ascending = columns[0].id, not columns[0].down_first
        self._take(columns)

    def sort_by(self, id: str) -> None:
        """Sort by a column; the same one once more turns the order round."""
        column = next(one for one in self.columns if one.id == id)
        self.ascending = not self.ascending if id == self.sorted_by else not column.down_first
        self.sorted_by = id
        self._take(None)

    def place(self, id: Any) -> int:
        """Where a row stands; -1 if it does not."""
        return next((k for k, row in enumerate(self.rows) if self._id_of(row) == id), -1)

    def id_at(self, place: int) -> Any:
        """What stands in a place; None if nothing does."""
        return self._id_of(self.rows[place]) if 0 <= place < len(self.rows) else None

    def _take(self, columns: tuple[Column[T], ...] | None) -> None:
        shown = self.columns if columns is None else columns
        rows = self._ordered(shown)
        ids = [self._id_of(row) for row in rows]
        same = columns is None and ids == [self._id_of(row) for row in self.rows]
        if not same:
            self.beginResetModel()
        self.rows, self.columns = rows, shown
        if not same:
            self.endResetModel()
        elif rows and shown:
            last = self.index(len(rows) - 1, len(shown) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def _ordered(self, columns: tuple[Column[T], ...]) -> list[T]:
        column = next((one for one in columns if one.id == self.sorted_by), None)
        if column is None:
            return list(self._all)
        keyed = [(column.key(row), row) for row in self._all]
        there = [pair for pair in keyed if pair[0] is not None]
        there.sort(key=lambda pair: _comparable(pair[0]), reverse=not self.ascending)
        return [row for _, row in there] + [row for key, row in keyed if key is None]

    # -- Qt -----------------------------------------------------------------------------------

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], self.columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return column.text(row)
            case Qt.ItemDataRole.ToolTipRole:
                return column.tip(row) or column.text(row) or None
            case Qt.ItemDataRole.DecorationRole:
                icon = column.icon(row)
                return None if icon is None else _plain(*icon)
            case Qt.ItemDataRole.ForegroundRole:
                colour = column.colour(row)
                return None if colour is None else theme.qcolor(colour)
            case Qt.ItemDataRole.FontRole:
                strong = column.is_strong(row)
                weight = QFont.Weight.DemiBold if strong else QFont.Weight.Normal
                make = theme.figure_font if column.is_number else theme.text_font
                return make(13, weight)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _side(column)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.title
            case Qt.ItemDataRole.ToolTipRole:
                return column.help or None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _side(column)
        return None


def _comparable(value: Any) -> tuple[int, Any]:
    """Numbers before words, so that values of several kinds can be sorted."""
    return (0, value) if isinstance(value, int | float) else (1, str(value).lower())


def _side(column: Column[Any]) -> int:
    side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


def _plain(name: str, colour: str) -> QIcon:
    """An icon that keeps its colour in a selected row."""
    drawn = icons.pixmap(name, colour, 16)
    made = QIcon(drawn)
    made.addPixmap(drawn, QIcon.Mode.Selected)
    return made


class StudyTable(QTableView):
    """`chosen(id)` when another row is selected by its user; `opened(id)` by Enter or a
    double-click; `menu_requested(place)` on the screen."""

    chosen = Signal(object)
    opened = Signal(object)
    menu_requested = Signal(QPoint)

    def __init__(self, model: TableModel[Any], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = model
        model.setParent(self)
        self.setModel(model)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setIconSize(icons.size(16))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSortIndicatorShown(True)
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self._on_header)
        self._is_showing = False
        self._selected: Any = None
        self.selectionModel().currentRowChanged.connect(self._on_current)
        self.doubleClicked.connect(lambda index: self.opened.emit(model.id_at(index.row())))
        self.customContextMenuRequested.connect(
            lambda place: self.menu_requested.emit(self.viewport().mapToGlobal(place))
        )

    def show_rows(
        self, rows: Sequence[Any], columns: tuple[Column[Any], ...] | None, selected: Any
    ) -> None:
        """Show rows, with other columns if any are given, and which of them is selected."""
        self._is_showing = True
        before = self.verticalScrollBar().value()
        self.table.show_rows(rows, columns)
        if columns is not None:
            for k, column in enumerate(columns):
                self.setColumnWidth(k, column.width)
            self._show_order()
        self._select(selected)
        if columns is None:
            self.verticalScrollBar().setValue(before)
        self._is_showing = False

    def show_selected(self, id: Any) -> None:
        """Select a row, and bring it into view."""
        self._is_showing = True
        self._select(id)
        index = self.currentIndex()
        if index.isValid():
            self.scrollTo(index)
        self._is_showing = False

    def _select(self, id: Any) -> None:
        self._selected = id
        place = self.table.place(id) if id is not None else -1
        if place < 0:
            self.selectionModel().clear()
            return
        flags = QItemSelectionModel.SelectionFlag
        index = self.table.index(place, 0)
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def _show_order(self) -> None:
        ids = [column.id for column in self.table.columns]
        order = Qt.SortOrder
        up = order.AscendingOrder if self.table.ascending else order.DescendingOrder
        by = self.table.sorted_by
        self.horizontalHeader().setSortIndicator(ids.index(by) if by in ids else -1, up)

    def _on_header(self, section: int) -> None:
        self._is_showing = True
        self.table.sort_by(self.table.columns[section].id)
        self._show_order()
        self._select(self._selected)
        self._is_showing = False

    def _on_current(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid() and not self._is_showing:
            self._selected = self.table.id_at(index.row())
            self.chosen.emit(self._selected)

    def as_text(self) -> str:
        """Titles and rows with tabs between, as spreadsheets take them."""
        lines = ["\t".join(column.title for column in self.table.columns)]
        lines += [
            "\t".join(column.text(row) for column in self.table.columns) for row in self.table.rows
        ]
        return "\n".join(lines)

    # -- Qt -----------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            # the canvas lends its keys to the window
            if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            id = self.table.id_at(self.currentIndex().row())
            if id is not None:
                self.opened.emit(id)
        elif event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.as_text())
        else:
            super().keyPressEvent(event)
