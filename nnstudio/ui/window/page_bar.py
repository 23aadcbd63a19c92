"""The pages of the window, and the bar at the left edge: an icon and a word for each."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.actions.actions import Actions
from nnstudio.ui.theme import icons

PAGES = ("start", "model", "data", "runs", "studies")
"""The pages of the bar, in the order in which they are stacked."""
WIDTH = 64
BUTTON = QSize(56, 52)
NARROW = 820
"""Windows below this width have a bar of icons alone, which leaves room for the page."""
ICON = QSize(32, 36)


class PageBar(QFrame):
    """A button for each act that shows a page; its title and icon come from the table of acts."""

    def __init__(
        self, actions: Actions, ids: tuple[str, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "pages")
        self.setFixedWidth(WIDTH)
        self.setAccessibleName("Pages")
        self._is_narrow = False
        self._buttons: dict[str, QToolButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(4)
        for id in ids:
            button = QToolButton()
            button.setProperty("role", "page")
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setIconSize(icons.size(20))
            button.setFixedSize(BUTTON)
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            action = actions.action(id)
            button.setDefaultAction(action)
            button.setAccessibleName(f"Page {action.text()}")
            icons.attach(action, actions.specs[id].icon or "data", "muted", 20, on="accent")
            self._buttons[id] = button
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def set_narrow(self, narrow: bool) -> None:
        """Show icons alone; the words stand in the tool tips."""
        if narrow == self._is_narrow:
            return
        self._is_narrow = narrow
        only = Qt.ToolButtonStyle.ToolButtonIconOnly
        for button in self._buttons.values():
            under = Qt.ToolButtonStyle.ToolButtonTextUnderIcon
            button.setToolButtonStyle(only if narrow else under)
            button.setFixedSize(ICON if narrow else BUTTON)
        self.setFixedWidth(ICON.width() + 4 if narrow else WIDTH)

    def button(self, id: str) -> QToolButton:
        """The button of a page, by the id of its act."""
        return self._buttons[id]


class Pages(QWidget):
    """The pages, of which one is shown, with their bar; each is made inside `stack`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar: PageBar | None = None
        self.stack = QStackedWidget(self)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self.stack, 1)

    def add(self, page: QWidget) -> None:
        """Put a page after the others."""
        self.stack.addWidget(page)

    def add_bar(self, actions: Actions) -> PageBar:
        """Put the bar at the left edge, once there are its acts."""
        bar = PageBar(actions, tuple(f"page.{name}" for name in PAGES), self)
        self._row.insertWidget(0, bar)
        self._bar = bar
        bar.set_narrow(self.width() < NARROW)
        return bar

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._bar is not None:
            self._bar.set_narrow(self.width() < NARROW)

    @property
    def page(self) -> str:
        """The page that is shown."""
        return PAGES[self.stack.currentIndex()]

    def show_page(self, page: QWidget) -> None:
        """Show another page; the others keep their state."""
        self.stack.setCurrentWidget(page)
