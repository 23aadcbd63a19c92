"""The list of fields: kind, name, role, rule for what is missing, distinct values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from nnstudio.project.data.fields import Field
from nnstudio.project.data.spec import DataSpec
from nnstudio.ui.forms.sections import Section
from nnstudio.ui.pages.data.fields_model import (
    CHOICE,
    DISTINCT,
    GUESSED,
    MISSING_RULE,
    NAME,
    ROLE,
    FieldsModel,
)
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.workspace.data_page import edits
from nnstudio.workspace.data_page.controller import DataPage
from nnstudio.workspace.data_page.words import KINDS, MISSING, ROLES, missing_rules

ROW = 28
MOST_ROWS, SEARCHED = 11, 12
"""Rows that are seen at once; from how many fields on there is a line to look for one."""
WIDTHS = {ROLE: 90, MISSING_RULE: 80, DISTINCT: 60}
_Index = QModelIndex | QPersistentModelIndex


class ChoiceCells(QStyledItemDelegate):
    """Draws an arrow in cells that offer a choice, and a dot in those that were guessed."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        guessed, choice = bool(index.data(GUESSED)), bool(index.data(CHOICE))
        inner = QStyleOptionViewItem(option)
        inner.rect = option.rect.adjusted(0, 0, -(14 * choice + 10 * guessed), 0)
        super().paint(painter, option if not (choice or guessed) else inner, index)
        right = option.rect.right()
        if choice:
            arrow = icons.pixmap("chevron-down", "muted", 12)
            painter.drawPixmap(right - 15, option.rect.center().y() - 5, arrow)
            right -= 14
        if guessed:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.qcolor("accent"))
            painter.drawEllipse(QRectF(right - 10, option.rect.center().y() - 2, 6, 6))
            painter.restore()


class FieldsView(QTableView):
    """The table; what is chosen in it counts for all selected rows."""

    def __init__(self, section: FieldsSection) -> None:
        super().__init__()
        self._section = section
        self.setAccessibleName("Fields")
        self.setItemDelegate(ChoiceCells(self))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setIconSize(icons.size(16))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(ROW)
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_context_menu)
        self.clicked.connect(self._on_clicked)

    def fit(self, rows: int) -> None:
        """Take the height of the rows, within limits."""
        header = self.horizontalHeader()
        shown = max(1, min(MOST_ROWS, rows))
        self.setFixedHeight(header.sizeHint().height() + shown * ROW + 2)

    def set_widths(self) -> None:
        """Give the columns their widths; the name takes what is left."""
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(40)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in WIDTHS.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(column, width)

    def _on_clicked(self, index: QModelIndex) -> None:
        if index.data(CHOICE):
            self.open_choices(index)

    def open_choices(self, index: QModelIndex) -> QMenu | None:
        """Open the menu of a cell under it; None where there is nothing to choose."""
        menu = self._section.menu_of(index)
        if menu is not None:
            menu.popup(self.viewport().mapToGlobal(self.visualRect(index).bottomLeft()))
        return menu

    def _open_context_menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if index.isValid():
            self._section.whole_menu(index).popup(self.viewport().mapToGlobal(at))

    # -- Qt -----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.open_choices(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and not self.verticalScrollBar().isVisible():
            event.ignore()  # the column scrolls
            return False
        return super().viewportEvent(event)


class FieldsSection(Section):
    """The fields of the data; each choice is one undo step."""

    def __init__(self, page: DataPage, parent: QWidget | None = None) -> None:
        super().__init__("Fields", parent=parent)
        self._page = page
        self.model = FieldsModel()
        self.search = QLineEdit(placeholderText="Find a field", clearButtonEnabled=True)
        self.search.setAccessibleName("Find a field")
        self.search.textChanged.connect(self._look_for)
        self.view = FieldsView(self)
        self.view.setModel(self.model)
        self.view.set_widths()
        self.add(self.search)
        self.add(self.view)

    def refresh(self) -> None:
        """Show the fields as they are now."""
        self.model.show_page(self._page)
        self.search.setVisible(len(self._page.spec.fields) >= SEARCHED)
        self.view.fit(self.model.rowCount())

    def _look_for(self, words: str) -> None:
        self.model.look_for(words)

    def select(self, name: str) -> bool:
        """Select a field and bring it into view; False if there is none of that name."""
        for row, field in enumerate(self.model.fields):
            if field.name == name:
                self.view.setCurrentIndex(self.model.index(row, NAME))
                self.view.setFocus()
                return True
        return False

    # -- choosing -----------------------------------------------------------------------------

    def _chosen(self, index: QModelIndex) -> list[Field]:
        """The fields that a choice counts for: the selected ones, if that row is among them."""
        rows = sorted({one.row() for one in self.view.selectionModel().selectedRows()})
        if index.row() not in rows:
            rows = [index.row()]
        return [self.model.fields[row] for row in rows]

    def menu_of(self, index: QModelIndex) -> QMenu | None:
        """The choices of a cell; None where there are none."""
        if not index.isValid() or index.column() == DISTINCT:
            return None
        menu = self._new_menu()
        self._fill(menu, index, index.column())
        return menu

    def whole_menu(self, index: QModelIndex) -> QMenu:
        """All that can be chosen for a row, and agreeing to what was guessed of it."""
        menu = self._new_menu()
        for title, column in (("Kind", NAME), ("Role", ROLE), ("Missing", MISSING_RULE)):
            self._fill(menu.addMenu(title), index, column)
        names = {field.name for field in self._chosen(index)}
        spec = self._page.spec
        about = [
            guess.about
            for guess in spec.guesses
            if not guess.confirmed
            and guess.about.startswith("fields.")
            and guess.about.removeprefix("fields.").rpartition(".")[0] in names
        ]
        if about:
            menu.addSeparator()
            menu.addAction(
                icons.icon("tick", "muted", 16),
                "Confirm what was guessed",
                lambda: self._page.apply(edits.confirmed(spec, about), "Confirm a guess"),
            )
        return menu

    def _new_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _fill(self, menu: QMenu, index: QModelIndex, column: int) -> None:
        fields = self._chosen(index)
        names = [field.name for field in fields]
        first = self.model.fields[index.row()]
        spec = self._page.spec
        if column == ROLE:
            self._choices(
                menu, ROLES, first.role, lambda role: edits.with_role(spec, names, role), "role"
            )
        elif column == MISSING_RULE:
            words = {rule: MISSING[rule] for rule in missing_rules(first)}
            self._choices(
                menu,
                words,
                first.missing,
                lambda rule: edits.with_missing(spec, names, rule),
                "missing",
            )
        else:
            self._choices(
                menu, KINDS, first.kind, lambda kind: edits.with_kind(spec, names, kind), "kind"
            )

    def _choices(
        self,
        menu: QMenu,
        words: Mapping[Any, str],
        present: str,
        change: Callable[[Any], DataSpec],
        what: str,
    ) -> None:
        for value, word in words.items():
            action = menu.addAction(word)
            action.setCheckable(True)
            action.setChecked(value == present)
            action.triggered.connect(
                lambda _on=False, value=value, word=word: self._page.apply(
                    change(value), f"Set {what} to {word.lower()}"
                )
            )
