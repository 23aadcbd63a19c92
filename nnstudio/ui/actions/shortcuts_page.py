"""The page of keys: every act with its keys, to read and to change, and the gestures."""

from __future__ import annotations

from PySide6.QtCore import Qt
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

_ID = Qt.ItemDataRole.UserRole

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


class KeysPage(QDialog):
    """Made from the table of actions. A double-click on a key changes it."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keys")
        self.resize(680, 640)
        self._actions = actions
        self._search = QLineEdit(placeholderText="Search acts and keys", clearButtonEnabled=True)
        self._search.textChanged.connect(self._filter)
        self.tree = QTreeWidget()
        self.tree.setColumnCount(2)
        self.tree.setHeaderLabels(["Act", "Keys"])
        self.tree.setRootIsDecorated(False)
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setStretchLastSection(False)
        self.tree.setColumnWidth(1, 260)
        self.tree.itemDoubleClicked.connect(lambda item, _column: self._edit(item))
        self.tree.currentItemChanged.connect(lambda *_: self._end_editing())
        self._editor: QKeySequenceEdit | None = None
        self.message = QLabel("Double-click an act to give it another key.")
        self.message.setProperty("role", "muted")
        self._reset = QPushButton("Reset this key")
        self._reset.clicked.connect(self._reset_current)
        self._reset.setAutoDefault(False)
        close = QPushButton("Close")
        close.clicked.connect(self.close)
        close.setAutoDefault(False)
        foot = QHBoxLayout()
        foot.addWidget(self.message, 1)
        foot.addWidget(self._reset)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        column.addWidget(self._search)
        column.addWidget(self.tree, 1)
        column.addLayout(foot)
        self._fill()

    def _fill(self) -> None:
        for menu in MENUS:
            head = self._head(menu)
            for spec in self._actions.specs.values():
                if spec.menu.split("/")[0] == menu and not spec.id.startswith("file.recent"):
                    item = QTreeWidgetItem(head, [spec.plain_title, ""])
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

    def _show_keys(self, item: QTreeWidgetItem) -> None:
        keys = self._actions.keys(str(item.data(0, _ID)))
        native = QKeySequence.SequenceFormat.NativeText
        item.setText(1, "   ".join(QKeySequence(key).toString(native) for key in keys))
        item.setFont(1, theme.mono_font(12))

    def _filter(self, typed: str) -> None:
        wanted = typed.lower().split()
        for head in children(self.tree.invisibleRootItem()):
            shown = 0
            for item in children(head):
                text = f"{item.text(0)} {item.text(1)}".lower()
                fits = all(word in text for word in wanted)
                item.setHidden(not fits)
                shown += fits
            head.setHidden(not shown)

    # -- changing a key -----------------------------------------------------------------------

    def _edit(self, item: QTreeWidgetItem) -> None:
        if not item.data(0, _ID):
            return
        self._end_editing()
        editor = QKeySequenceEdit()
        editor.setMaximumSequenceLength(1)
        editor.keySequenceChanged.connect(lambda keys: self.set_key(item, keys.toString()))
        self._editor = editor
        self.tree.setItemWidget(item, 1, editor)
        editor.setFocus()
        self.message.setText("Press the new key.")

    def set_key(self, item: QTreeWidgetItem, key: str) -> None:
        """Give the act of a row another key; a taken key is refused with a sentence."""
        if not key:
            return
        try:
            self._actions.set_keys(str(item.data(0, _ID)), (key,))
            self.message.setText(f"{item.text(0)} has the key {key} now.")
        except Refusal as refusal:
            self.message.setText(str(refusal))
        self._end_editing()
        self._show_keys(item)

    def _reset_current(self) -> None:
        item = self.tree.currentItem()
        if item is None or not item.data(0, _ID):
            self.message.setText("Choose an act first.")
            return
        self._actions.set_keys(str(item.data(0, _ID)), None)
        self._show_keys(item)
        self.message.setText(f"{item.text(0)} has its own key again.")

    def _end_editing(self) -> None:
        if self._editor is None:
            return
        self._editor = None
        for head in children(self.tree.invisibleRootItem()):
            for item in children(head):
                if self.tree.itemWidget(item, 1) is not None:
                    self.tree.removeItemWidget(item, 1)
