"""The layer table of a published document beside what was built, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QIcon
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons

if TYPE_CHECKING:  # needs torch
    from nnstudio.inspection.documented import CheckRow, DocumentedCheck

_COLUMNS = ("", "Documented", "Built")
_WORDS = {"match": "As documented", "mismatch": "Different", "explained": "Different, explained"}
_ICONS = {
    "match": ("tick", "good"),
    "mismatch": ("cross", "error"),
    "explained": ("info", "warning"),
}


class DocumentedTable(QWidget):
    """Tick, cross or explained difference for each row; below, where the document errs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel(wordWrap=True)
        self._title.setFont(theme.text_font(13, QFont.Weight.DemiBold))
        self._source = QLabel(wordWrap=True)
        self._source.setProperty("role", "muted")
        self.table = QTreeWidget()
        self.table.setRootIsDecorated(True)
        self.table.setIndentation(14)
        self.table.setColumnCount(len(_COLUMNS))
        self.table.setHeaderLabels(_COLUMNS)
        self.table.setAccessibleName("Documented layers")
        self.table.setWordWrap(True)
        self.table.setItemDelegate(_Sentences(self.table))
        header = self.table.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        header.sectionResized.connect(self.table.scheduleDelayedItemsLayout)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._title)
        column.addWidget(self._source)
        column.addSpacing(4)
        column.addWidget(self.table, 1)

    def show_check(self, check: DocumentedCheck | None) -> None:
        """Show a comparison; nothing if the model has no document."""
        self.table.clear()
        if check is None:
            return
        self._title.setText(f"{check.title}: {_verdict(check)}")
        self._source.setText(check.document)
        for row in check.rows:
            self._add(row)
        if check.claims:
            head = QTreeWidgetItem(["Where the document is wrong or unclear"])
            head.setIcon(0, QIcon(icons.pixmap("info", "warning", 16)))
            self.table.addTopLevelItem(head)
            head.setFirstColumnSpanned(True)
            for says, found in check.claims:
                _add_sentence(_add_sentence(head, says), found)

    def _add(self, row: CheckRow) -> None:
        item = _item(row)
        self.table.addTopLevelItem(item)
        if row.explanation:
            _add_sentence(item, row.explanation)
            item.setExpanded(row.status != "match")


def _add_sentence(above: QTreeWidgetItem, sentence: str) -> QTreeWidgetItem:
    """Add a line over all columns, below an item that lies in the tree."""
    item = QTreeWidgetItem([sentence])
    above.addChild(item)
    item.setFirstColumnSpanned(True)
    above.setExpanded(True)
    return item


class _Sentences(QStyledItemDelegate):
    """Gives what stands below a row, a sentence over all columns, as many lines as it needs."""

    def __init__(self, table: QTreeWidget) -> None:
        super().__init__(table)
        self._table = table

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        hint = super().sizeHint(option, index)
        depth, above = 1, index.parent()
        if not above.isValid():
            return hint
        while above.isValid():
            depth, above = depth + 1, above.parent()
        width = self._table.viewport().width() - depth * self._table.indentation()
        room = QRect(0, 0, max(width - 16, 40), 10_000)
        flags = Qt.TextFlag.TextWordWrap
        text = self._table.fontMetrics().boundingRect(room, flags, str(index.data()))
        return QSize(hint.width(), max(hint.height(), text.height() + 10))


def _verdict(check: DocumentedCheck) -> str:
    wrong = len(check.mismatches)
    explained = sum(row.status == "explained" for row in check.rows)
    if wrong:
        return f"{wrong} of {len(check.rows)} rows differ"
    if explained:
        return f"as documented, {explained} difference{'s' if explained > 1 else ''} explained"
    return "as documented"


def _item(row: CheckRow) -> QTreeWidgetItem:
    item = QTreeWidgetItem(
        [row.name or row.path, row.expected or "not listed", row.found or "missing"]
    )
    name, colour = _ICONS[row.status]
    item.setIcon(0, QIcon(icons.pixmap(name, colour, 16)))
    item.setToolTip(0, _WORDS[row.status])
    for column in (1, 2):
        item.setFont(column, theme.mono_font(11))
        item.setToolTip(column, item.text(column))
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return item
