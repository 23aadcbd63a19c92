"""What the acts on files and on the history do: new, open, save, export, undo."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from nnstudio.compiler.errors import CompileError
from nnstudio.project.history import History
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.fields import FileError
from nnstudio.ui.action_table import RECENT
from nnstudio.ui.actions.actions import Actions, Reason, Say
from nnstudio.ui.canvas.canvas import Canvas
from nnstudio.ui.files.documents import Documents
from nnstudio.ui.settings import Settings

EXPORTS = "PyTorch module (*.py);;Picture (*.png);;Drawing (*.svg)"


class FileActions:
    """Binds the acts on files and history. `open` tells why nothing is open, None if it is.

    `ask_export` is an attribute, so that a test can answer it.
    """

    def __init__(
        self,
        actions: Actions,
        documents: Documents,
        canvas: Canvas,
        settings: Settings,
        say: Say,
        open: Reason,
    ) -> None:
        self._documents = documents
        self._canvas = canvas
        self._workspace = canvas.workspace
        self._settings = settings
        self._say = say
        self._open = open
        self.ask_export: Callable[[], Path | None] = self._ask_export
        bind = actions.bind
        bind("file.new", documents.new)
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
        bind("file.save_as", documents.save_as, open)
        bind("file.export", self.export, open)
        bind("edit.undo", self._workspace.undo, self._no_undo, title=self._undo_title)
        bind("edit.redo", self._workspace.redo, self._no_redo, title=self._redo_title)

    # -- history ------------------------------------------------------------------------------

    @property
    def _history(self) -> History:
        return self._workspace.history

    def _no_undo(self) -> str | None:
        return self._open() or (None if self._history.done else "There is nothing to undo.")

    def _no_redo(self) -> str | None:
        return self._open() or (None if self._history.undone else "There is nothing to redo.")

    def _undo_title(self) -> str:
        return f"Undo {self._history.undo_title or ''}".strip()

    def _redo_title(self) -> str:
        return f"Redo {self._history.redo_title or ''}".strip()

    # -- files --------------------------------------------------------------------------------

    def _no_save(self) -> str | None:
        return self._open() or self._documents.reason_not_to_save()

    def _recent(self, n: int) -> Path | None:
        paths = self._documents.recent.paths()
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
            self._documents.open(path)

    def export(self) -> None:
        """Write the program, or a picture of the graph, to a file that the user names."""
        path = self.ask_export()
        if path is not None:
            self.export_to(path)

    def export_to(self, path: Path) -> None:
        """Export by the ending of the name."""
        try:
            written = self._documents.write_asking(self._write_export, path, self.ask_export)
        except (CompileError, FileError, Refusal) as error:
            self._say(f"Not exported: {error}")
            return
        if written is not None:
            self._say(f"Written to {written}", "tick", "good")

    def _write_export(self, path: Path, overwrite_read_only: bool) -> None:
        if path.suffix.lower() in (".png", ".svg"):
            self._canvas.render_to(path, overwrite_read_only=overwrite_read_only)
        else:
            self._workspace.export(path, overwrite_read_only=overwrite_read_only)

    def _ask_export(self) -> Path | None:
        start = f"{self._settings.folder()}/{self._workspace.title}.py"
        name, _ = QFileDialog.getSaveFileName(self._canvas.window(), "Export", start, EXPORTS)
        return Path(name) if name else None
