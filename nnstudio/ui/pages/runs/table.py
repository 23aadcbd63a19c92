"""The table of runs: a row each, sorted by a click, the colour of its curves at the left."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
    SignalInstance,
)
from PySide6.QtGui import (
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableView,
    QWidget,
)

from nnstudio.ui.pages.runs.runs_model import RunsModel
from nnstudio.ui.pages.runs.swatch import Swatch
from nnstudio.ui.pages.runs.texts import cell_text, column_title, is_number
from nnstudio.ui.theme import icons
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.runs_page.grouping import GroupLine
from nnstudio.workspace.runs_page.rows import RunRow

ROW = 30
_SMALL = 32
_WIDTHS = {
    "overlay": _SMALL,
    "star": _SMALL,
    "state": 112,
    "name": 176,
    "model": 152,
    "data": 152,
    "best": 136,
    "best_epoch": 88,
    "last": 136,
    "epochs": 88,
    "seconds": 80,
    "parameters": 96,
    "started": 120,
    "note": 160,
    "id": 176,
    "folder": 240,
}
_OTHER = 112
_GIVES_WAY = ("best_epoch", "parameters", "model", "seconds", "data", "epochs", "started")
"""Columns that are left out where there is no room, in this order."""
_GROUP_KEYS: dict[int, bool | None] = {
    Qt.Key.Key_Space: None,
    Qt.Key.Key_Return: None,
    Qt.Key.Key_Enter: None,
    Qt.Key.Key_Left: False,
    Qt.Key.Key_Right: True,
}
"""What keys do with a group: open (True), close, or the other of the two."""


class RunsTable(QTableView):
    """`menu_requested(place)` on the screen; `rename_requested()`, `delete_requested()`,
    `undo_requested()` and `overlay_requested()` by the keys that tables have; `star_requested(id)`
    by a click; `opened()` by Enter or a double-click.
    """

    menu_requested = Signal(QPoint)
    rename_requested = Signal()
    delete_requested = Signal()
    undo_requested = Signal()
    overlay_requested = Signal()
    star_requested = Signal(str)
    opened = Signal()

    def __init__(self, page: RunsPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page = page
        self.rows = RunsModel(page)
        self.setModel(self.rows)
        self.setAccessibleName("Runs")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setIconSize(icons.size(16))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW)
        self._swatch = Swatch(page, self)
        self.setItemDelegateForColumn(0, self._swatch)
        self._keys: dict[int, SignalInstance] = {
            Qt.Key.Key_Space: self.overlay_requested,
            Qt.Key.Key_F2: self.rename_requested,
            Qt.Key.Key_Delete: self.delete_requested,
            Qt.Key.Key_Backspace: self.delete_requested,
            Qt.Key.Key_Return: self.opened,
            Qt.Key.Key_Enter: self.opened,
        }
        self._own_widths: dict[str, int] = {}
        self._is_fitting = False
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(_SMALL)
        header.setStretchLastSection(True)
        header.setSortIndicatorShown(True)
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self._on_header)
        header.sectionResized.connect(self._on_resized)
        self.customContextMenuRequested.connect(
            lambda place: self.menu_requested.emit(self.viewport().mapToGlobal(place))
        )
        self.doubleClicked.connect(self._on_double_click)
        self.selectionModel().currentRowChanged.connect(self._on_current)
        self._ages = QTimer(self, interval=30_000)  # what is told relative to now
        self._ages.timeout.connect(self.viewport().update)
        self._ages.start()
        page.listed.connect(self.reload)
        page.updated.connect(self.rows.refresh)
        page.selected.connect(self._show_selected)
        page.overlaid.connect(self._repaint)
        self.reload()

    def stop(self) -> None:
        """Follow the page no more."""
        self._ages.stop()
        for signal, slot in (
            (self.page.listed, self.reload),
            (self.page.updated, self.rows.refresh),
            (self.page.selected, self._show_selected),
            (self.page.overlaid, self._repaint),
        ):
            signal.disconnect(slot, missing_ok=True)

    # -- what is shown ------------------------------------------------------------------------

    def reload(self) -> None:
        """Show other rows or columns; the place in the table is kept."""
        before = self.verticalScrollBar().value()
        self.rows.reload()
        ids = [column.id for column in self.rows.columns]
        header = self.horizontalHeader()
        order = Qt.SortOrder
        up = order.AscendingOrder if self.page.ascending else order.DescendingOrder
        by = self.page.sorted_by
        header.setSortIndicator(ids.index(by) if by in ids else -1, up)
        self._fit_columns()
        self.verticalScrollBar().setValue(before)
        self._show_selected()

    def _fit_columns(self) -> None:
        """Give every column its width; where there is no room the least important ones go."""
        ids = [column.id for column in self.rows.columns]
        widths = {id: self._own_widths.get(id, _WIDTHS.get(id, _OTHER)) for id in ids}
        room = self.viewport().width()
        gone: set[str] = set()
        for id in _GIVES_WAY:
            if sum(w for one, w in widths.items() if one not in gone) <= room:
                break
            gone.add(id)
        self._is_fitting = True
        for k, id in enumerate(ids):
            self.setColumnHidden(k, id in gone)
            self.setColumnWidth(k, widths[id])
        self._is_fitting = False

    @property
    def hidden_columns(self) -> tuple[str, ...]:
        """Titles of the columns for which there is no room."""
        columns = enumerate(self.rows.columns)
        return tuple(column.title for k, column in columns if self.isColumnHidden(k))

    def selected_ids(self) -> tuple[str, ...]:
        """The runs that are selected, in the order that is seen."""
        picked = sorted({index.row() for index in self.selectionModel().selectedRows()})
        lines = (self.rows.rows[row] for row in picked if row < len(self.rows.rows))
        return tuple(line.id for line in lines if isinstance(line, RunRow))

    def _group_at(self, index: QModelIndex) -> GroupLine | None:
        there = index.isValid() and index.row() < len(self.rows.rows)
        line = self.rows.rows[index.row()] if there else None
        return line if isinstance(line, GroupLine) else None

    def _toggle_group(self, group: GroupLine, is_open: bool | None = None) -> None:
        """Open or close a group; it stays the current line."""
        if self.page.grouping.toggle(group.id, is_open):
            self.reload()
            index = self.rows.index(self.rows.place(group.id), 2)
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def _show_selected(self) -> None:
        place = self.rows.place(self.page.selected_id)
        if place >= 0 and place != self.currentIndex().row():
            flags = QItemSelectionModel.SelectionFlag
            index = self.rows.index(place, 2)
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self.scrollTo(index)
        self._repaint()

    def _repaint(self) -> None:
        self.viewport().update()

    # -- what is done -------------------------------------------------------------------------

    def _on_current(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid() and index.row() < len(self.rows.rows) and not self._group_at(index):
            self.page.select(self.rows.rows[index.row()].id)

    def _on_header(self, section: int) -> None:
        id = self.rows.columns[section].id
        if id == "overlay":
            return
        same = id == self.page.sorted_by
        first_up = not is_number(id) and id not in ("started", "star")
        self.page.sort(id, not self.page.ascending if same else first_up)

    def _on_resized(self, section: int, _before: int, width: int) -> None:
        last = section == len(self.rows.columns) - 1
        if not self._is_fitting and not last and width:
            self._own_widths[self.rows.columns[section].id] = width

    def _on_double_click(self, index: QModelIndex) -> None:
        in_word = self.rows.columns[index.column()].id not in ("overlay", "star")
        if in_word and self._group_at(index) is None:
            self.opened.emit()

    # -- Qt -----------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            is_undo = event.matches(QKeySequence.StandardKey.Undo)
            # the canvas lends its keys to the window, and undo would change what is not seen
            if is_undo or (plain and event.key() in self._keys):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        found = self._keys.get(event.key())
        group = self._group_at(self.currentIndex())
        if group is not None and event.key() in _GROUP_KEYS:
            self._toggle_group(group, _GROUP_KEYS[event.key()])
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo_requested.emit()
        elif found is not None and self.currentIndex().isValid():
            found.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.as_text())
        else:
            super().keyPressEvent(event)

    def as_text(self) -> str:
        """Titles and the selected rows, or all, with tabs between, as spreadsheets take them."""
        columns = [column for column in self.rows.columns if column.title]
        ids = set(self.selected_ids())
        lines = ["\t".join(column_title(column.id, column.title) for column in columns)]
        for row in self.page.rows:
            if not ids or row.id in ids:
                lines.append("\t".join(cell_text(column.id, row) for column in columns))
        return "\n".join(lines)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        group = self._group_at(index)
        if group is not None and event.button() == Qt.MouseButton.LeftButton:
            self.setFocus()
            self._toggle_group(group)
            return
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            id, run = self.rows.columns[index.column()].id, self.rows.rows[index.row()].id
            if id == "overlay":
                flags = QItemSelectionModel.SelectionFlag
                self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
                self.overlay_requested.emit()
                return
            if id == "star":
                self.star_requested.emit(run)
                return
        super().mousePressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        current = self.currentIndex()
        was_seen = QRect(QPoint(), event.oldSize()).intersects(self.visualRect(current))
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_columns()
        if was_seen:  # the selected run stays in sight where others take the room
            self.scrollTo(current)
