"""Samples as the rows of a table: a column for each field, read where it is seen."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from nnstudio.project.data.fields import Field
from nnstudio.ui.theme import current as theme
from nnstudio.workspace.data_page.shown_samples import NOTHING, ShownSamples, value_text
from nnstudio.workspace.data_page.words import ROLES

ROW = 26
LOOKED = 500
"""Values of a column that decide how many decimals it has."""
_Index = QModelIndex | QPersistentModelIndex


def places_of(values: NDArray[Any]) -> int:
    """How many decimals the numbers of a column need, so that their points stand in a line."""
    if values.dtype.kind not in "f":
        return 0
    looked = values[:LOOKED][np.isfinite(values[:LOOKED])]
    return next((n for n in range(4) if np.allclose(np.round(looked, n), looked, atol=1e-9)), 4)


class RowsModel(QAbstractTableModel):
    """A row for each shown sample; first where it comes from, then targets, inputs, the others."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: ShownSamples | None = None
        self._fields: list[Field] = []
        self._said: tuple[str, ...] = ()
        self._places: dict[str, int] = {}

    def show_samples(self, shown: ShownSamples | None) -> None:
        """Show other samples."""
        self.beginResetModel()
        self.shown = shown
        self._fields, self._said = [], ()
        if shown is not None:
            if len(shown.indices):
                self._said = tuple(title for title, _ in shown.said(self.sample(0)))
            there = [f for f in shown.samples.spec.fields if f.name in shown.samples.fields]
            order = ("target", "input", "group", "time", "weight", "part", "ignored")
            self._fields = sorted(there, key=lambda field: order.index(field.role))
            self._places = {
                field.name: places_of(shown.samples.fields[field.name])
                for field in there
                if field.kind == "number" and shown.samples.fields[field.name].ndim == 1
            }
        self.endResetModel()

    def sample(self, row: int) -> int:
        """The number of the sample in a row."""
        assert self.shown is not None
        return int(self.shown.indices[row])

    # -- Qt -----------------------------------------------------------------------------------

    def rowCount(self, parent: _Index | None = None) -> int:
        if self.shown is None or (parent is not None and parent.isValid()):
            return 0
        return len(self.shown.indices)

    def columnCount(self, parent: _Index | None = None) -> int:
        return (
            0
            if parent is not None and parent.isValid()
            else len(self._fields) + len(self._said) + 1
        )

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self.shown is None or not index.isValid():
            return None
        sample, column = self.sample(index.row()), index.column() - 1
        if 0 <= column < len(self._said):
            said = role == Qt.ItemDataRole.DisplayRole
            return self.shown.said(sample)[column][1] if said else None
        column -= len(self._said)
        field = self._fields[column] if column >= 0 else None
        number = field is not None and field.kind == "number"
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(sample, field)
            case Qt.ItemDataRole.FontRole if number or field is None:
                return theme.mono_font(12)
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
                return int(side | Qt.AlignmentFlag.AlignVCenter)
            case Qt.ItemDataRole.ForegroundRole:
                if field is None or field.role == "ignored":
                    return theme.qcolor("muted")
                if self._text(sample, field) == NOTHING:
                    return theme.qcolor("warning")
        return None

    def _text(self, sample: int, field: Field | None) -> str:
        assert self.shown is not None
        if field is None:
            return self.shown.origin(sample)
        value = self.shown.samples.fields[field.name][sample]
        if field.name in self._places and np.isfinite(value):
            return f"{value:,.{self._places[field.name]}f}"
        return value_text(field, value)[:200]

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if 0 < section <= len(self._said):
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            return self._said[section - 1] if role == Qt.ItemDataRole.DisplayRole else None
        field = self._fields[section - 1 - len(self._said)] if section else None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return "Sample" if field is None else field.name
            case Qt.ItemDataRole.ToolTipRole:
                return None if field is None else f"{field.name}: {ROLES[field.role].lower()}"
            case Qt.ItemDataRole.ForegroundRole if field is not None and field.role == "target":
                return theme.qcolor("accent")
            case Qt.ItemDataRole.TextAlignmentRole:
                number = field is not None and field.kind == "number"
                side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
                return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class RowsTable(QTableView):
    """The rows. `chosen(sample)` on a double-click, or Enter on the current one."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Samples")
        self._rows = RowsModel()
        self.setModel(self._rows)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultSectionSize(112)
        self.horizontalHeader().setMinimumSectionSize(56)
        self.doubleClicked.connect(lambda index: self.chosen.emit(self._rows.sample(index.row())))

    def show_samples(self, shown: ShownSamples | None) -> None:
        """Show other samples."""
        self._rows.show_samples(shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self.chosen.emit(self._rows.sample(index.row()))
        else:
            super().keyPressEvent(event)
