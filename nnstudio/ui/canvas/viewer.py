"""`CanvasViewer`: what the canvas shows and where it looks. Editing is in `canvas`.

A projection of the workspace; it can be thrown away and made again at any time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from PySide6.QtCore import QPoint, QPointF, QRectF, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from nnstudio.analysis.report import BlockReport
from nnstudio.graph.values import Edge, Graph
from nnstudio.project.values import Project
from nnstudio.ui.canvas.items.style import NAMES_FROM
from nnstudio.ui.canvas.minimap import Minimap
from nnstudio.ui.canvas.overlays import Bubble, EmptyHint
from nnstudio.ui.canvas.reappeared import path_to, reappeared
from nnstudio.ui.canvas.scene import CanvasScene
from nnstudio.ui.canvas.tooltips import describe
from nnstudio.ui.canvas.view import ZOOM_STEP, CanvasView
from nnstudio.ui.theme import current as theme
from nnstudio.workspace.workspace import Workspace

FIRST_ZOOM = 0.7
"""Where a graph does not fit, its beginning is shown as near: facts can be read, much is seen."""


MAPPED = (480, 280)
"""The least width and height of a canvas that has room for the minimap."""


class CanvasViewer(QWidget):
    """One block of the workspace's project, its selection, and the view of it.

    Signals: `path_changed(path)`, `selection_changed(ids)`, `zoom_changed(factor)`;
    `interrupted` when a gesture under way must end; `refused(sentence)`, and
    `announced(sentence)` for what was done but may not be seen.
    """

    path_changed = Signal(tuple)
    selection_changed = Signal(frozenset)
    zoom_changed = Signal(float)
    interrupted = Signal()
    refused = Signal(str)
    announced = Signal(str)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self._path: tuple[str, ...] = ()
        self._alternative = ""
        self._looks: dict[tuple[str, ...], tuple[QPointF, float]] = {}
        self._first_look = False
        self._following = True
        self.scene = CanvasScene(self)
        self.view = CanvasView(self.scene, self)
        self.setFocusProxy(self.view)
        self.minimap = Minimap(self.scene, self.view, self)
        self.bubble = Bubble(self)
        self.hint = EmptyHint(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self.view.moved.connect(self.minimap.follow)
        self.view.scale_changed.connect(self.zoom_changed)
        self.view.resized.connect(self._on_resized)
        self.view.moved.connect(self._on_moved)
        theme.notifier.changed.connect(self._on_theme)
        workspace.changed.connect(self._on_changed)
        workspace.opened.connect(self._on_opened)
        workspace.stepped.connect(self._on_stepped)
        self._refresh()
        self.look_first()

    def interrupt(self) -> None:
        """End what the user is in the middle of."""
        self.interrupted.emit()

    # -- what it says ------------------------------------------------------------------------

    def refuse(self, sentence: str) -> None:
        """Say why something cannot be done: near the mouse, and in the status bar."""
        middle = QRectF(self.view.viewport().rect()).center()
        self.bubble.say(sentence, self.view.pointer_inside or middle, stay=False)
        self.refused.emit(sentence)

    def announce(self, sentence: str) -> None:
        """Say what was done, where the canvas does not show it."""
        self.announced.emit(sentence)

    def _describe_selected(self, node: str) -> None:
        sentence = describe(self.scene, self.report, node)
        self.view.setAccessibleDescription(sentence)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.view, sentence))

    # -- what it shows -----------------------------------------------------------------------

    @property
    def project(self) -> Project:
        """The project of the workspace."""
        return self.workspace.project

    @property
    def path(self) -> tuple[str, ...]:
        """The nodes entered from the root block on."""
        return self._path

    @property
    def block(self) -> str:
        """The name of the block that is shown."""
        return self.workspace.block_at(self._path)

    @property
    def graph(self) -> Graph:
        """The graph that is shown."""
        return self.project.by_name[self.block].graph

    @property
    def report(self) -> BlockReport:
        """The report of what is shown."""
        return self.workspace.report_at(self._path)

    def show_path(self, path: tuple[str, ...]) -> None:
        """Show the block reached by entering these nodes from the root, as far as they exist."""
        path = self._valid(path)
        if path == self._path:
            return
        self.interrupt()
        self._looks[self._path] = self.view.middle, self.view.zoom
        self._path = path
        self.scene.select(frozenset())
        self._refresh()
        look = self._looks.get(path)
        if look is not None:
            self.view.look_at(*look)
        else:
            self.look_first()
        self.path_changed.emit(path)
        self.selection_changed.emit(frozenset())

    def enter(self, node: str) -> bool:
        """Show the block that a node uses; False if it is a layer."""
        found = self.graph.by_id.get(node)
        if found is None or found.type not in self.project.by_name:
            return False
        self.show_path((*self._path, node))
        return True

    def leave(self) -> bool:
        """Show the block around, with the node that was left selected; False at the root."""
        if not self._path:
            return False
        left = self._path[-1]
        self.show_path(self._path[:-1])
        self.select({left})
        return True

    def _valid(self, path: tuple[str, ...]) -> tuple[str, ...]:
        block = self.project.model
        for k, node in enumerate(path):
            found = block.graph.by_id.get(node)
            inner = self.project.by_name.get(found.type) if found is not None else None
            if inner is None:
                return path[:k]
            block = inner
        return path

    def _refresh(self) -> None:
        self.scene.show(self.project, self.block, self.report)
        self.hint.setVisible(not self.scene.nodes)
        self.minimap.refresh()

    # -- selection ---------------------------------------------------------------------------

    def selection(self) -> frozenset[str]:
        """Return the ids of the selected nodes."""
        return self.scene.selected_nodes

    @property
    def alternative(self) -> str:
        """The alternative that is looked at in the one selected place; "": the node itself."""
        meant = self._alternative
        if meant not in self.graph.standing_for:
            return ""
        return meant if self.selection() == {self.graph.place_of(meant)} else ""

    def select(self, ids: Iterable[str], wires: frozenset[Edge] = frozenset()) -> None:
        """Select nodes (and wires), and only these; for an alternative the card of its place."""
        before = self.scene.selected_nodes, self.scene.selected_wires, self.alternative
        given = list(ids)
        standing = self.graph.standing_for if given else {}
        self._alternative = given[0] if len(given) == 1 and given[0] in standing else ""
        if standing:
            given = [self.graph.place_of(node) for node in given]
        ids = frozenset(given) & self.scene.nodes.keys()
        self.scene.select(ids, wires)
        if (ids, wires, self.alternative) != before:
            self.selection_changed.emit(ids)
            if len(ids) == 1 and ids != before[0]:
                self._describe_selected(next(iter(ids)))

    def select_all(self) -> None:
        """Select every node of the block."""
        self.select(self.scene.nodes)

    # -- where it looks ----------------------------------------------------------------------

    def fit(self) -> None:
        """Show everything."""
        self._show(self.scene.content_rect())

    def look_first(self) -> None:
        """Show everything if the names can be read then, else the beginning of it."""
        rect = self.scene.content_rect()
        if rect.isNull() or self.view.zoom_to_fit(rect) >= NAMES_FROM:
            self._show(rect)
        else:
            self.view.set_zoom(FIRST_ZOOM)
            seen = self.view.viewport().width() / FIRST_ZOOM
            top = self._start_height(rect)
            self.view.look_at(QPointF(rect.left() - 48 / FIRST_ZOOM + seen / 2, top))
        self._first_look = True

    def _on_moved(self) -> None:
        if not self.view.resizing:
            self._first_look = False

    def _on_resized(self) -> None:
        # The final size comes after the first look, and nobody has looked elsewhere yet.
        if self._first_look:
            self.look_first()

    def _start_height(self, rect: QRectF) -> float:
        high = self.view.viewport().height() / FIRST_ZOOM
        if rect.height() < high:
            return rect.center().y()
        first = min(self.scene.nodes.values(), key=lambda item: item.pos().x())
        return first.rect().center().y()

    def fit_selection(self) -> None:
        """Show the selected nodes; everything if none are."""
        self._show(self.scene.content_rect(self.selection() or None))

    def _show(self, rect: QRectF) -> None:
        if rect.isNull():
            self.view.look_at(QPointF(0, 0), 1.0)
        else:
            self.view.look_at(rect.center(), self.view.zoom_to_fit(rect))

    def zoom_in(self) -> None:
        """Come nearer."""
        self.view.set_zoom(self.view.zoom * ZOOM_STEP)

    def zoom_out(self) -> None:
        """Go further away."""
        self.view.set_zoom(self.view.zoom / ZOOM_STEP)

    def actual_size(self) -> None:
        """Show one unit as one pixel."""
        self.view.set_zoom(1.0)

    def mark_failed(self, block: str, node: str, sentence: str) -> None:
        """Mark the node at which a run failed; it stays until an edit or `forget_failure`."""
        self.scene.mark_failed((block, node, sentence))

    def forget_failure(self) -> None:
        """Take that mark away."""
        self.scene.mark_failed(None)

    def fly_to(self, node: str) -> bool:
        """Select a node of this block and bring it into the middle; False if it is not here."""
        item = self.scene.nodes.get(self.graph.place_of(node))
        if item is None:
            return False
        self.select({node})
        self.view.fly(item.rect().center(), max(self.view.zoom, 0.8))
        return True

    # -- following ---------------------------------------------------------------------------

    def _is_gone(self) -> bool:
        # Deleted by Qt without `dispose`: the workspace must not call it again.
        if isValid(self) and isValid(self.scene):
            return False
        self._unfollow()
        return True

    def _on_changed(self, before: Project, after: Project) -> None:
        if self._is_gone():
            return
        self.interrupt()
        self.scene.mark_failed(None)
        self._first_look = False
        path = self._valid(self._path)
        if path != self._path:
            self.show_path(path)
        selected = self.selection()
        self._refresh()
        if self.selection() != selected:
            self.selection_changed.emit(self.selection())

    def _on_stepped(self, before: Project, after: Project) -> None:
        """Select what undo or redo has brought back, where it is."""
        found = None if self._is_gone() else reappeared(before, after, self.block)
        if found is None:
            return
        if found.block != self.block:
            self.show_path(path_to(after, found.block) or ())
        self.select(found.nodes, found.wires)
        ends = {port.node for wire in found.wires for port in (wire.source, wire.target)}
        shown = {self.graph.place_of(node) for node in found.nodes}
        self.view.bring_into_sight(self.scene.content_rect(shown or ends))

    def _on_opened(self) -> None:
        if self._is_gone():
            return
        self.interrupt()
        self.scene.mark_failed(None)
        self._path = ()
        self._looks.clear()
        self.scene.select(frozenset())
        self._refresh()
        self.look_first()
        self.path_changed.emit(())
        self.selection_changed.emit(frozenset())

    def _on_theme(self, _theme: object) -> None:
        self.interrupt()
        self.scene.restyle()
        self.view.viewport().update()
        self.minimap.refresh()

    def dispose(self) -> None:
        """Stop following the workspace and the theme, before the widget is deleted."""
        self.interrupt()
        self.view.land()
        self._unfollow()
        if self._following:
            self._following = False
            theme.notifier.changed.disconnect(self._on_theme)

    def _unfollow(self) -> None:
        for signal, slot in (
            (self.workspace.changed, self._on_changed),
            (self.workspace.opened, self._on_opened),
            (self.workspace.stepped, self._on_stepped),
        ):
            with contextlib.suppress(ValueError):
                signal.disconnect(slot)

    # -- Qt ----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        corner = self.rect().bottomRight() - self.minimap.rect().bottomRight()
        self.minimap.move(corner - QPoint(12, 12))
        size = event.size()
        self.minimap.give_room(size.width() >= MAPPED[0] and size.height() >= MAPPED[1])
        self.hint.centre()
