"""The Summary tab: what a run of the model shows, and whether it is what its document says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.number_text import flops, group_digits, sizes
from nnstudio.ui.panels.documented_table import DocumentedTable
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.ui.widgets.proportion_bar import SHARE, ShareBar

if TYPE_CHECKING:  # both need torch, which is not there yet when the window opens
    from nnstudio.inspection.documented import DocumentedCheck
    from nnstudio.inspection.summary import Row, Summary

_COLUMNS = ("Module", "Class", "Output shape", "Parameters", "FLOPs")
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_EMPTY = (
    "Summary of the model",
    "Builds the model, runs it once and shows every module, its output, parameters and exact "
    "FLOPs, beside the layer table of its document.",
)


class SummaryPanel(QWidget):
    """Asks by `summary_requested`; `show_busy`, `set_summary` or `show_failure` answer."""

    summary_requested = Signal()
    module_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_current = False
        self._empty = EmptyState("summary", *_EMPTY, "Summarise")
        self._empty.requested.connect(self.summary_requested)
        self.totals = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.totals.setFont(theme.figure_font())
        self.totals.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._stale = QLabel("The model has changed since.")
        self._stale.setProperty("role", "muted")
        self._again = QPushButton("Summarise again")
        self._again.setProperty("role", "small")
        self._again.clicked.connect(self.summary_requested)
        self.tree = QTreeWidget()
        self.tree.setColumnCount(len(_COLUMNS))
        self.tree.setHeaderLabels(_COLUMNS)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(14)
        self.tree.setAccessibleName("Modules")
        for column in (3, 4):
            self.tree.headerItem().setTextAlignment(column, _RIGHT)
        self._bars = ShareBar(self.tree)
        self.tree.setItemDelegateForColumn(3, self._bars)
        self.tree.setItemDelegateForColumn(4, self._bars)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, len(_COLUMNS)):
            self.tree.setColumnWidth(column, 118)
        self.tree.itemClicked.connect(self._on_click)
        self.documented = DocumentedTable()
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(self.tree)
        self._split.addWidget(self.documented)
        self._split.setStretchFactor(0, 5)
        self._split.setStretchFactor(1, 4)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(1)
        page = QWidget()
        head = QHBoxLayout()
        head.setContentsMargins(16, 6, 12, 6)
        head.setSpacing(12)
        head.addWidget(self.totals)
        head.addStretch(1)
        head.addWidget(self._stale)
        head.addWidget(self._again)
        whole = QVBoxLayout(page)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(self._split, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(page)

    # -- answers ------------------------------------------------------------------------------

    def show_busy(self) -> None:
        """Say that the model is being built and run."""
        self._again.setEnabled(False)
        self._again.setText("Summarising...")
        self._empty.button.setEnabled(False)
        self._empty.show_text("Summarising...", "The model is built and run once.", "clock")

    def show_failure(self, sentence: str) -> None:
        """Say why it could not be built or run."""
        self._settle()
        self._empty.show_text("No summary", sentence, "error", "error")
        self._empty.button.setText("Try again")
        self._stack.setCurrentIndex(0)

    def set_summary(self, summary: Summary, check: DocumentedCheck | None) -> None:
        """Show a summary and, if the model has a document, the comparison with it."""
        self._settle()
        self.is_current = True
        self._stale.hide()
        self._again.hide()
        self.totals.setText(_totals(summary))
        self.totals.setToolTip(_operations(summary))
        self.tree.clear()
        self._add(None, summary.root, summary)
        self.tree.expandToDepth(1)
        for column, least, most in ((1, 88, 168), (2, 104, 176), (3, 88, 128), (4, 88, 128)):
            self.tree.resizeColumnToContents(column)
            width = self.tree.columnWidth(column) + 8
            self.tree.setColumnWidth(column, min(max(width, least), most))
        self.documented.show_check(check)
        self.documented.setVisible(check is not None)
        self._stack.setCurrentIndex(1)

    def show_changed(self) -> None:
        """Say that the project is another one than that of the summary."""
        self.is_current = False
        self._stale.show()
        self._again.show()

    def clear(self) -> None:
        """Show nothing: another project was opened."""
        self._settle()
        self.is_current = False
        self._empty.show_text(*_EMPTY, "summary")
        self._empty.button.setText("Summarise")
        self._stack.setCurrentIndex(0)

    def _settle(self) -> None:
        self._again.setEnabled(True)
        self._again.setText("Summarise again")
        self._empty.button.setEnabled(True)

    def _on_click(self, item: QTreeWidgetItem) -> None:
        self.module_chosen.emit(str(item.data(0, Qt.ItemDataRole.UserRole)))

    # -- the tree -----------------------------------------------------------------------------

    def _add(self, parent: QTreeWidgetItem | None, row: Row, summary: Summary) -> None:
        stack: list[tuple[QTreeWidgetItem | None, Row]] = [(parent, row)]
        while stack:
            above, current = stack.pop()
            item = self._item(current, summary)
            if above is None:
                self.tree.addTopLevelItem(item)
            else:
                above.addChild(item)
            stack += [(item, child) for child in reversed(current.children)]

    @staticmethod
    def _item(row: Row, summary: Summary) -> QTreeWidgetItem:
        shape = row.output_shape
        counted = "shared" if row.recursive and row.parameters else group_digits(row.parameters)
        cells = [
            row.name or row.class_name,
            row.class_name,
            sizes(shape or ()),
            counted if row.parameters else "-",
            _row_flops(row),
        ]
        item = QTreeWidgetItem(cells)
        item.setData(0, Qt.ItemDataRole.UserRole, row.path)
        item.setToolTip(0, row.path or row.class_name)
        mono = theme.mono_font(12)
        for column in (0, 2, 3, 4):
            item.setFont(column, mono)
        for column, part, whole in (
            (3, 0 if row.recursive else row.parameters, summary.parameters),
            (4, row.flops or 0, summary.flops),
        ):
            item.setTextAlignment(column, _RIGHT)
            if row.is_leaf and whole:
                item.setData(column, SHARE, part / whole)
                item.setToolTip(column, f"{100 * part / whole:.1f} % of the model")
        return item


def _row_flops(row: Row) -> str:
    if row.uncounted:
        return "unknown"
    return "" if row.flops is None else group_digits(row.flops) if row.flops else "-"


def _operations(summary: Summary) -> str:
    """The floating point operations in words."""
    if summary.flops is not None:
        return f"{summary.flops:,} floating point operations a sample, forward"
    return f"Floating point operations unknown: no formula for {', '.join(summary.uncounted)}"


def _totals(summary: Summary) -> str:
    parts = [
        f"{summary.parameters:,} parameters",
        "FLOPs unknown"
        if summary.flops is None
        else f"{flops(summary.flops)} a sample ({summary.flops:,})",
        f"weights {_bytes(summary.parameter_bytes)}",
        f"activations {_bytes(summary.activation_bytes)} a sample",
    ]
    if summary.trainable != summary.parameters:
        parts.insert(1, f"{summary.trainable:,} trainable")
    return "   ·   ".join(parts)


def _bytes(count: int) -> str:
    for size, unit in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"
