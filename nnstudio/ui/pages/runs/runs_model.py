"""The rows of the table of runs, and the lines of groups between them, as Qt asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont, QIcon

from nnstudio.ui.pages.runs.texts import STATES, cell_text, cell_tip, column_title, is_number
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.plain_tip import plain_tip
from nnstudio.workspace.runs_page.columns import RunColumn
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.runs_page.grouping import GroupLine, Line
from nnstudio.workspace.runs_page.rows import RunRow

_Index = QModelIndex | QPersistentModelIndex


def _of_group(line: GroupLine, id: str, role: int) -> Any:
    """What a column says of a group."""
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return _group_text(line, id)
        case Qt.ItemDataRole.DecorationRole if id == "overlay":
            return icons.pixmap("chevron-down" if line.is_open else "chevron-right", "muted", 16)
        case Qt.ItemDataRole.ToolTipRole:
            best = f", the best is '{line.best.record.name}'" if line.best is not None else ""
            told = f"{line.title}: {line.count:,} runs{best}"
            return plain_tip(f"{told}\nSpace, or a click, opens and closes it")
        case Qt.ItemDataRole.FontRole:
            strong = QFont.Weight.DemiBold
            return theme.figure_font() if is_number(id) else theme.text_font(13, strong)
        case Qt.ItemDataRole.ForegroundRole:
            return theme.qcolor("muted" if id in ("state", "started") else "text")
        case Qt.ItemDataRole.BackgroundRole:
            return theme.qcolor("hover")
        case Qt.ItemDataRole.TextAlignmentRole:
            return _side(id)
        case Qt.ItemDataRole.AccessibleTextRole:
            if id == "overlay":
                return "open" if line.is_open else "closed"
            return _group_text(line, id)
    return None


def _group_text(line: GroupLine, id: str) -> str:
    match id:
        case "state":
            return f"{line.count:,} run{'' if line.count == 1 else 's'}"
        case "name":
            return line.title
        case "best" if line.best is not None:
            return cell_text(id, line.best)
    return ""


class RunsModel(QAbstractTableModel):
    """The rows of the page as they are shown; texts are made for what is seen alone."""

    def __init__(self, page: RunsPage) -> None:
        super().__init__()
        self._page = page
        self.rows: Sequence[Line] = ()
        self.columns: tuple[RunColumn, ...] = ()

    def reload(self) -> None:
        """Take up other rows or columns."""
        self.beginResetModel()
        self.rows = self._page.grouping.lines(self._page.rows)
        self.columns = self._page.columns
        self.endResetModel()

    def refresh(self) -> None:
        """Take up what is said of the same rows now."""
        self.rows = self._page.grouping.lines(self._page.rows)
        if self.rows and self.columns:
            last = self.index(len(self.rows) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def place(self, id: str | None) -> int:
        """The row of a run; -1 if it is not shown."""
        return next((k for k, row in enumerate(self.rows) if row.id == id), -1)

    # -- Qt -----------------------------------------------------------------------------------

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, id = self.rows[index.row()], self.columns[index.column()].id
        if isinstance(row, GroupLine):
            return _of_group(row, id, role)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return "" if id in ("overlay", "star") else cell_text(id, row)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(cell_tip(id, row)) or None
            case Qt.ItemDataRole.DecorationRole:
                return self._icon(id, row)
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(id, row)
            case Qt.ItemDataRole.FontRole:
                return theme.figure_font() if is_number(id) else theme.text_font()
            case Qt.ItemDataRole.TextAlignmentRole:
                return _side(id)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._said(id, row)
        return None

    def _icon(self, id: str, row: RunRow) -> Any:
        if id == "state":
            return _plain(*STATES[row.state][:2])
        if id == "star":
            return _plain("star-filled", "warning") if row.record.star else _plain("star", "faint")
        return None

    def _colour(self, id: str, row: RunRow) -> Any:
        if id == "state":
            colour = STATES[row.state][1]
            return theme.qcolor("text" if colour == "good" else colour)
        muted = id in ("started", "note", "id", "folder", "best_epoch", "seconds")
        return theme.qcolor("muted") if muted else None

    def _said(self, id: str, row: RunRow) -> str:
        if id == "overlay":
            return "in the curves" if row.id in self._page.overlay else "not in the curves"
        if id == "star":
            return "starred" if row.record.star else "no star"
        return cell_text(id, row)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column_title(column.id, column.title) if column.id != "star" else ""
            case Qt.ItemDataRole.ToolTipRole:
                return column.tip or None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _side(column.id)
            case Qt.ItemDataRole.AccessibleTextRole:
                return column.title or column.tip
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(self.columns) and self.columns[column].id != "overlay":
            self._page.sort(self.columns[column].id, order == Qt.SortOrder.AscendingOrder)


def _plain(name: str, colour: str) -> QIcon:
    """An icon that keeps its colour in a selected row."""
    drawn = icons.pixmap(name, colour, 16)
    made = QIcon(drawn)
    made.addPixmap(drawn, QIcon.Mode.Selected)
    return made


def _side(id: str) -> int:
    side = Qt.AlignmentFlag.AlignRight if is_number(id) else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)
