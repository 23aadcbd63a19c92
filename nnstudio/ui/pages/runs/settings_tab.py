"""The tab Settings: every setting of the run, beside those of the runs in the overlay."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import (
    QGuiApplication,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPixmap,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.theme import current as theme
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.runs_page.settings_rows import SettingRow, setting_rows

ROW, WIDTH = 26, 200
MARKED = int(Qt.ItemDataRole.UserRole) + 43
_Index = QModelIndex | QPersistentModelIndex


class _Model(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[SettingRow] = []
        self.names: tuple[str, ...] = ()
        self.colours: tuple[str, ...] = ()

    def show_rows(
        self, rows: list[SettingRow], names: tuple[str, ...], colours: tuple[str, ...]
    ) -> None:
        """Show other settings."""
        self.beginResetModel()
        self.rows, self.names, self.colours = rows, names, colours
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else 1 + len(self.names)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, run = self.rows[index.row()], index.column() - 1
        marked = run > 0 and row.values[run] != row.values[0]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.title if run < 0 else row.values[run]
            case Qt.ItemDataRole.ToolTipRole:
                return f"{row.title} ({row.name})\n{row.note}" if run < 0 else row.values[run]
            case _ if role == MARKED:
                return marked
            case Qt.ItemDataRole.ForegroundRole:
                usual = run >= 0 and bool(row.usual) and row.usual[run] and not row.differs
                return theme.qcolor("muted") if run < 0 or usual else None
            case Qt.ItemDataRole.FontRole:
                return theme.figure_font() if run >= 0 else theme.text_font()
            case Qt.ItemDataRole.AccessibleTextRole if marked:
                return f"{row.values[run]}, differs"
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return "Setting" if not section else self.names[section - 1]
            case Qt.ItemDataRole.DecorationRole if section and len(self.names) > 1:
                drawn = QPixmap(10, 10)
                drawn.fill(self.colours[section - 1])
                return QIcon(drawn)
            case Qt.ItemDataRole.TextAlignmentRole:
                return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None


class _Marked(QStyledItemDelegate):
    """Lays a colour under a value that is not that of the selected run."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        if index.data(MARKED):
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.qcolor("warning", 0.22))
            area = QRectF(option.rect).adjusted(1, 2, -7, -2)
            area.setWidth(min(area.width(), WIDTH - 8))  # the last column goes on to the edge
            painter.drawRoundedRect(area, 4, 4)
            painter.restore()
        super().paint(painter, option, index)


class SettingsTab(QWidget):
    """What the runs were made with; where they differ is marked."""

    def __init__(self, page: RunsPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._shown: object = None
        self.search = QLineEdit(placeholderText="Search settings")
        self.search.setAccessibleName("Search the settings")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(240)
        self.search.textChanged.connect(lambda _text: self.refresh())
        self.only = QCheckBox("Only differences")
        self.only.toggled.connect(lambda _on: self.refresh())
        self.about = QLabel()
        self.about.setProperty("role", "muted")
        self.about.setFont(theme.text_font(12))
        head = QHBoxLayout()
        head.setContentsMargins(16, 6, 16, 6)
        head.setSpacing(12)
        head.addWidget(self.search, 1)
        head.addWidget(self.only)
        head.addStretch(1)
        head.addWidget(self.about)
        self.model = _Model()
        self.table = _Table()
        self.table.setModel(self.model)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.table, 1)

    def refresh(self) -> None:
        """Show the runs of the page as they are now, if they can be seen."""
        if not self.isVisible():
            return
        page, runs = self._page, self._page.compared
        several = len(runs) > 1
        self.only.setEnabled(several)
        self.only.setToolTip("" if several else "Lay another run over this one first: Space")
        only = several and self.only.isChecked()
        rows = setting_rows(runs, only_differences=only, text=self.search.text())
        names = tuple(page.label(run.id) for run in runs)
        series = theme.current().series
        colours = tuple(series[(page.colour(run.id) or 0) % len(series)] for run in runs)
        told = sum(row.differs for row in rows)
        self.about.setText(f"{told:,} differ" if several else "Muted: as a new project has it")
        if (rows, names, colours) != self._shown:
            self._shown = (rows, names, colours)
            self.model.show_rows(rows, names, colours)
            self.table.fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()


class _Table(QTableView):
    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Settings of the run")
        self.setItemDelegate(_Marked(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setStretchLastSection(True)

    def fit(self) -> None:
        """Give the titles and each run their widths."""
        for column in range(self.model().columnCount()):
            self.setColumnWidth(column, 220 if column == 0 else WIDTH)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            model = self.model()
            picked = sorted({index.row() for index in self.selectionModel().selectedRows()})
            lines = [
                "\t".join(str(model.index(row, k).data()) for k in range(model.columnCount()))
                for row in picked or range(model.rowCount())
            ]
            QGuiApplication.clipboard().setText("\n".join(lines))
        else:
            super().keyPressEvent(event)
