"""Finds the shapes that the workspace lacks, beside the window: layers without a rule are run."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.ui.background import Background
from nnstudio.workspace.workspace import Workspace

SOON = 50
"""Milliseconds until layers are run, while others are."""


class ShapeFinder(QObject):
    """Lets the workspace run what waits, in a thread. `found` before the report is made anew."""

    found = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._background = Background("shapes", self)
        self._background.done.connect(self._on_done)
        self._again = QTimer(self, singleShot=True, interval=SOON)
        self._again.timeout.connect(self.refresh)

    def refresh(self) -> None:
        """Run what waits now, and torch's import before."""
        workspace = self._workspace
        if workspace.lacks_shapes and not self._background.start(workspace.find_shapes):
            self._again.start()

    def close(self) -> None:
        """Leave no thread behind."""
        self._again.stop()
        self._workspace.forget_shapes()
        self._background.close()

    def _on_done(self, _nothing: object) -> None:
        self.found.emit()
        self._workspace.analyse_anew()
