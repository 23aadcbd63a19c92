"""The rows of the queue: what is trained first, then what waits, to be dragged to other places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt

from nnstudio.runs.queue.entry import Queued, Standing
from nnstudio.ui.files.recent import ago
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.workspace.queue.page import QueuePage
from nnstudio.workspace.runs_page.rows import data_title, moment

STANDINGS = {
    Standing.WAITING: ("clock", "muted", "It waits for its turn"),
    Standing.HELD: ("pause", "warning", "It is passed over until it is released"),
    Standing.STARTING: ("run", "accent", "Its process has been started"),
    Standing.RUNNING: ("run", "accent", "It is being trained"),
    Standing.FAILED: ("error", "error", "It could not be trained"),
}
"""Icon, colour and meaning of each standing."""
COLUMNS = ("place", "state", "name", "about", "added")
TITLES = {"place": "", "state": "State", "name": "Name", "about": "What", "added": "Added"}
_Index = QModelIndex | QPersistentModelIndex


def about(one: Queued) -> str:
    """What is trained, in a line; why it was not, where it could not be."""
    if one.sentence:
        return one.sentence
    entry = one.entry
    epochs = "" if entry.epochs is None else f"{entry.epochs:,} epochs"
    device = "" if entry.device == "auto" else entry.device
    on = "goes on from its checkpoint" if one.again and not one.standing.is_active else ""
    parts = (entry.model, data_title(entry.data), epochs, device, on)
    return "  ·  ".join(part for part in parts if part)


class QueueRows(QAbstractTableModel):
    """The queue as the page has seen it last."""

    def __init__(self, page: QueuePage) -> None:
        super().__init__()
        self._page = page
        self.rows: tuple[Queued, ...] = page.seen.entries
        self._dragged: tuple[str, ...] = ()

    def reload(self) -> None:
        """Take up what is seen now."""
        self.beginResetModel()
        self.rows = self._page.seen.entries
        self.endResetModel()

    def place(self, one: Queued) -> str:
        """Its number among those that wait."""
        waiting = self._page.seen.those(Standing.WAITING, Standing.HELD)
        return f"{waiting.index(one) + 1:,}" if one in waiting else ""

    # -- Qt -----------------------------------------------------------------------------------

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        one, column = self.rows[index.row()], COLUMNS[index.column()]
        icon, colour, meaning = STANDINGS[one.standing]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(one, column)
            case Qt.ItemDataRole.ToolTipRole:
                return one.sentence or (meaning if column == "state" else self._text(one, column))
            case Qt.ItemDataRole.DecorationRole if column == "state":
                return icons.pixmap(icon, colour, 16)
            case Qt.ItemDataRole.ForegroundRole:
                muted = column in ("place", "about", "added") and not one.sentence
                return theme.qcolor("muted" if muted else "text")
            case Qt.ItemDataRole.FontRole if column == "place":
                return theme.figure_font()
            case Qt.ItemDataRole.TextAlignmentRole if column == "place":
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _text(self, one: Queued, column: str) -> str:
        match column:
            case "place":
                return self.place(one)
            case "state":
                return one.standing.value
            case "name":
                return one.entry.title
            case "about":
                return about(one)
        return ago(moment(one.entry.added)) if one.entry.added else ""

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return TITLES[COLUMNS[section]]
        return None

    # -- dragging -----------------------------------------------------------------------------

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flag = Qt.ItemFlag
        if not index.isValid():
            return flag.ItemIsDropEnabled  # between rows alone
        plain = flag.ItemIsEnabled | flag.ItemIsSelectable
        waits = not self.rows[index.row()].standing.is_active
        return plain | flag.ItemIsDragEnabled if waits else plain

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeData(self, indexes: Sequence[_Index]) -> QMimeData:  # type: ignore[override]
        picked = sorted({index.row() for index in indexes})
        self._dragged = tuple(self.rows[row].id for row in picked)
        return super().mimeData(indexes)  # type: ignore[arg-type]

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: _Index
    ) -> bool:
        at = row if row >= 0 else len(self.rows)
        before = next((one.id for one in self.rows[at:] if one.id not in self._dragged), None)
        self._page.place_before(self._dragged, before)
        return False  # else the view would remove what it takes for the old rows
