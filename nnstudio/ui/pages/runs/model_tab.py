"""The tab Model: the project of a run as it was trained, as a drawing or as its code."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.errors import UserError
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.ui.canvas.reappeared import path_to
from nnstudio.ui.pages.runs.locked_canvas import LockedCanvas
from nnstudio.ui.panels.code_view import CodeView
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.workspace.runs_page import acts
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.workspace import Workspace


class ModelTab(QWidget):
    """Nothing can be edited here; `duplicate_requested()` opens a copy that can.

    `selected(path, ids)` when nodes are selected in the block at a path.
    """

    duplicate_requested = Signal()
    selected = Signal(tuple, frozenset)

    def __init__(self, page: RunsPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._shown: str | None = None
        self._workspace = Workspace()
        self.viewer: LockedCanvas | None = None
        self.code = CodeView()
        self.empty = EmptyState("model", "No model", "")
        self.drawing_button = self._switch("Drawing")
        self.code_button = self._switch("Code")
        self.drawing_button.setChecked(True)
        self.about = QLabel("Locked: as it was trained")
        self.about.setProperty("role", "muted")
        self.block = QComboBox()
        self.block.setAccessibleName("Block of the model")
        self.block.setToolTip("The block that is drawn; a double-click on one enters it")
        self.block.textActivated.connect(self._show_block)
        self.duplicate_button = QPushButton("Duplicate to change")
        self.duplicate_button.setProperty("role", "small")
        self.duplicate_button.clicked.connect(self.duplicate_requested)
        head = QHBoxLayout()
        head.setContentsMargins(16, 6, 12, 6)
        head.setSpacing(8)
        head.addWidget(self.drawing_button)
        head.addWidget(self.code_button)
        head.addWidget(self.block)
        head.addWidget(self.about, 1)
        head.addWidget(self.duplicate_button)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.code)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._stack, 1)

    def _switch(self, title: str) -> QToolButton:
        button = QToolButton(text=title, checkable=True, autoExclusive=True)
        button.setProperty("role", "chip")
        button.setAccessibleName(f"Show the model as {title.lower()}")
        button.setMinimumHeight(22)
        button.clicked.connect(lambda: self.refresh(anyway=True))
        return button

    def refresh(self, *, anyway: bool = False) -> None:
        """Show the model of the selected run, if it can be seen."""
        row = self._page.selection
        if not self.isVisible() or row is None or (row.id == self._shown and not anyway):
            return
        self._shown = row.id
        if self.code_button.isChecked():
            text = acts.source_of(row)
            self.code.set_code(text)
            self._say("" if text else f"There is no model.py in {row.folder}.")
            self._stack.setCurrentWidget(self.code if text else self.empty)
            self.block.hide()
            return
        try:
            project = acts.project_of(row)
            self._workspace.show(project)
        except (UserError, Refusal, OSError) as error:
            self._say(str(error))
            self._stack.setCurrentWidget(self.empty)
            self.block.hide()
            return
        viewer = self._made_viewer()
        self._stack.setCurrentWidget(viewer)
        viewer.look_first()
        used = [one.name for one in project.blocks if path_to(project, one.name) is not None]
        self.block.clear()
        self.block.addItems(used)
        self.block.setVisible(len(used) > 1)
        self._show_where()

    @property
    def project(self) -> Project:
        """The project that is drawn."""
        return self._workspace.project

    def _say(self, sentence: str) -> None:
        if sentence:
            self.empty.show_text("The model cannot be shown", sentence, "warning", "warning")

    def _made_viewer(self) -> LockedCanvas:
        if self.viewer is None:
            self.viewer = LockedCanvas(self._workspace)
            self.viewer.path_changed.connect(lambda _path: self._show_where())
            viewer = self.viewer
            viewer.selection_changed.connect(lambda ids: self.selected.emit(viewer.path, ids))
            self._stack.addWidget(viewer)
        return self.viewer

    def _show_where(self) -> None:
        if self.viewer is not None:
            self.block.setCurrentText(self.viewer.block)

    def _show_block(self, name: str) -> None:
        if self.viewer is not None:
            self.viewer.show_path(path_to(self._workspace.project, name) or ())

    def stop(self) -> None:
        """Leave nothing behind that follows the workspace."""
        if self.viewer is not None:
            self.viewer.dispose()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
