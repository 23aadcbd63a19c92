"""The trained model of a run as a folder: asked where, written in a thread, told in a line."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from nnstudio.errors import UserError
from nnstudio.symbols.work import CancelledError, look
from nnstudio.ui.background import Background
from nnstudio.ui.widgets.notice_bar import Choice, NoticeBar
from nnstudio.workspace.runs_page.rows import RunRow

if TYPE_CHECKING:  # needs torch
    from nnstudio.workspace.export_run import Exported


class Exporting(QObject):
    """One export at a time. `notice` is the line that tells of it.

    `ask_folder` is an attribute, so that a test can answer it.
    """

    told = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self.ask_folder: Callable[[str], Path | None] = self._ask_folder
        self.notice = NoticeBar(tone="info")
        self.notice.close_button.setToolTip("Close")
        self._background = Background("export", self)
        self._background.done.connect(self._on_done)
        self._background.failed.connect(self._on_failed)
        self._called_off = threading.Event()
        self._name = ""
        self._open: Callable[[Path], object] = lambda _folder: None
        self.told.connect(self._on_told)

    @property
    def is_busy(self) -> bool:
        """True while a model is being exported."""
        return self._background.is_busy

    def ask_and_export(self, row: RunRow, open_folder: Callable[[Path], object]) -> None:
        """Ask where, and begin. open_folder: shows what was written, if that is wished."""
        folder = self.ask_folder(row.record.name)
        if folder is None or self.is_busy:
            return
        self._name, self._open = row.record.name, open_folder
        called_off = self._called_off = threading.Event()
        run = row.folder

        def told(what: str) -> None:
            look(called_off.is_set)
            self.told.emit(what)

        def work() -> Exported:
            from nnstudio.workspace.export_run import export_run
            from nnstudio.workspace.opened_run import open_folder

            return export_run(open_folder(run), folder, told=told, called_off=called_off.is_set)

        self._on_told("Beginning")
        self._background.start(work)

    def cancel(self) -> None:
        """Call it off; what is written already is marked as not proved."""
        self._called_off.set()
        self.notice.show_notice(f"Exporting '{self._name}': calling it off", [])

    def stop(self) -> None:
        """Leave no thread and no process behind."""
        self._called_off.set()
        self._background.close()

    # -- what is told -------------------------------------------------------------------------

    def _on_told(self, what: str) -> None:
        if self._called_off.is_set():
            return
        self.notice.close_button.hide()
        self.notice.show_notice(
            f"Exporting '{self._name}': {what[:1].lower()}{what[1:]}",
            [Choice("Cancel", self.cancel)],
        )

    def _say(self, sentence: str, folder: Path | None = None) -> None:
        self._background.wait()  # its last instant: another export may begin now
        open_it = Choice("Open the folder", lambda: self._open(folder or Path()), str(folder))
        self.notice.close_button.show()
        self.notice.show_notice(sentence, [] if folder is None else [open_it])

    def _on_done(self, exported: object) -> None:
        self.show_exported(self._name, cast("Exported", exported))

    def show_exported(self, name: str, exported: Exported) -> None:
        """Tell what was written and what its proof gave."""
        folder = exported.folder
        self._say(f"Exported '{name}' to {folder}. {exported.proof.sentence}", folder)

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, CancelledError):
            self._say(f"The export of '{self._name}' was called off.")
            return
        if not isinstance(error, UserError | OSError):
            self.notice.hide()
            raise error
        self._say(f"'{self._name}' is not exported: {error}")

    def _ask_folder(self, name: str) -> Path | None:
        documents = QStandardPaths.StandardLocation.DocumentsLocation
        start = Path(QStandardPaths.writableLocation(documents) or Path.home())
        plain = "".join(c if c.isalnum() or c in " -_." else "-" for c in name).strip(" .")
        found, _ = QFileDialog.getSaveFileName(
            self._window,
            "Export trained model: name of a new folder",
            str(start / f"{plain or 'model'} trained"),
            "Folder (*)",
            "",
            QFileDialog.Option.DontConfirmOverwrite,
        )
        return Path(found) if found else None
