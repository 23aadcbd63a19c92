"""The list of all actions: type a few letters, press Enter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.actions.actions import Actions
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.fuzzy_match import match

_ID = Qt.ItemDataRole.UserRole
_REASON = Qt.ItemDataRole.UserRole + 1
_KEYS = Qt.ItemDataRole.UserRole + 2
_WAY = Qt.ItemDataRole.UserRole + 3
ROW = 34


class CommandPalette(QDialog):
    """Opens over the window; what cannot be done now is grey and says why."""

    def __init__(self, actions: Actions, window: QWidget) -> None:
        super().__init__(window, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "popup")
        self._actions = actions
        self.search = QLineEdit(placeholderText="What would you like to do?")
        self.search.setMinimumHeight(34)
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(_Entry(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("Actions")
        self.list.itemClicked.connect(self._run)
        self.nothing = QLabel(wordWrap=True)
        self.nothing.setProperty("role", "muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.nothing.setContentsMargins(24, 40, 24, 0)
        self.nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.search)
        column.addWidget(self.nothing, 1)
        column.addWidget(self.list, 1)
        self.setFixedSize(560, 420)
        corner = window.mapToGlobal(QPoint((window.width() - 560) // 2, 72))
        self.move(corner)
        self._actions.refresh()
        self._fill("")
        self.search.setFocus()

    def _fill(self, typed: str) -> None:
        self.list.clear()
        found: list[tuple[float, int, str]] = []
        for order, spec in enumerate(self._actions.specs.values()):
            if spec.id == "help.palette" or not self._actions.action(spec.id).isVisible():
                continue
            title = self._actions.title(spec.id)
            fit = match(typed, title) or match(typed, f"{spec.menu} {title}")
            if fit is not None:
                found.append((fit.score if typed.strip() else 0.0, order, spec.id))
        found.sort(key=lambda item: (-item[0], item[1]))
        for _score, _order, id in found:
            self.list.addItem(self._item(id))
        self.list.setVisible(bool(found))
        self.nothing.setVisible(not found)
        if found:
            self.list.setCurrentRow(0)
        else:
            self.nothing.setText(
                f"No act is called '{typed.strip()}'. Layers and blocks are added with "
                f"{self._actions.keys_text('graph.add') or 'a double-click'} on the canvas."
            )

    def _item(self, id: str) -> QListWidgetItem:
        spec = self._actions.specs[id]
        reason = self._actions.reason(id)
        item = QListWidgetItem(self._actions.title(id).removesuffix("..."))
        item.setData(_ID, id)
        item.setData(_REASON, reason)
        item.setData(_KEYS, self._actions.keys_text(id))
        item.setData(_WAY, spec.menu.replace("/", " › "))
        item.setToolTip(reason or spec.note)
        if spec.icon:
            item.setIcon(icons.icon(spec.icon, "faint" if reason else "muted", 16))
        return item

    def _run(self, item: QListWidgetItem) -> None:
        id = str(item.data(_ID))
        if item.data(_REASON):
            self._actions.refused.emit(str(item.data(_REASON)))
        self.close()
        if not item.data(_REASON):
            self._actions.run(id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            steps = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: 10,
                Qt.Key.Key_PageUp: -10,
            }
            step = steps.get(Qt.Key(event.key()))
            if step is not None and self.list.count():
                row = min(max(self.list.currentRow() + step, 0), self.list.count() - 1)
                self.list.setCurrentRow(row)
                return True
            item = self.list.currentItem()
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
                self._run(item)
                return True
        return super().eventFilter(watched, event)


class _Entry(QStyledItemDelegate):
    """Icon and title, at the right the keys, between them the way or the reason."""

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:
        return QSize(200, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:
        data = index.data  # type: ignore[attr-defined]
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.qcolor("selection"))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 6, 6)
        icon = data(Qt.ItemDataRole.DecorationRole)
        if icon is not None:
            icon.paint(painter, QRect(rect.left() + 10, rect.center().y() - 8, 16, 16))
        reason, keys = data(_REASON), str(data(_KEYS) or "")
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.mono_font(11))
        painter.setPen(theme.qcolor("muted"))
        keys_width = painter.fontMetrics().horizontalAdvance(keys) + 12 if keys else 0
        painter.drawText(rect.adjusted(0, 0, -12, 0), middle | Qt.AlignmentFlag.AlignRight, keys)
        painter.setFont(theme.text_font())
        painter.setPen(theme.qcolor("muted" if reason else "text"))
        title = str(data(Qt.ItemDataRole.DisplayRole))
        painter.drawText(rect.adjusted(36, 0, 0, 0), middle | Qt.AlignmentFlag.AlignLeft, title)
        left = 36 + painter.fontMetrics().horizontalAdvance(title) + 14
        painter.setFont(theme.text_font(11))
        painter.setPen(theme.qcolor("muted"))
        room = rect.width() - left - keys_width - 20
        told = painter.fontMetrics().elidedText(
            str(reason or data(_WAY)), Qt.TextElideMode.ElideRight, max(room, 0)
        )
        painter.drawText(rect.adjusted(left, 1, 0, 0), middle | Qt.AlignmentFlag.AlignLeft, told)
        painter.restore()
