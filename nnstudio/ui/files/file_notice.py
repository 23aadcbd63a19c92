"""What is offered when another program has changed the file of the open project."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from nnstudio.project.compare import differences
from nnstudio.ui.files.compare_dialog import CompareDialog
from nnstudio.ui.files.documents import Documents
from nnstudio.ui.widgets.notice_bar import Choice, NoticeBar
from nnstudio.workspace.known_file import FileState
from nnstudio.workspace.workspace import Workspace


class FileNotice(NoticeBar):
    """Reload, save as, overwrite or compare; closed, it comes back with the next change."""

    def __init__(
        self, documents: Documents, workspace: Workspace, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._documents = documents
        self._workspace = workspace
        documents.outside.found.connect(self.follow)

    def follow(self) -> None:
        """Show the file as it was seen last."""
        now, known = self._documents.outside.now, self._workspace.known_file
        if known is None or now.state is FileState.SAME:
            self.hide()
            return
        mine = " Your edits are not in it." if self._workspace.modified else ""
        mine = mine if now.state is FileState.CHANGED else ""
        self.show_notice(f"{known.told(now)}.{mine}", self._choices_for(now.state), now.reason)

    def _choices_for(self, state: FileState) -> list[Choice]:
        documents = self._documents
        name = self._workspace.title
        save_as = Choice("Save as...", documents.save_as, "Keep both: write to another file")
        if state is FileState.DELETED:
            return [Choice("Save again", documents.save, f"Write {name} where it was"), save_as]
        overwrite = Choice(
            "Overwrite", documents.overwrite, "Write what is shown here over the file"
        )
        if state is FileState.BROKEN:
            return [overwrite, save_as]
        return [
            Choice("Reload", self.reload, "Show what the file holds now; undo goes back"),
            save_as,
            overwrite,
            Choice("Compare", self.compare, "List what differs"),
        ]

    def reload(self) -> None:
        """Take the project as the file has it; the edits made here can be had back by undo."""
        self._documents.reload()

    def compare(self) -> CompareDialog | None:
        """List what differs between this window and the file."""
        now, known = self._documents.outside.look(), self._workspace.known_file
        if now.project is None or known is None:
            return None
        found = differences(self._workspace.project, now.project)
        dialog = CompareDialog(known.path.name, found, self.window())
        dialog.show()
        return dialog
