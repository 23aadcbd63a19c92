"""The search at the cursor: type a few letters, Return adds. Filtered by what fits a wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
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

from nnstudio.ui.canvas.items.style import advance, elide
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.fuzzy_match import match
from nnstudio.workspace.candidates import Candidate

WIDTH, HEIGHT = 380, 368
ROW = 32
_CANDIDATE = Qt.ItemDataRole.UserRole


def rank(query: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Sort the candidates that answer a query, best first; what does not fit comes last.

    What is called exactly so is meant, whatever else fits.
    """
    if not query.strip():
        return list(candidates)
    scored: list[tuple[bool, float, Candidate]] = []
    for candidate in candidates:
        own = match(query, candidate.type)
        # A word that means the layer counts too, but only if the query stands in it whole.
        words = [m.score for word in candidate.keywords if (m := match(query, word))]
        best = max([own.score if own else 0.0, *(s - 45.0 for s in words if s > 100.0)])
        if best > 0.0 or own:
            scored.append((candidate.fits, best, candidate))
    exact = query.strip().lower()
    scored.sort(key=lambda entry: (entry[2].type.lower() != exact, not entry[0], -entry[1]))
    return [candidate for _, _, candidate in scored]


class _Row(QStyledItemDelegate):
    """Icon, type, section; at the right the shape that it would give."""

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:
        return QSize(WIDTH - 20, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:
        candidate: Candidate = index.data(_CANDIDATE)  # type: ignore[attr-defined]
        shown = theme.current()
        rect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shown.qcolor("selection"))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 5, 5)
        if not candidate.fits:
            painter.setOpacity(0.5)
        middle = rect.center().y()
        icon = icons.category(candidate.category, 16)
        painter.drawPixmap(QPoint(rect.left() + 10, middle - 8), icon)
        title = theme.text_font(theme.TEXT_SIZE, QFont.Weight.Medium)
        left = rect.left() + 36
        painter.setFont(title)
        painter.setPen(shown.qcolor("text"))
        flag = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(rect.adjusted(36, 0, 0, 0), flag, candidate.type)
        mono = bool(candidate.result) or not candidate.fits
        font = theme.mono_font(theme.SMALL_SIZE) if mono else theme.text_font(theme.SMALL_SIZE)
        text = candidate.result or (candidate.section if candidate.fits else "does not fit")
        room = rect.right() - 12 - (left + advance(title, candidate.type) + 16)
        painter.setFont(font)
        painter.setPen(shown.qcolor("muted"))
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(rect.adjusted(0, 0, -12, 0), right, elide(font, text, room))
        painter.restore()


class SearchPopup(QFrame):
    """The search over the canvas; `chosen` once, or `dismissed`, and then it is gone."""

    chosen = Signal(str)
    dismissed = Signal()

    def __init__(self, parent: QWidget, candidates: Sequence[Candidate], note: str = "") -> None:
        super().__init__(parent)
        self.candidates = candidates
        self._around = parent
        self._done = False
        self.setObjectName("canvasSearch")
        self.setAutoFillBackground(True)
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Search layers and blocks")
        self.field.setAccessibleName("Search layers and blocks")
        self.field.setClearButtonEnabled(True)
        self.list = QListWidget(self)
        self.list.setObjectName("canvasSearchList")
        self.list.setItemDelegate(_Row(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.note = QLabel(note, self)
        self.note.setObjectName("canvasSearchNote")
        self.note.setFont(theme.text_font(theme.SMALL_SIZE))
        self.note.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addWidget(self.list)
        column.addWidget(self.note)
        self._restyle()
        self.resize(WIDTH, HEIGHT)
        self.field.textChanged.connect(self._filter)
        self.field.returnPressed.connect(self._accept)
        self.list.itemClicked.connect(lambda _item: self._accept())
        self.list.itemEntered.connect(self.list.setCurrentItem)
        self.field.installEventFilter(self)
        self._filter("")

    def open_at(self, place: QPoint) -> None:
        """Show near a place of the parent, wholly inside it."""
        around = self._around.rect().adjusted(8, 8, -8, -8)
        self.resize(min(WIDTH, around.width()), min(HEIGHT, around.height()))
        x = min(max(place.x(), around.left()), around.right() - self.width())
        y = min(max(place.y(), around.top()), around.bottom() - self.height())
        self.move(x, y)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_popup(self) -> None:
        """Go away without a choice."""
        self._finish(self.dismissed.emit)

    def _restyle(self) -> None:
        colours = theme.current().colours
        self.setStyleSheet(
            f"#canvasSearch {{ background: {colours.panel}; border-radius: 8px;"
            f" border: 1px solid {colours.line_strong}; }}"
            "#canvasSearchList { background: transparent; border: none; outline: none; }"
            f"#canvasSearchNote {{ color: {colours.muted}; }}"
        )

    def _filter(self, query: str) -> None:
        self.list.clear()
        for candidate in rank(query, self.candidates):
            item = QListWidgetItem(candidate.type)
            item.setData(_CANDIDATE, candidate)
            item.setToolTip(candidate.help)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        none = not self.list.count()
        self.note.setVisible(none or bool(self.note.text()))
        if none:
            self.note.setText("Nothing of this name; try a part of it, such as conv or norm.")

    def _accept(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            candidate: Candidate = item.data(_CANDIDATE)
            self._finish(lambda: self.chosen.emit(candidate.key or candidate.type))

    def _finish(self, say: Callable[[], object]) -> None:
        if not self._done:
            self._done = True
            self.hide()
            say()
            self.deleteLater()

    # -- Qt ----------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.close_popup()
                return True
            if event.key() == Qt.Key.Key_Tab:
                self._accept()
                return True
            rows = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: 8,
                Qt.Key.Key_PageUp: -8,
            }
            if (by := rows.get(Qt.Key(event.key()))) is not None:
                row = self.list.currentRow() + by
                self.list.setCurrentRow(min(max(row, 0), self.list.count() - 1))
                return True
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
            keep = (
                Qt.FocusReason.ActiveWindowFocusReason,
                Qt.FocusReason.PopupFocusReason,
            )
            if event.reason() not in keep and not self._done:
                self.close_popup()
        return super().eventFilter(watched, event)
