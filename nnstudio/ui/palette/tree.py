"""The tree of the palette: what an entry holds, how it is dragged, chosen and asked about."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QTreeWidget, QTreeWidgetItem, QWidget

from nnstudio.ui.canvas.gestures.drop_type import MIME_TYPE
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons

ADDS = Qt.ItemDataRole.UserRole
"""What is added when it is chosen: a type, or a file of the user's own blocks."""
PRESET = Qt.ItemDataRole.UserRole + 1
WORDS = Qt.ItemDataRole.UserRole + 2
OWN = Qt.ItemDataRole.UserRole + 3
"""The file of the user's own blocks that it stands for, whether or not it can be added."""
_ICON = Qt.ItemDataRole.UserRole + 4
_PLAIN = {"star": "muted", "layers": "muted", "folder": "muted", "warning": "warning"}


class PaletteTree(QTreeWidget):
    """The tree; what is dragged out of it carries the type of the layer or block."""

    chosen = Signal(QTreeWidgetItem)
    menu_requested = Signal(QTreeWidgetItem, QPoint)
    delete_requested = Signal(QTreeWidgetItem)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderHidden(True)
        self.setColumnCount(1)
        self.setIndentation(14)
        self.setIconSize(icons.size(16))
        self.setUniformRowHeights(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setExpandsOnDoubleClick(False)
        self.setAccessibleName("Layers, blocks and presets")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu)
        self.itemDoubleClicked.connect(lambda item, _column: self.chosen.emit(item))
        self.itemClicked.connect(self._on_click)

    # -- filling ------------------------------------------------------------------------------

    def section(self, title: str, icon: str, *, open: bool) -> QTreeWidgetItem:
        """Add a title, under which entries stand."""
        item = QTreeWidgetItem(self, [title])
        item.setData(0, _ICON, icon)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        item.setFont(0, theme.text_font(weight=QFont.Weight.DemiBold))
        item.setExpanded(open)
        _dress(item, icon)
        return item

    @staticmethod
    def leaf(section: QTreeWidgetItem, text: str, icon: str, words: str) -> QTreeWidgetItem:
        """Add an entry; it is found by its name and by `words`."""
        item = QTreeWidgetItem(section, [text])
        item.setData(0, _ICON, icon)
        item.setData(0, WORDS, words)
        _dress(item, icon)
        return item

    def sections(self) -> list[QTreeWidgetItem]:
        """Return the titles."""
        return children(self.invisibleRootItem())

    def entries(self) -> list[QTreeWidgetItem]:
        """Return everything that stands under a title."""
        return [item for section in self.sections() for item in children(section)]

    def tint(self, _theme: object = None) -> None:
        """Give every entry its icon in the colours of now."""
        for item in (*self.sections(), *self.entries()):
            _dress(item, str(item.data(0, _ICON) or ""))

    # -- Qt -----------------------------------------------------------------------------------

    def _on_click(self, item: QTreeWidgetItem) -> None:
        if item.childCount():
            item.setExpanded(not item.isExpanded())

    def _on_menu(self, at: QPoint) -> None:
        item = self.itemAt(at)
        if item is not None:
            self.menu_requested.emit(item, self.viewport().mapToGlobal(at))

    def mimeTypes(self) -> list[str]:
        return [MIME_TYPE]

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        data = QMimeData()
        for item in items:
            if adds := item.data(0, ADDS):
                data.setData(MIME_TYPE, str(adds).encode())
        return data

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self.chosen.emit(item)
        elif event.key() == Qt.Key.Key_Delete and item is not None:
            self.delete_requested.emit(item)
        else:
            super().keyPressEvent(event)


def _dress(item: QTreeWidgetItem, name: str) -> None:
    """Give an entry the icon called `name` in the colours of now."""
    if name in _PLAIN:
        item.setIcon(0, icons.icon(name, _PLAIN[name], 16))
    elif name:
        item.setIcon(0, icons.category_icon(name, 16))
    else:  # a line that says something
        item.setForeground(0, theme.qcolor("muted"))


def children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    """Find what stands below an entry of a tree."""
    found = (item.child(k) for k in range(item.childCount()))
    return [child for child in found if child is not None]
