"""The palette: layers by category, the project's and the user's own blocks, presets."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QTreeWidgetItem, QVBoxLayout, QWidget

from nnstudio.catalog import registry
from nnstudio.catalog.layer import Layer
from nnstudio.ui.palette.tree import ADDS, OWN, PRESET, WORDS, PaletteTree, children
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.theme.icons import category_key
from nnstudio.ui.widgets.fuzzy_match import match
from nnstudio.workspace.block_libraries import BUILDING_BLOCKS, MY_BLOCKS, BlockLibraries
from nnstudio.workspace.building_blocks import building_blocks
from nnstudio.workspace.library import LibraryBlock
from nnstudio.workspace.workspace import Workspace

NONE_YET = "Right-click a block to keep it"
NONE_YET_MORE = (
    "Right-click a block and choose 'Save to my blocks'.\n"
    "It then stands here in every project, with the blocks inside it."
)


_BY_WORDS, _WHOLE_MODEL = -1_000.0, -500.0
"""Added to the score: a preset takes the place of what is drawn, so the name of a layer wins."""


class Palette(QWidget):
    """Search field and tree. `add_requested(type or file)`, `preset_requested(name)` on a choice.

    `save_requested(block)` and `remove_requested(file)` are about the user's own blocks.
    """

    add_requested = Signal(str)
    preset_requested = Signal(str)
    save_requested = Signal(str)
    remove_requested = Signal(str)

    def __init__(
        self,
        workspace: Workspace,
        libraries: BlockLibraries,
        presets: Sequence[tuple[str, str]] = (),
        parent: QWidget | None = None,
    ) -> None:
        """presets: name and what it is for."""
        super().__init__(parent)
        self._workspace = workspace
        self._libraries = libraries
        self._block_names: tuple[str, ...] | None = None
        self._open_before: list[QTreeWidgetItem] | None = None
        self._is_narrowed = False
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
        self.tree.menu_requested.connect(self._open_menu)
        self.tree.delete_requested.connect(self._delete)
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
        self._blocks = self.tree.section("Blocks", "block", open=True)
        self._own = self.tree.section(MY_BLOCKS, "folder", open=True)
        ready = self.tree.section(BUILDING_BLOCKS, "block", open=False)
        for block in building_blocks():
            item = self.tree.leaf(ready, block.name, "block", f"{block.words} building block")
            item.setData(0, ADDS, block.key)
            item.setToolTip(0, f"{block.name}\n{block.note}")
        for category, layers in registry.by_category().items():
            section = self.tree.section(category.value, category.name.lower(), open=False)
            for layer in layers:
                self._add_layer(section, layer)
        self._presets = self.tree.section("Presets", "star", open=False)
        for name, task in presets:
            item = self.tree.leaf(self._presets, name, "layers", f"{name} {task}")
            item.setData(0, PRESET, name)
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDragEnabled)
            about = "A whole model: double-click to open it. It cannot be put into this one."
            item.setToolTip(0, "\n".join(line for line in (name, task, about) if line))
        self._presets.setHidden(not presets)
        theme.notifier.changed.connect(self.tree.tint)
        libraries.changed.connect(self._fill_own)
        self._fill_own()
        self.refresh()

    # -- filling ------------------------------------------------------------------------------

    def _add_layer(self, section: QTreeWidgetItem, layer: Layer) -> None:
        words = " ".join([layer.type, *layer.keywords, layer.category.value])
        item = self.tree.leaf(section, layer.type, category_key(layer.type), words)
        item.setData(0, ADDS, layer.type)
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
            item = self.tree.leaf(self._blocks, name, "block", f"{name} block")
            item.setData(0, ADDS, name)
            note = project.by_name[name].note or "A block of this project."
            item.setToolTip(0, f"{name}\n{note}")
        self._filter(self.search.text())

    def _fill_own(self) -> None:
        """Show the blocks that the library has now, or how it is filled."""
        self._own.takeChildren()
        for block in self._libraries.blocks:
            self._add_own(block)
        if not self._libraries.blocks:
            item = self.tree.leaf(self._own, NONE_YET, "", "")
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            item.setFont(0, theme.text_font(theme.SMALL_SIZE))
            item.setToolTip(0, NONE_YET_MORE)
        self._filter(self.search.text())

    def _add_own(self, block: LibraryBlock) -> None:
        icon = "warning" if block.problem else "block"
        item = self.tree.leaf(self._own, block.name, icon, f"{block.name} my block")
        item.setData(0, OWN, block.path.name)
        if block.problem:
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            item.setToolTip(0, f"{block.name} cannot be used\n{block.problem}")
        else:
            item.setData(0, ADDS, block.path.name)
            item.setToolTip(0, f"{block.name}\n{block.note or 'A block of your own.'}")

    # -- searching ----------------------------------------------------------------------------

    def _filter(self, typed: str) -> None:
        typed = typed.strip()
        if not typed and not self._is_narrowed:  # every entry can be seen
            for section in self.tree.sections():
                section.setHidden(section.childCount() == 0)
            return
        self._is_narrowed = bool(typed)
        if typed and self._open_before is None:
            self._open_before = [s for s in self.tree.sections() if s.isExpanded()]
        best: tuple[float, QTreeWidgetItem] | None = None
        for section in self.tree.sections():
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
            for section in self.tree.sections():
                section.setExpanded(section in self._open_before)
            self._open_before = None
        self._nothing.setVisible(bool(typed) and best is None)
        if best is not None:
            self.tree.setCurrentItem(best[1])

    @staticmethod
    def _fit(typed: str, item: QTreeWidgetItem) -> float | None:
        """Tell whether letters occur in order in the name, or the text in the other words."""
        if typed and not _can_be_chosen(item):
            return None
        later = _WHOLE_MODEL if item.data(0, PRESET) else 0.0
        by_name = match(typed, item.text(0))
        if by_name is not None:
            return by_name.score + later
        found = typed.lower() in str(item.data(0, WORDS)).lower()
        return _BY_WORDS + later if found else None

    def visible_names(self) -> list[str]:
        """Return the names that can be chosen now."""
        return [
            item.text(0)
            for section in self.tree.sections()
            if not section.isHidden()
            for item in children(section)
            if not item.isHidden() and _can_be_chosen(item)
        ]

    def item(self, name: str) -> QTreeWidgetItem | None:
        """Find the entry called `name`."""
        return next((item for item in self.tree.entries() if item.text(0) == name), None)

    # -- acting -------------------------------------------------------------------------------

    def _choose(self, item: QTreeWidgetItem) -> None:
        if item.data(0, ADDS):
            self.add_requested.emit(str(item.data(0, ADDS)))
        elif item.data(0, PRESET):
            self.preset_requested.emit(str(item.data(0, PRESET)))

    def _delete(self, item: QTreeWidgetItem) -> None:
        if item.data(0, OWN):
            self.remove_requested.emit(str(item.data(0, OWN)))

    def menu_for(self, item: QTreeWidgetItem) -> QMenu | None:
        """Make the menu of an entry; None where there is nothing but to add or open it."""
        menu = QMenu(self)
        if item.data(0, OWN):
            if item.data(0, ADDS):
                menu.addAction("Add", lambda: self._choose(item))
                menu.addSeparator()
            menu.addAction("Remove from my blocks...", lambda: self._delete(item))
        elif self._blocks.indexOfChild(item) >= 0:
            name = item.text(0)
            menu.addAction("Add", lambda: self._choose(item))
            menu.addSeparator()
            menu.addAction("Save to my blocks", lambda: self.save_requested.emit(name))
        else:
            menu.deleteLater()
            return None
        return menu

    def _open_menu(self, item: QTreeWidgetItem, at: QPoint) -> None:
        menu = self.menu_for(item)
        if menu is not None:
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(at)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate and self.isVisible():
            self._libraries.refresh()  # another window may have saved one
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._libraries.refresh()

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


def _can_be_chosen(item: QTreeWidgetItem) -> bool:
    return bool(item.data(0, ADDS) or item.data(0, PRESET))
