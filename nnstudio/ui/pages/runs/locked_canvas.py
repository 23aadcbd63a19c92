"""A canvas on which nothing can be changed: it is dragged, zoomed, and blocks are entered."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from nnstudio.ui.canvas.viewer import CanvasViewer
from nnstudio.workspace.workspace import Workspace


class LockedCanvas(CanvasViewer):
    """A double-click on a block, or Enter, goes into it; Escape or Backspace leaves it."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._dragged: QPointF | None = None
        self.view.setAccessibleName("The model as it was trained")
        self.view.viewport().installEventFilter(self)
        self.view.installEventFilter(self)
        self.view.viewport().setCursor(Qt.CursorShape.OpenHandCursor)

    def node_at(self, place: QPointF) -> str | None:
        """The node at a place of the viewport."""
        at = self.view.scene_at(place)
        for id, item in self.scene.nodes.items():
            if item.rect().contains(at):
                return id
        return None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent) and watched is self.view.viewport():
            return self._on_mouse(event)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._on_key(event)
        return super().eventFilter(watched, event)

    def _on_mouse(self, event: QMouseEvent) -> bool:
        kind, place = event.type(), event.position()
        if kind == QEvent.Type.MouseButtonDblClick:
            node = self.node_at(place)
            if node is not None:
                self.enter(node)
        elif kind == QEvent.Type.MouseButtonPress:
            self._dragged = place
            node = self.node_at(place)
            self.select({node} if node is not None else ())
            self.view.setFocus()
        elif kind == QEvent.Type.MouseMove and self._dragged is not None:
            self.view.pan(place - self._dragged)
            self._dragged = place
        elif kind == QEvent.Type.MouseButtonRelease:
            self._dragged = None
        return True

    def _on_key(self, event: QKeyEvent) -> bool:
        selected = self.selection()
        match Qt.Key(event.key()):
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if selected:
                return self.enter(next(iter(selected)))
            case Qt.Key.Key_Escape | Qt.Key.Key_Backspace:
                return self.leave()
            case Qt.Key.Key_Plus:
                self.zoom_in()
            case Qt.Key.Key_Minus:
                self.zoom_out()
            case Qt.Key.Key_Home | Qt.Key.Key_F:
                self.fit()
            case _:
                return False
        return True
