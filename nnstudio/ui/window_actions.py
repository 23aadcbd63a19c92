"""What the acts of the window itself do: files, views, themes, running, help."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QMessageBox

from nnstudio.ui import theme
from nnstudio.ui.action_table import RECENT
from nnstudio.ui.command_palette import CommandPalette
from nnstudio.ui.keys_page import KeysPage
from nnstudio.ui.theme import Mode
from nnstudio.ui.title import PROGRAM

if TYPE_CHECKING:
    from nnstudio.ui.main_window import MainWindow

PANELS = ("problems", "summary", "code", "training")


class WindowActions:
    """Binds the acts of one main window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._bind_files()
        self._bind_view()
        self._bind_run()

    def _bind_files(self) -> None:
        window, bind = self._window, self._window.actions_table.bind
        documents, history = window.documents, lambda: window.workspace.history
        open = window.reason_not_open
        bind("file.new", documents.new)
        bind("file.gallery", window.show_gallery, self._in_gallery)
        bind("file.open", documents.open)
        for n in range(RECENT):
            bind(
                f"file.recent{n + 1}",
                lambda n=n: self._open_recent(n),
                lambda n=n: None if n < len(self._recent()) else "There is no such project.",
                title=lambda n=n: self._recent_title(n),
                shown=lambda n=n: n < len(self._recent()),
            )
        bind("file.save", documents.save, lambda: open() or documents.reason_not_to_save())
        bind("file.save_as", documents.save_as, open)
        bind("file.export", window.export, open)
        bind("file.quit", window.close)
        bind("edit.undo", window.workspace.undo, lambda: open() or (
            None if history().done else "There is nothing to undo."
        ), title=lambda: f"Undo {history().undo_title or ''}".strip())
        bind("edit.redo", window.workspace.redo, lambda: open() or (
            None if history().undone else "There is nothing to redo."
        ), title=lambda: f"Redo {history().redo_title or ''}".strip())

    def _bind_view(self) -> None:
        window, bind = self._window, self._window.actions_table.bind
        editor, open = window.editor, window.reason_not_open
        bind("edit.find", self._find, open)
        bind("edit.properties", editor.show_properties, open)
        bind("edit.settings", self._show_keys)
        for side in ("palette", "inspector", "panels"):
            bind(
                f"view.{side}",
                lambda side=side: editor.toggle_side(side),
                open,
                checked=lambda side=side: editor.is_side_shown(side),
            )
        for panel in PANELS:
            bind(f"view.{panel}", lambda panel=panel: editor.show_panel(panel), open)
        modes: tuple[Mode, ...] = ("system", "light", "dark")
        for mode in modes:
            bind(
                f"view.theme_{mode}",
                lambda mode=mode: self.set_theme(mode),
                checked=lambda mode=mode: theme.mode() == mode,
            )
        bind("view.toggle_theme", self._toggle_theme)
        bind("view.full_screen", self._toggle_full_screen, checked=window.isFullScreen)
        bind("help.palette", self._show_palette)
        bind("help.keys", self._show_keys)
        bind("help.layer", self._show_help, lambda: open() or (
            None if len(editor.canvas.selection()) == 1 else "Select one node first."
        ))
        bind("help.about", self._show_about)

    def _bind_run(self) -> None:
        window, bind = self._window, self._window.actions_table.bind
        training, open = window.training, window.reason_not_open
        bind("run.start", window.start_training, lambda: open() or window.reason_not_to_train(),
             title=lambda: "Resume" if training.is_paused else "Run")
        running: Callable[[], str | None] = lambda: open() or (  # noqa: E731
            None if training.is_active else "No training is running."
        )
        bind("run.pause", training.pause, lambda: running() or (
            "The training is paused already." if training.is_paused else None
        ))
        bind("run.stop", training.stop, running)
        bind("run.fit_to_data", window.fit_to_data, open)

    # -- files --------------------------------------------------------------------------------

    def _in_gallery(self) -> str | None:
        return None if self._window.is_editing else "This is the gallery."

    def _recent(self) -> list[str]:
        return [str(path) for path in self._window.documents.recent.paths()]

    def _recent_title(self, n: int) -> str:
        paths = self._window.documents.recent.paths()
        return paths[n].stem if n < len(paths) else f"Recent project {n + 1}"

    def _open_recent(self, n: int) -> None:
        paths = self._window.documents.recent.paths()
        if n < len(paths):
            self._window.documents.open(paths[n])

    # -- views --------------------------------------------------------------------------------

    def set_theme(self, mode: Mode) -> None:
        """Change the theme and remember it."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, mode)
        self._window.settings.set_theme(mode)

    def _toggle_theme(self) -> None:
        self.set_theme("light" if theme.current().dark else "dark")

    def _toggle_full_screen(self) -> None:
        window = self._window
        if window.isFullScreen():
            window.showNormal()
        else:
            window.showFullScreen()

    def _find(self) -> None:
        self._window.find_bar.open()

    def _show_palette(self) -> None:
        CommandPalette(self._window.actions_table, self._window).show()

    def _show_keys(self) -> None:
        KeysPage(self._window.actions_table, self._window).show()

    def _show_help(self) -> None:
        self._window.editor.inspector.show()
        self._window.editor.inspector.show_help()

    def _show_about(self) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("nnstudio")
        except PackageNotFoundError:  # run from a tree that is not installed
            number = "development version"
        box = QMessageBox(self._window)
        box.setWindowTitle(f"About {PROGRAM}")
        box.setText(f"{PROGRAM} {number}")
        box.setInformativeText(
            "Draw a network, see every shape, train it, leave with PyTorch code.\n"
            "Everything stays on this computer."
        )
        box.open()
