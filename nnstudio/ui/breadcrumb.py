"""The way from the model to the block on the canvas; each part leads back to it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from nnstudio.ui.empty_state import IconLabel
from nnstudio.workspace.workspace import Workspace


class Breadcrumb(QWidget):
    """`asked(path)` when a part is clicked."""

    asked = Signal(tuple)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._shown: tuple[object, ...] | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 0, 12, 0)
        self._row.setSpacing(2)
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
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for depth, (title, tip, _block) in enumerate(parts):
            if depth:
                self._row.addWidget(IconLabel("chevron-right", "faint", 12))
            part = QToolButton(autoRaise=True)
            part.setText(title)
            part.setToolTip(tip)
            part.setProperty("role", "crumb")
            part.setEnabled(depth < len(parts) - 1 or depth == 0)
            part.setProperty("current", depth == len(parts) - 1)
            part.clicked.connect(lambda _=False, to=path[:depth]: self.asked.emit(to))
            self._row.addWidget(part)
        if uses > 1:
            shared = QLabel(f"used {uses} times: an edit changes all of them")
            shared.setProperty("role", "muted")
            shared.setContentsMargins(10, 0, 0, 0)
            self._row.addWidget(shared)
        self._row.addStretch(1)

    def titles(self) -> list[str]:
        """The parts that are shown."""
        items = [self._row.itemAt(k) for k in range(self._row.count())]
        parts = [item.widget() for item in items if item is not None]
        return [part.text() for part in parts if isinstance(part, QToolButton)]

    def _parts(self, path: tuple[str, ...]) -> list[tuple[str, str, str]]:
        """Title, tooltip and block of each part."""
        project = self._workspace.project
        block = project.model
        parts = [(block.name, "The model", block.name)]
        for node_id in path:
            node = block.graph.by_id.get(node_id)
            if node is None or node.type not in project.by_name:
                break
            block = project.by_name[node.type]
            parts.append((node.name or node.type, f"{node.name} is a {block.name}", block.name))
        return parts
