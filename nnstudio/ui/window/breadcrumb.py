"""The way from the model to the block on the canvas; each part leads back to it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from nnstudio.symbols.article import with_article
from nnstudio.ui.widgets.empty_state import IconLabel
from nnstudio.workspace.workspace import Workspace


class Breadcrumb(QWidget):
    """`path_requested(path)` when a part is clicked."""

    path_requested = Signal(tuple)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._shown: tuple[object, ...] | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 0, 12, 0)
        self._row.setSpacing(2)
        self._row.addStretch(1)
        self._parts_shown: list[QWidget] = []
        self.setFixedHeight(34)
        self.setAccessibleName("Way to the block on the canvas")

    def show_path(self, path: tuple[str, ...]) -> None:
        """Show the way to the block reached by entering the nodes of `path`."""
        parts = self._parts(path)
        uses = len(self._workspace.project.uses(parts[-1][2])) if path else 0
        key = (path, tuple(parts), uses)
        if key == self._shown:
            return
        self._shown = key
        for part in self._parts_shown:
            part.hide()
            part.setParent(None)
            part.deleteLater()
        self._parts_shown = []
        for depth, (title, tip, _block) in enumerate(parts):
            if depth:
                self._put(IconLabel("chevron-right", "faint", 12))
            part = QToolButton(autoRaise=True)
            part.setText(title)
            part.setToolTip(tip)
            part.setProperty("role", "crumb")
            part.setEnabled(depth < len(parts) - 1 or depth == 0)
            part.setProperty("current", depth == len(parts) - 1)
            part.clicked.connect(lambda _=False, to=path[:depth]: self.path_requested.emit(to))
            self._put(part)
        if uses > 1:
            shared = QLabel(f"used {uses} times: an edit changes all of them")
            shared.setProperty("role", "muted")
            shared.setContentsMargins(10, 0, 0, 0)
            self._put(shared)

    def titles(self) -> list[str]:
        """Return the parts that are shown."""
        return [part.text() for part in self._parts_shown if isinstance(part, QToolButton)]

    def _put(self, part: QWidget) -> None:
        """Show a part after the others, before the room that is left."""
        self._row.insertWidget(len(self._parts_shown), part)
        self._parts_shown.append(part)

    def _parts(self, path: tuple[str, ...]) -> list[tuple[str, str, str]]:
        """Find title, tooltip and block of each part."""
        project = self._workspace.project
        block = project.model
        parts = [(block.name, "The model", block.name)]
        for node_id in path:
            node = block.graph.by_id.get(node_id)
            if node is None or node.type not in project.by_name:
                break
            block = project.by_name[node.type]
            parts.append(
                (node.name or node.type, f"{node.name} is {with_article(block.name)}", block.name)
            )
        return parts
