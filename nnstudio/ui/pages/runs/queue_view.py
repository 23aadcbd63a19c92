"""The queue above the runs: what is trained and what waits, moved, held, started, removed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSpinBox,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.runs.queue.entry import MOST, Queued
from nnstudio.ui.pages.runs.acting import Acts
from nnstudio.ui.pages.runs.queue_rows import COLUMNS, QueueRows
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.workspace.queue.page import QueuePage

ROW, SEEN = 28, 5
"""Height of a row, and how many are seen at most without scrolling."""
NARROW, LOW = 960, 780
"""Below this width buttons are their icons; below this height of the page fewer rows are seen."""
_WIDTHS = {"place": 40, "state": 116, "name": 240, "added": 128}
HEAD = ("queue.pause", "queue.stop")
SELECTED = ("queue.now", "queue.hold", "queue.up", "queue.down", "queue.remove")


class QueueTable(QTableView):
    """`asked(id)` for an act of the table of acts by a key that lists have."""

    asked = Signal(str)
    _KEYS = {
        Qt.Key.Key_Space: "queue.hold",
        Qt.Key.Key_Delete: "queue.remove",
        Qt.Key.Key_Backspace: "queue.remove",
        Qt.Key.Key_Return: "queue.now",
        Qt.Key.Key_Enter: "queue.now",
    }
    _WITH_ALT = {Qt.Key.Key_Up: "queue.up", Qt.Key.Key_Down: "queue.down"}

    def __init__(self, rows: QueueRows) -> None:
        super().__init__()
        self.setModel(rows)
        self.setAccessibleName("Queue")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setIconSize(icons.size(16))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDragDropOverwriteMode(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.horizontalHeader().hide()
        stretch = QHeaderView.ResizeMode.Stretch
        self.horizontalHeader().setSectionResizeMode(COLUMNS.index("about"), stretch)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(COLUMNS.index(column), width)

    def _act(self, event: QKeyEvent) -> str | None:
        key = Qt.Key(event.key())
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if modifiers == Qt.KeyboardModifier.AltModifier:
            return self._WITH_ALT.get(key)
        return self._KEYS.get(key) if modifiers == Qt.KeyboardModifier.NoModifier else None

    def event(self, event: QEvent) -> bool:
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and self._act(event) is not None:
            event.accept()  # else the canvas would get it
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = self._act(event)
        if act is not None:
            self.asked.emit(act)
        else:
            super().keyPressEvent(event)


class QueueView(QFrame):
    """Hidden while the queue is empty. `run_requested(id)` by a double-click on one that runs."""

    run_requested = Signal(str)
    changed = Signal()

    def __init__(self, page: QueuePage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page = page
        self.setProperty("role", "bar")
        title = QLabel("Queue")
        title.setFont(theme.text_font(13, QFont.Weight.DemiBold))
        self.about = ElidedLabel()
        self.about.setProperty("role", "muted")
        self.about.setFont(theme.text_font(12))
        at_once = QLabel("At once on a device")
        at_once.setProperty("role", "muted")
        self.at_once = QSpinBox(minimum=1, maximum=MOST)
        self.at_once.setAccessibleName("Trainings at once on a device")
        self.at_once.setToolTip("How many are trained at the same time on one device")
        self.at_once.setFixedWidth(56)
        at_once.setBuddy(self.at_once)
        self.head = QHBoxLayout()
        self.head.setContentsMargins(16, 6, 12, 4)
        self.head.setSpacing(8)
        self.head.addWidget(title)
        self.head.addWidget(self.about, 1)
        self.rows = QueueRows(page)
        self.table = QueueTable(self.rows)
        self.table.doubleClicked.connect(self._on_double_click)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self.changed.emit())
        self._at_once = (at_once, self.at_once)
        self._acts: Acts | None = None
        self._titled: list[QToolButton] = []
        self._most = SEEN
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 5)  # the line below
        column.setSpacing(0)
        column.addLayout(self.head)
        column.addWidget(self.table)
        page.changed.connect(self.refresh)
        self.refresh()

    def bind(self, actions: Acts) -> None:
        """Let buttons and keys do what the table of acts says."""
        self._acts = actions
        self.table.asked.connect(actions.run)
        for id in (*SELECTED, *HEAD):
            if id == HEAD[0]:
                self.head.addSpacing(12)
                for widget in self._at_once:
                    self.head.addWidget(widget)
            button = QToolButton()
            button.setDefaultAction(actions.action(id))
            style = Qt.ToolButtonStyle
            titled = id in HEAD
            if titled:
                self._titled.append(button)
            button.setToolButtonStyle(
                style.ToolButtonTextBesideIcon if titled else style.ToolButtonIconOnly
            )
            button.setProperty("role", "quiet")
            button.setIconSize(icons.size(16))
            button.setMinimumHeight(28)
            self.head.addWidget(button)

    # -- what is shown ------------------------------------------------------------------------

    @property
    def selected(self) -> tuple[Queued, ...]:
        """The selected rows, in their order."""
        picked = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        return tuple(self.rows.rows[row] for row in picked if row < len(self.rows.rows))

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the selected ones."""
        return tuple(one.id for one in self.selected)

    def refresh(self) -> None:
        """Show the queue as it was seen last; what was selected stays so, wherever it is now."""
        seen, ids = self.page.seen, set(self.ids)
        self.rows.reload()
        self.about.set_full_text(seen.sentence)
        if not self.at_once.hasFocus():
            blocked = self.at_once.blockSignals(True)
            self.at_once.setValue(seen.control.at_once)
            self.at_once.blockSignals(blocked)
        self.table.setFixedHeight(ROW * max(1, min(self._most, len(seen.entries))) + 2)
        self.setVisible(bool(seen.entries))
        kept = [k for k, one in enumerate(seen.entries) if one.id in ids]
        flags = self.table.selectionModel().SelectionFlag
        for k in kept or ([0] if seen.entries else []):
            index = self.rows.index(k, 0)
            self.table.selectionModel().select(index, flags.Select | flags.Rows)
            self.table.selectionModel().setCurrentIndex(index, flags.NoUpdate)
        self.changed.emit()

    def give_room(self, height: int) -> None:
        """Show as many rows as a page of this height has room for."""
        most = SEEN if height >= LOW else 3 if height >= LOW - 140 else 2
        if most != self._most:
            self._most = most
            self.refresh()

    def _on_double_click(self, index: QModelIndex) -> None:
        one = self.rows.rows[index.row()]
        if one.standing.is_active:
            self.run_requested.emit(one.id)

    def _open_menu(self, place: QPoint) -> None:
        if self._acts is None or not self.ids:
            return
        menu = self._acts.menu((SELECTED,), self)
        menu.popup(self.table.viewport().mapToGlobal(place))

    # -- Qt -----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        style, narrow = Qt.ToolButtonStyle, event.size().width() < NARROW
        self._at_once[0].setVisible(not narrow)
        for button in self._titled:
            button.setToolButtonStyle(
                style.ToolButtonIconOnly if narrow else style.ToolButtonTextBesideIcon
            )

    def stop(self) -> None:
        """Follow the page no more."""
        self.page.changed.disconnect(self.refresh, missing_ok=True)
