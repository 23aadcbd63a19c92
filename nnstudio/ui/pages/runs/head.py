"""Above the table: what is searched, the filters as pills that can be removed, the columns."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.pages.runs.texts import STATES, column_title
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.flow_area import FlowArea
from nnstudio.ui.widgets.plain_tip import plain_tip
from nnstudio.workspace.runs_page.columns import COLUMNS
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.runs_page.filters import Pill
from nnstudio.workspace.runs_page.grouping import GROUPINGS
from nnstudio.workspace.short_name import short_name

TYPING = 120
"""Milliseconds after a letter until what is typed is searched."""
NARROW = 760
"""Below this width buttons are their icons."""
MOST = 30
"""Models or data in the menu; of more, the words in the field find them."""


class _Search(QLineEdit):
    """Escape empties it; Down goes to the table."""

    down = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.down.emit()
        else:
            super().keyPressEvent(event)


class RunsHead(QFrame):
    """`table_wanted()` when the keyboard leaves the search downwards."""

    table_wanted = Signal()

    def __init__(self, page: RunsPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self.setProperty("role", "bar")
        self.search = _Search(placeholderText="Search name, note, model, data")
        self.search.setAccessibleName("Search the runs")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(140)
        self.search.setMaximumWidth(320)
        self.search.down.connect(self.table_wanted)
        self._typed = QTimer(self, singleShot=True, interval=TYPING)
        self._typed.timeout.connect(self._on_typed)
        self.search.textChanged.connect(lambda _text: self._typed.start())
        self.filter_button = self._button("Filter", "filter", "Show some of the runs alone")
        self.group_button = self._button("Group", "group", "Put runs under their study or model")
        self.group_button.clicked.connect(lambda: self._open(self.group_menu, self.group_button))
        self.differing = self._button(
            "Only what differs",
            "evaluation",
            "Hide columns in which all runs are the same, show settings in which they are not",
        )
        self.differing.setCheckable(True)
        self.differing.clicked.connect(page.show_only_differing)
        self.columns_button = self._button("Columns", "summary", "Choose the columns")
        self.filter_button.clicked.connect(lambda: self._open(self.filter_menu, self.filter_button))
        self.columns_button.clicked.connect(
            lambda: self._open(self.columns_menu, self.columns_button)
        )
        self.count = QLabel()
        self.count.setProperty("role", "muted")
        self.count.setFont(theme.figure_font(12))
        self.pills = FlowArea(6)
        self.pills.hide()
        self.pill_buttons: list[QToolButton] = []
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        row.addWidget(self.filter_button)
        row.addWidget(self.group_button)
        row.addStretch(1)
        row.addWidget(self.count)
        row.addWidget(self.differing)
        row.addWidget(self.columns_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.pills)
        page.listed.connect(self.refresh)
        self._pills: tuple[Pill, ...] = ()
        self.refresh()

    @staticmethod
    def _button(title: str, icon: str, tip: str) -> QToolButton:
        button = QToolButton(text=title)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(icons.size(16))
        button.setProperty("role", "quiet")
        button.setToolTip(tip)
        button.setAccessibleName(title)
        button.setMinimumHeight(28)
        icons.attach(button, icon, size=16)
        return button

    def stop(self) -> None:
        """Follow the page no more."""
        self._typed.stop()
        self._page.listed.disconnect(self.refresh, missing_ok=True)

    # -- what is shown ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the filter as it is now."""
        page, shown = self._page, len(self._page.rows)
        whole = page.count
        some = shown != whole and not page.filter.trashed
        runs = "run" if (whole if some else shown) == 1 else "runs"
        self.count.setText(f"{shown:,} of {whole:,} {runs}" if some else f"{shown:,} {runs}")
        by = page.grouping.by
        self.group_button.setText(f"By {GROUPINGS[by][0].lower()}" if by else "Group")
        self.differing.setChecked(page.column_choice.only_differing)
        if self.search.text() != page.filter.text and not self._typed.isActive():
            self.search.setText(page.filter.text)
        if page.filter.pills != self._pills:
            self._pills = page.filter.pills
            self._show_pills()

    def _show_pills(self) -> None:
        had_focus = any(button.hasFocus() for button in self.pill_buttons)
        self.pill_buttons = [self._pill(pill) for pill in self._pills]
        self.pills.fill(self.pill_buttons)
        self.pills.setVisible(bool(self._pills))
        if had_focus:
            (self.pill_buttons[0] if self.pill_buttons else self.search).setFocus()

    def _pill(self, pill: Pill) -> QToolButton:
        text = short_name(pill.text).replace("&", "&&")  # one alone underlines a letter
        button = QToolButton(text=text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the cross behind the word
        button.setProperty("role", "filter")
        button.setIconSize(QSize(12, 12))
        button.setToolTip(plain_tip(f"Remove the filter {pill.text}"))
        button.setAccessibleName(f"Remove the filter {pill.text}")
        icons.attach(button, "close", "muted", 12)
        button.clicked.connect(lambda: self._page.remove_pill(pill))
        return button

    def _on_typed(self) -> None:
        self._page.show_filter(self._page.filter.with_text(self.search.text()))

    # -- menus --------------------------------------------------------------------------------

    def _open(self, make: Callable[[], QMenu], under: QWidget) -> None:
        menu = make()
        menu.popup(under.mapToGlobal(QPoint(0, under.height())))

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        return menu

    def filter_menu(self) -> QMenu:
        """The menu of filters, of what the runs have."""
        page, menu = self._page, self._menu()
        choices, now = page.choices, page.filter

        def check(menu: QMenu, title: str, on: bool, act: Callable[[], object]) -> None:
            action = menu.addAction(title, act)
            action.setCheckable(True)
            action.setChecked(on)

        def toggle(kind: str, value: str = "") -> Callable[[], object]:
            return lambda: page.show_filter(page.filter.toggled(kind, value))

        check(menu, "Starred", now.starred, toggle("starred"))
        check(menu, "This project", bool(now.project), page.toggle_this_project)
        menu.addSeparator()
        for state in choices.states:
            check(menu, state.value, state in now.states, toggle("states", state.value))
            menu.actions()[-1].setToolTip(STATES[state][2])
        menu.addSeparator()
        for title, kind, names in (
            ("Model", "models", choices.models),
            ("Data", "data", choices.data),
        ):
            part = menu.addMenu(title)
            part.setEnabled(bool(names))
            for name in names[:MOST]:
                check(part, name, name in getattr(now, kind), toggle(kind, name))
            if len(names) > MOST:
                part.addAction(f"{len(names) - MOST:,} more: search for them").setEnabled(False)
        menu.addSeparator()
        check(menu, "In the trash", now.trashed, toggle("trashed"))
        return menu

    def group_menu(self) -> QMenu:
        """The menu of what runs are grouped by."""
        page, menu = self._page, self._menu()

        def do(act: Callable[[], object]) -> Callable[[], None]:
            def done() -> None:
                act()
                page.listed.emit()

            return done

        for by, title in (("", "No groups"), *((by, one[0]) for by, one in GROUPINGS.items())):
            action = menu.addAction(title, do(partial(page.grouping.group_by, by)))
            action.setCheckable(True)
            action.setChecked(page.grouping.by == by)
        menu.addSeparator()
        for title, act in (
            ("Close all groups", lambda: page.grouping.close_all(page.rows)),
            ("Open all groups", page.grouping.open_all),
        ):
            menu.addAction(title, do(act)).setEnabled(bool(page.grouping.by))
        return menu

    def columns_menu(self) -> QMenu:
        """The menu of columns; those of settings and figures are the ones that the runs have."""
        page, menu = self._page, self._menu()
        chosen = set(page.column_choice.ids)
        for part, columns in page.column_choice.offered(page.rows).items():
            under = menu.addMenu(part) if part else menu
            under.setEnabled(bool(columns))
            for column in columns:
                action = under.addAction(column_title(column.id, column.title))
                action.setCheckable(True)
                action.setChecked(column.id in chosen)
                action.setToolTip(column.tip)
                action.setEnabled(column.id not in ("state", "name"))
                action.toggled.connect(
                    lambda on, id=column.id: page.choose_column(id, on)  # type: ignore[misc]
                )
            if not part:
                menu.addSeparator()
        menu.addSeparator()
        menu.addAction("As at first", self._columns_as_at_first)
        return menu

    def _columns_as_at_first(self) -> None:
        self._page.column_choice.take([one.id for one in COLUMNS if not one.by_choice])
        self._page.listed.emit()

    # -- Qt -----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        style = Qt.ToolButtonStyle
        narrow = event.size().width() < NARROW
        buttons = (self.filter_button, self.group_button, self.differing, self.columns_button)
        for button in buttons:
            button.setToolButtonStyle(
                style.ToolButtonIconOnly if narrow else style.ToolButtonTextBesideIcon
            )
