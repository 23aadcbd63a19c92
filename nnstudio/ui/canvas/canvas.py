"""`Canvas`: the widget in which one block of the open project is shown and edited.

What the mouse and the keys do to it is in `input_handler`, which `make_canvas` puts before it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from nnstudio.analysis.containers import is_module
from nnstudio.graph.values import Edge, Node, Port
from nnstudio.project.alternatives import OWN
from nnstudio.project.commands.swap_type import swap_command
from nnstudio.project.conditions import conditional_members, shared_condition
from nnstudio.project.ports import Side, node_ports
from nnstudio.symbols.tensor import Tensor
from nnstudio.ui.canvas import picture
from nnstudio.ui.canvas.arranging import arrange_cards
from nnstudio.ui.canvas.editing import Editing
from nnstudio.ui.canvas.hit_testing import Hit
from nnstudio.ui.canvas.items.style import PORT_Y, snap
from nnstudio.ui.canvas.key_bindings import Keys
from nnstudio.ui.canvas.keyboard_navigation import Direction, chain, step
from nnstudio.ui.canvas.placement import cursor_place, free_place, name_rect
from nnstudio.ui.canvas.rename_editor import RenameEditor
from nnstudio.ui.canvas.search_popup import SearchPopup
from nnstudio.ui.canvas.viewer import CanvasViewer
from nnstudio.workspace.block_libraries import BlockLibraries
from nnstudio.workspace.candidates import Candidate, candidates
from nnstudio.workspace.workspace import Workspace

_STEPS: Final[dict[str, tuple[int, int]]] = {
    "left": (-1, 0),
    "right": (1, 0),
    "up": (0, -1),
    "down": (0, 1),
}

CONDITION_WIDTH = 220
"""Pixels of the field for a condition, at least."""


class Canvas(CanvasViewer):
    """One block of the workspace's project, to look at and to edit.

    Signals, besides those of `CanvasViewer`: `properties_requested(id)` (Return or double-click on
    a layer), `menu_requested(hit, global position)`.
    """

    properties_requested = Signal(str)
    menu_requested = Signal(object, QPoint)

    def __init__(
        self,
        workspace: Workspace,
        parent: QWidget | None = None,
        libraries: BlockLibraries | None = None,
    ) -> None:
        super().__init__(workspace, parent)
        self.editing = Editing(self, libraries)
        self.keys = Keys()
        self._libraries = libraries
        self._walked: str | None = None
        self._popup: SearchPopup | RenameEditor | None = None

    def interrupt(self) -> None:
        super().interrupt()
        self.close_popups()

    # -- search and names --------------------------------------------------------------------

    def add_at(self, node_type: str, scene_pos: QPointF | None = None) -> str | None:
        """Add a node of a type at a place (the middle of the view if None); its id, or None."""
        return self.editing.add(node_type, scene_pos if scene_pos is not None else free_place(self))

    def open_search(
        self,
        scene_pos: QPointF | None = None,
        port: Port | None = None,
        side: Side = "out",
        wire: Edge | None = None,
    ) -> SearchPopup:
        """Open the search at a place; with a port it shows what fits and connects on choice."""
        self.close_popups()
        place = scene_pos if scene_pos is not None else cursor_place(self)
        found, note = self._search_for(port, side, wire)
        popup = SearchPopup(self, found, note)
        offset = QPointF(0 if side == "out" or port is None else -200, -PORT_Y)
        popup.chosen.connect(lambda t: self._add_chosen(t, place + offset, port, side, wire))
        self._open(popup)
        popup.open_at(self.view.view_at(place).toPoint())
        return popup

    def open_swap(self) -> SearchPopup:
        """Ask for another type, at the selected node."""
        place = next(iter(self.selection()))
        node = self.alternative or place
        block, old = self.block, self.graph.by_id[node]
        self.close_popups()
        found = [c for c in candidates(self.project, block) if c.type != old.type]
        popup = SearchPopup(self, found, f"In the place of {old.name or old.type}")
        popup.chosen.connect(lambda chosen: self.editing.do(swap_command(block, node, chosen)))
        popup.chosen.connect(lambda _chosen: self.setFocus())
        popup.dismissed.connect(self.setFocus)
        self._open_below(popup, place)
        return popup

    def open_alternative(self) -> SearchPopup:
        """Ask for what stands in the place of the selected node where its condition fails."""
        place = next(iter(self.selection()))
        node = self.graph.by_id[place]
        self.close_popups()
        given = self.report.nodes[place].inputs if place in self.report.nodes else {}
        found = self._candidates("out", next(iter(given.values()), None))
        module = is_module(self.project, node)
        found = [c for c in found if c.key or is_module(self.project, Node("", c.type)) == module]
        found = [c for c in found if c.key or c.type not in OWN]
        popup = SearchPopup(self, found, f"Instead of {node.name or node.type}")
        popup.chosen.connect(lambda chosen: self.editing.add_alternative(place, chosen))
        popup.chosen.connect(lambda _chosen: self.setFocus())
        popup.dismissed.connect(self.setFocus)
        self._open_below(popup, place)
        return popup

    def _open_below(self, popup: SearchPopup, node: str) -> None:
        rect = self.scene.nodes[node].rect()
        popup.open_at(self.view.view_at(rect.bottomLeft()).toPoint())

    def _search_for(
        self, port: Port | None, side: Side, wire: Edge | None
    ) -> tuple[list[Candidate], str]:
        """Find what a search offers, and the line that it says below."""
        source = wire.source if wire is not None else port if side == "out" else None
        if source is not None:
            report = self.report.nodes.get(source.node)
            tensor = report.outputs.get(source.name) if report is not None else None
            found = self._candidates("out", tensor)
            if wire is not None:
                wired = {(c.key, c.type) for c in self._candidates("in")}
                found = [c for c in found if (c.key, c.type) in wired]
            note = f"Fits {tensor.label}" if tensor is not None else "Takes a wire"
            return found, note
        if port is not None:
            return self._candidates("in"), f"Feeds '{port.name}'"
        return self._candidates(), ""

    def _candidates(
        self, side: Side | None = None, tensor: Tensor | None = None
    ) -> list[Candidate]:
        find = self._libraries.candidates if self._libraries is not None else candidates
        return find(self.project, self.block, side, tensor)

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
        rect = name_rect(self, next(iter(nodes)))
        node = self.alternative or next(iter(nodes))
        name = self.graph.by_id[node].name
        return self._edit_name(rect, name, lambda text: self.editing.rename(node, text))

    def rename_group(self, group: str) -> RenameEditor:
        """Open the field for the name of a group."""
        name = self.graph.groups_by_id[group].name
        place = self._title_of(group)
        return self._edit_name(place, name, lambda text: self.editing.rename_group(group, text))

    def set_condition(self, group: str) -> RenameEditor:
        """Open the field for the condition that the members of a group share."""
        shared = shared_condition(conditional_members(self.graph, group))
        text = shared.text if shared is not None else ""
        place = self._title_of(group)
        place.setWidth(max(place.width(), CONDITION_WIDTH))
        editor = self._edit_name(place, text, lambda t: self.editing.set_condition(group, t))
        editor.ask("Condition of the group", "always")
        return editor

    def _title_of(self, group: str) -> QRect:
        rect = self.scene.groups[group].title_rect().adjusted(4, 1, -4, -1)
        return self.view.viewportTransform().mapRect(rect).toRect()

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

    @property
    def popup(self) -> SearchPopup | RenameEditor | None:
        """The search or the field for a name that is open."""
        return self._popup

    def close_popups(self) -> None:
        """Close the search and the name field, if one is open."""
        popup, self._popup = self._popup, None
        if isinstance(popup, SearchPopup):
            popup.close_popup()
        elif popup is not None:
            popup.close_editor()

    # -- the selection -----------------------------------------------------------------------

    def delete_selection(self, heal: bool = False) -> None:
        """Delete what is selected; with `heal`, what fed a chain feeds what follows it."""
        self.editing.delete(heal)

    def duplicate(self) -> None:
        """Copy what is selected beside itself."""
        self.editing.duplicate()

    def copy(self) -> None:
        """Put what is selected on the clipboard, as text."""
        if self.selection():
            QGuiApplication.clipboard().setText(self.editing.selection_text())

    def cut(self) -> None:
        """Copy, then delete."""
        if self.selection():
            self.copy()
            self.editing.delete()

    def paste(self, keep_inputs: bool = False) -> None:
        """Add what is on the clipboard, near the mouse; with `keep_inputs`, fed as it was."""
        place = cursor_place(self)
        text = QGuiApplication.clipboard().text()
        self.editing.paste(text, (snap(place.x()), snap(place.y())), keep_inputs)

    def nudge(self, across: int, down: int) -> None:
        """Move what is selected by steps of the grid."""
        self.editing.nudge(across, down)

    def arrange(self) -> None:
        """Lay the whole graph out afresh, as one undo step, and show it."""
        places = arrange_cards(self.scene)
        if places and self.editing.move(places, "Arrange"):
            self.fit()

    def select_chain(self) -> None:
        """Select what leads to the selected nodes and what they lead to."""
        if self.selection():
            self.select(chain(self.graph, self.selection()))

    # -- keys and clicks ---------------------------------------------------------------------

    def act(self, name: str) -> None:
        """Do what a plain key stands for (see `key_bindings`)."""
        name, _, argument = name.partition(":")
        if name == "nudge":
            self.nudge(*_STEPS[argument])
        elif name in ("walk", "walk_adding"):
            self.walk(argument, adding=name == "walk_adding")  # type: ignore[arg-type]
        else:
            plain: dict[str, Callable[[], object]] = {
                "delete": self.delete_selection,
                "delete_heal": lambda: self.delete_selection(heal=True),
                "enter_or_search": self.enter_or_search,
                "search": self.search,
                "escape": self.escape,
                "properties": self.request_properties,
                "rename": self.rename_selected,
                "fit": self.fit,
                "fit_selection": self.fit_selection,
                "select_chain": self.select_chain,
            }
            plain[name]()

    def walk(self, direction: Direction, adding: bool = False) -> None:
        """Select the node that an arrow key leads to, and bring it into sight."""
        places = {n: (item.pos().x(), item.pos().y()) for n, item in self.scene.nodes.items()}
        selected = self.selection()
        start = self._walked if self._walked in selected else min(selected, default=None)
        found = step(self.graph, places, start, direction)
        if found is None:
            return
        self.select(selected | {found} if adding else {found})
        self._walked = found
        self.view.show_rect(self.scene.nodes[found].rect().adjusted(-24, -24, 24, 24))

    def search(self) -> None:
        """Open the search: for what follows the one selected node if that leads nowhere yet."""
        selected = self.selection()
        if len(selected) == 1:
            node = self.graph.by_id[next(iter(selected))]
            outputs = node_ports(self.project, self.graph, node).outputs
            if outputs and not self.graph.outgoing[node.id]:
                place = free_place(self) + QPointF(0, PORT_Y)
                self.open_search(place, Port(node.id, outputs[0].name))
                return
        self.open_search()

    def enter_or_search(self) -> None:
        """Enter the selected block; with nothing selected, search (Tab)."""
        selected = self.selection()
        if not selected:
            self.open_search()
        elif len(selected) == 1 and not self.enter(next(iter(selected))):
            self.refuse("Only blocks can be entered; this is a layer")

    def escape(self) -> None:
        """Leave the block; at the root let the selection go (Esc)."""
        if not self.leave():
            self.select(frozenset())

    def request_properties(self) -> None:
        """Ask for the properties of the one selected node (Return)."""
        selected = self.selection()
        if len(selected) == 1:
            self.properties_requested.emit(next(iter(selected)))

    def open_hit(self, hit: Hit, at: QPointF) -> None:
        """Do what a double-click means: enter, properties, rename, insert, or search."""
        if hit.node is not None:
            if not self.enter(hit.node):
                self.properties_requested.emit(hit.node)
        elif hit.group is not None:
            self.rename_group(hit.group)
        else:
            self.open_search(at, wire=hit.edge)

    # -- pictures ----------------------------------------------------------------------------

    def set_show_all_shapes(self, shown: bool) -> None:
        """Let every wire show its shape, or only those where it changes."""
        self.scene.set_show_all_shapes(shown)

    def render_to(self, path: Path | str, *, overwrite_read_only: bool = False) -> None:
        """Write a picture of the whole graph: PNG or SVG, by the name's ending."""
        picture.write(
            self.project,
            self.block,
            self.report,
            Path(path),
            overwrite_read_only=overwrite_read_only,
        )
