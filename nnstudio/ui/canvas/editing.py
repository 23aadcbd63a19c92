"""What the canvas does to the project: every act is one command, so one undo step."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF

from nnstudio.graph.order import downstream
from nnstudio.graph.values import Edge, Expr, Graph, Port, new_id
from nnstudio.picture.cards import card
from nnstudio.project import fragment
from nnstudio.project.alternatives import OWN
from nnstudio.project.commands.alternative import AddAlternative, SetAlternative
from nnstudio.project.commands.base import Command, Sequence
from nnstudio.project.commands.graph import (
    AddNodes,
    Connect,
    Delete,
    Disconnect,
    Move,
    declare_beside,
)
from nnstudio.project.commands.group import GroupNodes, PutInGroup, SetGroup
from nnstudio.project.commands.members_when import SetMembersWhen
from nnstudio.project.commands.new_node import fresh_node
from nnstudio.project.commands.node import Rename, SetWhen
from nnstudio.project.ports import Ports, Side, node_ports
from nnstudio.project.refusal import Refusal
from nnstudio.ui.canvas.items import style as metrics
from nnstudio.ui.canvas.items.geometry import measure
from nnstudio.ui.canvas.items.style import snap
from nnstudio.ui.canvas.viewer import CanvasViewer
from nnstudio.workspace.block_insertion import Addition
from nnstudio.workspace.block_libraries import BlockLibraries
from nnstudio.workspace.candidates import ports_of

GAP = 64.0


class Editing:
    """The edits of one canvas. A refusal is said to the user and changes nothing."""

    def __init__(self, viewer: CanvasViewer, libraries: BlockLibraries | None = None) -> None:
        self._viewer = viewer
        self._libraries = libraries

    def do(self, command: Command) -> bool:
        """Apply a command; False and a sentence for the user if it is refused."""
        try:
            self._viewer.workspace.do(command)
        except Refusal as refusal:
            self._viewer.refuse(str(refusal))
            return False
        return True

    # -- adding ------------------------------------------------------------------------------

    def addition(self, key: str) -> Addition:
        """Find what is added for a type, or for a file of the user's own blocks.

        Raises:
            Refusal: there is no such file any more, or it is broken.
        """
        if self._libraries is None:
            return Addition(self._viewer.project, key)
        return self._libraries.addition(self._viewer.project, key)

    def add(
        self,
        node_type: str,
        place: QPointF,
        port: Port | None = None,
        side: Side = "out",
        wire: Edge | None = None,
    ) -> str | None:
        """Add a node of a type, connected to a port or put into a wire; its id, or None."""
        viewer = self._viewer
        try:
            added = self.addition(node_type)
        except Refusal as refusal:
            viewer.refuse(str(refusal))
            return None
        project, node_type = added.project, added.type
        ports = ports_of(project, node_type)
        group = self._group_at(place, (wire.source, wire.target) if wire else (port,))
        if wire is not None:
            place = self._in_wire(wire, place)
        at = (snap(place.x()), snap(place.y()))
        node = fresh_node(project, viewer.block, node_type, at, group, added.values)
        edges: tuple[Edge, ...] = ()
        aside: tuple[Command, ...] = ()
        if wire is not None and ports.inputs and ports.outputs:
            edges = _through(node.id, ports, wire)
            shown = card(project, Graph((node,)), node)
            aside = self._aside(wire, at[0], measure(shown, viewer.scene.look).width)
        elif port is not None and side == "out" and ports.inputs:
            edges = (Edge(port, Port(node.id, ports.inputs[0].name)),)
        elif port is not None and side == "in" and ports.outputs:
            edges = (Edge(Port(node.id, ports.outputs[0].name), port),)
        verb = "Insert" if wire else "Add"
        title = f"{verb} {node_type}"
        last: tuple[Command, ...] = (AddNodes(viewer.block, (node,), edges, title=title),)
        if wire is not None:
            last = (*last, self._declare_beside(node.id, wire.source.node))
        elif port is not None and side == "in":
            last = (*last, self._declare_beside(node.id, port.node, before=True))
        if not self.do(Sequence((*added.first, *aside, *last), title)):
            return None
        viewer.select({node.id})
        if added.name not in ("", node_type):
            viewer.announce(f"Added as {node_type}: this project has another {added.name}.")
        return node.id

    def can_be_put(self, node: str) -> bool:
        """Tell whether a node has no wires yet and could stand in one."""
        graph = self._viewer.graph
        ports = node_ports(self._viewer.project, graph, graph.by_id[node])
        free = not graph.incoming[node] and not graph.outgoing[node]
        return free and bool(ports.inputs) and bool(ports.outputs)

    def put_into(self, node: str, wire: Edge, place: QPointF) -> bool:
        """Move a node without wires into a wire."""
        block, graph = self._viewer.block, self._viewer.graph
        ports = node_ports(self._viewer.project, graph, graph.by_id[node])
        first, last = _through(node, ports, wire)
        width = self._viewer.scene.nodes[node].geometry.width
        title = f"Insert {graph.by_id[node].type}"
        place = self._in_wire(wire, place)
        position = (snap(place.x()), snap(place.y()))
        commands: tuple[Command, ...] = (
            *self._aside(wire, position[0], width),
            Move(block, ((node, position),)),
            PutInGroup(block, frozenset({node}), self._group_at(place, (wire.source, wire.target))),
            self._declare_beside(node, wire.source.node),
            Connect(block, first),
            Connect(block, last),
        )
        return self.do(Sequence(commands, title))

    def add_alternative(self, place: str, node_type: str) -> bool:
        """Add a node of a type that stands in a place where no other node there does."""
        viewer = self._viewer
        try:
            added = self.addition(node_type)
        except Refusal as refusal:
            viewer.refuse(str(refusal))
            return False
        new = new_id()
        last = AddAlternative(viewer.block, place, added.type, added.values, new)
        done = self.do(Sequence((*added.first, last), last.title))
        if done:
            viewer.select({new})
        return done

    def can_stand_instead(self, node: str) -> bool:
        """Tell whether a node has no wires and could become the alternative of another."""
        graph = self._viewer.graph
        found = graph.by_id[node]
        free = not graph.incoming[node] and not graph.outgoing[node]
        return free and found.type not in OWN and found.shares is None

    def stand_instead(self, place: str, node: str) -> bool:
        """Let a node without wires stand in the place of another where that does not."""
        done = self.do(SetAlternative(self._viewer.block, place, node))
        if done:
            self._viewer.select({node})
        return done

    def _declare_beside(self, node: str, other: str, before: bool = False) -> Command:
        # Where an engineer would write it, and where a Sequential calls it
        return declare_beside(self._viewer.graph, self._viewer.block, node, other, before=before)

    def _in_wire(self, wire: Edge, place: QPointF) -> QPointF:
        # Beyond the card that the wire comes from, and level with the wire if it is near
        source = self._viewer.scene.nodes[wire.source.node]
        target = self._viewer.scene.nodes[wire.target.node].rect()
        x, y = place.x(), place.y()
        if target.left() > source.rect().right():
            x = max(x, source.rect().right() + GAP)
        level = source.anchor("out", wire.source.name).y() - metrics.PORT_Y
        return QPointF(x, level if abs(level - y) < metrics.CARD_LOWEST / 2 else y)

    def _aside(self, wire: Edge, left: float, width: float) -> tuple[Command, ...]:
        # What follows the wire moves right until the new card has room.
        scene, graph = self._viewer.scene, self._viewer.graph
        target = scene.nodes[wire.target.node].rect()
        source = scene.nodes[wire.source.node].rect()
        if target.left() <= source.right():
            return ()
        missing = left + width + GAP - target.left()
        if missing <= 0:
            return ()
        by = snap(missing + metrics.GRID / 2)
        later = [
            n
            for n in downstream(graph, [wire.target.node])
            if scene.nodes[n].rect().left() >= target.left() - 1
        ]
        places = {n: graph.by_id[n].position for n in later}
        moved = tuple((n, (x + by, y)) for n, (x, y) in places.items())
        return (Move(self._viewer.block, moved),)

    def _group_at(self, place: QPointF, ends: tuple[Port | None, ...]) -> str | None:
        graph = self._viewer.graph
        groups = {graph.by_id[p.node].group for p in ends if p is not None}
        if len(groups) == 1 and len(ends) == 2:
            return groups.pop()
        spot = QRectF(place.x(), place.y() + metrics.PORT_Y, 1, 1)
        inside = [g for g in self._viewer.scene.groups.values() if g.rect.contains(spot)]
        return max(inside, key=lambda g: g.frame.depth).frame.id if inside else None

    # -- wires -------------------------------------------------------------------------------

    def connect(self, edge: Edge, taken: Edge | None = None) -> bool:
        """Draw a wire; `taken` is the one whose end was moved."""
        block = self._viewer.block
        if taken is None:
            return self.do(Connect(block, edge))
        if taken == edge:
            return True
        commands = (Disconnect(block, frozenset({taken})), Connect(block, edge))
        return self.do(Sequence(commands, "Reconnect"))

    def disconnect(self, edges: frozenset[Edge]) -> bool:
        """Take wires away."""
        title = "Disconnect" if len(edges) == 1 else f"Disconnect {len(edges)} wires"
        return self.do(Disconnect(self._viewer.block, edges, title))

    # -- the selection -----------------------------------------------------------------------

    def delete(self, heal: bool = False) -> bool:
        """Delete the selected nodes and wires."""
        viewer = self._viewer
        nodes, wires = viewer.selection(), viewer.scene.selected_wires
        if viewer.alternative:
            return self.do(Delete(viewer.block, frozenset({viewer.alternative})))
        if not nodes:
            return self.disconnect(wires) if wires else False
        command: Command = Delete(viewer.block, nodes, heal)
        if wires:
            loose = Disconnect(viewer.block, wires)
            command = Sequence((loose, command), command.title)
        return self.do(command)

    def move(self, places: Mapping[str, QPointF], title: str = "Move") -> bool:
        """Put nodes somewhere."""
        positions = tuple((n, (place.x(), place.y())) for n, place in places.items())
        return self.do(Move(self._viewer.block, positions, title))

    def nudge(self, across: int, down: int) -> bool:
        """Move the selected nodes by steps of the grid."""
        by = QPointF(across * metrics.GRID, down * metrics.GRID)
        nodes = self._viewer.scene.nodes
        places = {n: nodes[n].pos() + by for n in self._viewer.selection()}
        return bool(places) and self.move(places, "Nudge")

    def duplicate(self, by: QPointF | None = None) -> bool:
        """Copy the selected nodes beside themselves, with the wires among them."""
        nodes = [self._viewer.graph.by_id[n] for n in self._viewer.selection()]
        if not nodes:
            return False
        by = by or QPointF(metrics.DOTS, metrics.DOTS)
        left, top = (min(n.position[k] for n in nodes) for k in (0, 1))
        at = (left + by.x(), top + by.y())
        return self.paste(self.selection_text(), at, keep_inputs=True, title="Duplicate")

    def selection_text(self) -> str:
        """Write the selected nodes as text."""
        return fragment.copy(self._viewer.project, self._viewer.block, self._viewer.selection())

    def paste(
        self,
        text: str,
        at: tuple[float, float] | None,
        keep_inputs: bool = False,
        title: str = "Paste",
    ) -> bool:
        """Add nodes from text, their top left corner at a place, and select them."""
        viewer = self._viewer
        before = viewer.graph.by_id.keys()
        done = self.do(fragment.Paste(viewer.block, text, at, keep_inputs, title))
        if done:
            viewer.select(viewer.graph.by_id.keys() - before)
        return done

    def rename(self, node: str, name: str) -> bool:
        """Give a node another name."""
        return self.do(Rename(self._viewer.block, node, name))

    def rename_group(self, group: str, name: str) -> bool:
        """Give a group another name."""
        old = self._viewer.graph.groups_by_id[group]
        return self.do(SetGroup(self._viewer.block, group, name, old.kind, f"Rename to {name}"))

    def set_condition(self, group: str, text: str) -> bool:
        """Let the members of a group exist only if a condition holds; always if there is none."""
        when = Expr(text) if text else None
        return self.do(SetMembersWhen(self._viewer.block, group, when))

    def group(self, name: str = "group") -> bool:
        """Put a frame around the selected nodes."""
        return self.do(GroupNodes(self._viewer.block, self._viewer.selection(), name))

    def toggle_bypass(self) -> bool:
        """Let the data pass by the selected nodes, or through them again."""
        graph, block = self._viewer.graph, self._viewer.block
        nodes = [graph.by_id[n] for n in self._viewer.selection()]
        plain = [n for n in nodes if n.when is None]
        bypassed = [n for n in nodes if n.when is not None and n.when.text == "False"]
        if not plain and not bypassed:
            if nodes:
                self._viewer.refuse("These nodes have a condition of their own already")
            return False
        title = "Bypass" if plain else "Use again"
        when = Expr("False") if plain else None
        commands = tuple(SetWhen(block, n.id, when) for n in plain or bypassed)
        return self.do(Sequence(commands, title))


def _through(node: str, ports: Ports, wire: Edge) -> tuple[Edge, Edge]:
    return (
        Edge(wire.source, Port(node, ports.inputs[0].name)),
        Edge(Port(node, ports.outputs[0].name), wire.target),
    )
