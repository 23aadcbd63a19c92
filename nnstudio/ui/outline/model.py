"""The rows of the outline as Qt's model: what is shown, kept over every change, renamed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt

from nnstudio.analysis.report import BlockReport
from nnstudio.project.values import Project
from nnstudio.ui.outline.rows import Row, inside, outline

ROW: Final = Qt.ItemDataRole.UserRole
"""The `Row` of an index."""
MIME_TYPE: Final = "application/x-nnstudio-rows"

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()


class _Item:
    __slots__ = ("children", "number", "parent", "place", "row")

    def __init__(self, row: Row | None, parent: _Item | None, place: int, number: int) -> None:
        self.row, self.parent, self.place, self.number = row, parent, place, number
        self.children: list[_Item] | None = None


class OutlineModel(QAbstractItemModel):
    """Rows by their keys: an index stays with its row, wherever an edit puts it.

    `rename(row, text)` is called for a new name; it says itself why a name is refused.
    """

    def __init__(self, rename: Callable[[Row, str], bool]) -> None:
        super().__init__()
        self._rename = rename
        self._project = Project()
        self._report: BlockReport | None = None
        self._numbers: dict[str, int] = {}
        self._opened: set[str] = set()
        self._root = _root()
        self._items: dict[int, _Item] = {}
        self.rows: tuple[Row, ...] = ()

    # -- showing ------------------------------------------------------------------------------

    def show(self, project: Project, block: str, report: BlockReport) -> None:
        """Show a block as it is now; only what differs is told to the views."""
        if report is self._report and project is self._project:
            return
        before = self._items
        self._project, self._report = project, report
        self.rows = outline(project, block, report)
        root = _root()
        items: dict[int, _Item] = {}
        root.children = list(self._make_items(self.rows, root, items))
        if _shape(items) == _shape(before):
            self._root, self._items = root, items
            self._tell_changed(before)
            return
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        self._root, self._items = root, items
        self.changePersistentIndexList(old, [self._index_of(index.internalId()) for index in old])
        self.layoutChanged.emit()

    def forget(self) -> None:
        """Show nothing: what is shown next is another block."""
        self.beginResetModel()
        self._root, self._items, self.rows = _root(), {}, ()
        self._report = None
        self._numbers.clear()
        self._opened.clear()
        self.endResetModel()

    def _make_items(
        self, rows: Sequence[Row], parent: _Item, items: dict[int, _Item]
    ) -> Iterator[_Item]:
        for place, row in enumerate(rows):
            number = self._numbers.setdefault(row.key, len(self._numbers) + 1)
            item = items[number] = _Item(row, parent, place, number)
            below = inside(self._project, row) if row.key in self._opened else row.children
            if below or not row.uses:
                item.children = list(self._make_items(below, item, items))
            yield item

    def _tell_changed(self, before: dict[int, _Item]) -> None:
        changed: dict[int, list[_Item]] = {}
        for number, item in self._items.items():
            if item.parent is not None and before[number].row != item.row:
                changed.setdefault(item.parent.number, []).append(item)
        for items in changed.values():
            places = [item.place for item in items]
            parent = items[0].parent
            assert parent is not None
            within = self._index_of(parent.number)
            self.dataChanged.emit(
                self.index(min(places), 0, within), self.index(max(places), 0, within)
            )

    def _index_of(self, number: int) -> QModelIndex:
        item = self._items.get(number)
        return self.createIndex(item.place, 0, number) if item is not None else QModelIndex()

    # -- finding ------------------------------------------------------------------------------

    def row(self, index: _Index) -> Row | None:
        """Return the row of an index."""
        return self._item(index).row

    def index_of(self, key: str) -> QModelIndex:
        """Find where the row with a key is; an invalid index if it is not shown."""
        return self._index_of(self._numbers.get(key, 0))

    def groups(self) -> list[str]:
        """Return the keys of all frames and containers."""
        rows = (item.row for item in self._items.values())
        return [row.key for row in rows if row is not None and row.is_group]

    def _item(self, index: _Index) -> _Item:
        return self._items.get(index.internalId(), self._root) if index.isValid() else self._root

    def _children(self, item: _Item) -> list[_Item]:
        if item.children is None:
            row = item.row
            assert row is not None
            self._opened.add(row.key)
            item.children = list(self._make_items(inside(self._project, row), item, self._items))
        return item.children

    # -- Qt -----------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: _Index = _NOWHERE) -> QModelIndex:
        children = self._children(self._item(parent))
        if column == 0 and 0 <= row < len(children):
            return self.createIndex(row, 0, children[row].number)
        return QModelIndex()

    def parent(self, index: _Index) -> QModelIndex:
        parent = self._item(index).parent if index.isValid() else None
        return self._index_of(parent.number) if parent is not None else QModelIndex()

    def hasChildren(self, parent: _Index = _NOWHERE) -> bool:
        item = self._item(parent)
        return bool(item.row is not None and item.row.uses) or bool(item.children)

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return len(self._children(self._item(parent)))

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index)
        if row is None:
            return None
        if role == ROW:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(row.lines)
        return ", ".join(row.lines) if role == Qt.ItemDataRole.AccessibleTextRole else None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self.row(index)
        return row is not None and (value == row.text or self._rename(row, value))

    def flags(self, index: _Index) -> Qt.ItemFlag:
        row = self.row(index)
        if row is None or row.kind == "heading":
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if row.level is not None:
            flags |= Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemIsEditable
        return flags

    def mimeTypes(self) -> list[str]:
        return [MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        rows = [row for index in indexes if (row := self.row(index)) is not None]
        data = QMimeData()
        data.setData(MIME_TYPE, "\n".join(row.key for row in rows).encode())
        return data

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction


def _root() -> _Item:
    root = _Item(None, None, 0, 0)
    root.children = []
    return root


def _shape(items: dict[int, _Item]) -> dict[int, tuple[int, int]]:
    """Find where each item is: the number of its parent, and its place there."""
    return {k: (item.parent.number if item.parent else 0, item.place) for k, item in items.items()}
