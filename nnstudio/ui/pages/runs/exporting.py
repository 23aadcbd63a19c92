"""The trained model of a run as a folder: asked where, written in a thread, told in a line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QFileDialog, QWidget

from nnstudio.ui.pages.writing import Writing, proposed
from nnstudio.ui.widgets.notice_bar import Choice
from nnstudio.workspace.runs_page.rows import RunRow

if TYPE_CHECKING:  # needs torch
    from nnstudio.workspace.export_run import Exported


class Exporting(Writing):
    """One export at a time; called off, what is written already is marked as not proved.

    `ask_folder` is an attribute, so that a test can answer it.
    """

    doing = "Exporting"
    noun = "export"

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.ask_folder: Callable[[str], Path | None] = self._ask_folder
        self._open: Callable[[Path], object] = lambda _folder: None

    def ask_and_export(self, row: RunRow, open_folder: Callable[[Path], object]) -> None:
        """Ask where, and begin. open_folder: shows what was written, if that is wished."""
        folder = self.ask_folder(row.record.name)
        if folder is None or self.is_busy:
            return
        self._open = open_folder
        run = row.folder

        def work(told: Callable[[str], None], called_off: Callable[[], bool]) -> Exported:
            from nnstudio.workspace.export_run import export_run
            from nnstudio.workspace.opened_run import open_folder

            return export_run(open_folder(run), folder, told=told, called_off=called_off)

        self._begin(row.record.name, work)

    def _on_written(self, result: object) -> None:
        self.show_exported(self._name, cast("Exported", result))

    def show_exported(self, name: str, exported: Exported) -> None:
        """Tell what was written and what its proof gave."""
        folder = exported.folder
        open_it = Choice("Open the folder", lambda: self._open(folder), str(folder))
        self._say(f"Exported '{name}' to {folder}. {exported.proof.sentence}", [open_it])

    def _ask_folder(self, name: str) -> Path | None:
        found, _ = QFileDialog.getSaveFileName(
            self._window,
            "Export trained model: name of a new folder",
            str(proposed(name, "trained")),
            "Folder (*)",
            "",
            QFileDialog.Option.DontConfirmOverwrite,
        )
        return Path(found) if found else None
