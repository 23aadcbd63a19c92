"""What the acts of the View menu do: sides, panels, themes, the whole screen; and finding."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtWidgets import QApplication, QWidget

from nnstudio.ui.actions.actions import Actions, Reason
from nnstudio.ui.panels.code_panel import CodePanel
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme.apply import apply_theme
from nnstudio.ui.theme.current import Mode

SIDES = ("palette", "outline", "inspector", "panels")
PANELS = ("problems", "summary", "code", "training", "log")
MODES: tuple[Mode, ...] = ("system", "light", "dark")


class Sides(Protocol):
    """What stands around the canvas, shown and hidden by name."""

    def is_side_shown(self, name: str) -> bool:
        """Tell whether a side is shown."""

    def toggle_side(self, name: str) -> None:
        """Show or hide a side."""

    def show_panel(self, id: str) -> None:
        """Bring a panel up."""

    def show_properties(self) -> None:
        """Go to the first field of the inspector."""

    def show_canvas(self) -> None:
        """Give a large panel its own height again."""

    def toggle_large_panel(self) -> None:
        """Give the panel the whole height, or back what it had."""

    @property
    def is_panel_large(self) -> bool:
        """True if the panel has the place of the canvas too."""


class ViewActions:
    """Binds the acts on what is shown. `open` tells why there is no canvas, None if there is.

    `find_node` opens the search over the canvas; in the Code panel its text is searched.
    """

    def __init__(
        self,
        actions: Actions,
        sides: Sides,
        code: CodePanel,
        find_node: Callable[[], object],
        settings: Settings,
        open: Reason,
    ) -> None:
        self._sides = sides
        self._code = code
        self._find_node = find_node
        self._settings = settings
        bind = actions.bind
        bind("edit.find", self._find, open)
        bind("edit.properties", sides.show_properties, open)
        for side in SIDES:
            bind(
                f"view.{side}",
                partial(sides.toggle_side, side),
                open,
                checked=partial(sides.is_side_shown, side),
            )
        bind(
            "view.large_panel",
            sides.toggle_large_panel,
            open,
            checked=lambda: sides.is_panel_large,
        )
        for panel in PANELS:
            bind(f"view.{panel}", partial(sides.show_panel, panel), open)
        for mode in MODES:
            bind(
                f"view.theme_{mode}",
                partial(self.set_theme, mode),
                checked=partial(self._is_theme, mode),
            )
        bind("view.toggle_theme", self._toggle_theme)
        bind("view.full_screen", self._toggle_full_screen, checked=self._is_full_screen)

    @property
    def _window(self) -> QWidget:
        return self._code.window()

    def _find(self) -> None:
        if self._code.isAncestorOf(self._window.focusWidget() or self._window):
            self._code.view.open_find()
        else:
            self._sides.show_canvas()
            self._find_node()

    def set_theme(self, mode: Mode) -> None:
        """Change the theme and remember it."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, mode)
        self._settings.set_theme(mode)

    @staticmethod
    def _is_theme(mode: Mode) -> bool:
        return theme.mode() == mode

    def _toggle_theme(self) -> None:
        self.set_theme("light" if theme.current().dark else "dark")

    def _is_full_screen(self) -> bool:
        return self._window.isFullScreen()

    def _toggle_full_screen(self) -> None:
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()
