"""A table of sentences: how severe, where, what, and buttons that put it right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.theme.icons import SEVERITIES
from nnstudio.ui.widgets.elided_button import ElidedButton

WORDS = {"error": "Error", "warning": "Warning", "advice": "Advice", "note": "Note"}
ORDER = ("error", "warning", "advice", "note")
_ROW, _TWO_LINES, _AROUND = 34, 31, 12
"""The height of a row; from which height a sentence has several lines, and the room around it."""
_WIDEST_FIX = 340
_NARROW = 560
"""Below this width a kind is its icon, places are left out, and buttons have a part of the room."""
_KIND, _PLACE, _ICON = 104, 220, 38
_BUTTONS = 2
"""Fixes that have a button each; of more the first has one, the others a menu."""


@dataclass(frozen=True)
class Sentence:
    """One row. fixes: title and act of each button."""

    severity: str
    where: str
    sentence: str
    fixes: tuple[tuple[str, Callable[[], object]], ...] = ()


class SentenceTable(QTableWidget):
    """Rows as high as their sentences; arrows go through them, Tab leads on to the buttons."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        """title: what the column of sentences is called."""
        super().__init__(0, 4, parent)
        self._tip = ""
        self._widest, self._is_narrow = 0, False
        self.setHorizontalHeaderLabels(("Kind", "Where", title, "Fix"))
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)  # Tab leads on, arrows go through the rows
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        for column in (0, 1, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.setColumnWidth(0, _KIND)
        self.setColumnWidth(1, _PLACE)
        self._resized = QTimer(self, singleShot=True, interval=0)  # after the table's own layout
        self._resized.timeout.connect(self._fit_rows)
        header.geometriesChanged.connect(self._resized.start)
        header.sectionResized.connect(lambda *_: self._resized.start())

    def set_tip(self, tip: str) -> None:
        """Say on hover over a place what a double-click does."""
        self._tip = tip

    def show_sentences(self, sentences: Sequence[Sentence]) -> None:
        """Show other rows."""
        self.setRowCount(0)
        self.setRowCount(len(sentences))
        for row, told in enumerate(sentences):
            icon, colour = SEVERITIES[told.severity]
            kind = QTableWidgetItem(WORDS[told.severity])
            kind.setData(Qt.ItemDataRole.AccessibleTextRole, WORDS[told.severity])
            kind.setToolTip(f"{WORDS[told.severity]}: {told.where}" if told.where else "")
            kind.setIcon(QIcon(icons.pixmap(icon, colour, 16)))
            where = QTableWidgetItem(told.where)
            where.setFont(theme.mono_font(12))
            where.setToolTip(self._tip)
            sentence = QTableWidgetItem(told.sentence)
            sentence.setToolTip(told.sentence)
            for column, item in enumerate((kind, where, sentence)):
                self.setItem(row, column, item)
            if told.fixes:
                self.setCellWidget(row, 3, self._buttons(told))
        holders = [self.cellWidget(row, 3) for row in range(len(sentences))]
        widths = [holder.sizeHint().width() for holder in holders if holder is not None]
        self._widest = min(max(widths, default=80) + 16, _WIDEST_FIX)
        self._fit_columns()
        self._fit_rows()
        self._resized.start()

    def _fit_columns(self) -> None:
        """Leave most of the width to the sentences."""
        narrow = self._is_narrow
        self.setColumnHidden(1, narrow)
        self.setColumnWidth(0, _ICON if narrow else _KIND)
        room = 2 * self.viewport().width() // 5
        self.setColumnWidth(3, min(self._widest, room) if narrow else self._widest)
        self.setHorizontalHeaderItem(0, QTableWidgetItem("" if narrow else "Kind"))
        for row in range(self.rowCount()):
            kind = self.item(row, 0)
            if kind is not None:
                said = kind.data(Qt.ItemDataRole.AccessibleTextRole)
                kind.setText("" if narrow else said)
            holder = self.cellWidget(row, 3)
            layout = holder.layout() if holder is not None else None
            if isinstance(layout, QBoxLayout):
                layout.setDirection(self._direction())

    def _direction(self) -> QBoxLayout.Direction:
        """How buttons stand: in a line, or one below the other where there is little room."""
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        return down if self._is_narrow else across

    def _fit_rows(self) -> None:
        """Give every row the height of its sentence at the width that there is."""
        for row in range(self.rowCount()):
            needed = self.sizeHintForRow(row)  # of a sentence, or of the button beside it
            self.setRowHeight(row, _ROW if needed < _TWO_LINES else needed + _AROUND)

    def _buttons(self, told: Sentence) -> QWidget:
        holder = QWidget()
        row = QBoxLayout(self._direction(), holder)
        row.setContentsMargins(8, 3, 8, 3)
        row.setSpacing(6)
        shown = told.fixes if len(told.fixes) <= _BUTTONS else told.fixes[:1]
        for title, act in shown:
            button = _button(title)
            button.clicked.connect(lambda _on=False, act=act: act())
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)  # beside the sentence's first line
        if shown != told.fixes:
            others = _button("Other...")
            others.setMinimumWidth(others.sizeHint().width())  # the longer title gives way
            others.clicked.connect(lambda: self._open_others(told, others))
            row.addWidget(others, 0, Qt.AlignmentFlag.AlignTop)
        row.addStretch(1)
        return holder

    def _open_others(self, told: Sentence, under: QWidget) -> None:
        """Offer the fixes that have no button of their own."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for title, act in told.fixes[1:]:
            menu.addAction(title, lambda act=act: act())
        menu.popup(under.mapToGlobal(under.rect().bottomLeft()))

    def fix_buttons(self, row: int) -> list[QPushButton]:
        """The buttons of a row, in their order; none if there is no fix."""
        holder = self.cellWidget(row, 3)
        return holder.findChildren(QPushButton) if holder else []

    # -- Qt -----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._is_narrow = event.size().width() < _NARROW
        if event.size().width() != event.oldSize().width():
            self._fit_columns()


def _button(title: str) -> ElidedButton:
    button = ElidedButton(title)
    button.setProperty("role", "small")
    button.ensurePolished()
    return button
