"""What differs between the window and a file, as a list to read. It changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from nnstudio.project.compare import ABSENT, Difference
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.fit_screen import resize_within_screen

ROW = 24


class CompareDialog(QDialog):
    """The differences by node: what it is, how it is here, how it is in the file."""

    def __init__(
        self, file: str, found: Sequence[Difference], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"This window and {file}")
        resize_within_screen(self, 720, 460)
        count = len(found)
        about = QLabel(
            f"{count:,} difference{'' if count == 1 else 's'}, as of now."
            if count
            else "The same nodes, wires and settings in both."
        )
        about.setProperty("role", "muted")
        self.tree = QTreeWidget(columnCount=3, rootIsDecorated=False)
        self.tree.setHeaderLabels(["", "In this window", f"In {file}"])
        self.tree.setAccessibleName("Differences")
        self.tree.setSelectionMode(QTreeWidget.SelectionMode.NoSelection)
        self.tree.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.tree.setItemsExpandable(False)
        self.tree.setIndentation(16)
        header = self.tree.header()
        header.setSectionsMovable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._fill(found)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(about)
        column.addWidget(self.tree, 1)
        column.addWidget(buttons)

    def _fill(self, found: Sequence[Difference]) -> None:
        places: dict[str, QTreeWidgetItem] = {}
        for difference in found:
            place = places.get(difference.place)
            if place is None:
                place = places[difference.place] = QTreeWidgetItem([difference.place])
                place.setFont(0, theme.text_font(weight=QFont.Weight.DemiBold))
                place.setSizeHint(0, QSize(0, ROW + 6))
                self.tree.addTopLevelItem(place)
                place.setFirstColumnSpanned(True)
            row = QTreeWidgetItem([difference.what, difference.here, difference.there])
            for column, value in enumerate((difference.what, difference.here, difference.there)):
                row.setToolTip(column, value)
                if column and value == ABSENT:
                    row.setForeground(column, theme.qcolor("muted"))
                row.setSizeHint(column, QSize(0, ROW))
            place.addChild(row)
        self.tree.expandAll()
