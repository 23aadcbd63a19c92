"""Project files: new, open, save, save as, the question before closing, and the side file."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from nnstudio.project.commands.base import Replace
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import read
from nnstudio.project.values import Project
from nnstudio.ui.files.recent import RecentFiles
from nnstudio.ui.files.recovery import AutosaveFile, RecoverableProject
from nnstudio.ui.settings import Settings
from nnstudio.workspace.workspace import Workspace

SUFFIX = ".nns"
FILTER = "NN Studio project (*.nns)"
AUTOSAVE_DELAY = 600
"""Milliseconds of quiet after an act before the side file is written."""


class Answer(Enum):
    """What to do with unsaved work."""

    SAVE = "save"
    DISCARD = "discard"
    CANCEL = "cancel"


class Documents(QObject):
    """Reads and writes the files of one window.

    The three questions (`ask_unsaved`, `ask_open`, `ask_save`) are attributes, so that a test can
    answer them.
    """

    opened = Signal()
    saved = Signal()
    refused = Signal(str)

    def __init__(self, window: QWidget, workspace: Workspace, settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = workspace
        self._settings = settings
        self.recent = RecentFiles(settings, self)
        self.saved_at: float | None = None
        self.ask_unsaved: Callable[[], Answer] = self._ask_unsaved
        self.ask_open: Callable[[], Path | None] = self._ask_open
        self.ask_save: Callable[[], Path | None] = self._ask_save
        self.autosave_file = AutosaveFile(settings.recovery_folder)
        self._timer = QTimer(self, singleShot=True, interval=AUTOSAVE_DELAY)
        self._timer.timeout.connect(self.autosave)

    # -- opening ------------------------------------------------------------------------------

    def new(self) -> bool:
        """Begin an empty project; False if the user would rather keep the present one."""
        return self.show(Project(), None)

    def open(self, path: Path | None = None) -> bool:
        """Open a file, asking which if none is named."""
        if path is None:
            if not self.may_leave():
                return False
            path = self.ask_open()
            if path is None:
                return False
        elif not self.may_leave():
            return False
        try:
            project = read(path)
        except FileError as error:
            self.refused.emit(str(error))
            return False
        self._put(project, path)
        self.recent.add(path)
        self._settings.set_folder(path.parent)
        return True

    def open_dropped(self, path: Path) -> bool:
        """Open a file that was dropped on the window; anything but a project file is refused."""
        if path.suffix.lower() != SUFFIX:
            self.refused.emit(f"Expected a project file (.nns), received {path.name}")
            return False
        return self.open(path)

    def show(self, project: Project, path: Path | None = None) -> bool:
        """Put a project in place of the present one, if that may go."""
        if not self.may_leave():
            return False
        self._put(project, path)
        return True

    def adopt(self, path: Path) -> None:
        """Remember a file that was opened by name like one that was chosen."""
        self.saved_at = path.stat().st_mtime
        self.recent.add(path)
        self.opened.emit()

    def recover(self, lost: RecoverableProject) -> bool:
        """Bring back unsaved work as one act on top of the file it was opened from."""
        if not self.may_leave():
            return False
        try:
            found = lost.project()
        except FileError as error:
            self.refused.emit(str(error))
            return False
        try:
            before = read(lost.path) if lost.path else Project()
        except FileError:  # the file has gone since; the work has not
            before = Project()
        self._put(before, lost.path)
        self._workspace.do(Replace("Recover unsaved work", lambda _project: found))
        self.autosave()
        lost.forget()
        return True

    def _put(self, project: Project, path: Path | None) -> None:
        self._timer.stop()
        self.autosave_file.remove()
        self.saved_at = path.stat().st_mtime if path and path.is_file() else None
        self._workspace.show(project, path)
        self.opened.emit()

    # -- saving -------------------------------------------------------------------------------

    def save(self) -> bool:
        """Write to the file it came from, or ask for one."""
        path = self._workspace.path
        return self.save_as() if path is None else self._write(path)

    def save_as(self) -> bool:
        """Write to a file that the user names."""
        path = self.ask_save()
        if path is None:
            return False
        return self._write(path if path.suffix else path.with_suffix(SUFFIX))

    def _write(self, path: Path) -> bool:
        try:
            self._workspace.save(path)
        except FileError as error:
            self.refused.emit(str(error))
            return False
        self.saved_at = time.time()
        self._timer.stop()
        self.autosave_file.remove()
        self.recent.add(path)
        self._settings.set_folder(path.parent)
        self.saved.emit()
        return True

    def may_leave(self) -> bool:
        """Tell whether nothing is unsaved, or the user has decided about it. Asks once."""
        if not self._workspace.modified:
            return True
        match self.ask_unsaved():
            case Answer.SAVE:
                return self.save()
            case Answer.DISCARD:
                return True
        return False

    # -- the side file ------------------------------------------------------------------------

    def follow(self) -> None:
        """Write the side file as soon as it is quiet: the project has changed."""
        self._timer.start()

    def autosave(self) -> None:
        """Write the side file now, or remove it if there is nothing unsaved."""
        self._timer.stop()
        if self._workspace.modified:
            workspace = self._workspace
            self.autosave_file.write(workspace.project, workspace.title, workspace.path)
        else:
            self.autosave_file.remove()

    def close(self) -> None:
        """Leave nothing to recover: the window closes in peace."""
        self._timer.stop()
        self.autosave_file.remove()

    def reason_not_to_save(self) -> str | None:
        """Say why there is nothing to save; None if there is."""
        if self._workspace.path is not None and not self._workspace.modified:
            return "Nothing has changed since it was saved."
        return None

    # -- questions ----------------------------------------------------------------------------

    def _ask_unsaved(self) -> Answer:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setText(f"Save the changes to '{self._workspace.title}'?")
        box.setInformativeText("What is not saved is lost.")
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        box.button(buttons.Discard).setText("Do not save")
        answers = {buttons.Save: Answer.SAVE, buttons.Discard: Answer.DISCARD}
        return answers.get(QMessageBox.StandardButton(box.exec()), Answer.CANCEL)

    def _ask_open(self) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Open a project", self._settings.folder(), FILTER
        )
        return Path(name) if name else None

    def _ask_save(self) -> Path | None:
        start = Path(self._settings.folder()) / f"{self._workspace.title}{SUFFIX}"
        name, _ = QFileDialog.getSaveFileName(self._window, "Save the project", str(start), FILTER)
        return Path(name) if name else None
