"""The tab Columns: how the values of each field are distributed, as small bars and figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QPainter, QShowEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QSplitter,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.column_statistics import ColumnStatistics
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.bar_table import BarTable, Column
from nnstudio.workspace.data_page.controller import DataPage
from nnstudio.workspace.data_page.overview import Overview
from nnstudio.workspace.data_page.shown_samples import number_text

if TYPE_CHECKING:  # loads the plots
    from nnstudio.ui.plots.plain_plot import PlainPlot

BARS: Final = int(Qt.ItemDataRole.UserRole) + 42
ROW = 40
_Index = QModelIndex | QPersistentModelIndex


class SmallBars(QStyledItemDelegate):
    """Draws the counts of a cell as small bars; a table asks for them by the row's name."""

    def __init__(self, table: ColumnsTable) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        super().paint(painter, option, index)
        found = self._table.column_at(index.row())
        if found is None or not found.bars:
            return
        area = QRectF(option.rect).adjusted(8, 6, -8, -5)
        highest = max(found.bars) or 1
        step = min(area.width() / len(found.bars), 22.0)
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.qcolor("accent", 0.75))
        for k, count in enumerate(found.bars):
            height = max(1.0 if count else 0.0, area.height() * count / highest)
            left = area.left() + k * step
            painter.drawRect(QRectF(left, area.bottom() - height, max(1.0, step - 1.0), height))
        painter.restore()


def _figure(value: float | None) -> str:
    return "" if value is None else number_text(value)


def _columns() -> list[Column]:
    def figure(title: str, name: str, tip: str = "") -> Column:
        return Column(
            title,
            lambda row: _figure(getattr(row, name)),
            lambda row: getattr(row, name),
            tip=tip,
        )

    return [
        Column("Field", lambda row: row.field, lambda row: row.field.lower(), left=True),
        Column("Distribution", lambda _row: "", lambda row: len(row.bars), left=True),
        Column(
            "Missing",
            lambda row: f"{row.missing:,}" if row.missing else "",
            lambda row: row.missing,
            share=lambda row: row.missing / max(1, row.count) if row.missing else None,
        ),
        Column(
            "Distinct",
            lambda row: "" if row.distinct is None else f"{row.distinct:,}",
            lambda row: row.distinct,
        ),
        figure("Lowest", "lowest"),
        figure("Median", "median"),
        figure("Mean", "mean"),
        figure("Highest", "highest"),
        figure("Deviation", "deviation", "Standard deviation"),
    ]


class ColumnsTable(BarTable):
    """A row for each field."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_columns(), parent)
        self._by_name: dict[str, ColumnStatistics] = {}
        self.setAccessibleName("Columns of the data")
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.setItemDelegateForColumn(1, SmallBars(self))
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column, width in ((0, 150), (1, 210)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            self.setColumnWidth(column, width)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)

    def column_at(self, row: int) -> ColumnStatistics | None:
        """The figures in a row as it is seen now."""
        return self._by_name.get(self.model().index(row, 0).data())

    def set_rows(self, rows: Sequence[ColumnStatistics]) -> None:
        """Show the figures of other columns."""
        self._by_name = {one.field: one for one in rows}
        super().set_rows(rows)


class ColumnsTab(QWidget):
    """Above the table, below the distribution of the chosen column, large."""

    def __init__(self, page: DataPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._overview: Overview | None = None
        self._plot: PlainPlot | None = None
        self.table = ColumnsTable()
        self.title = QLabel()
        self.title.setContentsMargins(16, 8, 16, 0)
        self._below = QWidget()
        self._column = QVBoxLayout(self._below)
        self._column.setContentsMargins(0, 0, 0, 8)
        self._column.addWidget(self.title)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setHandleWidth(1)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.table)
        self._split.addWidget(self._below)
        self._split.setStretchFactor(0, 1)
        self._split.setSizes([420, 240])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._split)
        self.table.selectionModel().currentRowChanged.connect(self._on_row)

    def refresh(self) -> None:
        """Show the columns of the page as they are now."""
        overview = self._page.overview
        if overview is self._overview:
            return
        same = overview is not None and self._overview is not None
        same = same and list(overview.columns.values()) == self.table.rows()  # type: ignore[union-attr]
        self._overview = overview
        if same:
            return
        rows: Sequence[Any] = list(overview.columns.values()) if overview is not None else ()
        self.table.set_rows(rows)
        if rows:
            used = [f.name for f in self._page.spec.fields if f.role != "ignored"]
            names = [row.field for row in rows]
            first = names.index(used[0]) if used and used[0] in names else 0
            self.table.setCurrentIndex(self.table.model().index(first, 0))
            self._show(self.table.column_at(first))

    def _on_row(self, index: QModelIndex, _before: QModelIndex) -> None:
        self._show(self.table.column_at(index.row()))

    def _show(self, found: ColumnStatistics | None) -> None:
        if found is None or not self.isVisible():
            return
        plot = self.plot()
        told = f"{found.field}: {found.count:,} values"
        if found.missing:
            told += f", {found.missing:,} missing"
        self.title.setText(told + ("" if found.exact else ", of a part of the samples"))
        if found.edges:
            plot.show_bars([(found.bars, "accent", 0.85)], edges=found.edges)
        else:
            plot.show_bars([(found.bars, "accent", 0.85)], words=found.words)

    def plot(self) -> PlainPlot:
        """The large plot; loads pyqtgraph the first time."""
        if self._plot is None:
            from nnstudio.ui.plots.plain_plot import PlainPlot

            self._plot = PlainPlot()
            self._plot.setMinimumHeight(120)
            self._column.addWidget(self._plot, 1)
        return self._plot

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        index = self.table.currentIndex()
        if index.isValid():
            self._show(self.table.column_at(index.row()))
