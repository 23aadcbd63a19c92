"""The left side: what can be added, and the outline of what is there, one at a time."""

from __future__ import annotations

from typing import Final, Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabWidget, QWidget

from nnstudio.ui.outline.outline import Outline
from nnstudio.ui.palette.palette import Palette
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons

Page = Literal["palette", "outline"]
PAGES: Final[tuple[Page, ...]] = ("palette", "outline")
HEIGHT: Final = 34
"""Of the switch: that of the way to the block beside it."""
_TITLES: Final = {"palette": ("Add", "add"), "outline": ("Outline", "outline")}


class LeftSide(QTabWidget):
    """A two-way switch above the palette and the outline."""

    def __init__(self, palette: Palette, outline: Outline, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.setIconSize(icons.size(16))
        self.setObjectName("leftSide")
        self.setUsesScrollButtons(False)
        self.tabBar().setExpanding(False)
        self.tabBar().setFixedHeight(HEIGHT)
        self.tabBar().setAccessibleName("Add or outline")
        self._focus = {"palette": palette.search, "outline": outline.tree}
        for page, widget in zip(PAGES, (palette, outline), strict=True):
            widget.setProperty("role", "panel")
            widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            self.addTab(widget, _TITLES[page][0])
        theme.notifier.changed.connect(self._tint)
        self._tint()

    @property
    def page(self) -> Page:
        """Which of the two is up."""
        return PAGES[self.currentIndex()]

    def show_page(self, page: Page) -> None:
        """Bring one of the two up."""
        self.setCurrentIndex(PAGES.index(page))

    def go_to(self, page: Page) -> None:
        """Bring one of the two up, with the keyboard in it."""
        self.show_page(page)
        self._focus[page].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _tint(self, _theme: object = None) -> None:
        for place, page in enumerate(PAGES):
            self.setTabIcon(place, icons.icon(_TITLES[page][1], "muted", 16))
