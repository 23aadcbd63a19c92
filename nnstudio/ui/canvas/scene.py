"""The scene: items for nodes, wires and groups, kept equal to a picture by the ids that differ.

It knows projects and reports only as pictures of them; it changes neither. What is selected,
hovered or dragged is told to it by the canvas and its gestures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from PySide6.QtCore import QObject, QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from nnstudio.analysis.report import BlockReport
from nnstudio.graph.values import Edge, Graph
from nnstudio.picture.cards import Picture, picture
from nnstudio.project.values import Project
from nnstudio.ui.canvas.hit_testing import Hit, find
from nnstudio.ui.canvas.items import style as metrics
from nnstudio.ui.canvas.items.group_item import GroupItem
from nnstudio.ui.canvas.items.node_item import NodeItem
from nnstudio.ui.canvas.items.overview_item import FarItem
from nnstudio.ui.canvas.items.pills import settle_pills
from nnstudio.ui.canvas.items.routing import Obstacles
from nnstudio.ui.canvas.items.style import Style, current
from nnstudio.ui.canvas.items.wire_item import WireItem

MANY = 300


class Detail(Enum):
    """How much is drawn: all, boxes with icons, or one item that draws everything as blocks."""

    FULL = 1
    BOXES = 2
    FAR = 3


class CanvasScene(QGraphicsScene):
    """One block's graph as items."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.look: Style = current()
        self.picture = Picture()
        self.graph = Graph()
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[Edge, WireItem] = {}
        self.groups: dict[str, GroupItem] = {}
        self.detail = Detail.FULL
        self.show_all_shapes = False
        self.selected_nodes: frozenset[str] = frozenset()
        self.selected_wires: frozenset[Edge] = frozenset()
        self.hovered: Hit = Hit()
        self.block = ""
        self.failed: tuple[str, str, str] | None = None
        self._far = FarItem(self.look)
        self.addItem(self._far)
        self._stale = True
        self._scale = 1.0

    # -- from the project --------------------------------------------------------------------

    def show(self, project: Project, block: str, report: BlockReport) -> None:
        """Make the items equal to the picture of a block; only what differs is touched."""
        new = picture(project, block, report, self.picture)
        old, self.picture = self.picture, new
        self.block = block
        self.graph = project.by_name[block].graph
        self._sync_nodes(old, new)
        self._show_failure()
        self._sync_wires(old, new)
        self._sync_groups(old, new)
        moved = new.cards != old.cards or new.frames != old.frames
        if moved or new.wires.keys() != old.wires.keys():
            self._surround(new.frames)
            self._lay_wires(new.wires)
            self._choose_speakers()
        elif new.wires != old.wires:
            self._settle_pills()
        self.selected_nodes &= new.cards.keys()
        self.selected_wires &= new.wires.keys()
        self.select(self.selected_nodes, self.selected_wires)
        self._redetail()

    def restyle(self) -> None:
        """Take on the theme that is on now."""
        self.look = current()
        for node in self.nodes.values():
            node.show_card(node.card, self.look)
        for wire in self.wires.values():
            wire.show_wire(wire.wire, self.look)
        self._settle_pills()
        for group in self.groups.values():
            group.show_frame(group.frame, self.look)
        self._redetail()
        self.update()

    def _sync_nodes(self, old: Picture, new: Picture) -> None:
        for gone in old.cards.keys() - new.cards.keys():
            self.removeItem(self.nodes.pop(gone))
        for node_id, card in new.cards.items():
            item = self.nodes.get(node_id)
            if item is None:
                item = self.nodes[node_id] = NodeItem(card, self.look)
                self.addItem(item)
            elif old.cards[node_id] != card or item.pos() != QPointF(*card.position):
                item.show_card(card)

    def _sync_wires(self, old: Picture, new: Picture) -> None:
        for gone in old.wires.keys() - new.wires.keys():
            self.removeItem(self.wires.pop(gone))
        for edge, wire in new.wires.items():
            item = self.wires.get(edge)
            if item is None:
                item = self.wires[edge] = WireItem(wire, self.look)
                self.addItem(item)
            elif old.wires[edge] != wire:
                item.show_wire(wire)

    def _sync_groups(self, old: Picture, new: Picture) -> None:
        for gone in old.frames.keys() - new.frames.keys():
            self.removeItem(self.groups.pop(gone))
        for group_id, frame in new.frames.items():
            item = self.groups.get(group_id)
            if item is None:
                item = self.groups[group_id] = GroupItem(frame, self.look)
                self.addItem(item)
            elif old.frames[group_id] != frame:
                item.show_frame(frame)

    # -- places ------------------------------------------------------------------------------

    def place(self, positions: Mapping[str, QPointF]) -> None:
        """Put cards somewhere while they are dragged; the project does not know yet."""
        for node_id, position in positions.items():
            self.nodes[node_id].setPos(position)
        touched = [
            e for e in self.wires if e.source.node in positions or e.target.node in positions
        ]
        self._lay_wires(touched, plain=True)
        self._surround(
            [f for f, frame in self.picture.frames.items() if frame.inside & positions.keys()]
        )
        self._stale = True
        if self.detail is Detail.FAR:
            self._gather()

    def settle(self) -> None:
        """Put everything back to where the project has it."""
        for node_id, card in self.picture.cards.items():
            self.nodes[node_id].setPos(QPointF(*card.position))
        self._surround(self.groups)
        self._lay_wires(self.wires)
        self._settle_pills()
        self._stale = True
        if self.detail is Detail.FAR:
            self._gather()

    def _lay_wires(self, edges: Iterable[Edge], plain: bool = False) -> None:
        around = None
        if not plain:
            cards = [item.rect() for item in self.nodes.values()]
            around = Obstacles.of(cards, [group.rect for group in self.groups.values()])
        for edge in edges:
            start = self.nodes[edge.source.node].anchor("out", edge.source.name)
            end = self.nodes[edge.target.node].anchor("in", edge.target.name)
            self.wires[edge].lay(start, end, around)

    def _surround(self, groups: Iterable[str]) -> None:
        # Innermost first, for a frame goes around the frames in it too.
        frames = self.picture.frames
        for group_id in sorted(groups, key=lambda g: -frames[g].depth):
            frame = frames[group_id]
            rect = QRectF()
            for node_id in frame.inside:
                rect = rect.united(self.nodes[node_id].rect())
            for other in frames.values():
                if other.depth == frame.depth + 1 and other.inside and other.inside <= frame.inside:
                    rect = rect.united(self.groups[other.id].rect)
            self.groups[group_id].setVisible(not rect.isNull() and self.detail is not Detail.FAR)
            self.groups[group_id].surround(rect)

    def content_rect(self, ids: Iterable[str] | None = None) -> QRectF:
        """Measure the place of some nodes, or of everything with its frames."""
        rect = QRectF()
        for node_id in self.nodes if ids is None else ids:
            rect = rect.united(self.nodes[node_id].rect())
        if ids is None:
            for group in self.groups.values():
                rect = rect.united(group.rect)
            for wire in self.wires.values():
                rect = rect.united(wire.path.boundingRect())
        return rect

    # -- looks -------------------------------------------------------------------------------

    def select(self, nodes: frozenset[str], wires: frozenset[Edge] = frozenset()) -> None:
        """Show these as selected."""
        self.selected_nodes, self.selected_wires = nodes, wires
        for node_id, item in self.nodes.items():
            item.mark(selected=node_id in nodes)
        for edge, wire in self.wires.items():
            near = edge.source.node in nodes or edge.target.node in nodes
            wire.mark(selected=edge in wires, near=near)
        self._mark_groups()
        self._stale = True
        if self.detail is Detail.FAR:
            self._gather()

    def hover(self, hit: Hit) -> None:
        """Show what is under the mouse."""
        old, self.hovered = self.hovered, hit
        if hit == old:
            return
        for node_id in {old.node, hit.node} - {None}:
            if item := self.nodes.get(str(node_id)):
                item.mark(hovered=node_id == hit.node)
        for edge in {old.edge, hit.edge} - {None}:
            if edge is not None and (wire := self.wires.get(edge)):
                wire.mark(hovered=edge == hit.edge)
        if old.group != hit.group:
            self._mark_groups()

    def _mark_groups(self) -> None:
        for group_id, item in self.groups.items():
            inside = self.picture.frames[group_id].inside
            whole = bool(inside) and inside <= self.selected_nodes
            item.mark(hovered=group_id == self.hovered.group, selected=whole)

    def mark_failed(self, failed: tuple[str, str, str] | None) -> None:
        """Mark the card (block, node) at which a run failed, with its sentence; None: none."""
        self.failed = failed
        self._show_failure()

    def failure_of(self, node: str) -> str:
        """Say why a run failed at a node of this block; empty if none did."""
        found = self.failed
        return found[2] if found is not None and found[:2] == (self.block, node) else ""

    def _show_failure(self) -> None:
        for node_id, item in self.nodes.items():
            item.mark(failed=bool(self.failure_of(node_id)))
        self._stale = True

    def set_show_all_shapes(self, shown: bool) -> None:
        """Let every wire show its shape, or only those where it changes."""
        self.show_all_shapes = shown
        self._choose_speakers()

    def _choose_speakers(self) -> None:
        # Of the wires of one output, the one with the nearest end says the shape for all.
        nearest: dict[object, tuple[float, Edge]] = {}
        for edge, item in self.wires.items():
            start, end = item.ends
            far = abs(end.x() - start.x()) + abs(end.y() - start.y())
            if edge.source not in nearest or far < nearest[edge.source][0]:
                nearest[edge.source] = far, edge
        for edge, item in self.wires.items():
            item.speak(nearest[edge.source][1] == edge, self.show_all_shapes)
        self._settle_pills()

    def _settle_pills(self) -> None:
        settle_pills(self.wires.values(), [item.rect() for item in self.nodes.values()])

    def set_scale(self, scale: float) -> None:
        """Draw as much as can be seen at this zoom."""
        self._scale = scale
        wanted = Detail.FULL
        if scale < metrics.SHAPE_FROM or (scale < metrics.TEXT_FROM and len(self.nodes) > MANY):
            wanted = Detail.FAR
        elif scale < metrics.TEXT_FROM:
            wanted = Detail.BOXES
        if wanted is not self.detail:
            self.detail = wanted
            self._redetail()
        elif wanted is Detail.FAR:
            self._gather()

    def _redetail(self) -> None:
        far = self.detail is Detail.FAR
        detailed = self.detail is Detail.FULL
        items: list[NodeItem | WireItem | GroupItem] = [*self.nodes.values()]
        items += [*self.wires.values(), *self.groups.values()]
        for item in items:
            empty = isinstance(item, GroupItem) and not item.frame.inside
            item.setVisible(not far and not empty)
            if item.detailed != detailed:
                item.detailed = detailed
                item.update()
        self._far.setVisible(far)
        self._stale = True
        if far:
            self._gather()

    def _gather(self) -> None:
        self._far.solid = self._scale < metrics.SHAPE_FROM
        if self._stale:
            bounds = self.content_rect().adjusted(-60, -60, 60, 60)
            nodes, wires = self.nodes.values(), self.wires.values()
            self._far.gather(nodes, wires, self.groups.values(), bounds, self.look)
            self._stale = False
        self._far.update()

    # -- questions ---------------------------------------------------------------------------

    def hit(self, at: QPointF, scale: float = 1.0) -> Hit:
        """Find what lies under a place of the scene."""
        return find(self.nodes, self.wires, self.groups, at, scale)
