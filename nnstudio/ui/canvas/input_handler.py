"""Which press begins which gesture, and where the mouse and the keys go meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QToolTip

from nnstudio.project.refusal import Refusal
from nnstudio.ui.canvas.canvas import Canvas
from nnstudio.ui.canvas.gestures.box_select import BoxSelect
from nnstudio.ui.canvas.gestures.draw_wire import DrawWire
from nnstudio.ui.canvas.gestures.drop_type import MIME_TYPE, DropType
from nnstudio.ui.canvas.gestures.gesture import NO_MODIFIER, Gesture, Pointer
from nnstudio.ui.canvas.gestures.move_nodes import MoveNodes
from nnstudio.ui.canvas.gestures.pan import Pan
from nnstudio.ui.canvas.hit_testing import Hit
from nnstudio.ui.canvas.tooltips import tooltip

_LEFT, _MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


class InputHandler(QObject):
    """Filters the events of the view and its viewport; at most one gesture is under way."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.canvas = canvas
        self.gesture: Gesture | None = None
        self._drop: DropType | None = None
        self._space = False
        self._space_used = False
        self._view = canvas.view
        self._viewport = canvas.view.viewport()
        self._view.installEventFilter(self)
        self._viewport.installEventFilter(self)
        canvas.interrupted.connect(self.cancel)

    def cancel(self) -> bool:
        """End the gesture and leave everything as it was; False if there is none."""
        gesture = self.gesture or self._drop
        self.gesture = self._drop = None
        if gesture is not None:
            gesture.cancel()
            self._show_cursor()
        return gesture is not None

    def _at(self, place: QPoint | QPointF, modifiers: Qt.KeyboardModifier = NO_MODIFIER) -> Pointer:
        view_place = QPointF(place)
        return Pointer(self._view.scene_at(view_place), view_place, modifiers)

    def _hit(self, at: Pointer) -> Hit:
        return self.canvas.scene.hit(at.scene, self._view.zoom)

    # -- mouse -------------------------------------------------------------------------------

    def _on_press(self, event: QMouseEvent) -> bool:
        canvas = self.canvas
        self._view.land()
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        canvas.close_popups()
        if self.gesture is not None:
            return True
        at = self._at(event.position(), event.modifiers())
        if event.button() == _MIDDLE or (event.button() == _LEFT and self._space):
            self._space_used = self._space
            self.gesture = Pan(canvas, at)
        elif event.button() == _LEFT:
            self.gesture = self._gesture_at(at)
        self._show_cursor()
        return True

    def _gesture_at(self, at: Pointer) -> Gesture | None:
        canvas, hit = self.canvas, self._hit(at)
        if hit.node is not None and hit.side is not None and (port := hit.at_port):
            source = canvas.graph.incoming[hit.node].get(port.name) if hit.side == "in" else None
            if source is None:
                return DrawWire(canvas, at, port, hit.side)
            taken = next(e for e in canvas.graph.edges if e.target == port)
            return DrawWire(canvas, at, source, "out", taken)
        if hit.node is not None:
            return self._press_node(at, hit.node)
        if hit.group is not None:
            members = canvas.scene.picture.frames[hit.group].inside
            canvas.select(canvas.selection() | members if at.adds else members)
            return MoveNodes(canvas, at, min(members)) if members else None
        if hit.edge is not None:
            wires = canvas.scene.selected_wires
            canvas.select(frozenset(), wires ^ {hit.edge} if at.adds else frozenset({hit.edge}))
            return None
        return BoxSelect(canvas, at)

    def _press_node(self, at: Pointer, node: str) -> Gesture | None:
        selected = self.canvas.selection()
        if at.adds:
            self.canvas.select(selected ^ {node})
            return MoveNodes(self.canvas, at, node) if node not in selected else None
        meant = self._alternative_at(at, node)
        if node in selected:
            return MoveNodes(self.canvas, at, node, then=frozenset({meant or node}))
        self.canvas.select(frozenset({node}))
        return MoveNodes(self.canvas, at, node, then=frozenset({meant}) if meant else None)

    def _alternative_at(self, at: Pointer, node: str) -> str:
        """The alternative whose line on a card lies under the mouse; "" if none does."""
        item, graph = self.canvas.scene.nodes[node], self.canvas.graph
        number = item.geometry.alternative((at.scene - item.pos()).y())
        others = graph.alternatives(graph.by_id[node]) if number is not None else ()
        return others[number].id if number is not None and number < len(others) else ""

    def _on_move(self, event: QMouseEvent) -> bool:
        self._view.pointer = event.position()
        at = self._at(event.position(), event.modifiers())
        if self.gesture is not None:
            self.gesture.move(at)
        else:
            self.canvas.scene.hover(self._hit(at))
            self._show_cursor()
        return True

    def _on_release(self, event: QMouseEvent) -> bool:
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            gesture.release(self._at(event.position(), event.modifiers()))
            self._show_cursor()
        return True

    def _on_double_click(self, event: QMouseEvent) -> bool:
        if event.button() != _LEFT:
            return True
        at = self._at(event.position(), event.modifiers())
        self.canvas.open_hit(self._hit(at), at.scene)
        return True

    def _show_cursor(self) -> None:
        hovered = self.canvas.scene.hovered
        shape = Qt.CursorShape.ArrowCursor
        if self.gesture is not None and self.gesture.cursor is not None:
            shape = self.gesture.cursor
        elif self._space:
            shape = Qt.CursorShape.OpenHandCursor
        elif hovered.side is not None:
            shape = Qt.CursorShape.CrossCursor
        elif hovered.group is not None:
            shape = Qt.CursorShape.SizeAllCursor
        if self._viewport.cursor().shape() != shape:
            self._viewport.setCursor(QCursor(shape))

    def _on_leave(self) -> bool:
        self._view.pointer = None
        self.canvas.scene.hover(Hit())
        return False

    def _on_help(self, event: QHelpEvent) -> bool:
        hit = self._hit(self._at(event.pos()))
        canvas = self.canvas
        text = tooltip(canvas.scene, canvas.project, canvas.report, hit)
        QToolTip.showText(event.globalPos(), text, self._viewport)
        return True

    def _on_menu(self, event: QContextMenuEvent) -> bool:
        hit = self._hit(self._at(event.pos()))
        if hit.node is not None and hit.node not in self.canvas.selection():
            self.canvas.select(frozenset({hit.node}))
        elif hit.edge is not None:
            self.canvas.select(frozenset(), frozenset({hit.edge}))
        self.canvas.menu_requested.emit(hit, event.globalPos())
        return True

    # -- drops from the palette --------------------------------------------------------------

    def _on_drag_enter(self, event: QDragEnterEvent) -> bool:
        if not event.mimeData().hasFormat(MIME_TYPE):
            event.ignore()
            return True
        node_type = bytes(event.mimeData().data(MIME_TYPE).data()).decode("utf-8")
        self.cancel()
        try:
            self._drop = DropType(self.canvas, self._at(event.position()), node_type)
        except Refusal as refusal:
            self.canvas.refuse(str(refusal))
            event.ignore()
            return True
        event.acceptProposedAction()
        return True

    def _on_drag_move(self, event: QDragMoveEvent) -> bool:
        if self._drop is None:
            event.ignore()
            return True
        self._drop.move(self._at(event.position()))
        event.acceptProposedAction()
        return True

    def _on_drop(self, event: QDropEvent) -> bool:
        drop, self._drop = self._drop, None
        if drop is None:
            event.ignore()
            return True
        event.acceptProposedAction()
        drop.release(self._at(event.position()))
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        return True

    # -- keys --------------------------------------------------------------------------------

    def _on_key(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            if not event.isAutoRepeat():
                self._space, self._space_used = True, False
                self._show_cursor()
            return True
        escape = event.key() == Qt.Key.Key_Escape
        if escape and self.cancel():
            return True
        act = self.canvas.keys.act_of(event)
        if act is None:
            if escape:
                self.canvas.select(frozenset())
            return escape
        self.canvas.act(act)
        return True

    def _on_key_release(self, event: QKeyEvent) -> bool:
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat() or not self._space:
            return False
        self._space = False
        self._show_cursor()
        if not self._space_used and self.gesture is None and self.canvas.keys.space_searches():
            self.canvas.act("search")
        return True

    # -- Qt ----------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not hasattr(self, "_viewport"):  # Python has let go of it already, Qt not yet
            return False
        kind = event.type()
        if watched is self._viewport:
            handler = _MOUSE.get(kind)
            if handler is not None:
                return handler(self, event)
            if kind == QEvent.Type.Leave:
                return self._on_leave()
            if kind == QEvent.Type.DragLeave:
                self.cancel()
                return True
            return False
        if isinstance(event, QKeyEvent):
            if kind == QEvent.Type.ShortcutOverride and self.canvas.keys.is_own(event):
                event.accept()
                return True
            if kind == QEvent.Type.KeyPress:
                return self._on_key(event)
            if kind == QEvent.Type.KeyRelease:
                return self._on_key_release(event)
        if kind == QEvent.Type.FocusOut:
            self._space = False
        return False


_MOUSE: dict[QEvent.Type, Callable[[InputHandler, Any], bool]] = {
    QEvent.Type.MouseButtonPress: InputHandler._on_press,
    QEvent.Type.MouseMove: InputHandler._on_move,
    QEvent.Type.MouseButtonRelease: InputHandler._on_release,
    QEvent.Type.MouseButtonDblClick: InputHandler._on_double_click,
    QEvent.Type.ToolTip: InputHandler._on_help,
    QEvent.Type.ContextMenu: InputHandler._on_menu,
    QEvent.Type.DragEnter: InputHandler._on_drag_enter,
    QEvent.Type.DragMove: InputHandler._on_drag_move,
    QEvent.Type.Drop: InputHandler._on_drop,
}
