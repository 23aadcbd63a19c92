"""The page of keys: every act with its keys, to read and to change, and the gestures."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from nnstudio.project.refusal import Refusal
from nnstudio.ui.action_table import MENUS
from nnstudio.ui.actions.actions import Actions
from nnstudio.ui.palette.tree import children
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.fit_screen import resize_within_screen

_ID = Qt.ItemDataRole.UserRole
KEYS = 1
"""The column of the keys."""
HINT = "Double-click an act, or press Return on it, to give it another key."
Index = QModelIndex | QPersistentModelIndex

MOUSE = (
    ("Add a layer at the pointer", "Double-click on the canvas"),
    ("See what fits", "Drag a wire into the open"),
    ("Insert into a wire", "Drop a node on it"),
    ("Enter a block", "Double-click on it"),
    ("Duplicate", "Alt + drag"),
    ("Select several", "Drag on the canvas; Shift adds"),
    ("Pan", "Middle button, Space + drag, two fingers"),
    ("Zoom", "Wheel, pinch"),
    ("Walk along the wires", "Arrow keys; Shift selects"),
    ("Nudge", "Alt + arrow keys"),
)


class _KeyDelegate(QStyledItemDelegate):
    """Edits the keys of a row: the next key pressed is the new one. `pressed(item, key)`."""

    pressed = Signal(QTreeWidgetItem, str)

    def __init__(self, tree: QTreeWidget) -> None:
        super().__init__(tree)
        self._tree = tree

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> QWidget | None:
        item = self._tree.itemFromIndex(index)
        if index.column() != KEYS or not item.data(0, _ID):
            return None
        editor = QKeySequenceEdit(parent)
        editor.setMaximumSequenceLength(1)
        editor.setAccessibleName(f"New key of {item.text(0)}")
        editor.editingFinished.connect(lambda: self._finish(editor, item))
        return editor

    def _finish(self, editor: QKeySequenceEdit, item: QTreeWidgetItem) -> None:
        key = editor.keySequence().toString()
        if key and editor.isEnabled():  # it says twice that it has finished
            editor.setEnabled(False)
            self.closeEditor.emit(editor)
            self.pressed.emit(item, key)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """The field begins empty: what is shown there is what was pressed."""

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """The page sets the keys; the row shows what the table of actions says."""


class ShortcutsPage(QDialog):
    """Made from the table of actions. A double-click on a row, or Return, changes its keys."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keys")
        resize_within_screen(self, 680, 640)
        self._actions = actions
        self._wanted: tuple[QTreeWidgetItem, str] | None = None
        self._search = QLineEdit(placeholderText="Search acts and keys", clearButtonEnabled=True)
        self._search.textChanged.connect(self._filter)
        self.tree = QTreeWidget()
        self.tree.setColumnCount(2)
        self.tree.setHeaderLabels(["Act", "Keys"])
        self.tree.setRootIsDecorated(False)
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setStretchLastSection(False)
        self.tree.setColumnWidth(KEYS, 260)
        self.tree.itemActivated.connect(lambda item, _column: self.edit(item))
        self.tree.currentItemChanged.connect(lambda *_: self._forget_wanted())
        self._delegate = _KeyDelegate(self.tree)
        self._delegate.pressed.connect(self.set_key)
        self._delegate.closeEditor.connect(lambda *_: self._hint())
        self.tree.setItemDelegateForColumn(KEYS, self._delegate)
        self.message = QLabel(HINT, wordWrap=True)
        self.message.setProperty("role", "muted")
        self.take_button = self._button("Take it over", self._take)
        self.take_button.hide()
        self.reset_button = self._button("Reset this key", self._reset_current)
        self.reset_all_button = self._button("Reset all", self._reset_all)
        close = self._button("Close", self.close)
        foot = QHBoxLayout()
        foot.addWidget(self.message, 1)
        for button in (self.take_button, self.reset_button, self.reset_all_button, close):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        column.addWidget(self._search)
        column.addWidget(self.tree, 1)
        column.addLayout(foot)
        self._fill()

    @staticmethod
    def _button(title: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(title)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: act())
        return button

    def _fill(self) -> None:
        for menu in MENUS:
            head = self._head(menu)
            for spec in self._actions.specs.values():
                if spec.menu.split("/")[0] == menu and not spec.id.startswith("file.recent"):
                    item = QTreeWidgetItem(head, [spec.plain_title, ""])
                    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                    item.setData(0, _ID, spec.id)
                    item.setToolTip(0, spec.note)
                    self._show_keys(item)
        mouse = self._head("Mouse and arrows")
        for act, gesture in MOUSE:
            QTreeWidgetItem(mouse, [act, gesture])
        self.tree.expandAll()

    def _head(self, title: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self.tree, [title])
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        item.setFont(0, theme.text_font(weight=QFont.Weight.DemiBold))
        return item

    def row(self, id: str) -> QTreeWidgetItem:
        """The row of an act."""
        return next(item for item in self._rows() if item.data(0, _ID) == id)

    def _rows(self) -> Iterator[QTreeWidgetItem]:
        for head in children(self.tree.invisibleRootItem()):
            yield from (item for item in children(head) if item.data(0, _ID))

    def _show_keys(self, item: QTreeWidgetItem) -> None:
        id = str(item.data(0, _ID))
        native = QKeySequence.SequenceFormat.NativeText
        item.setText(
            KEYS, "   ".join(QKeySequence(key).toString(native) for key in self._actions.keys(id))
        )
        weight = QFont.Weight.DemiBold if self._actions.has_own_keys(id) else QFont.Weight.Normal
        item.setFont(KEYS, theme.mono_font(12, weight))
        item.setToolTip(KEYS, "Changed by you" if self._actions.has_own_keys(id) else "")

    def _filter(self, typed: str) -> None:
        wanted = typed.lower().split()
        for head in children(self.tree.invisibleRootItem()):
            shown = 0
            for item in children(head):
                text = f"{item.text(0)} {item.text(KEYS)}".lower()
                fits = all(word in text for word in wanted)
                item.setHidden(not fits)
                shown += fits
            head.setHidden(not shown)

    # -- changing a key -----------------------------------------------------------------------

    def edit(self, item: QTreeWidgetItem) -> None:
        """Wait for the new key of a row."""
        if not item.data(0, _ID):
            self.message.setText("The mouse cannot be re-mapped.")
            return
        self._forget_wanted()
        self.message.setText(f"Press the new key of '{item.text(0)}', or Esc to leave it.")
        self.tree.editItem(item, KEYS)

    def _hint(self) -> None:
        self.message.setText(HINT)

    def set_key(self, item: QTreeWidgetItem, key: str) -> None:
        """Give the act of a row another key; for a taken one, say who has it and offer it."""
        id = str(item.data(0, _ID))
        try:
            self._actions.set_keys(id, (key,))
            self.message.setText(f"'{item.text(0)}' has the key {key} now.")
        except Refusal as refusal:
            self.message.setText(str(refusal))
            self._wanted = (item, key)
            self.take_button.show()
        self._show_keys(item)

    def _take(self) -> None:
        """Give the wanted key to the row, and none of it to whoever had it."""
        if self._wanted is None:
            return
        item, key = self._wanted
        loser = self._actions.holder(key)
        if loser is not None:
            left = tuple(
                k for k in self._actions.keys(loser) if QKeySequence(k) != QKeySequence(key)
            )
            self._actions.set_keys(loser, left)
            self._show_keys(self.row(loser))
        self._forget_wanted()
        self.set_key(item, key)

    def _forget_wanted(self) -> None:
        self._wanted = None
        self.take_button.hide()

    def _reset_current(self) -> None:
        item = self.tree.currentItem()
        if item is None or not item.data(0, _ID):
            self.message.setText("Choose an act first.")
            return
        try:
            self._actions.set_keys(str(item.data(0, _ID)), None)
            self.message.setText(f"'{item.text(0)}' has its own key again.")
        except Refusal as refusal:
            self.message.setText(str(refusal))
        self._show_keys(item)

    def _reset_all(self) -> None:
        self._actions.reset_all_keys()
        for item in self._rows():
            self._show_keys(item)
        self._forget_wanted()
        self.message.setText("All acts have their own keys again.")
