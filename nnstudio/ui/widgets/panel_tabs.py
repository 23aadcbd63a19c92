"""The tabs below the canvas: which panels there are, what their titles say, which is up."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QWidget

from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons


class PanelTabs(QTabWidget):
    """Panels by their ids. `panel_shown(id)`; `enlarge_requested` by a double-click on a tab."""

    panel_shown = Signal(str)
    enlarge_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.setIconSize(icons.size(16))
        self.setMinimumHeight(120)
        self._ids: list[str] = []
        self._icons: list[tuple[str, str]] = []
        self._titles: dict[str, str] = {}
        self.tabBar().setToolTip("A double-click gives the panel the whole height")
        self.currentChanged.connect(self._on_tab)
        self.tabBarDoubleClicked.connect(self._on_double_click)
        theme.notifier.changed.connect(self._tint)

    @property
    def holder(self) -> QWidget:
        """What panels are put into; one that is made there need not be restyled."""
        stack = self.findChild(QStackedWidget)
        assert stack is not None
        return stack

    def add_panel(self, id: str, title: str, icon: str, panel: QWidget) -> None:
        """Put a tab at the end."""
        panel.setProperty("role", "panel")
        panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._ids.append(id)
        self._titles[id] = title
        self._icons.append((icon, "muted"))
        self.addTab(panel, icons.icon(icon, "muted", 16), title)

    def show_panel(self, id: str) -> None:
        """Bring a tab up."""
        self.setCurrentIndex(self._ids.index(id))

    @property
    def panel(self) -> str:
        """The id of the tab that is up."""
        return self._ids[self.currentIndex()] if self._ids else ""

    def count_on_tab(self, id: str, count: int) -> None:
        """Write a count behind a tab's title."""
        title = self._titles[id]
        self.setTabText(self._ids.index(id), f"{title} ({count:,})" if count else title)

    def icon_on_tab(self, id: str, icon: str, colour: str) -> None:
        """Put another icon on a tab."""
        self._icons[self._ids.index(id)] = (icon, colour)
        self._tint()

    def _on_tab(self, index: int) -> None:
        if 0 <= index < len(self._ids):
            self.panel_shown.emit(self._ids[index])

    def _on_double_click(self, index: int) -> None:
        if index >= 0:
            self.enlarge_requested.emit()

    def _tint(self, _theme: object = None) -> None:
        for k, (icon, colour) in enumerate(self._icons):
            self.setTabIcon(k, icons.icon(icon, colour, 16))
