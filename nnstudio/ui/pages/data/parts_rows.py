"""Which folder is the training, the validation and the test part."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QLabel, QWidget

from nnstudio.project.data.source import Folder
from nnstudio.ui.forms.rows import FieldRow, FieldState
from nnstudio.ui.forms.sections import Column
from nnstudio.workspace.data_page import folder_parts
from nnstudio.workspace.data_page.controller import DataPage
from nnstudio.workspace.data_page.words import PARTS

CLASS, LEFT_OUT = "A class", "Left out"


class PartsRows(Column):
    """A row for each folder of the first level; not there where folders cannot be parts."""

    def __init__(self, page: DataPage, parent: QWidget | None = None) -> None:
        super().__init__(collapses=True, parent=parent)
        self._page = page
        self._looked_at: object = None
        self._folders: tuple[str, ...] = ()
        self.rows: dict[str, FieldRow] = {}

    def refresh(self) -> None:
        """Show the folders of the source as they are now."""
        source = self._page.spec.source
        if not isinstance(source, Folder):
            self._show(())
            return
        looked_at = (source.path, source.fingerprint, source.parts)
        if looked_at != self._looked_at:  # the disk is asked once
            self._looked_at = looked_at
            self._folders = folder_parts.folders_of(source)
        self._show(self._folders)
        for folder, row in self.rows.items():
            row.show_state(self._state(folder, source))

    def _show(self, folders: tuple[str, ...]) -> None:
        if list(folders) == list(self.rows):
            return
        self.clear()
        self.rows = {}
        source = self._page.spec.source
        if not folders or not isinstance(source, Folder):
            return
        title = QLabel("Folders")
        title.setProperty("role", "muted")
        self.add(title)
        for folder in folders:
            row = self.rows[folder] = FieldRow(self._state(folder, source))
            row.committed.connect(partial(self._set))
            self.add(row)

    def _state(self, folder: str, source: Folder) -> FieldState:
        parts = dict(source.parts)
        none = LEFT_OUT if parts else CLASS
        part = parts.get(folder)
        return FieldState(
            folder,
            "choice",
            label=folder,
            value=none if part is None else PARTS[part],
            given=True,
            choices=(*(PARTS[name] for name in folder_parts.PART_NAMES), none),
            resettable=False,
            help="The part in which the samples of this folder are.",
        )

    def _set(self, folder: str, word: str) -> None:
        part = next((name for name in folder_parts.PART_NAMES if PARTS[name] == word), None)
        spec = folder_parts.with_part(self._page.spec, folder, part)
        self._page.apply(spec, f"Set {folder} to {word.lower()}")
