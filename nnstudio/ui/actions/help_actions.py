"""What the acts of the Help menu do: all actions, their keys, a layer's help, about."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from nnstudio.ui.actions.actions import Actions, Reason
from nnstudio.ui.actions.command_palette import CommandPalette
from nnstudio.ui.actions.shortcuts_page import ShortcutsPage
from nnstudio.ui.canvas.canvas import Canvas
from nnstudio.ui.inspector import Inspector
from nnstudio.ui.widgets.title import PROGRAM


class HelpActions:
    """Binds the acts that explain. `open` tells why there is no project, None if there is."""

    def __init__(
        self, actions: Actions, canvas: Canvas, inspector: Inspector, open: Reason
    ) -> None:
        self._actions = actions
        self._canvas = canvas
        self._inspector = inspector
        self._open = open
        bind = actions.bind
        bind("edit.settings", self._show_keys)
        bind("help.palette", self._show_palette)
        bind("help.keys", self._show_keys)
        bind("help.layer", self._show_layer, self._no_layer)
        bind("help.about", self._show_about)

    @property
    def _window(self) -> QWidget:
        return self._canvas.window()

    def _show_palette(self) -> None:
        CommandPalette(self._actions, self._window).show()

    def _show_keys(self) -> None:
        ShortcutsPage(self._actions, self._window).show()

    def _no_layer(self) -> str | None:
        one = len(self._canvas.selection()) == 1
        return self._open() or (None if one else "Select one node first.")

    def _show_layer(self) -> None:
        self._inspector.show()
        self._inspector.show_help()

    def _show_about(self) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("nnstudio")
        except PackageNotFoundError:  # run from a tree that is not installed
            number = "development version"
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(f"About {PROGRAM}")
        box.setText(f"{PROGRAM} {number}")
        box.setInformativeText(
            "Draw a network, see every shape, train it, leave with PyTorch code.\n"
            "Everything stays on this computer."
        )
        box.open()
