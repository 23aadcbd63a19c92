"""The tree of the outline: keys, and rows that are dragged to another place in their group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractItemView, QTreeView, QWidget

from nnstudio.project.commands.order import DeclareTogether
from nnstudio.project.refusal import Refusal
from nnstudio.ui.canvas.key_bindings import Keys
from nnstudio.ui.outline.delegate import RowDelegate
from nnstudio.ui.outline.model import MIME_TYPE, OutlineModel
from nnstudio.ui.outline.moves import Place
from nnstudio.ui.outline.rows import Row
from nnstudio.ui.theme import current as theme

Plan = Callable[[Sequence[Row], Sequence[Place]], tuple[Place, DeclareTogether]]

_DOT: Final = 3


class OutlineTree(QTreeView):
    """Shows the model. `plan` says where rows may go, or refuses.

    Signals: `opened(row)` on Return or a double-click, `menu_requested(row, global position)`,
    `dropped(command)`, and `hinted(sentence)` while rows are held where they cannot go.
    """

    opened = Signal(object)
    menu_requested = Signal(object, QPoint)
    dropped = Signal(object)
    hinted = Signal(str)

    def __init__(
        self, model: OutlineModel, plan: Plan, keys: Keys, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows = model
        self._plan = plan
        self._keys = keys
        self._mark: Place | None = None
        self._hint = ""
        self.setModel(model)
        self.setItemDelegate(RowDelegate(self))
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setUniformRowHeights(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setExpandsOnDoubleClick(False)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(False)
        self.setAccessibleName("Outline of the block, in declaration order")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu)
        self.doubleClicked.connect(lambda index: self.opened.emit(model.row(index)))
        theme.notifier.changed.connect(self._on_theme)

    # -- selection ----------------------------------------------------------------------------

    def selected_rows(self) -> list[Row]:
        """Return the selected rows, in no order."""
        rows = (self._rows.row(index) for index in self.selectionModel().selectedIndexes())
        return [row for row in rows if row is not None]

    def select_keys(self, keys: Sequence[str]) -> None:
        """Select these rows and only these, and bring the first into sight."""
        selection = QItemSelection()
        indexes = [index for key in keys if (index := self._rows.index_of(key)).isValid()]
        runs: list[list[QModelIndex]] = []  # a range for each row would make Qt slow
        for index in indexes:
            last = runs[-1][-1] if runs else QModelIndex()
            if runs and index.row() == last.row() + 1 and index.parent() == last.parent():
                runs[-1].append(index)
            else:
                runs.append([index])
        for run in runs:
            selection.append(QItemSelectionRange(run[0], run[-1]))
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(selection, flags.ClearAndSelect)
        if indexes:
            self.selectionModel().setCurrentIndex(indexes[0], flags.NoUpdate)
            self.scrollTo(indexes[0])

    def rename_current(self) -> None:
        """Open the field for the name of the current row."""
        index = self.currentIndex()
        if index.flags() & Qt.ItemFlag.ItemIsEditable:
            self.edit(index)

    def _on_theme(self, _theme: object) -> None:
        self.viewport().update()

    def _on_menu(self, at: QPoint) -> None:
        row = self._rows.row(self.indexAt(at))
        if row is not None:
            self.menu_requested.emit(row, self.viewport().mapToGlobal(at))

    # -- dragging -----------------------------------------------------------------------------

    def places_at(self, at: QPoint) -> list[Place]:
        """Find what a place of the view may mean, likeliest first: before, behind, into a row."""
        index = self.indexAt(at)
        if not index.isValid():
            return [Place(None, len(self._rows.rows))]
        rect = self.visualRect(index)
        row = self._rows.row(index)
        assert row is not None
        parent = self._rows.row(index.parent())
        if row.kind == "heading":
            return [Place(None, index.row()), Place(None, index.row() + 1)]
        if at.y() < rect.center().y():
            return [Place(parent, index.row())]
        places = [Place(parent, index.row() + 1)]
        if self.isExpanded(index) and row.children:
            places.insert(0, Place(row, 0))
        while index.parent().isValid() and index.row() == self._rows.rowCount(index.parent()) - 1:
            index = index.parent()
            places.append(Place(self._rows.row(index.parent()), index.row() + 1))
        return places

    def _dragged_rows(self, event: QDropEvent) -> list[Row]:
        keys = bytes(event.mimeData().data(MIME_TYPE).data()).decode().split("\n")
        rows = [self._rows.row(index) for key in keys if (index := self._rows.index_of(key))]
        return [row for row in rows if row is not None]

    def _plan_drop(self, event: QDropEvent) -> DeclareTogether | None:
        rows = self._dragged_rows(event)
        mark, command, hint = None, None, ""
        if rows:
            try:
                mark, command = self._plan(rows, self.places_at(event.position().toPoint()))
            except Refusal as refusal:
                hint = str(refusal)
        if hint and hint != self._hint:
            self.hinted.emit(hint)
        self._set_mark(mark, hint)
        return command

    def _set_mark(self, mark: Place | None, hint: str = "") -> None:
        self._mark, self._hint = mark, hint
        self.viewport().update()

    def _mark_line(self, place: Place) -> QRect:
        children = self._rows.rows if place.parent is None else place.parent.children
        parent = self._rows.index_of(place.parent.key) if place.parent else QModelIndex()
        last = place.at >= len(children)
        rect = self.visualRect(self._rows.index(min(place.at, len(children) - 1), 0, parent))
        if last:  # below all that hangs on the last row
            index = self._rows.index(len(children) - 1, 0, parent)
            while self.isExpanded(index) and self._rows.rowCount(index):
                index = self._rows.index(self._rows.rowCount(index) - 1, 0, index)
            rect.moveTop(self.visualRect(index).bottom() + 1)
        return QRect(rect.left(), rect.top() - 1, self.viewport().width() - rect.left() - 4, 2)

    # -- Qt -----------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME_TYPE):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # scrolls at the edges
        if self._plan_drop(event) is None:
            event.ignore()
        else:
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._set_mark(None)

    def dropEvent(self, event: QDropEvent) -> None:
        command = self._plan_drop(event)
        self._set_mark(None)
        if command is None:
            event.ignore()
            return
        event.acceptProposedAction()
        self.dropped.emit(command)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = self._keys.act_of(event)
        row = self._rows.row(self.currentIndex())
        if act == "properties" and row is not None:
            self.opened.emit(row)
        elif act == "rename":
            self.rename_current()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._mark is None:
            return
        line = self._mark_line(self._mark)
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(line.adjusted(2 * _DOT, 0, 0, 0), theme.qcolor("accent"))
        painter.setPen(QPen(theme.qcolor("accent"), 2))
        painter.drawEllipse(line.topLeft() + QPoint(_DOT, 1), _DOT, _DOT)
        painter.end()
