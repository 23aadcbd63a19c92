"""`Canvas`: the widget in which one block of the open project is shown and edited."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from nnstudio.graph.values import Edge, Port
from nnstudio.project.commands.swap_type import swap_command
from nnstudio.project.ports import Side
from nnstudio.ui.canvas import picture
from nnstudio.ui.canvas import placement as acts
from nnstudio.ui.canvas.editing import Editing
from nnstudio.ui.canvas.hit_testing import Hit
from nnstudio.ui.canvas.input_handler import InputHandler
from nnstudio.ui.canvas.items.style import PORT_Y
from nnstudio.ui.canvas.rename_editor import RenameEditor
from nnstudio.ui.canvas.search_popup import SearchPopup
from nnstudio.ui.canvas.viewer import CanvasViewer
from nnstudio.workspace.block_insertion import Addition
from nnstudio.workspace.block_libraries import BlockLibraries
from nnstudio.workspace.candidates import candidates
from nnstudio.workspace.workspace import Workspace


class Canvas(CanvasViewer):
    """One block of the workspace's project, to look at and to edit.

    Signals, besides those of `CanvasViewer`: `refused(sentence)`, `told(sentence)` for what the
    user may not see, `properties_requested(id)` (Return or double-click on a layer),
    `menu_requested(hit, global position)`.
    """

    refused = Signal(str)
    told = Signal(str)
    properties_requested = Signal(str)
    menu_requested = Signal(object, QPoint)

    def __init__(
        self,
        workspace: Workspace,
        parent: QWidget | None = None,
        libraries: BlockLibraries | None = None,
    ) -> None:
        super().__init__(workspace, parent)
        self.libraries = libraries
        self.walked: str | None = None
        self._popup: SearchPopup | RenameEditor | None = None
        self.editing = Editing(self)
        self.hands = InputHandler(self)

    def interrupt(self) -> None:
        self.hands.cancel()
        self.close_popups()

    def addition(self, key: str) -> Addition:
        """What is added for a type, or for a file of the user's own blocks; raises `Refusal`."""
        if self.libraries is None:
            return Addition(self.project, key)
        return self.libraries.addition(self.project, key)

    def add_at(self, node_type: str, scene_pos: QPointF | None = None) -> str | None:
        """Add a node of a type at a place (the middle of the view if None); its id, or None."""
        place = scene_pos if scene_pos is not None else acts.free_place(self)
        return self.editing.add(node_type, place)

    def open_search(
        self,
        scene_pos: QPointF | None = None,
        port: Port | None = None,
        side: Side = "out",
        wire: Edge | None = None,
    ) -> SearchPopup:
        """Open the search at a place; with a port it shows what fits and connects on choice."""
        self.close_popups()
        place = scene_pos if scene_pos is not None else acts.cursor_place(self)
        found, note = acts.search_for(self, port, side, wire)
        popup = SearchPopup(self, found, note)
        offset = QPointF(0 if side == "out" or port is None else -200, -PORT_Y)
        popup.chosen.connect(lambda t: self._add_chosen(t, place + offset, port, side, wire))
        self._open(popup)
        popup.open_at(self.view.view_at(place).toPoint())
        return popup

    def open_swap(self) -> SearchPopup:
        """Ask for another type, at the selected node."""
        node = next(iter(self.selection()))
        block, old = self.block, self.graph.by_id[node]
        self.close_popups()
        found = [c for c in candidates(self.project, block) if c.type != old.type]
        popup = SearchPopup(self, found, f"In the place of {old.name or old.type}")
        popup.chosen.connect(lambda chosen: self.editing.do(swap_command(block, node, chosen)))
        popup.chosen.connect(lambda _chosen: self.setFocus())
        popup.dismissed.connect(self.setFocus)
        rect = self.scene.nodes[node].rect()
        popup.open_at(self.view.view_at(rect.bottomLeft()).toPoint())
        return popup

    def _add_chosen(
        self, node_type: str, place: QPointF, port: Port | None, side: Side, wire: Edge | None
    ) -> None:
        added = self.editing.add(node_type, place, port, side, wire)
        if added is not None:
            self.view.show_rect(self.scene.nodes[added].rect())

    def rename_selected(self) -> RenameEditor | None:
        """Open the field for the name of the selected node."""
        nodes = self.selection()
        if len(nodes) != 1:
            if nodes:
                self.refuse("Select one node to rename it")
            return None
        node = next(iter(nodes))
        name = self.graph.by_id[node].name
        rect = acts.name_rect(self, node)
        return self._edit_name(rect, name, lambda text: self.editing.rename(node, text))

    def rename_group(self, group: str) -> RenameEditor:
        """Open the field for the name of a group."""
        rect = self.scene.groups[group].title_rect().adjusted(4, 1, -4, -1)
        name = self.graph.groups_by_id[group].name
        place = self.view.viewportTransform().mapRect(rect).toRect()
        return self._edit_name(place, name, lambda text: self.editing.rename_group(group, text))

    def _edit_name(self, place: QRect, name: str, rename: Callable[[str], bool]) -> RenameEditor:
        self.close_popups()
        place.setSize(place.size().expandedTo(QSize(140, 26)))
        editor = RenameEditor(self, place, name, rename)
        editor.closed.connect(self._on_popup_closed)
        self._popup = editor
        return editor

    def _open(self, popup: SearchPopup) -> None:
        self._popup = popup
        popup.chosen.connect(self._on_popup_closed)
        popup.dismissed.connect(self._on_popup_closed)

    def _on_popup_closed(self, _choice: str = "") -> None:
        self._popup = None
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_popups(self) -> None:
        """Close the search and the name field, if one is open."""
        popup, self._popup = self._popup, None
        if isinstance(popup, SearchPopup):
            popup.close_popup()
        elif popup is not None:
            popup.close_editor()

    def delete_selection(self, heal: bool = False) -> None:
        """Delete what is selected; with `heal`, what fed a chain feeds what follows it."""
        self.editing.delete(heal)

    def duplicate(self) -> None:
        """Copy what is selected beside itself."""
        self.editing.duplicate()

    def copy(self) -> None:
        """Put what is selected on the clipboard, as text."""
        if self.selection():
            QGuiApplication.clipboard().setText(self.editing.copied())

    def cut(self) -> None:
        """Copy, then delete."""
        if self.selection():
            self.copy()
            self.editing.delete()

    def paste(self, keep_inputs: bool = False) -> None:
        """Add what is on the clipboard, near the mouse; with `keep_inputs`, fed as it was."""
        acts.paste(self, QGuiApplication.clipboard().text(), keep_inputs)

    def nudge(self, across: int, down: int) -> None:
        """Move what is selected by steps of the grid."""
        self.editing.nudge(across, down)

    def arrange(self) -> None:
        """Lay the whole graph out afresh, as one undo step."""
        acts.arrange(self)

    def select_chain(self) -> None:
        """Select what leads to the selected nodes and what they lead to."""
        acts.select_chain(self)

    def act(self, name: str) -> None:
        """Do what a plain key stands for (see `keys`)."""
        acts.do(self, name)

    def open_hit(self, hit: Hit, at: QPointF) -> None:
        """What a double-click means: enter, properties, rename, insert, or search."""
        acts.open_hit(self, hit, at)

    def set_show_all_shapes(self, shown: bool) -> None:
        """Let every wire show its shape, or only those where it changes."""
        self.scene.set_show_all_shapes(shown)

    def refuse(self, sentence: str) -> None:
        """Say why something cannot be done: near the mouse, and in the status bar."""
        self.bubble.say(sentence, acts.bubble_place(self), stay=False)
        self.refused.emit(sentence)

    def render_to(self, path: Path | str, *, overwrite_read_only: bool = False) -> None:
        """Write a picture of the whole graph: PNG or SVG, by the name's ending."""
        picture.write(
            self.project,
            self.block,
            self.report,
            Path(path),
            overwrite_read_only=overwrite_read_only,
        )
