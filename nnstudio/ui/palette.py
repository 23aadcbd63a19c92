"""The palette: all layers by category, the project's blocks and the presets, to drag or add."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QFont, QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from nnstudio.catalog import registry
from nnstudio.catalog.layer import Layer
from nnstudio.ui import icons, theme
from nnstudio.ui.canvas.fuzzy import match
from nnstudio.ui.canvas.gestures.drop_type import MIME_TYPE
from nnstudio.ui.inspector.header import category_key
from nnstudio.workspace.workspace import Workspace

_TYPE = Qt.ItemDataRole.UserRole
_PRESET = Qt.ItemDataRole.UserRole + 1
_WORDS = Qt.ItemDataRole.UserRole + 2
_ICON = Qt.ItemDataRole.UserRole + 3


class PaletteTree(QTreeWidget):
    """The tree; what is dragged out of it carries the type of the layer or block."""

    chosen = Signal(QTreeWidgetItem)

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
        self.itemDoubleClicked.connect(lambda item, _column: self.chosen.emit(item))
        self.itemClicked.connect(self._on_click)

    def _on_click(self, item: QTreeWidgetItem) -> None:
        if item.childCount():
            item.setExpanded(not item.isExpanded())

    def mimeTypes(self) -> list[str]:
        return [MIME_TYPE]

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        data = QMimeData()
        for item in items:
            node_type = item.data(0, _TYPE)
            if node_type:
                data.setData(MIME_TYPE, str(node_type).encode())
        return data

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self.chosen.emit(item)
        else:
            super().keyPressEvent(event)


def children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    """What stands below an entry of a tree."""
    found = (item.child(k) for k in range(item.childCount()))
    return [child for child in found if child is not None]


class Palette(QWidget):
    """Search field and tree. `add_asked(type)` and `preset_asked(name)` on a choice."""

    add_asked = Signal(str)
    preset_asked = Signal(str)

    def __init__(
        self,
        workspace: Workspace,
        presets: Sequence[tuple[str, str]] = (),
        parent: QWidget | None = None,
    ) -> None:
        """presets: name and what it is for."""
        super().__init__(parent)
        self._workspace = workspace
        self._block_names: tuple[str, ...] | None = None
        self._open_before: list[QTreeWidgetItem] | None = None
        self.search = QLineEdit(placeholderText="Search layers and blocks", clearButtonEnabled=True)
        self._magnifier = self.search.addAction(
            icons.icon("search", "muted", 16), QLineEdit.ActionPosition.LeadingPosition
        )
        icons.attach(self._magnifier, "search", "muted", 16)
        self.search.setAccessibleName("Search layers and blocks")
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self.tree = PaletteTree()
        self.tree.chosen.connect(self._choose)
        self._nothing = QLabel("Nothing fits.", alignment=Qt.AlignmentFlag.AlignCenter)
        self._nothing.setProperty("role", "muted")
        self._nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(12, 12, 12, 8)
        head.addWidget(self.search)
        column.addLayout(head)
        column.addWidget(self._nothing)
        column.addWidget(self.tree, 1)
        self._blocks = self._section("Blocks", "block", open=True)
        for category, layers in registry.by_category().items():
            section = self._section(category.value, category.name.lower(), open=False)
            for layer in layers:
                self._add_layer(section, layer)
        self._presets = self._section("Presets", "star", open=False)
        for name, task in presets:
            item = self._leaf(self._presets, name, "layers", f"{name} {task}")
            item.setData(0, _PRESET, name)
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDragEnabled)
            about = "A whole model: double-click to open it. It cannot be put into this one."
            item.setToolTip(0, "\n".join(line for line in (name, task, about) if line))
        self._presets.setHidden(not presets)
        theme.notifier.changed.connect(self._tint)
        self.refresh()
        self._tint()

    # -- filling ------------------------------------------------------------------------------

    def _section(self, title: str, icon: str, *, open: bool) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self.tree, [title])
        item.setData(0, _ICON, icon)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        item.setFont(0, theme.text_font(weight=QFont.Weight.DemiBold))
        item.setExpanded(open)
        return item

    def _leaf(self, section: QTreeWidgetItem, text: str, icon: str, words: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(section, [text])
        item.setData(0, _ICON, icon)
        item.setData(0, _WORDS, words)
        return item

    def _add_layer(self, section: QTreeWidgetItem, layer: Layer) -> None:
        words = " ".join([layer.type, *layer.keywords, layer.category.value])
        item = self._leaf(section, layer.type, category_key(layer.type), words)
        item.setData(0, _TYPE, layer.type)
        item.setToolTip(0, f"{layer.type}\n{layer.help}")

    def refresh(self) -> None:
        """Show the blocks that the project has now."""
        project = self._workspace.project
        names = tuple(block.name for block in project.blocks if block.name != project.root)
        if names == self._block_names:
            return
        self._block_names = names
        self._blocks.takeChildren()
        for name in names:
            item = self._leaf(self._blocks, name, "block", f"{name} block")
            item.setData(0, _TYPE, name)
            note = project.by_name[name].note or "A block of this project."
            item.setToolTip(0, f"{name}\n{note}")
        self._blocks.setHidden(not names)
        self._tint()
        self._filter(self.search.text())

    def _tint(self, _theme: object = None) -> None:
        for section in self._sections():
            for item in (section, *children(section)):
                name = str(item.data(0, _ICON))
                plain = name in ("star", "layers")
                picture = icons.pixmap(name, "muted", 16) if plain else icons.category(name, 16)
                item.setIcon(0, QIcon(picture))

    def _sections(self) -> list[QTreeWidgetItem]:
        return children(self.tree.invisibleRootItem())

    # -- searching ----------------------------------------------------------------------------

    def _filter(self, typed: str) -> None:
        typed = typed.strip()
        if typed and self._open_before is None:
            self._open_before = [s for s in self._sections() if s.isExpanded()]
        best: tuple[float, QTreeWidgetItem] | None = None
        for section in self._sections():
            shown = 0
            for item in children(section):
                fit = self._fit(typed, item)
                item.setHidden(fit is None)
                shown += fit is not None
                if typed and fit is not None and (best is None or fit > best[0]):
                    best = (fit, item)
            section.setHidden(shown == 0)
            if typed:
                section.setExpanded(True)
        if not typed and self._open_before is not None:
            for section in self._sections():
                section.setExpanded(section in self._open_before)
            self._open_before = None
        self._nothing.setVisible(bool(typed) and best is None)
        if best is not None:
            self.tree.setCurrentItem(best[1])

    @staticmethod
    def _fit(typed: str, item: QTreeWidgetItem) -> float | None:
        """Letters in order in the name, or the text as such in the other words."""
        by_name = match(typed, item.text(0))
        if by_name is not None:
            return by_name.score
        found = typed.lower() in str(item.data(0, _WORDS)).lower()
        return -1000.0 if found else None

    def shown(self) -> list[str]:
        """The names that can be chosen now."""
        return [
            item.text(0)
            for section in self._sections()
            if not section.isHidden()
            for item in children(section)
            if not item.isHidden()
        ]

    def item(self, name: str) -> QTreeWidgetItem | None:
        """The entry called `name`."""
        entries = (item for section in self._sections() for item in children(section))
        return next((item for item in entries if item.text(0) == name), None)

    def _choose(self, item: QTreeWidgetItem) -> None:
        if item.data(0, _TYPE):
            self.add_asked.emit(str(item.data(0, _TYPE)))
        elif item.data(0, _PRESET):
            self.preset_asked.emit(str(item.data(0, _PRESET)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            item = self.tree.currentItem()
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
                self._choose(item)
                return True
            if event.key() == Qt.Key.Key_Down:
                self.tree.setFocus()
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)
