"""The layer table of a published document beside what was built, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QIcon
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui import icons, theme

if TYPE_CHECKING:  # needs torch
    from nnstudio.compiler.documented import CheckRow, DocumentedCheck

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
        self.table.setUniformRowHeights(True)
        header = self.table.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
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
            self.table.addTopLevelItem(_item(row))
        if check.claims:
            head = QTreeWidgetItem(["Where the document contradicts itself"])
            head.setIcon(0, QIcon(icons.pixmap("info", "warning", 16)))
            self.table.addTopLevelItem(head)
            head.setFirstColumnSpanned(True)
            for says, found in check.claims:
                child = QTreeWidgetItem(["", says, found])
                child.setToolTip(1, says)
                child.setToolTip(2, found)
                head.addChild(child)
            head.setExpanded(True)


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
    if row.explanation:
        child = QTreeWidgetItem([row.explanation])
        child.setToolTip(0, row.explanation)
        item.addChild(child)
        child.setFirstColumnSpanned(True)
        item.setExpanded(row.status != "match")
    return item
