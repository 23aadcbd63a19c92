"""What the window does with the user's own blocks: save one, remove one, and ask before."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.atomic import ReadOnlyFileError
from nnstudio.project.storage.fields import FileError
from nnstudio.ui.actions.actions import Actions, Reason, Say
from nnstudio.ui.canvas.canvas import Canvas
from nnstudio.ui.palette.palette import Palette
from nnstudio.workspace.block_libraries import BlockLibraries
from nnstudio.workspace.library import LibraryBlock, is_saved, save_block


class LibraryActions(QObject):
    """Binds `graph.save_block` and answers the palette. `open` tells why no project is shown.

    The questions (`ask_...`) are attributes, so that a test can answer them.
    """

    def __init__(
        self,
        actions: Actions,
        canvas: Canvas,
        palette: Palette,
        libraries: BlockLibraries,
        say: Say,
        open: Reason,
    ) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._libraries = libraries
        self._say = say
        self._open = open
        self.ask_replace: Callable[[str], bool] = self._ask_replace
        self.ask_overwrite: Callable[[str], bool] = self._ask_overwrite
        self.ask_remove: Callable[[LibraryBlock], bool] = self._ask_remove
        actions.bind("graph.save_block", self._save, self._reason, title=self._title)
        palette.save_requested.connect(self._save_or_say)
        palette.remove_requested.connect(self.remove)

    # -- which --------------------------------------------------------------------------------

    def _block(self) -> str | None:
        """Find the selected block, else the one on the canvas; None for the model itself."""
        canvas = self._canvas
        selected = [canvas.graph.by_id[node].type for node in canvas.selection()]
        if len(selected) == 1 and selected[0] in canvas.project.by_name:
            return selected[0]
        return canvas.block if canvas.path else None

    def _reason(self) -> str | None:
        missing = None if self._block() else "Select a block or enter one first."
        return self._open() or missing

    def _title(self) -> str:
        name = self._block() if self._open() is None else None
        return f"Save {name or 'block'} to my blocks"

    # -- acts ---------------------------------------------------------------------------------

    def _save(self) -> None:
        name = self._block()
        if name is not None:
            self.save(name)

    def save(self, name: str) -> bool:
        """Put a block into the library; False if the user would rather keep what is there.

        Raises:
            Refusal: the file cannot be written.
        """
        project, folder = self._canvas.project, self._libraries.folder
        if is_saved(project, name, folder):
            self._say(f"{name} is in My blocks already, just as it is here.", "tick", "good")
            return True
        try:
            try:
                save_block(project, name, folder)
            except Refusal:  # there is another one of this name
                if not self.ask_replace(name) or not self._replace(name):
                    return False
        except FileError as error:
            raise Refusal(f"Not saved: {error}") from error
        self._libraries.refresh()
        self._say(f"{name} is in My blocks now.", "tick", "good")
        return True

    def _replace(self, name: str) -> bool:
        project, folder = self._canvas.project, self._libraries.folder
        try:
            save_block(project, name, folder, overwrite=True)
        except ReadOnlyFileError:
            if not self.ask_overwrite(name):
                return False
            save_block(project, name, folder, overwrite=True, overwrite_read_only=True)
        return True

    def _save_or_say(self, name: str) -> None:
        try:
            self.save(name)
        except Refusal as refusal:
            self._say(str(refusal))

    def remove(self, key: str) -> bool:
        """Remove a file of the library, after a question; False if it stays."""
        found = self._libraries.find(key)
        if found is None or not self.ask_remove(found):
            return False
        try:
            found.delete()
        except FileError as error:
            self._say(f"Not removed: {error}")
            return False
        self._libraries.refresh()
        self._say(f"{found.name} is no longer in My blocks.", "tick", "good")
        return True

    # -- questions ----------------------------------------------------------------------------

    def _ask_replace(self, name: str) -> bool:
        return self._ask(
            f"Replace '{name}' in My blocks?",
            "There is another one of this name. Projects that use it keep what they have.",
            "Replace",
        )

    def _ask_overwrite(self, name: str) -> bool:
        return self._ask(
            f"The file of '{name}' is read-only.",
            "Overwritten, it stays read-only.",
            "Overwrite anyway",
        )

    def _ask_remove(self, block: LibraryBlock) -> bool:
        return self._ask(
            f"Remove '{block.name}' from My blocks?",
            "Its file is deleted; this cannot be undone. Projects that use it keep it.",
            "Remove",
        )

    def _ask(self, question: str, more: str, act: str) -> bool:
        box = QMessageBox(self._canvas.window())
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setText(question)
        box.setInformativeText(more)
        yes = box.addButton(act, QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(cancel)
        box.exec()
        answer = box.clickedButton() is yes
        box.deleteLater()
        return answer
