"""What the acts of the window itself do: files, views, themes, running, help."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from nnstudio.compiler.errors import CompileError
from nnstudio.project.history import History
from nnstudio.project.storage.fields import FileError
from nnstudio.ui.action_table import RECENT
from nnstudio.ui.actions.command_palette import CommandPalette
from nnstudio.ui.actions.shortcuts_page import KeysPage
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme.current import Mode
from nnstudio.ui.title import PROGRAM

if TYPE_CHECKING:
    from nnstudio.ui.window.main_window import MainWindow

PANELS = ("problems", "summary", "code", "training", "log")
MODES: tuple[Mode, ...] = ("system", "light", "dark")
EXPORTS = "PyTorch module (*.py);;Picture (*.png);;Drawing (*.svg)"


class WindowActions:
    """Binds the acts of one main window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.ask_export: Callable[[], Path | None] = self._ask_export
        self._bind_files()
        self._bind_view()
        self._bind_run()

    @property
    def _history(self) -> History:
        return self._window.workspace.history

    def _closed(self) -> str | None:
        return self._window.reason_not_open()

    # -- files and history --------------------------------------------------------------------

    def _bind_files(self) -> None:
        window, bind = self._window, self._window.actions_table.bind
        documents, workspace = window.documents, window.workspace
        bind("file.new", documents.new)
        bind("file.gallery", window.show_gallery, self._in_gallery)
        bind("file.open", documents.open)
        for n in range(RECENT):
            bind(
                f"file.recent{n + 1}",
                partial(self._open_recent, n),
                partial(self._no_recent, n),
                title=partial(self._recent_title, n),
                shown=partial(self._has_recent, n),
            )
        bind("file.save", documents.save, self._no_save)
        bind("file.save_as", documents.save_as, self._closed)
        bind("file.export", self.export, self._closed)
        bind("file.quit", window.close)
        bind("edit.undo", workspace.undo, self._no_undo, title=self._undo_title)
        bind("edit.redo", workspace.redo, self._no_redo, title=self._redo_title)

    def _in_gallery(self) -> str | None:
        return None if self._window.is_editing else "This is the gallery."

    def _no_save(self) -> str | None:
        return self._closed() or self._window.documents.reason_not_to_save()

    def _no_undo(self) -> str | None:
        return self._closed() or (None if self._history.done else "There is nothing to undo.")

    def _no_redo(self) -> str | None:
        return self._closed() or (None if self._history.undone else "There is nothing to redo.")

    def _undo_title(self) -> str:
        return f"Undo {self._history.undo_title or ''}".strip()

    def _redo_title(self) -> str:
        return f"Redo {self._history.redo_title or ''}".strip()

    def _recent(self, n: int) -> Path | None:
        paths = self._window.documents.recent.paths()
        return paths[n] if n < len(paths) else None

    def _has_recent(self, n: int) -> bool:
        return self._recent(n) is not None

    def _no_recent(self, n: int) -> str | None:
        return None if self._has_recent(n) else "There is no such project."

    def _recent_title(self, n: int) -> str:
        path = self._recent(n)
        return path.stem if path else f"Recent project {n + 1}"

    def _open_recent(self, n: int) -> None:
        path = self._recent(n)
        if path is not None:
            self._window.documents.open(path)

    def _ask_export(self) -> Path | None:
        window = self._window
        start = f"{window.settings.folder()}/{window.workspace.title}.py"
        name, _ = QFileDialog.getSaveFileName(window, "Export", start, EXPORTS)
        return Path(name) if name else None

    def export(self) -> None:
        """Write the program, or a picture of the graph, to a file that the user names."""
        path = self.ask_export()
        if path is not None:
            self.export_to(path)

    def export_to(self, path: Path) -> None:
        """Export by the ending of the name."""
        window = self._window
        try:
            written = window.documents.write_asking(self._write_export, path, self.ask_export)
        except (CompileError, FileError) as error:
            window.say(f"Not exported: {error}")
            return
        if written is not None:
            window.say(f"Written to {written}", "tick", "good")

    def _write_export(self, path: Path, overwrite_read_only: bool) -> None:
        window = self._window
        if path.suffix.lower() in (".png", ".svg"):
            window.editor.canvas.render_to(path, overwrite_read_only=overwrite_read_only)
        else:
            window.workspace.export(path, overwrite_read_only=overwrite_read_only)

    # -- views --------------------------------------------------------------------------------

    def _bind_view(self) -> None:
        window, bind, closed = self._window, self._window.actions_table.bind, self._closed
        editor = window.editor
        bind("edit.find", self._find, closed)
        bind("edit.properties", editor.show_properties, closed)
        bind("edit.settings", self._show_keys)
        for side in ("palette", "outline", "inspector", "panels"):
            bind(
                f"view.{side}",
                partial(editor.toggle_side, side),
                closed,
                checked=partial(editor.is_side_shown, side),
            )
        for id, step in (("graph.declare_earlier", -1), ("graph.declare_later", 1)):
            bind(id, partial(editor.outline.shift, step), self._no_shift)
        for panel in PANELS:
            bind(f"view.{panel}", partial(editor.show_panel, panel), closed)
        for mode in MODES:
            bind(
                f"view.theme_{mode}",
                partial(self.set_theme, mode),
                checked=partial(self._is_theme, mode),
            )
        bind("view.toggle_theme", self._toggle_theme)
        bind("view.full_screen", self._toggle_full_screen, checked=window.isFullScreen)
        bind("help.palette", self._show_palette)
        bind("help.keys", self._show_keys)
        bind("help.layer", self._show_help, self._no_help)
        bind("help.about", self._show_about)

    def _no_shift(self) -> str | None:
        return self._closed() or self._window.editor.outline.reason_not_to_shift()

    def _find(self) -> None:
        code = self._window.panels.code
        if code.isAncestorOf(self._window.focusWidget() or self._window):
            code.view.open_find()
        else:
            self._window.find_bar.open()

    def set_theme(self, mode: Mode) -> None:
        """Change the theme and remember it."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, mode)
        self._window.settings.set_theme(mode)

    @staticmethod
    def _is_theme(mode: Mode) -> bool:
        return theme.mode() == mode

    def _toggle_theme(self) -> None:
        self.set_theme("light" if theme.current().dark else "dark")

    def _toggle_full_screen(self) -> None:
        window = self._window
        if window.isFullScreen():
            window.showNormal()
        else:
            window.showFullScreen()

    # -- running ------------------------------------------------------------------------------

    def _bind_run(self) -> None:
        window, bind = self._window, self._window.actions_table.bind
        bind("run.start", window.start_training, self._no_run, title=self._run_title)
        bind("run.pause", window.training.pause, self._no_pause)
        bind("run.stop", window.training.stop, self._not_running)
        bind("run.fit_to_data", window.fit_to_data, self._closed)

    def _no_run(self) -> str | None:
        return self._closed() or self._window.reason_not_to_train()

    def _run_title(self) -> str:
        return "Resume" if self._window.training.is_paused else "Run"

    def _not_running(self) -> str | None:
        return None if self._window.training.is_active else "No training is running."

    def _no_pause(self) -> str | None:
        paused = self._window.training.is_paused
        return self._not_running() or ("The training is paused already." if paused else None)

    # -- help ---------------------------------------------------------------------------------

    def _show_palette(self) -> None:
        CommandPalette(self._window.actions_table, self._window).show()

    def _show_keys(self) -> None:
        KeysPage(self._window.actions_table, self._window).show()

    def _no_help(self) -> str | None:
        one = len(self._window.editor.canvas.selection()) == 1
        return self._closed() or (None if one else "Select one node first.")

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
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(f"About {PROGRAM}")
        box.setText(f"{PROGRAM} {number}")
        box.setInformativeText(
            "Draw a network, see every shape, train it, leave with PyTorch code.\n"
            "Everything stays on this computer."
        )
        box.open()
