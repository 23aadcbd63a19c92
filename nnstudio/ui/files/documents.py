"""Project files: new, open, save, save as, the question before closing, and the side file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from nnstudio.analysis.report import Report
from nnstudio.project.commands.base import Replace
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import read_stored
from nnstudio.project.values import Project
from nnstudio.symbols.work import CancelledError
from nnstudio.ui.files import questions
from nnstudio.ui.files.autosave import Autosave
from nnstudio.ui.files.outside_changes import OutsideChanges
from nnstudio.ui.files.questions import Answer as Answer
from nnstudio.ui.files.questions import ReadOnlyAnswer
from nnstudio.ui.files.read_only import write_asking
from nnstudio.ui.files.recent import RecentFiles
from nnstudio.ui.files.recovery import RecoverableProject
from nnstudio.ui.settings import Settings
from nnstudio.ui.widgets.busy import wait_for
from nnstudio.workspace.known_file import FileChangedError, FileState
from nnstudio.workspace.workspace import Workspace

SUFFIX = ".nns"
FILTER = "NN Studio project (*.nns)"


class Documents(QObject):
    """Reads and writes the files of one window.

    The questions (`ask_...`) are attributes, so that a test can answer them. `may_replace` is asked
    last before another project takes the place of this one. `data_dropped(path)`
    when something was dropped that is no project. `kept_back` when the project's file was not
    written because another program has changed it.
    """

    opened = Signal()
    saved = Signal()
    refused = Signal(str)
    kept_back = Signal()
    data_dropped = Signal(object)
    autosave_failed = Signal(str)

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
        self.ask_read_only: Callable[[Path], ReadOnlyAnswer] = self._ask_read_only
        self.ask_replace: Callable[[Path], bool] = self._ask_replace
        self.may_replace: Callable[[], bool] = lambda: True
        self.outside = OutsideChanges(window, workspace)
        self.autosaver = Autosave(workspace, settings.recovery_folder, self._is_unsaved, self)
        self.autosaver.failed.connect(self.autosave_failed)
        self.outside.found.connect(self.autosaver.follow)
        self.outside.begin()

    # -- opening ------------------------------------------------------------------------------

    def new(self) -> bool:
        """Begin an empty project; False if the user would rather keep the present one."""
        return self.show(Project(), None)

    def open(self, path: Path | None = None) -> bool:
        """Open a file, asking which if none is named; a long wait can be called off."""
        path = path or self.ask_open()
        if path is None or not self.may_leave():
            return False
        try:
            read = wait_for(
                self._window, f"Opening {path.name}", partial(self._workspace.read, path)
            )
        except CancelledError:
            return False
        except FileError as error:
            self.refused.emit(str(error))
            return False
        if not self.may_replace():
            return False
        self._put(read.project, path, read.digest, read.report)
        self.outside.begin()
        self.recent.add(path)
        self._settings.set_folder(path.parent)
        return True

    def open_dropped(self, path: Path) -> bool:
        """Open what was dropped on the window: a project file, or anything else as data."""
        if path.suffix.lower() != SUFFIX:
            self.data_dropped.emit(path)
            return True
        return self.open(path)

    def show(self, project: Project, path: Path | None = None) -> bool:
        """Put a project in place of the present one, if that may go."""
        if not self.may_leave() or not self.may_replace():
            return False
        self._put(project, path)
        self.outside.begin()
        return True

    def adopt(self, path: Path) -> None:
        """Remember a file that was opened by name like one that was chosen."""
        self.saved_at = _written_at(path)
        self.recent.add(path)
        self.outside.begin()
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
        if not self.may_replace():
            return False
        # the digest of then: a file that has changed since is not overwritten without a question
        self._put(_opened_from(lost), lost.path, lost.digest)
        self._workspace.do(Replace("Recover unsaved work", lambda _project: found))
        self.outside.begin()
        if self.autosaver.keep():
            lost.forget()
        return True

    def _put(
        self,
        project: Project,
        path: Path | None,
        digest: str | None = None,
        report: Report | None = None,
    ) -> None:
        self.autosaver.forget()
        self.saved_at = _written_at(path)
        self._workspace.show(project, path, digest, report)
        self.opened.emit()

    def reload(self) -> bool:
        """Take the project as its file has it now, as one act."""
        try:
            self._workspace.reload()
        except FileError as error:
            self.refused.emit(str(error))
            return False
        self._saved_to(self._workspace.path)
        return True

    # -- saving -------------------------------------------------------------------------------

    def save(self) -> bool:
        """Write to the file it came from, or ask for one."""
        path = self._workspace.path
        return self.save_as() if path is None else self._write(path)

    def save_as(self) -> bool:
        """Write to a file that the user names."""
        path = self._save_path()
        return path is not None and self._write(path)

    def overwrite(self) -> bool:
        """Write to the file it came from, whatever another program has made of it."""
        path = self._workspace.path
        return path is not None and self._write(path, overwrite_changed=True)

    def _save_path(self) -> Path | None:
        path = self.ask_save()
        if path is None or path.suffix:
            return path
        path = path.with_suffix(SUFFIX)  # the dialog has asked about the name without it
        return path if not path.exists() or self.ask_replace(path) else None

    def _write(self, path: Path, *, overwrite_changed: bool = False) -> bool:
        def save(target: Path, overwrite_read_only: bool) -> None:
            self._workspace.save(
                target,
                overwrite_changed=overwrite_changed,
                overwrite_read_only=overwrite_read_only,
            )

        try:
            written = self.write_asking(save, path, self._save_path)
        except FileChangedError as error:
            self.refused.emit(f"Not saved: {error}")
            self.kept_back.emit()
            self.outside.look()
            self.outside.ask()
            return False
        except FileError as error:
            self.refused.emit(str(error))
            return False
        if written is None:
            return False
        self._saved_to(written)
        return True

    def _saved_to(self, path: Path | None) -> None:
        self.saved_at = _written_at(path)
        self.autosaver.forget()
        self.outside.begin()
        if path is not None:
            self.recent.add(path)
            self._settings.set_folder(path.parent)
        self.saved.emit()

    def write_asking(
        self,
        write: Callable[[Path, bool], object],
        path: Path,
        ask_path: Callable[[], Path | None],
    ) -> Path | None:
        """Write a file as `read_only.write_asking` does, with the question of this window."""
        return write_asking(write, path, self.ask_read_only, ask_path)

    def may_leave(self) -> bool:
        """Tell whether nothing is unsaved, or the user has decided about it. Asks once."""
        self.outside.look()
        if not self._is_unsaved():
            return True
        match self.ask_unsaved():
            case Answer.SAVE:
                return self.save()
            case Answer.DISCARD:
                return True
        return False

    def _is_unsaved(self) -> bool:
        return self._workspace.modified or self.outside.is_lost

    # -- the side file ------------------------------------------------------------------------

    def follow(self) -> None:
        """Write the side file soon: the project has changed."""
        self.autosaver.follow()

    def autosave(self) -> None:
        """Write the side file now, or remove it if there is nothing unsaved."""
        self.autosaver.keep()

    def close(self) -> None:
        """Leave nothing to recover: the window closes in peace."""
        self.outside.end()
        self.autosaver.forget()

    def reason_not_to_save(self) -> str | None:
        """Say why there is nothing to save; None if there is."""
        same = self.outside.now.state is FileState.SAME
        if self._workspace.path is not None and not self._workspace.modified and same:
            return "Nothing has changed since it was saved."
        return None

    # -- questions ----------------------------------------------------------------------------

    def _ask_unsaved(self) -> Answer:
        known = self._workspace.known_file
        lost = known is not None and self.outside.is_lost
        told = f"{known.told(self.outside.now)}. " if known is not None and lost else ""
        title = self._workspace.title
        return questions.ask_unsaved(self._window, title, f"{told}What is not saved is lost.")

    def _ask_read_only(self, path: Path) -> ReadOnlyAnswer:
        return questions.ask_read_only(self._window, path)

    def _ask_replace(self, path: Path) -> bool:
        return questions.ask_replace(self._window, path)

    def _ask_open(self) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Open a project", self._settings.folder(), FILTER
        )
        return Path(name) if name else None

    def _ask_save(self) -> Path | None:
        start = Path(self._settings.folder()) / f"{self._workspace.title}{SUFFIX}"
        name, _ = QFileDialog.getSaveFileName(self._window, "Save the project", str(start), FILTER)
        return Path(name) if name else None


def _written_at(path: Path | None) -> float | None:
    try:
        return path.stat().st_mtime if path is not None else None
    except OSError:
        return None


def _opened_from(lost: RecoverableProject) -> Project:
    """What lost work was begun with, as far as its file is still there; the work is in any case."""
    try:
        return read_stored(lost.path).project if lost.path is not None else Project()
    except FileError:
        return Project()
